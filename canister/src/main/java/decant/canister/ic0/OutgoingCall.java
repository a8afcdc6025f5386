package decant.canister.ic0;

import decant.base.Principal;
import decant.canister.state.Callback;
import decant.canister.state.Closure;
import decant.canister.state.Cycles;
import decant.canister.state.Prepaid;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// A call that guest code performed and that is sent when its run has ended well; `price` is paid for sending it.
public record OutgoingCall(
        Principal callee,
        String method,
        byte[] payload,
        Cycles cycles,
        Closure onReply,
        Closure onReject,
        Optional<Closure> onCleanup,
        long deadlineNanos,
        Cycles price,
        Prepaid prepaid) {
    /// {@return what to keep of the call, made in context `callContextId`, until it is answered}
    public Callback callback(long callContextId) {
        return new Callback(
                callContextId, callee, cycles, onReply, onReject, onCleanup, deadlineNanos, prepaid, requestBytes());
    }

    /// {@return how much it occupies}
    long requestBytes() {
        return method.getBytes(StandardCharsets.UTF_8).length + (long) payload.length;
    }
}
