package decant.replica;

import decant.base.Principal;
import decant.protocol.Authentication;
import decant.protocol.Authentication.Verdict.Genuine;
import decant.protocol.Authentication.Verdict.Refused;
import decant.protocol.Content;
import decant.protocol.Envelope;
import decant.protocol.ProtocolException;
import decant.replica.Denial.Reason;
import java.util.Optional;

/// Where every request comes in: decodes it and finds out whether its sender made it, for now and for this place.
final class Gate {
    /// What came of a request at the gate.
    sealed interface Passage<C extends Content> {
        /// A request of the kind expected, made by its sender.
        record Passed<C extends Content>(C content, Envelope envelope, Genuine sender) implements Passage<C> {}

        /// A request to turn away.
        record Stopped<C extends Content>(Denial denial) implements Passage<C> {}
    }

    private final Authentication authentication;
    private final TimeSource clock;

    Gate(Authentication authentication, TimeSource clock) {
        this.authentication = authentication;
        this.clock = clock;
    }

    <C extends Content> Passage<C> pass(byte[] request, Class<C> kind) {
        Envelope envelope;
        try {
            envelope = Envelope.decode(request);
        } catch (ProtocolException e) {
            return stopped(Reason.MALFORMED, "the request is malformed: " + e.getMessage());
        }
        if (!kind.isInstance(envelope.content())) {
            return stopped(Reason.MALFORMED, "this endpoint does not take requests of this request_type");
        }
        return switch (authentication.check(envelope, clock.nowNanos())) {
            case Genuine sender -> new Passage.Passed<>(kind.cast(envelope.content()), envelope, sender);
            case Refused(var reason) -> stopped(Reason.UNAUTHENTICATED, reason);
        };
    }

    /// {@return why a request about `receiver`, or, for the management canister, about `subject`, is in the wrong place
    /// at the endpoint of `effective`, if it is}
    static Optional<Denial> misplaced(Principal effective, Principal receiver, Optional<Principal> subject) {
        boolean isManagement = receiver.equals(Principal.MANAGEMENT_CANISTER);
        boolean fits = isManagement
                ? effective.equals(receiver)
                        || subject.isEmpty()
                        || subject.get().equals(effective)
                : effective.equals(receiver);
        return fits
                ? Optional.empty()
                : Optional.of(new Denial(
                        Reason.MALFORMED,
                        "the request is about canister " + (isManagement ? subject.get() : receiver)
                                + " but was sent to the endpoint of canister " + effective));
    }

    private static <C extends Content> Passage<C> stopped(Reason reason, String message) {
        return new Passage.Stopped<>(new Denial(reason, message));
    }
}
