package decant.canister.state;

import decant.base.Principal;
import java.util.Optional;

/// What a canister does when the call it made is answered.
///
/// @param prepaid what it paid for the answer and for what it does then
/// @param requestBytes how much the request occupies, method name and argument; 0 if it has best-effort response and
/// does not wait any more
public record Callback(
        long callContextId,
        Principal callee,
        Cycles cyclesSent,
        Closure onReply,
        Closure onReject,
        Optional<Closure> onCleanup,
        long deadlineNanos,
        Prepaid prepaid,
        long requestBytes) {

    Callback withoutRequest() {
        return new Callback(callContextId, callee, cyclesSent, onReply, onReject, onCleanup, deadlineNanos, prepaid, 0);
    }
}
