package decant.server.gateway;

import decant.base.Hash;
import decant.base.Principal;
import decant.protocol.CallResponse;
import decant.protocol.Certificate;
import decant.protocol.Content;
import decant.protocol.HashTree;
import decant.protocol.Identity;
import decant.protocol.Label;
import decant.protocol.QueryResponse;
import decant.protocol.ReadStateResponse;
import decant.protocol.RequestStatus;
import decant.protocol.Response;
import decant.replica.Denial;
import decant.replica.Replica;
import decant.replica.Served;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;

/// Calls canisters in the name of nobody in particular, as everybody can through the node's interface.
final class AnonymousCaller implements Canisters {
    private static final Identity NOBODY = new Identity.Anonymous();
    private static final long PATIENCE_NANOS = 240_000_000_000L;
    private static final int NONCE_BYTES = 16;

    private final Replica replica;
    private final int ingressBytesMax;
    private final SecureRandom random = new SecureRandom();

    AnonymousCaller(Replica replica, int ingressBytesMax) {
        this.replica = replica;
        this.ingressBytesMax = ingressBytesMax;
    }

    @Override
    public byte[] query(Principal canister, String method, byte[] argument) {
        var content = new Content.QueryContent(
                NOBODY.principal(), expiry(), Optional.empty(), canister, method, argument, Optional.empty());
        var envelope = NOBODY.sign(content).envelope();
        return switch (replica.query(canister, envelope)) {
            case Served.Answered<QueryResponse>(var response) -> replied(method, response.response());
            case Served.Denied<QueryResponse>(var denial) -> throw denied(denial);
        };
    }

    @Override
    public byte[] update(Principal canister, String method, byte[] argument) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        long expiry = expiry();
        var content = new Content.CallContent(
                NOBODY.principal(), expiry, Optional.of(nonce), canister, method, argument, Optional.empty());
        var request = NOBODY.sign(content);
        if (request.envelope().length > ingressBytesMax) {
            throw new DeliveryException(
                    413,
                    "The request is too large",
                    "The canister wants to answer it by a call, and a call has at most " + ingressBytesMax
                            + " bytes, found " + request.envelope().length + ".");
        }
        // A call that is made once more is not executed again: its caller waits for the same outcome.
        while (nowNanos() < expiry) {
            switch (replica.call(canister, request.envelope())) {
                case Served.Denied<CallResponse>(var denial) -> throw denied(denial);
                case Served.Answered<CallResponse>(CallResponse.NotReplicated(var rejection)) ->
                    throw rejected(method, rejection);
                case Served.Answered<CallResponse>(CallResponse.Certified(var certificate)) -> {
                    return replied(method, outcome(certificate, request.requestId()));
                }
                case Served.Answered<CallResponse>(CallResponse.Accepted _) -> {}
            }
        }
        throw new DeliveryException(
                504,
                "The canister takes too long",
                "It has not answered the call of " + method + " within four minutes.");
    }

    private static Response outcome(byte[] certificate, Hash requestId) {
        return switch (RequestStatus.of(Certificate.decode(certificate), requestId)) {
            case RequestStatus.Ended(var response) -> response;
            case RequestStatus.Unknown _, RequestStatus.Received _, RequestStatus.Processing _, RequestStatus.Done _ ->
                throw new AssertionError("BUG: a certified call has not ended");
        };
    }

    @Override
    public Optional<String> metadata(Principal canister, String name) {
        var path = Label.path("canister", canister, "metadata", name);
        var content = new Content.ReadStateContent(NOBODY.principal(), expiry(), Optional.empty(), List.of(path));
        return switch (replica.readState(canister, NOBODY.sign(content).envelope())) {
            case Served.Answered<ReadStateResponse>(var response) ->
                Certificate.decode(response.certificate()).tree().lookup(path)
                                instanceof HashTree.Lookup.Found(var value)
                        ? Optional.of(Label.text(value))
                        : Optional.empty();
            case Served.Denied<ReadStateResponse> _ -> Optional.empty();
        };
    }

    @Override
    public long nowNanos() {
        return replica.nowNanos();
    }

    private long expiry() {
        return nowNanos() + PATIENCE_NANOS;
    }

    private static byte[] replied(String method, Response response) {
        return switch (response) {
            case Response.Replied(var argument) -> argument;
            case Response.Rejected rejection -> throw rejected(method, rejection);
        };
    }

    private static DeliveryException rejected(String method, Response.Rejected rejection) {
        var code = rejection.errorCode().orElse("");
        var said = rejection.message() + (code.isEmpty() ? "" : " (" + code + ")");
        return switch (code) {
            case "IC0301" -> new DeliveryException(404, "There is no such canister here", said);
            case "IC0536" ->
                new DeliveryException(
                        404,
                        "This canister serves no pages",
                        said + "\nA canister that serves pages has the method " + method + ".");
            case "IC0537" -> new DeliveryException(404, "This canister is empty", said);
            case "IC0207" -> new DeliveryException(503, "This canister is out of cycles", said);
            case "IC0508", "IC0509" ->
                new DeliveryException(503, "This canister does not run", said + "\nIts controllers can start it.");
            default -> new DeliveryException(502, "The canister failed to answer", said);
        };
    }

    private static DeliveryException denied(Denial denial) {
        return switch (denial.reason()) {
            case BUSY -> new DeliveryException(429, "This node is busy", denial.message());
            case CLOSING -> new DeliveryException(503, "This node is closing", denial.message());
            case NOT_FOUND -> new DeliveryException(404, "There is no such canister here", denial.message());
            case MALFORMED, UNAUTHENTICATED, FORBIDDEN ->
                new DeliveryException(502, "The canister failed to answer", denial.message());
        };
    }
}
