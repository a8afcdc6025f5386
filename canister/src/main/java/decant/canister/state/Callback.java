package decant.canister.state;

import decant.base.Principal;
import java.util.Optional;

/// What a canister does when the call it made is answered.
public record Callback(
        long callContextId,
        Principal callee,
        Cycles cyclesSent,
        Closure onReply,
        Closure onReject,
        Optional<Closure> onCleanup,
        long deadlineNanos) {}
