package decant.canister.ic0;

import decant.base.Principal;
import decant.canister.state.Callback;
import decant.canister.state.Closure;
import decant.canister.state.Cycles;
import java.util.Optional;

/// A call that guest code performed and that is sent when its run has ended well.
public record OutgoingCall(
        Principal callee,
        String method,
        byte[] payload,
        Cycles cycles,
        Closure onReply,
        Closure onReject,
        Optional<Closure> onCleanup,
        long deadlineNanos) {
    /// {@return what to keep of the call, made in context `callContextId`, until it is answered}
    public Callback callback(long callContextId) {
        return new Callback(callContextId, callee, cycles, onReply, onReject, onCleanup, deadlineNanos);
    }
}
