package decant.canister;

import decant.canister.state.CanisterState;
import decant.canister.state.Payload;
import java.util.Optional;

/// What putting code into a canister came to.
public sealed interface InstallOutcome {
    CanisterState next();

    long instructionsUsed();

    /// Every stage succeeded.
    record Installed(CanisterState next, long instructionsUsed) implements InstallOutcome {}

    /// A stage failed: `next` is the clean canister, with log lines of what ran. `failure` tells of code that trapped.
    record Rejected(
            CanisterState next, Stage stage, Payload.Reject reject, Optional<Failure> failure, long instructionsUsed)
            implements InstallOutcome {}
}
