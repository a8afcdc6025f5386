package decant.server;

import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.Quota;
import decant.protocol.Identity;
import decant.protocol.SigningKey;
import decant.replica.Replica;
import decant.replica.ReplicaConfig;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Load that goes on: each answer is right, and what a node holds for its clients is the same after the second half as
/// after the first. `bench/run load` does this for minutes, and measures memory.
final class LoadTest {
    private static final int CLIENTS = 16;
    private static final int TURNS = 60;
    private static final int ROUNDS_PER_CHECKPOINT = 8;

    /// Two memories of the counter have up to 8 overlay files each in the latest checkpoint; the calls that lead to it
    /// leave some behind.
    private static final int OVERLAY_FILES_MAX = 2 * 2 * 8;

    private static final byte[] NOTHING = Candid.encode(List.of());
    private static final Identity OWNER = new Identity.KeyHolder(new SigningKey.Ed25519SigningKey(new byte[32]));

    @TempDir
    private Path folder;

    private Replica replica;
    private HttpServer server;
    private Principal counter;

    @BeforeEach
    void startNodeWithACounter() throws IOException {
        replica = Replica.open(ReplicaConfig.of(folder).withCheckpointEvery(ROUNDS_PER_CHECKPOINT, Long.MAX_VALUE));
        server = HttpServer.start(ServerConfig.DEFAULT.withAddress("127.0.0.1", 0), replica);
        try (var client = new TestClient(server.port())) {
            var management = new ManagementClient(client);
            counter = management.create(OWNER);
            byte[] wasm = Files.readAllBytes(Path.of(System.getProperty("decant.root"), "examples/counter/v1.wasm"));
            ManagementClient.replied(management.install(OWNER, counter, "install", wasm, NOTHING));
        }
    }

    @AfterEach
    void stopNode() {
        server.close();
        replica.close();
    }

    @Test
    void aNodeHoldsNoMoreAfterMoreLoad() throws Exception {
        Assumptions.assumeTrue(Files.exists(Path.of("/proc/self/fd")), "open files are counted on Linux only");
        work(1);
        var before = holdings();
        work(2);
        var after = holdings();

        assertThat(after.waiting()).isEqualTo(Map.of("decant_calls_waiting", 0.0, "decant_queries_waiting", 0.0));
        assertThat(after.instances()).isEqualTo(before.instances());
        assertThat(after.threads()).isLessThanOrEqualTo(before.threads() + 4);
        assertThat(after.openFiles()).isLessThanOrEqualTo(before.openFiles() + 4);
        assertThat(after.filesBesideOverlays()).isLessThanOrEqualTo(before.filesBesideOverlays() + 2);
    }

    @Test
    void overlaysOfForgottenCheckpointsAreDeleted() throws Exception {
        // How many checkpoints are made depends on how long each takes.
        while (overlayNumbers().isEmpty() || overlayNumbers().last() <= 2 * OVERLAY_FILES_MAX) {
            work(1);
        }
        // A checkpoint deletes the files of images that the collector found forgotten. Threads that are about to end
        // may hold some a little longer.
        for (int tries = 0; tries < 100 && overlayNumbers().size() > OVERLAY_FILES_MAX; tries++) {
            System.gc();
            increment(2 * ROUNDS_PER_CHECKPOINT);
        }
        assertThat(overlayNumbers()).hasSizeLessThanOrEqualTo(OVERLAY_FILES_MAX);
    }

    private void increment(int times) {
        try (var client = new TestClient(server.port())) {
            for (int i = 0; i < times; i++) {
                ManagementClient.replied(client.call(OWNER, counter, counter, "inc", NOTHING));
            }
        }
    }

    /// What is held by a node that nobody asks anything.
    private record Holdings(
            Map<String, Double> waiting, double instances, int threads, long openFiles, int filesBesideOverlays) {}

    private Holdings holdings() throws IOException {
        var metrics = replica.metrics().stream()
                .filter(metric -> metric.labels().isEmpty())
                .collect(Collectors.toMap(metric -> metric.name(), metric -> metric.value()));
        Function<String, Double> metric = name -> metrics.getOrDefault(name, Double.NaN);
        try (var open = Files.list(Path.of("/proc/self/fd"))) {
            return new Holdings(
                    Map.of(
                            "decant_calls_waiting", metric.apply("decant_calls_waiting"),
                            "decant_queries_waiting", metric.apply("decant_queries_waiting")),
                    metric.apply("decant_instances_resident"),
                    ManagementFactory.getThreadMXBean().getThreadCount(),
                    open.count(),
                    names("").size() + names("log").size() + names("store").size());
        }
    }

    /// {@return the names in a folder of the node, which goes on: what is listed may be gone already}
    private List<String> names(String within) throws IOException {
        try (var files = Files.list(folder.resolve(within))) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    /// {@return the numbers of the overlay files there are; the store counts them up as it writes them}
    private SortedSet<Long> overlayNumbers() throws IOException {
        return names("store/overlays").stream()
                .filter(name -> name.endsWith(".overlay"))
                .map(name -> Long.valueOf(name.replace(".overlay", "")))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /// Has clients work whose connections end with them.
    private void work(int half) throws Exception {
        var work = new ArrayList<Callable<Void>>();
        for (int i = 0; i < CLIENTS; i++) {
            byte[] seed = new byte[32];
            seed[0] = (byte) (i + 1);
            seed[1] = (byte) half;
            work.add(() -> serve(new Identity.KeyHolder(new SigningKey.Ed25519SigningKey(seed))));
        }
        long before = count();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var done : threads.invokeAll(work)) {
                done.get();
            }
        }
        assertThat(count()).isEqualTo(before + (long) CLIENTS * TURNS);
    }

    private Void serve(Identity identity) {
        try (var client = new TestClient(server.port())) {
            long last = 0;
            for (int turn = 0; turn < TURNS; turn++) {
                long next = number(ManagementClient.replied(client.call(identity, counter, counter, "inc", NOTHING)));
                assertThat(next).isGreaterThan(last);
                last = next;
                TestClient.expectStatus(client.get("/health"), 200);
            }
        }
        return null;
    }

    private long count() {
        try (var client = new TestClient(server.port())) {
            return number(ManagementClient.replied(client.query(OWNER, counter, "get", NOTHING)));
        }
    }

    private static long number(byte[] reply) {
        return Candid.decode(reply, Quota.DEFAULT).getFirst().toLong();
    }
}
