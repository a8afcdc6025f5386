package decant.canister.ic0;

import decant.base.Principal;
import decant.canister.state.Closure;
import decant.canister.state.Cycles;
import decant.canister.state.Prepaid;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A call between `ic0.call_new` and `ic0.call_perform`. The cycles in it have left the balance.
final class PendingCall {
    private final Principal callee;
    private final String method;
    private final Closure onReply;
    private final Closure onReject;
    private final ByteArrayOutputStream payload = new ByteArrayOutputStream();
    private @Nullable Closure onCleanup;
    private Cycles cycles = Cycles.ZERO;
    private long deadlineNanos;

    PendingCall(Principal callee, String method, Closure onReply, Closure onReject) {
        this.callee = callee;
        this.method = method;
        this.onReply = onReply;
        this.onReject = onReject;
    }

    Principal callee() {
        return callee;
    }

    Cycles cycles() {
        return cycles;
    }

    long payloadBytes() {
        return payload.size();
    }

    int methodBytes() {
        return method.getBytes(StandardCharsets.UTF_8).length;
    }

    boolean hasCleanup() {
        return onCleanup != null;
    }

    boolean hasDeadline() {
        return deadlineNanos != 0;
    }

    void onCleanup(Closure cleanup) {
        onCleanup = cleanup;
    }

    void append(byte[] data) {
        payload.writeBytes(data);
    }

    void addCycles(Cycles amount) {
        cycles = cycles.plus(amount);
    }

    void deadline(long nanos) {
        deadlineNanos = nanos;
    }

    /// {@return the call as it is sent, after its caller has paid for it}
    OutgoingCall performed(Cycles price, Prepaid prepaid) {
        return new OutgoingCall(
                callee,
                method,
                payload.toByteArray(),
                cycles,
                onReply,
                onReject,
                Optional.ofNullable(onCleanup),
                deadlineNanos,
                price,
                prepaid);
    }
}
