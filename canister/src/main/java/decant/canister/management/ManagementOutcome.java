package decant.canister.management;

import decant.canister.state.Answer;
import decant.canister.state.SubnetState;
import java.util.List;

/// What a call of the management canister came to.
///
/// `answers` has the answer to the call itself, with the cycles it did not use, unless the call waits, as
/// `stop_canister` may; and it has the answers to other calls that this one set free.
public record ManagementOutcome(SubnetState next, List<Answer> answers, long instructionsUsed) {}
