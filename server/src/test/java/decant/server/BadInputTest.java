package decant.server;

import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Hash;
import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.Quota;
import decant.candid.Value;
import decant.protocol.Content;
import decant.protocol.EcdsaCurve;
import decant.protocol.Identity;
import decant.protocol.Response;
import decant.protocol.SigningKey;
import decant.replica.Replica;
import decant.replica.ReplicaConfig;
import java.io.IOException;
import java.math.BigInteger;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Bad input of every kind at a whole node over loopback: the exact answer to each, and that nothing changed.
///
/// What is refused at the door changes nothing at all. What is refused or fails in a round leaves the canister as it
/// was, but for its log, and the round itself is remembered.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BadInputTest {
    private static final int CANISTER_ERROR = 5;
    private static final int MIB = 1 << 20;
    private static final Path EXAMPLES = Path.of(System.getProperty("decant.root"), "examples");
    private static final Identity OWNER = new Identity.KeyHolder(new SigningKey.Ed25519SigningKey(new byte[32]));
    private static final Identity STRANGER =
            new Identity.KeyHolder(new SigningKey.EcdsaSigningKey(EcdsaCurve.P256, BigInteger.TEN));
    private static final byte[] NOTHING = Candid.encode(List.of());

    private Replica replica;
    private HttpServer server;
    private TestClient client;
    private ManagementClient management;
    private byte[] counterModule;
    private Principal counter;
    private Principal trouble;

    @BeforeAll
    void startNodeWithTwoCanisters(@TempDir Path folder) throws IOException {
        replica = Replica.open(ReplicaConfig.of(folder).withCallPatience(Duration.ofMinutes(5)));
        server = HttpServer.start(ServerConfig.DEFAULT.withAddress("127.0.0.1", 0), replica);
        client = new TestClient(server.port());
        management = new ManagementClient(client);
        counterModule = Files.readAllBytes(EXAMPLES.resolve("counter/v1.wasm"));
        counter = installed(counterModule);
        ManagementClient.replied(client.call(OWNER, counter, counter, "add", nat(41)));
        try (var wasm = BadInputTest.class.getResourceAsStream("trouble.wasm")) {
            trouble = installed(wasm.readAllBytes());
        }
        ManagementClient.replied(client.call(OWNER, trouble, trouble, "inc", NOTHING));
    }

    @AfterAll
    void stopNode() {
        client.close();
        server.close();
        replica.close();
    }

    private Principal installed(byte[] module) {
        var canister = management.create(OWNER);
        ManagementClient.replied(management.install(OWNER, canister, "install", module, NOTHING));
        return canister;
    }

    // Modules.

    @Test
    void aTruncatedModuleIsNotInstalled() {
        assertModuleRefused(
                Arrays.copyOf(counterModule, 5_000),
                "length out of bounds: 193826 bytes are announced, 2249 are left (at offset 0xaba)");
        assertModuleRefused(Arrays.copyOf(counterModule, 4), "unexpected end");
        assertModuleRefused(new byte[0], "the module must begin with the bytes 00 61 73 6d of Wasm");
    }

    @Test
    void aModuleThatDoesNotValidateIsNotInstalled() {
        // (func (result i32) i64.const 0)
        byte[] module =
                HexFormat.of().parseHex("0061736d01000000" + "0105016000017f" + "03020100" + "0a0601040042000b");
        assertModuleRefused(module, "func[0]: type mismatch: i32 is expected, found i64 (at offset 0x1a)");
    }

    @Test
    void aModuleThatImportsWhatThereIsNotIsNotInstalled() {
        assertModuleRefused(
                renamed("ic0\u0009msg_reply", "ic0\u0009msg_rebly"),
                "Module imports function 'msg_rebly' from 'ic0' that is not exported by the runtime.");
        assertModuleRefused(
                renamed("ic0\u0009msg_reply", "ic1\u0009msg_reply"), "Module imports function 'msg_reply' from 'ic1'");
    }

    @Test
    void aModuleThatExportsANameTwiceIsNotInstalled() {
        assertModuleRefused(
                renamed("canister_update add", "canister_update inc"), "duplicate export name \"canister_update inc\"");
    }

    @Test
    void whatIsNoModuleAtAllIsNotInstalled() {
        assertModuleRefused(
                "(module)".getBytes(StandardCharsets.UTF_8),
                "the module must begin with the bytes 00 61 73 6d of Wasm");
    }

    /// Every mode of installation refuses the module, and in a canister that has state, none touches it.
    private void assertModuleRefused(byte[] module, String reason) {
        for (String mode : List.of("reinstall", "upgrade")) {
            var response = unchanged(counter, () -> management.install(OWNER, counter, mode, module, NOTHING));
            assertRejected(response, "IC0505", "Canister " + counter, "Wasm module is not valid", reason);
        }
        var empty = management.create(OWNER);
        assertRejected(
                unchanged(empty, () -> management.install(OWNER, empty, "install", module, NOTHING)),
                "IC0505",
                "Canister " + empty,
                reason);
        assertThat(count()).isEqualTo(41);
    }

    private byte[] renamed(String name, String other) {
        var latin = new String(counterModule, StandardCharsets.ISO_8859_1);
        assertThat(latin).contains(name);
        return latin.replace(name, other).getBytes(StandardCharsets.ISO_8859_1);
    }

    // Arguments.

    @Test
    void anArgumentOfTheWrongTypeIsRejectedByACallee() {
        byte[] text = Candid.encode(List.of(Value.text("five")));

        assertRejected(
                unchanged(counter, () -> client.call(OWNER, counter, counter, "add", text)),
                "IC0503",
                "Canister " + counter,
                "IDL error");
        assertRejected(
                unchanged(counter, () -> client.call(OWNER, counter, counter, "add", new byte[] {'D', 'I', 'D'})),
                "IC0503",
                "IDL error");
        assertRejected(
                unchanged(counter, () -> client.call(OWNER, counter, counter, "add", NOTHING)), "IC0503", "IDL error");
    }

    @Test
    void anArgumentOfTheWrongTypeIsRejectedByAnInstallation() throws IOException {
        byte[] chat = Files.readAllBytes(EXAMPLES.resolve("chat/chat.wasm"));
        var empty = management.create(OWNER);

        assertRejected(
                unchanged(empty, () -> management.install(OWNER, empty, "install", chat, nat(5))),
                "IC0503",
                "Canister " + empty,
                "IDL error");
        assertRejected(
                unchanged(counter, () -> management.install(OWNER, counter, "reinstall", chat, nat(5))),
                "IC0503",
                "Canister " + counter,
                "IDL error");
        assertThat(count()).isEqualTo(41);
    }

    // Requests.

    @Test
    void anOversizedRequestIsRefused() {
        var query = "/api/v3/canister/" + counter + "/query";
        var call = "/api/v4/canister/" + counter + "/call";

        assertRefused(
                untouched(() -> client.post(query, new byte[5 * MIB + 1])),
                413,
                "a request has at most 5242880 bytes, found 5242881");
        var large = OWNER.sign(client.callContent(OWNER, counter, "add", new byte[3 * MIB]));
        assertRefused(
                untouched(() -> client.post(call, large.envelope())), 413, "a call has at most 2162688 bytes, found");
    }

    @Test
    void anExpiredEnvelopeIsRefused() {
        var expired = new Content.CallContent(
                OWNER.principal(),
                TestClient.now() - 60_000_000_000L,
                Optional.empty(),
                counter,
                "inc",
                NOTHING,
                Optional.empty());

        assertRefused(
                untouched(() -> client.post(
                        "/api/v4/canister/" + counter + "/call",
                        OWNER.sign(expired).envelope())),
                400,
                "Invalid request expiry: ");
    }

    @Test
    void aForgedEnvelopeIsRefused() {
        byte[] envelope =
                OWNER.sign(client.callContent(OWNER, counter, "inc", NOTHING)).envelope();
        var inc = new String(envelope, StandardCharsets.ISO_8859_1);
        byte[] altered = inc.replace("cinc", "cget").getBytes(StandardCharsets.ISO_8859_1);

        assertThat(altered).isNotEqualTo(envelope);
        assertRefused(
                untouched(() -> client.post("/api/v4/canister/" + counter + "/call", altered)),
                400,
                "\"sender_sig\" is not a signature by the key it claims");
    }

    @Test
    void aCallByOneWhoIsNoControllerIsRefused() {
        for (String method : List.of("stop_canister", "uninstall_code", "delete_canister")) {
            assertRejected(
                    untouched(() -> management.call(STRANGER, counter, method)),
                    "IC0512",
                    "Only controllers of canister " + counter + " can call ic00 method " + method);
        }
        for (String mode : List.of("reinstall", "upgrade")) {
            assertRejected(
                    untouched(() -> management.install(STRANGER, counter, mode, counterModule, NOTHING)),
                    "IC0512",
                    "Only controllers of canister " + counter + " can call ic00 method install_code");
        }
        assertRejected(
                untouched(() -> management.call(
                        STRANGER,
                        counter,
                        "update_settings",
                        Value.record(Map.of(
                                "canister_id",
                                Value.principal(counter),
                                "settings",
                                Value.record(Map.of(
                                        "controllers",
                                        Value.some(Value.vec(List.of(Value.principal(STRANGER.principal())))))))))),
                "IC0512",
                "update_settings");
    }

    // Programs that want more than there is.

    @Test
    void memoryBeyondTheLimitIsNotHad() {
        assertRejected(
                failing("hoard"),
                "IC0539",
                "Canister " + trouble,
                "exceeded its current Wasm memory limit of 3221225472 bytes",
                "hoard");
        assertRejected(failing("overrun"), "IC0502", "heap out of bounds", "overrun");
        assertRejected(
                unchanged(trouble, () -> client.query(OWNER, trouble, "hoard_in_query", NOTHING)),
                "IC0502",
                "unreachable",
                "hoard");
    }

    @Test
    void anEndlessLoopEndsAtTheLimit() {
        assertRejected(failing("spin"), "IC0522", "exceeded the limit of 40000000000 instructions", "spin");
        assertRejected(
                unchanged(trouble, () -> client.query(OWNER, trouble, "spin_in_query", NOTHING)),
                "IC0522",
                "exceeded the limit of 5000000000 instructions",
                "spin");
    }

    @Test
    void endlessRecursionEndsAtTheLimitOfTheStack() {
        assertRejected(failing("recurse"), "IC0502", "stack overflow", "descend");
    }

    private Response failing(String method) {
        var response = unchanged(trouble, () -> client.call(OWNER, trouble, trouble, method, NOTHING));
        assertThat(ManagementClient.replied(client.query(OWNER, trouble, "get", NOTHING)))
                .containsExactly(1, 0, 0, 0, 0, 0, 0, 0);
        return response;
    }

    // What is asserted.

    private <R> R untouched(Supplier<R> attempt) {
        var before = replica.stateHash();
        var response = unchanged(counter, attempt);
        assertThat(replica.stateHash()).isEqualTo(before);
        return response;
    }

    private <R> R unchanged(Principal canister, Supplier<R> attempt) {
        var before = hash(canister);
        var response = attempt.get();
        assertThat(hash(canister)).as("the state of the canister").isEqualTo(before);
        return response;
    }

    private Hash hash(Principal canister) {
        return replica.stateHash(canister).orElseThrow();
    }

    private long count() {
        return Candid.decode(ManagementClient.replied(client.query(OWNER, counter, "get", NOTHING)), Quota.DEFAULT)
                .getFirst()
                .toBigInteger()
                .longValueExact();
    }

    private static byte[] nat(long value) {
        return Candid.encode(Candid.parse("(" + value + " : nat)"));
    }

    private static void assertRejected(Response response, String errorCode, String... told) {
        assertThat(response).isInstanceOfSatisfying(Response.Rejected.class, rejected -> {
            assertThat(rejected.errorCode()).contains(errorCode);
            assertThat(rejected.rejectCode()).isEqualTo(CANISTER_ERROR);
            assertThat(rejected.message()).contains(told);
        });
    }

    private static void assertRefused(HttpResponse<byte[]> response, int status, String told) {
        assertThat(response.statusCode()).as(TestClient.text(response)).isEqualTo(status);
        assertThat(TestClient.text(response)).contains(told);
    }
}
