package decant.server;

import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Hash;
import decant.base.Principal;
import decant.candid.Candid;
import decant.protocol.Content;
import decant.protocol.Identity;
import decant.protocol.Label;
import decant.protocol.SigningKey;
import decant.replica.Metric;
import decant.replica.Replica;
import decant.replica.ReplicaConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Sends a whole node requests that are almost right. It must answer each, never with a fault of its own, and be the
/// same node afterwards.
///
/// Every sample is made from its number alone; one that finds something is kept by that number, below.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FuzzTest {
    private static final int SAMPLES = 1_500;
    private static final int SAMPLES_SLOW = 100_000;
    private static final long MINUTE = 60_000_000_000L;
    private static final long LEAK_BYTES_MAX = 64L << 20;

    private static final Identity OWNER = new Identity.KeyHolder(new SigningKey.Ed25519SigningKey(new byte[32]));
    private static final Identity NOBODY = new Identity.Anonymous();
    private static final byte[] NO_ARGUMENTS = Candid.encode(List.of(), List.of());

    /// Arguments that are right, as far as they go.
    private static final List<String> ARGUMENTS = List.of(
            "()",
            "(record { canister_id = principal \"%s\" })",
            "(record { canister_id = principal \"%s\"; num_requested_changes = opt (20 : nat64) })",
            "(record { canister_id = principal \"%s\"; settings = record { controllers = opt vec { principal \"aaaaa-aa\" };"
                    + " freezing_threshold = opt (1 : nat); log_visibility = opt variant { public };"
                    + " environment_variables = opt vec { record { name = \"A\"; value = \"B\" } } } })",
            "(record { mode = variant { upgrade = opt record { skip_pre_upgrade = opt true;"
                    + " wasm_memory_persistence = opt variant { keep } } }; canister_id = principal \"%s\";"
                    + " wasm_module = blob \"\\00asm\\01\\00\\00\\00\"; arg = blob \"DIDL\\00\\00\" })",
            "(record { mode = variant { install }; target_canister = principal \"%s\"; store_canister = null;"
                    + " chunk_hashes_list = vec { record { hash = blob \"\\00\\01\" } }; wasm_module_hash = blob \"\\00\";"
                    + " arg = blob \"\" })",
            "(record { canister_id = principal \"%s\"; chunk = blob \"\\00\\01\\02\" })",
            "(record { canister_id = principal \"%s\"; snapshot_id = blob \"\\00\\00\\00\\00\";"
                    + " kind = variant { wasm_memory = record { offset = 0 : nat64; size = 100 : nat64 } } })",
            "(record { canister_id = principal \"%s\"; replace_snapshot = null; wasm_module_size = 1 : nat64;"
                    + " globals = vec { variant { i32 = 5 : int32 } }; wasm_memory_size = 65536 : nat64;"
                    + " stable_memory_size = 0 : nat64; certified_data = blob \"\" })",
            "(record { canister_id = principal \"%s\"; name = \"candid:service\" })",
            "(vec { opt record { 1 : nat; \"x\"; vec { -7 : int } }; null })",
            "(\"text\", 1.5 : float64, variant { a = principal \"%1$s\" }, 340282366920938463463374607431768211456)");

    private static final List<String> MANAGEMENT_METHODS = List.of(
            "update_settings",
            "install_code",
            "upload_chunk",
            "clear_chunk_store",
            "stored_chunks",
            "install_chunked_code",
            "uninstall_code",
            "start_canister",
            "stop_canister",
            "delete_canister",
            "canister_status",
            "canister_metadata",
            "canister_info",
            "fetch_canister_logs",
            "take_canister_snapshot",
            "load_canister_snapshot",
            "list_canister_snapshots",
            "delete_canister_snapshot",
            "read_canister_snapshot_metadata",
            "read_canister_snapshot_data",
            "upload_canister_snapshot_metadata",
            "upload_canister_snapshot_data",
            "create_canister",
            "deposit_cycles",
            "raw_rand",
            "http_request",
            "sign_with_ecdsa",
            "decant_name_canister",
            "decant_list_canisters",
            "decant_history",
            "decant_undo",
            "decant_pin_restore_point",
            "decant_set_upgrade_policy",
            "decant_rehearse",
            "no_such_method");

    private static final List<String> CANISTER_METHODS =
            List.of("get", "http_request", "http_request_streaming_callback", "none");

    private Replica replica;
    private NodeApi api;
    private Principal counter;
    private Principal site;

    @BeforeAll
    void startNode(@TempDir Path folder) throws IOException {
        replica = Replica.open(ReplicaConfig.of(folder));
        api = new NodeApi(replica, ServerConfig.DEFAULT.ingressBytesMax(), "fuzzed");
        try (var server = HttpServer.start(ServerConfig.DEFAULT.withAddress("127.0.0.1", 0), replica);
                var client = new TestClient(server.port())) {
            var management = new ManagementClient(client);
            counter = installed(management, "examples/counter/v1.wasm");
            site = installed(management, "examples/site/site.wasm");
        }
    }

    private static Principal installed(ManagementClient management, String module) throws IOException {
        var canister = management.create(OWNER);
        byte[] wasm = Files.readAllBytes(Path.of(System.getProperty("decant.root"), module));
        ManagementClient.replied(management.install(OWNER, canister, "install", wasm, NO_ARGUMENTS));
        return canister;
    }

    @AfterAll
    void stopNode() {
        replica.close();
    }

    /// What must not change: canisters, and the number of calls that are remembered.
    private record Standing(Optional<Hash> counter, Optional<Hash> site, double canisters, double calls) {}

    private Standing standing() {
        return new Standing(
                replica.stateHash(counter),
                replica.stateHash(site),
                metric("decant_canisters"),
                metric("decant_calls_remembered"));
    }

    private double metric(String name) {
        return replica.metrics().stream()
                .filter(metric -> metric.name().equals(name))
                .mapToDouble(Metric::value)
                .findFirst()
                .orElseThrow();
    }

    private void assertNothingWaits() {
        assertThat(metric("decant_calls_waiting")).isZero();
        assertThat(metric("decant_queries_waiting")).isZero();
        assertThat(metric("decant_rehearsals_waiting")).isZero();
        assertThat(metric("decant_healthy")).isEqualTo(1);
    }

    /// A request, and where it is sent.
    private record Sample(long number, Route.OfCanister route, byte[] body) {}

    private void send(Sample sample) {
        var reply = api.ofCanister(sample.route(), sample.body());
        assertThat(reply.status())
                .as(
                        "sample %d to %s: %s",
                        sample.number(), sample.route(), HexFormat.of().formatHex(sample.body()))
                .isBetween(200, 499);
    }

    @Test
    void aSampleOfEnvelopesThatAreAlmostRight() {
        runEnvelopes(SAMPLES);
    }

    @Test
    @Tag("slow")
    void manyEnvelopesThatAreAlmostRight() {
        assertNoLeak(() -> runEnvelopes(SAMPLES_SLOW));
    }

    @Test
    void aSampleOfArgumentsThatAreAlmostRight() {
        runArguments(SAMPLES);
    }

    @Test
    @Tag("slow")
    void manyArgumentsThatAreAlmostRight() {
        assertNoLeak(() -> runArguments(SAMPLES_SLOW));
    }

    /// Samples that once found something.
    @ParameterizedTest
    @ValueSource(longs = {0})
    void whatOnceFoundSomethingFindsItNoMore(long number) {
        var before = standing();
        send(envelope(number));
        send(argument(number));
        assertThat(standing()).isEqualTo(before);
    }

    private void runEnvelopes(int samples) {
        var before = standing();
        for (long number = 0; number < samples; number++) {
            send(envelope(number));
        }
        assertThat(standing()).isEqualTo(before);
        assertNothingWaits();
    }

    private void runArguments(int samples) {
        var before = standing();
        for (long number = 0; number < samples; number++) {
            send(argument(number));
        }
        assertThat(standing()).isEqualTo(before);
        assertNothingWaits();
    }

    /// The memory in use after a run is about that after a short one, which has filled all caches.
    private static void assertNoLeak(Runnable run) {
        run.run();
        long before = bytesInUse();
        run.run();
        assertThat(bytesInUse() - before).isLessThan(LEAK_BYTES_MAX);
    }

    private static long bytesInUse() {
        var runtime = Runtime.getRuntime();
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private Sample envelope(long number) {
        var random = new SplittableRandom(number);
        var canister = random.nextBoolean() ? counter : Principal.MANAGEMENT_CANISTER;
        var actions = List.of(Route.Action.values());
        var action = actions.get(random.nextInt(actions.size()));
        byte[] body = mutated(whole(action, canister, random), random);
        return new Sample(number, new Route.OfCanister(action, canister), body);
    }

    /// {@return a request that is right but for its age or its signature: none that is let in could get into the state}
    private static byte[] whole(Route.Action action, Principal canister, SplittableRandom random) {
        boolean signed = random.nextInt(4) == 0;
        var identity = signed ? OWNER : NOBODY;
        long now = System.currentTimeMillis() * 1_000_000;
        return switch (action) {
            case CALL, CALL_ASYNCHRONOUSLY ->
                identity.sign(new Content.CallContent(
                                identity.principal(),
                                now - 60 * MINUTE,
                                Optional.of(new byte[] {1, 2, 3}),
                                canister,
                                "inc",
                                NO_ARGUMENTS,
                                Optional.empty()))
                        .envelope();
            case QUERY ->
                identity.sign(new Content.QueryContent(
                                identity.principal(),
                                now + 4 * MINUTE,
                                Optional.empty(),
                                canister,
                                canister.equals(Principal.MANAGEMENT_CANISTER) ? "canister_status" : "get",
                                NO_ARGUMENTS,
                                Optional.empty()))
                        .envelope();
            case READ_STATE ->
                identity.sign(new Content.ReadStateContent(
                                identity.principal(),
                                now + 4 * MINUTE,
                                Optional.empty(),
                                List.of(Label.path("time"), Label.path("canister", canister, "module_hash"))))
                        .envelope();
        };
    }

    private Sample argument(long number) {
        var random = new SplittableRandom(~number);
        boolean isManagement = random.nextInt(4) > 0;
        var canister = random.nextInt(8) == 0 ? Principal.ofCanisterNumber(77) : random.nextBoolean() ? counter : site;
        var methods = isManagement ? MANAGEMENT_METHODS : CANISTER_METHODS;
        var method = methods.get(random.nextInt(methods.size()));
        byte[] argument = mutated(
                Candid.encode(Candid.parse(
                        ARGUMENTS.get(random.nextInt(ARGUMENTS.size())).formatted(canister))),
                random);
        var receiver = isManagement ? Principal.MANAGEMENT_CANISTER : canister;
        long expiry = System.currentTimeMillis() * 1_000_000 + 4 * MINUTE;
        // Nobody may change a canister of the owner's, whatever the argument says, so a call never gets into a round.
        boolean isCall = isManagement && random.nextBoolean();
        var content = isCall
                ? new Content.CallContent(
                        NOBODY.principal(), expiry, Optional.empty(), receiver, method, argument, Optional.empty())
                : new Content.QueryContent(
                        NOBODY.principal(), expiry, Optional.empty(), receiver, method, argument, Optional.empty());
        var action = isCall ? Route.Action.CALL : Route.Action.QUERY;
        return new Sample(
                number,
                new Route.OfCanister(action, receiver),
                NOBODY.sign(content).envelope());
    }

    /// {@return bytes that differ from these in a few places, or end elsewhere}
    private static byte[] mutated(byte[] bytes, SplittableRandom random) {
        var mutated = new ArrayList<Byte>();
        for (byte b : bytes) {
            mutated.add(b);
        }
        for (int changes = random.nextInt(6); changes > 0 && !mutated.isEmpty(); changes--) {
            int at = random.nextInt(mutated.size());
            switch (random.nextInt(7)) {
                case 0 -> mutated.set(at, (byte) random.nextInt(256));
                case 1 -> mutated.set(at, (byte) (mutated.get(at) ^ 1 << random.nextInt(8)));
                case 2 -> mutated.add(at, (byte) random.nextInt(256));
                case 3 -> mutated.remove(at);
                case 4 ->
                    mutated.subList(at, Math.min(mutated.size(), at + 1 + random.nextInt(16)))
                            .clear();
                case 5 -> mutated.addAll(at, List.copyOf(mutated.subList(at, Math.min(mutated.size(), at + 16))));
                default -> mutated.set(at, random.nextBoolean() ? (byte) 0xFF : (byte) 0x80);
            }
        }
        byte[] result = new byte[mutated.size()];
        for (int i = 0; i < result.length; i++) {
            result[i] = mutated.get(i);
        }
        return result;
    }
}
