package decant.server;

import decant.base.Hash;
import decant.base.Principal;
import decant.protocol.BlsPublicKey;
import decant.protocol.CallResponse;
import decant.protocol.Cbor;
import decant.protocol.CborValue;
import decant.protocol.Certificate;
import decant.protocol.Content;
import decant.protocol.HashTree;
import decant.protocol.Identity;
import decant.protocol.Label;
import decant.protocol.PublicKey;
import decant.protocol.QueryResponse;
import decant.protocol.ReadStateResponse;
import decant.protocol.RequestStatus;
import decant.protocol.Response;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/// A client of the interface specification, as small as one can be that checks every proof.
final class TestClient implements AutoCloseable {
    private static final long MINUTE = 60_000_000_000L;

    private final URI node;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private long nonces;

    TestClient(int port) {
        node = URI.create("http://127.0.0.1:" + port);
    }

    static long now() {
        return System.currentTimeMillis() * 1_000_000;
    }

    HttpResponse<byte[]> get(String path) {
        return send(HttpRequest.newBuilder(node.resolve(path)).GET());
    }

    HttpResponse<byte[]> post(String path, HttpRequest.BodyPublisher body) {
        return send(HttpRequest.newBuilder(node.resolve(path))
                .header("Content-Type", "application/cbor")
                .POST(body));
    }

    HttpResponse<byte[]> post(String path, byte[] body) {
        return post(path, HttpRequest.BodyPublishers.ofByteArray(body));
    }

    HttpResponse<byte[]> send(HttpRequest.Builder request) {
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new AssertionError("the node did not answer", e);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    CborValue.Map status() {
        return (CborValue.Map)
                Cbor.decode(get("/api/v2/status").body(), Cbor.Limits.REQUEST).withoutSelfDescription();
    }

    BlsPublicKey rootKey() {
        return BlsPublicKey.fromDer(
                ((CborValue.Bytes) status().field("root_key").orElseThrow()).value());
    }

    Content.CallContent callContent(Identity identity, Principal canister, String method, byte[] argument) {
        return new Content.CallContent(
                identity.principal(),
                now() + 4 * MINUTE,
                Optional.of(new byte[] {(byte) nonces++, 0, 1}),
                canister,
                method,
                argument,
                Optional.empty());
    }

    static Content.QueryContent queryContent(Identity identity, Principal canister, String method, byte[] argument) {
        return new Content.QueryContent(
                identity.principal(),
                now() + 4 * MINUTE,
                Optional.empty(),
                canister,
                method,
                argument,
                Optional.empty());
    }

    /// Calls and waits for the certified outcome.
    Response call(Identity identity, Principal effective, Principal canister, String method, byte[] argument) {
        var request = identity.sign(callContent(identity, canister, method, argument));
        var answer = post("/api/v4/canister/" + effective + "/call", request.envelope());
        return switch (CallResponse.decode(expectStatus(answer, 200))) {
            case CallResponse.NotReplicated(var rejection) -> rejection;
            case CallResponse.Accepted _ -> throw new AssertionError("the call did not end in time");
            case CallResponse.Certified(var bytes) -> outcome(verified(bytes, effective), request.requestId());
        };
    }

    static Response outcome(Certificate certificate, Hash requestId) {
        return switch (RequestStatus.of(certificate, requestId)) {
            case RequestStatus.Ended(var response) -> response;
            case RequestStatus other -> throw new AssertionError("the call has not ended: " + other);
        };
    }

    /// Queries and checks the node's signature.
    Response query(Identity identity, Principal canister, String method, byte[] argument) {
        var request = identity.sign(queryContent(identity, canister, method, argument));
        var answer = QueryResponse.decode(
                expectStatus(post("/api/v3/canister/" + canister + "/query", request.envelope()), 200));
        for (var signature : answer.signatures()) {
            var key = PublicKey.fromDer(nodeKey(signature.identity(), canister));
            if (!signature.verify(answer.response(), request.requestId(), key)) {
                throw new AssertionError("the signature of node " + signature.identity() + " does not hold");
            }
        }
        if (answer.signatures().isEmpty()) {
            throw new AssertionError("the response is not signed");
        }
        return answer.response();
    }

    private byte[] nodeKey(Principal node, Principal canister) {
        var certificate = readState(new Identity.Anonymous(), canister, List.of(Label.path("subnet")));
        return certificate.found("subnet", rootKey().subnetId(), "node", node, "public_key");
    }

    HttpResponse<byte[]> tryReadState(Identity identity, String path, List<List<byte[]>> paths) {
        var request = identity.sign(
                new Content.ReadStateContent(identity.principal(), now() + 4 * MINUTE, Optional.empty(), paths));
        return post(path, request.envelope());
    }

    Certificate readState(Identity identity, Principal canister, List<List<byte[]>> paths) {
        var answer = tryReadState(identity, "/api/v3/canister/" + canister + "/read_state", paths);
        return verified(ReadStateResponse.decode(expectStatus(answer, 200)).certificate(), canister);
    }

    HashTree.Lookup lookup(Identity identity, Principal canister, Object... path) {
        var labels = Label.path(path);
        return readState(identity, canister, List.of(labels)).tree().lookup(labels);
    }

    Certificate verified(byte[] bytes, Principal canister) {
        var certificate = Certificate.decode(bytes);
        certificate.verify(rootKey(), canister);
        return certificate;
    }

    static byte[] expectStatus(HttpResponse<byte[]> response, int status) {
        if (response.statusCode() != status) {
            throw new AssertionError("expected " + status + ", found " + response.statusCode() + ": " + text(response));
        }
        return response.body();
    }

    @Override
    public void close() {
        http.close();
    }
}
