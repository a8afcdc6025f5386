package decant.replica;

import decant.base.Principal;
import decant.canister.management.Management;
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
    private final Management management;
    private final Principal ownSubnet;

    Gate(Authentication authentication, TimeSource clock, Management management, Principal ownSubnet) {
        this.authentication = authentication;
        this.clock = clock;
        this.management = management;
        this.ownSubnet = ownSubnet;
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

    /// {@return why what a request asks for does not belong to the endpoint that it was sent to, if so}
    ///
    /// Interface specification, "Effective canister id" and "Effective subnet id".
    Optional<Denial> misplaced(Endpoint endpoint, Principal receiver, String method, byte[] argument) {
        boolean isManagement = receiver.equals(Principal.MANAGEMENT_CANISTER);
        return switch (endpoint) {
            case Endpoint.OfSubnet(var id) ->
                elsewhere(id)
                        .or(() -> isManagement && Management.isAboutSubnet(method)
                                ? Optional.empty()
                                : malformed("the endpoint of a subnet takes create_canister and"
                                        + " provisional_create_canister_with_cycles as calls and list_canisters as a query,"
                                        + " all of the management canister, found " + method + " of " + receiver
                                        + "; send it to the endpoint of the canister that it is about"));
            case Endpoint.OfCanister(var id) -> {
                var subject = isManagement ? management.effectiveCanister(method, argument) : Optional.of(receiver);
                boolean fits = isManagement && id.equals(receiver)
                        || subject.filter(about -> !about.equals(id)).isEmpty();
                yield fits
                        ? Optional.empty()
                        : malformed("the request is about canister " + subject.get()
                                + " but was sent to the endpoint of canister " + id);
            }
        };
    }

    /// {@return why nothing about a subnet can be asked of this node, if so}
    Optional<Denial> elsewhere(Principal subnet) {
        return subnet.equals(ownSubnet)
                ? Optional.empty()
                : Optional.of(
                        new Denial(Reason.NOT_FOUND, "subnet " + subnet + " is not here; this node's is " + ownSubnet));
    }

    private static Optional<Denial> malformed(String message) {
        return Optional.of(new Denial(Reason.MALFORMED, message));
    }

    private static <C extends Content> Passage<C> stopped(Reason reason, String message) {
        return new Passage.Stopped<>(new Denial(reason, message));
    }
}
