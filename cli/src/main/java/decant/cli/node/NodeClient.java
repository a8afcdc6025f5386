package decant.cli.node;

import decant.base.Hash;
import decant.base.Principal;
import decant.cli.terminal.CommandFailure;
import decant.protocol.BlsPublicKey;
import decant.protocol.CallResponse;
import decant.protocol.CborValue;
import decant.protocol.Certificate;
import decant.protocol.Content;
import decant.protocol.HashTree;
import decant.protocol.Identity;
import decant.protocol.Label;
import decant.protocol.NodeSignature;
import decant.protocol.ProtocolException;
import decant.protocol.PublicKey;
import decant.protocol.QueryResponse;
import decant.protocol.ReadStateResponse;
import decant.protocol.RequestStatus;
import decant.protocol.Response;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A client of the interface specification that believes nothing without proof.
///
/// Replies to calls and parts of the state count only under a certificate that the root key signed, query responses
/// only under the signature of a node that such a certificate names. The root key is the one that was pinned; without
/// one it is asked of the node itself, which is safe on loopback alone, where nobody stands in between.
public final class NodeClient implements AutoCloseable {
    private static final Duration REQUEST_LIFETIME = Duration.ofMinutes(4);
    private static final Duration OUTCOME_PATIENCE = Duration.ofMinutes(5);
    private static final Duration STALENESS_MAX = Duration.ofMinutes(4);
    private static final Duration POLL_PAUSE = Duration.ofMillis(200);
    private static final int NONCE_BYTES = 16;

    private final NodeConnection connection;
    private final Identity identity;
    private final SecureRandom random = new SecureRandom();
    private final Optional<byte[]> pinnedRootKey;
    private byte @Nullable [] rootKey;
    private @Nullable Certificate subnet;

    NodeClient(URI node, Identity identity, Optional<byte[]> pinnedRootKey) {
        this.connection = new NodeConnection(node);
        this.identity = identity;
        this.pinnedRootKey = pinnedRootKey;
    }

    public Identity identity() {
        return identity;
    }

    URI node() {
        return connection.node();
    }

    /// Makes an update call and waits for its certified outcome.
    public Response call(Principal effectiveCanister, Principal canister, String method, byte[] argument) {
        var nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        var content = new Content.CallContent(
                identity.principal(), expiry(), Optional.of(nonce), canister, method, argument, Optional.empty());
        var request = identity.sign(content);
        byte[] body = connection.call(effectiveCanister, request.envelope());
        if (body.length == 0) {
            return awaitOutcome(effectiveCanister, request.requestId());
        }
        return switch (CallResponse.decode(body)) {
            case CallResponse.NotReplicated(var rejection) -> rejection;
            case CallResponse.Accepted _ -> awaitOutcome(effectiveCanister, request.requestId());
            case CallResponse.Certified(var bytes) -> {
                var certificate = verified(bytes, effectiveCanister);
                yield outcome(certificate, request.requestId())
                        .orElseGet(() -> awaitOutcome(effectiveCanister, request.requestId()));
            }
        };
    }

    /// Runs a query and checks the node's signature under the response.
    public Response query(Principal effectiveCanister, Principal canister, String method, byte[] argument) {
        var content = new Content.QueryContent(
                identity.principal(), expiry(), Optional.empty(), canister, method, argument, Optional.empty());
        var request = identity.sign(content);
        var answer = QueryResponse.decode(connection.query(effectiveCanister, request.envelope()));
        if (answer.signatures().isEmpty()) {
            throw new ProtocolException("the response to the query carries no node's signature");
        }
        for (var signature : answer.signatures()) {
            checkSignature(answer.response(), request.requestId(), signature, effectiveCanister);
        }
        return answer.response();
    }

    /// {@return the certified parts of the state at `paths`}
    Certificate readState(Principal effectiveCanister, List<List<byte[]>> paths) {
        var content = new Content.ReadStateContent(identity.principal(), expiry(), Optional.empty(), paths);
        var request = identity.sign(content);
        var answer = ReadStateResponse.decode(connection.readState(effectiveCanister, request.envelope()));
        return verified(answer.certificate(), effectiveCanister);
    }

    /// {@return a metadata section of a canister's module, if there is one that this identity may read}
    public Optional<byte[]> metadata(Principal canister, String name) {
        var path = Label.path("canister", canister, "metadata", name);
        return switch (readState(canister, List.of(path)).tree().lookup(path)) {
            case HashTree.Lookup.Found(var value) -> Optional.of(value);
            case HashTree.Lookup.Absent _ -> Optional.empty();
            case HashTree.Lookup.Unknown _, HashTree.Lookup.Malformed _ ->
                throw new ProtocolException("the certificate does not tell whether there is metadata " + name);
        };
    }

    /// {@return the root key (DER) that everything is checked against}
    byte[] rootKey() {
        var known = rootKey;
        if (known == null) {
            known = pinnedRootKey.orElseGet(this::rootKeyOfNode);
            rootKey = known;
        }
        return known;
    }

    private byte[] rootKeyOfNode() {
        var status = connection.status();
        if (status instanceof CborValue.Map map
                && map.field("root_key").orElse(null) instanceof CborValue.Bytes(var bytes)) {
            return bytes;
        }
        throw new CommandFailure(node() + " does not tell its root key; is it a node of the Internet Computer kind?");
    }

    public static boolean isLoopback(URI node) {
        var host = node.getHost();
        return host != null
                && (host.equals("localhost")
                        || host.endsWith(".localhost")
                        || host.startsWith("127.")
                        || host.equals("[::1]"));
    }

    private Response awaitOutcome(Principal effectiveCanister, Hash requestId) {
        var paths = List.of(RequestStatus.path(requestId), Label.path("time"));
        var end = Instant.now().plus(OUTCOME_PATIENCE);
        while (Instant.now().isBefore(end)) {
            var outcome = outcome(readState(effectiveCanister, paths), requestId);
            if (outcome.isPresent()) {
                return outcome.get();
            }
            pause();
        }
        throw new CommandFailure("The call was accepted but has not ended within " + OUTCOME_PATIENCE.toMinutes()
                + " minutes; its request id is " + requestId.hex() + ".");
    }

    private static Optional<Response> outcome(Certificate certificate, Hash requestId) {
        return switch (RequestStatus.of(certificate, requestId)) {
            case RequestStatus.Ended(var response) -> Optional.of(response);
            case RequestStatus.Done _ ->
                throw new CommandFailure(
                        "The call has ended, but the node no longer keeps its reply; its request id is "
                                + requestId.hex() + ".");
            case RequestStatus.Unknown _, RequestStatus.Received _, RequestStatus.Processing _ -> Optional.empty();
        };
    }

    private static void pause() {
        try {
            Thread.sleep(POLL_PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure("Interrupted while waiting for the call's outcome.", e);
        }
    }

    private Certificate verified(byte[] bytes, Principal effectiveCanister) {
        var certificate = Certificate.decode(bytes);
        certificate.verify(BlsPublicKey.fromDer(rootKey()), effectiveCanister);
        checkFresh("the certificate", certificate.time());
        return certificate;
    }

    private static void checkFresh(String what, long timeNanos) {
        var time = Instant.ofEpochSecond(timeNanos / 1_000_000_000, timeNanos % 1_000_000_000);
        var age = Duration.between(time, Instant.now());
        if (age.abs().compareTo(STALENESS_MAX) > 0) {
            throw new ProtocolException(
                    what + " is of " + time + ", " + age.abs().toMinutes() + " minutes "
                            + (age.isNegative() ? "ahead of" : "behind") + " this machine's clock");
        }
    }

    private void checkSignature(
            Response response, Hash requestId, NodeSignature signature, Principal effectiveCanister) {
        checkFresh("the node's signature", signature.timestamp());
        var certificate = subnet;
        if (certificate == null) {
            certificate = readState(effectiveCanister, List.of(Label.path("subnet")));
            subnet = certificate;
        }
        var subnetId = certificate
                .delegation()
                .map(Certificate.SubnetDelegation::subnetId)
                .orElseGet(() -> BlsPublicKey.fromDer(rootKey()).subnetId());
        var nodeKey =
                PublicKey.fromDer(certificate.found("subnet", subnetId, "node", signature.identity(), "public_key"));
        if (!signature.verify(response, requestId, nodeKey)) {
            throw new ProtocolException(
                    "the signature of node " + signature.identity() + " under the query response is " + "not valid");
        }
    }

    private static long expiry() {
        var expiry = Instant.now().plus(REQUEST_LIFETIME);
        return Math.addExact(Math.multiplyExact(expiry.getEpochSecond(), 1_000_000_000L), expiry.getNano());
    }

    @Override
    public void close() {
        connection.close();
    }
}
