package decant.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import decant.base.Hash;
import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.Did;
import decant.candid.Quota;
import decant.candid.Type;
import decant.candid.Value;
import decant.protocol.CallResponse;
import decant.protocol.Cbor;
import decant.protocol.CborValue;
import decant.protocol.Content;
import decant.protocol.EcdsaCurve;
import decant.protocol.HashTree;
import decant.protocol.Identity;
import decant.protocol.Label;
import decant.protocol.ReadStateResponse;
import decant.protocol.RequestStatus;
import decant.protocol.Response;
import decant.protocol.SigningKey;
import decant.replica.Replica;
import decant.replica.ReplicaConfig;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Talks to a whole node over loopback.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HttpServerTest {
    private static final int MIB = 1 << 20;
    private static final Identity OWNER = new Identity.KeyHolder(new SigningKey.Ed25519SigningKey(new byte[32]));
    private static final Identity STRANGER =
            new Identity.KeyHolder(new SigningKey.EcdsaSigningKey(EcdsaCurve.P256, BigInteger.TEN));
    private static final byte[] NO_ARGUMENTS = Candid.encode(List.of(), List.of());
    private static final Type NAT = Did.parseTypes("(nat)").getFirst();

    private Replica replica;
    private HttpServer server;
    private TestClient client;
    private ManagementClient management;
    private Principal counter;

    @BeforeAll
    void startNodeWithACounter(@TempDir Path folder) throws IOException {
        replica = Replica.open(ReplicaConfig.of(folder));
        server = HttpServer.start(ServerConfig.DEFAULT.withAddress("127.0.0.1", 0), replica);
        client = new TestClient(server.port());
        management = new ManagementClient(client);
        counter = management.create(OWNER);
        assertThat(install(OWNER, counter)).isInstanceOf(Response.Replied.class);
    }

    @AfterAll
    void stopNode() {
        client.close();
        server.close();
        replica.close();
    }

    private Response install(Identity identity, Principal canister) throws IOException {
        byte[] wasm = Files.readAllBytes(Path.of(System.getProperty("decant.root"), "examples/counter/v1.wasm"));
        return management.install(identity, canister, "reinstall", wasm, NO_ARGUMENTS);
    }

    private static String printed(Response response) {
        return Candid.print(List.of(Candid.decode(ManagementClient.replied(response), NAT, Quota.DEFAULT)));
    }

    private static void assertRefused(HttpResponse<byte[]> response, int status, String reason) {
        assertThat(response.statusCode()).as(TestClient.text(response)).isEqualTo(status);
        assertThat(TestClient.text(response)).contains(reason);
        assertThat(response.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain"));
    }

    private String callPath() {
        return "/api/v4/canister/" + counter + "/call";
    }

    private String queryPath() {
        return "/api/v3/canister/" + counter + "/query";
    }

    @Test
    void aConnectionIsClosedWhereTheClientAsksForThat() throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            var request = "GET /api/v2/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            socket.setSoTimeout(20_000);
            byte[] answer = socket.getInputStream().readAllBytes();
            assertThat(new String(answer, StandardCharsets.ISO_8859_1)).startsWith("HTTP/1.1 200 OK");
        }
    }

    @Test
    void theStatusTellsRootKeyHealthAndHeight() {
        var status = client.status();

        assertThat(client.rootKey().der()).hasSize(133);
        assertThat(status.field("replica_health_status")).contains(CborValue.text("healthy"));
        assertThat(status.field("impl_version").orElseThrow().toString()).contains("decant");
        assertThat(status.field("certified_height").orElseThrow()).isInstanceOf(CborValue.Int.class);
    }

    @Test
    void aCallIsAnsweredWithACertificateAndAQueryWithASignature() {
        var before = printed(client.query(OWNER, counter, "get", NO_ARGUMENTS));
        var after = printed(client.call(OWNER, counter, counter, "inc", NO_ARGUMENTS));

        assertThat(after).isNotEqualTo(before);
        assertThat(printed(client.query(STRANGER, counter, "get", NO_ARGUMENTS)))
                .isEqualTo(after);
        assertThat(printed(client.call(STRANGER, counter, counter, "get", NO_ARGUMENTS)))
                .isEqualTo(after);
    }

    @Test
    void aRejectedQueryIsSignedToo() {
        assertThat(client.query(OWNER, counter, "nonesuch", NO_ARGUMENTS))
                .isInstanceOfSatisfying(
                        Response.Rejected.class,
                        rejected -> assertThat(rejected.errorCode()).contains("IC0536"));
    }

    @Test
    void theAsynchronousCallIsAcceptedAndItsOutcomeRead() {
        var request = OWNER.sign(client.callContent(OWNER, counter, "inc", NO_ARGUMENTS));

        var answer = client.post("/api/v2/canister/" + counter + "/call", request.envelope());

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(answer.body()).isEmpty();
        // The same request on the synchronous endpoint waits for the same outcome.
        var again = CallResponse.decode(TestClient.expectStatus(client.post(callPath(), request.envelope()), 200));
        assertThat(again)
                .isInstanceOfSatisfying(
                        CallResponse.Certified.class,
                        certified -> TestClient.outcome(
                                client.verified(certified.certificate(), counter), request.requestId()));
        var certificate = client.readState(OWNER, counter, List.of(RequestStatus.path(request.requestId())));
        assertThat(RequestStatus.of(certificate, request.requestId())).isInstanceOf(RequestStatus.Ended.class);
    }

    @Test
    void anAsynchronousCallThatIsNotAdmittedIsRejectedInTheBody() {
        var nobody = Principal.ofCanisterNumber(999_999);
        var request = OWNER.sign(client.callContent(OWNER, nobody, "inc", NO_ARGUMENTS));

        var answer = client.post("/api/v2/canister/" + nobody + "/call", request.envelope());

        var body = (CborValue.Map) Cbor.decode(TestClient.expectStatus(answer, 200), Cbor.Limits.REQUEST)
                .withoutSelfDescription();
        assertThat(body.field("error_code")).contains(CborValue.text("IC0301"));
    }

    @Test
    void aRequestMadeTwiceIsExecutedOnce() {
        var request = OWNER.sign(client.callContent(OWNER, counter, "inc", NO_ARGUMENTS));
        Supplier<String> call = () -> {
            var response = (CallResponse.Certified)
                    CallResponse.decode(TestClient.expectStatus(client.post(callPath(), request.envelope()), 200));
            return printed(TestClient.outcome(client.verified(response.certificate(), counter), request.requestId()));
        };

        assertThat(call.get()).isEqualTo(call.get());
        assertThat(printed(client.query(OWNER, counter, "get", NO_ARGUMENTS))).isEqualTo(call.get());
    }

    @Test
    void theStateTreeIsReadWithProofs() throws IOException {
        byte[] wasm = Files.readAllBytes(Path.of(System.getProperty("decant.root"), "examples/counter/v1.wasm"));

        assertThat(client.lookup(STRANGER, counter, "canister", counter, "module_hash"))
                .isInstanceOfSatisfying(
                        HashTree.Lookup.Found.class,
                        found -> assertThat(found.value())
                                .isEqualTo(Hash.sha256(wasm).bytes()));
        assertThat(client.lookup(STRANGER, counter, "canister", counter, "metadata", "candid:service"))
                .isInstanceOf(HashTree.Lookup.Found.class);
        var empty = management.create(OWNER);
        assertThat(client.lookup(STRANGER, empty, "canister", empty, "module_hash"))
                .isInstanceOf(HashTree.Lookup.Absent.class);
    }

    @Test
    void theStateOfTheSubnetIsReadThroughItsOwnEndpoint() {
        var subnet = client.rootKey().subnetId();
        var paths = List.of(Label.path("subnet", subnet, "public_key"), Label.path("canister_ranges", subnet));

        var answer = client.tryReadState(STRANGER, "/api/v3/subnet/" + subnet + "/read_state", paths);

        var certificate = client.verified(
                ReadStateResponse.decode(TestClient.expectStatus(answer, 200)).certificate(), counter);
        assertThat(certificate.found("subnet", subnet, "public_key"))
                .isEqualTo(client.rootKey().der());
        assertRefused(
                client.tryReadState(STRANGER, "/api/v3/subnet/" + counter + "/read_state", paths),
                404,
                "subnet " + counter + " is not here");
    }

    @Test
    void anotherSendersRequestCannotBeRead() {
        var request = OWNER.sign(client.callContent(OWNER, counter, "inc", NO_ARGUMENTS));
        TestClient.expectStatus(client.post(callPath(), request.envelope()), 200);

        assertRefused(
                client.tryReadState(
                        STRANGER,
                        "/api/v3/canister/" + counter + "/read_state",
                        List.of(RequestStatus.path(request.requestId()))),
                403,
                "");
    }

    @Test
    void onlyAControllerMayInstall() throws IOException {
        assertThat(install(STRANGER, counter))
                .isInstanceOfSatisfying(
                        Response.Rejected.class,
                        rejected -> assertThat(rejected.errorCode()).contains("IC0512"));
    }

    @Test
    void aForgedRequestIsRefusedWithAReason() {
        byte[] envelope = OWNER.sign(TestClient.queryContent(OWNER, counter, "get", NO_ARGUMENTS))
                .envelope();
        byte[] forged = envelope.clone();
        forged[forged.length - 1] ^= 1;

        assertRefused(client.post(queryPath(), forged), 400, "");
        var other = TestClient.queryContent(STRANGER, counter, "get", NO_ARGUMENTS);
        var stolen = new TreeMap<String, CborValue>();
        for (var entry : fields(envelope)) {
            stolen.put(((CborValue.Text) entry.key()).value(), entry.value());
        }
        stolen.put("content", field(STRANGER.sign(other).envelope(), "content"));
        byte[] imposture = Cbor.encode(new CborValue.Map(stolen.entrySet().stream()
                .map(entry -> CborValue.entry(entry.getKey(), entry.getValue()))
                .toList()));
        assertRefused(client.post(queryPath(), imposture), 400, "but \"sender_pubkey\" belongs to");
    }

    private static List<CborValue.Entry> fields(byte[] envelope) {
        return ((CborValue.Map) Cbor.decode(envelope, Cbor.Limits.REQUEST).withoutSelfDescription()).entries();
    }

    private static CborValue field(byte[] envelope, String name) {
        return new CborValue.Map(fields(envelope)).field(name).orElseThrow();
    }

    @Test
    void anExpiredRequestIsRefusedInTheWordsThatAgentsKnow() {
        var expired = new Content.CallContent(
                OWNER.principal(), 1, Optional.empty(), counter, "inc", NO_ARGUMENTS, Optional.empty());
        var farAway = new Content.CallContent(
                OWNER.principal(),
                TestClient.now() + 3_600_000_000_000L,
                Optional.empty(),
                counter,
                "inc",
                NO_ARGUMENTS,
                Optional.empty());

        for (var content : List.of(expired, farAway)) {
            assertRefused(client.post(callPath(), OWNER.sign(content).envelope()), 400, "Invalid request expiry: ");
        }
    }

    @Test
    void whatIsNoEnvelopeIsRefusedWithAReason() {
        assertRefused(client.post(callPath(), new byte[0]), 400, "CBOR at byte 0: the bytes end inside an item");
        assertRefused(client.post(queryPath(), new byte[] {1}), 400, "an envelope must be a map");
        var query = OWNER.sign(TestClient.queryContent(OWNER, counter, "get", NO_ARGUMENTS));
        assertRefused(client.post(callPath(), query.envelope()), 400, "request_type");
        assertRefused(
                client.post("/api/v3/canister/" + Principal.ofCanisterNumber(77) + "/query", query.envelope()),
                400,
                "but was sent to the endpoint of canister");
    }

    @Test
    void aBodyThatIsTooLargeIsRefusedHoweverItIsSent() {
        byte[] tooLarge = new byte[5 * MIB + 1];

        assertRefused(client.post(queryPath(), tooLarge), 413, "a request has at most 5242880 bytes, found 5242881");
        assertRefused(
                client.post(
                        queryPath(),
                        HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(tooLarge))),
                413,
                "a request has at most 5242880 bytes");
        assertRefused(client.post(callPath(), new byte[3 * MIB]), 413, "a call has at most 2162688 bytes");
        assertThat(client.get("/health").statusCode()).isEqualTo(200);
    }

    @Test
    void moreBytesAtATimeThanTheNodeTakesAreRefusedForNow() {
        var narrow = ServerConfig.DEFAULT.withAddress("127.0.0.1", 0).withBytesInFlightMax(100);
        try (var busy = HttpServer.start(narrow, replica);
                var other = new TestClient(busy.port())) {
            assertRefused(other.post(queryPath(), new byte[101]), 429, "ask again a little later");
            assertRefused(other.post(queryPath(), new byte[100]), 400, "CBOR");
        }
    }

    @Test
    void pagesOfAnyOriginMayAsk() {
        var preflight = client.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + callPath()))
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                .header("Access-Control-Request-Method", "POST"));

        assertThat(preflight.statusCode()).isEqualTo(204);
        assertThat(preflight.headers().firstValue("Access-Control-Allow-Origin"))
                .contains("*");
        assertThat(preflight.headers().firstValue("Access-Control-Allow-Methods"))
                .hasValueSatisfying(methods -> assertThat(methods).contains("POST"));
        assertThat(client.get("/nowhere").headers().firstValue("Access-Control-Allow-Origin"))
                .contains("*");
    }

    @Test
    void healthAndMetricsAreServed() {
        client.query(OWNER, counter, "get", NO_ARGUMENTS);

        assertThat(TestClient.text(client.get("/health")))
                .matches("\\{\"status\":\"healthy\",\"certified_height\":\\d+}\n");
        var metrics = TestClient.text(client.get("/metrics"));
        assertThat(metrics)
                .contains("# TYPE decant_http_requests_total counter")
                .containsPattern("decant_http_requests_total\\{route=\"query\",status=\"200\"} \\d+");
        assertThat(metrics.lines().filter(line -> line.startsWith("# TYPE")).count())
                .isGreaterThan(2);
    }

    @Test
    void unknownPathsAreRefusedWithWhatThereIs() {
        assertRefused(client.get("/nowhere"), 404, "there is nothing at /nowhere; this node offers /api/v2/status");
        assertRefused(client.get(callPath()), 405, "use POST");
        assertRefused(client.post("/api/v4/canister/counter/call", new byte[0]), 400, "the path names no canister");
    }

    @Test
    void aStoppedServerIsGoneAndAClosedReplicaSaysSo(@TempDir Path folder) {
        var closing = Replica.open(ReplicaConfig.of(folder));
        var front = HttpServer.start(ServerConfig.DEFAULT.withAddress("127.0.0.1", 0), closing);
        int port = front.port();
        try (front;
                var other = new TestClient(port)) {
            closing.close();
            var request = OWNER.sign(other.callContent(
                    OWNER,
                    Principal.MANAGEMENT_CANISTER,
                    "provisional_create_canister_with_cycles",
                    ManagementClient.argument(
                            "provisional_create_canister_with_cycles", Value.record(Map.of("amount", Value.none())))));
            assertRefused(
                    other.post("/api/v4/canister/aaaaa-aa/call", request.envelope()), 503, "this node is closing");
        }
        try (var http = HttpClient.newHttpClient()) {
            assertThatThrownBy(() -> http.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString()))
                    .isInstanceOf(ConnectException.class);
        }
    }
}
