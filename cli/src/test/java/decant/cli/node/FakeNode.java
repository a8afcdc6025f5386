package decant.cli.node;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import decant.base.Hash;
import decant.base.Leb128;
import decant.base.Principal;
import decant.protocol.BlsSecretKey;
import decant.protocol.CallResponse;
import decant.protocol.Cbor;
import decant.protocol.CborValue;
import decant.protocol.Certificate;
import decant.protocol.Content;
import decant.protocol.Envelope;
import decant.protocol.Label;
import decant.protocol.LabeledTree;
import decant.protocol.NodeSignature;
import decant.protocol.QueryResponse;
import decant.protocol.ReadStateResponse;
import decant.protocol.RequestStatus;
import decant.protocol.Response;
import decant.protocol.SigningKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A node that replies to every request with the same bytes, properly certified and signed, until it is told to
/// misbehave.
final class FakeNode implements AutoCloseable {
    private final HttpServer server;
    private final BlsSecretKey rootKey = BlsSecretKey.fromSeed(new byte[32]);
    private final SigningKey nodeKey = new SigningKey.Ed25519SigningKey(new byte[32]);
    private final List<String> requests = new ArrayList<>();

    BlsSecretKey certifyingKey = rootKey;
    SigningKey queryKey = nodeKey;
    boolean signsQueries = true;
    Duration age = Duration.ZERO;
    Response response = new Response.Replied(new byte[0]);
    Optional<Response.Rejected> refusal = Optional.empty();
    boolean answersLater;
    int busyAnswers;
    Map<String, String> metadata = Map.of();

    FakeNode() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::handle);
        server.start();
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    byte[] rootKeyDer() {
        return rootKey.publicKey().der();
    }

    /// {@return what was asked for so far: the last part of each path}
    List<String> requests() {
        return requests;
    }

    private void handle(HttpExchange exchange) throws IOException {
        var path = exchange.getRequestURI().getPath();
        var kind = path.substring(path.lastIndexOf('/') + 1);
        byte[] body = exchange.getRequestBody().readAllBytes();
        requests.add(kind);
        if (busyAnswers > 0) {
            busyAnswers--;
            reply(exchange, 429, new byte[0]);
            return;
        }
        switch (kind) {
            case "status" ->
                reply(
                        exchange,
                        200,
                        Cbor.encodeSelfDescribed(
                                CborValue.map(CborValue.entry("root_key", CborValue.bytes(rootKeyDer())))));
            case "call" -> call(exchange, Envelope.decode(body));
            case "query" -> reply(exchange, 200, query(Envelope.decode(body)).encode());
            case "read_state" ->
                reply(exchange, 200, readState(Envelope.decode(body)).encode());
            default -> reply(exchange, 404, Label.of("no such path: " + path));
        }
    }

    private static void reply(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        try (var out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    private void call(HttpExchange exchange, Envelope envelope) throws IOException {
        if (answersLater) {
            reply(exchange, 202, new byte[0]);
            return;
        }
        var answer = refusal.<CallResponse>map(CallResponse.NotReplicated::new)
                .orElseGet(() -> new CallResponse.Certified(
                        certificate(envelope.requestId(), List.of(RequestStatus.path(envelope.requestId())))));
        reply(exchange, 200, answer.encode());
    }

    private QueryResponse query(Envelope envelope) {
        var signature = NodeSignature.sign(response, envelope.requestId(), nowNanos(), queryKey);
        return new QueryResponse(response, signsQueries ? List.of(signature) : List.of());
    }

    private ReadStateResponse readState(Envelope envelope) {
        var paths = ((Content.ReadStateContent) envelope.content()).paths();
        var requestId = paths.stream()
                .filter(path -> Label.text(path.getFirst()).equals("request_status"))
                .map(path -> Hash.of(path.getLast()))
                .findFirst()
                .orElse(Hash.sha256());
        return new ReadStateResponse(certificate(requestId, paths));
    }

    private byte[] certificate(Hash requestId, List<List<byte[]>> paths) {
        var nodeId = nodeKey.publicKey().principal();
        var subnet = LabeledTree.Branch.EMPTY
                .with("public_key", LabeledTree.leaf(rootKeyDer()))
                .with(
                        "node",
                        LabeledTree.Branch.EMPTY.with(
                                nodeId.bytes(),
                                LabeledTree.Branch.EMPTY.with(
                                        "public_key",
                                        LabeledTree.leaf(nodeKey.publicKey().der()))));
        var sections = LabeledTree.Branch.EMPTY;
        for (var section : metadata.entrySet()) {
            sections = sections.with(section.getKey(), LabeledTree.leaf(section.getValue()));
        }
        var tree = LabeledTree.Branch.EMPTY
                .with("time", LabeledTree.leaf(Leb128.unsigned(nowNanos())))
                .with(
                        "canister",
                        LabeledTree.Branch.EMPTY.with(
                                Principal.ofCanisterNumber(0).bytes(),
                                LabeledTree.Branch.EMPTY.with("metadata", sections)))
                .with(
                        "request_status",
                        LabeledTree.Branch.EMPTY.with(requestId.bytes(), new RequestStatus.Ended(response).toTree()))
                .with(
                        "subnet",
                        LabeledTree.Branch.EMPTY.with(
                                rootKey.publicKey().subnetId().bytes(), subnet));
        var asked = new ArrayList<>(paths);
        asked.add(Label.path("time"));
        return new Certificate(tree.witness(asked), Certificate.sign(certifyingKey, tree.rootHash()), Optional.empty())
                .encode();
    }

    private long nowNanos() {
        var now = Instant.now().minus(age);
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
