package decant.bench;

import decant.base.Principal;
import decant.replica.Metric;
import decant.replica.Replica;
import decant.replica.ReplicaConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/// How long a node that was killed takes to make its calls again, and how long calls wait while a checkpoint is
/// written.
///
/// ```text
/// arguments   module of the counter, directory for the states
/// writes      two tables in Markdown
/// ```
final class LogBench {
    private static final int CLIENTS = 64;
    private static final int CALLS = 20_000;
    private static final int CHECKPOINTS = 5;

    private static final long DIRTY_BYTES = 128L << 20;

    /// A module with 128 MiB of memory and the method `dirty`, which adds one to the first word of each page of 4 KiB.
    private static final byte[] DIRTYING = HexFormat.of()
            .parseHex("0061736d01000000" + "010401600000" + "02110103696330096d73675f7265706c790000" + "03020100"
                    + "05040100" + "8010"
                    + "0719011563616e69737465725f7570646174652064697274790001"
                    + "0a29012701017f" + "0340" + "200020002802004101" + "6a360200" + "20004180206a2200"
                    + "4180808" + "0c00049" + "0d000b" + "10000b");

    private LogBench() {}

    public static void main(String[] arguments) throws Exception {
        var directory = Path.of(arguments[1]);
        printReplay(Files.readAllBytes(Path.of(arguments[0])), directory);
        System.out.println();
        printCheckpoints(Files.readAllBytes(Path.of(arguments[0])), directory);
    }

    private static ReplicaConfig config(Path directory) {
        return ReplicaConfig.of(directory).withCallPatience(Duration.ofMinutes(1));
    }

    // Replay.

    private static void printReplay(byte[] counter, Path directory) throws Exception {
        var state = directory.resolve("called");
        var killed = directory.resolve("killed");
        double called;
        try (var replica = Replica.open(config(state).withCheckpointEvery(Long.MAX_VALUE, Long.MAX_VALUE))) {
            var client = new ReplicaClient(replica);
            var canister = client.create();
            client.install(canister, counter);
            called = seconds(() -> callFromAll(client, canister));
            // What a process leaves behind that is killed now: all its batches, and no checkpoint.
            copy(state, killed);
        }
        double replayed = seconds(() -> Replica.open(config(killed)).close());
        double opened = seconds(() -> Replica.open(config(state)).close());
        System.out.println("| 20,000 calls of 64 clients | s | calls per second |");
        System.out.println("|---|---|---|");
        System.out.printf("| made: signed, durable, executed, certified | %.2f | %.0f |%n", called, CALLS / called);
        System.out.printf(
                "| made again by a node that was killed | %.2f | %.0f |%n",
                replayed - opened, CALLS / (replayed - opened));
        System.out.printf("| start of the node without them | %.2f | |%n", opened);
    }

    private interface Work {
        void run() throws Exception;
    }

    private static double seconds(Work work) throws Exception {
        long started = System.nanoTime();
        work.run();
        return (System.nanoTime() - started) / 1e9;
    }

    private static void callFromAll(ReplicaClient client, Principal canister) throws Exception {
        var left = new AtomicInteger(CALLS);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var done = threads.invokeAll(Collections.nCopies(CLIENTS, () -> {
                while (left.getAndDecrement() > 0) {
                    client.inc(canister);
                }
                return true;
            }));
            for (var future : done) {
                future.get();
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (var file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    // Checkpoints.

    private static void printCheckpoints(byte[] counter, Path directory) {
        var config = config(directory.resolve("checkpoints")).withCheckpointEvery(Long.MAX_VALUE, DIRTY_BYTES);
        try (var replica = Replica.open(config)) {
            var client = new ReplicaClient(replica);
            var canister = client.create();
            client.install(canister, counter);
            var large = client.create();
            client.install(large, DIRTYING);
            for (int i = 0; i < 500; i++) {
                client.inc(canister);
            }
            var without = new Latencies();
            var with = new Latencies();
            for (int i = 0; i < CHECKPOINTS; i++) {
                for (int j = 0; j < 100; j++) {
                    without.add(client, canister);
                }
                double before = checkpoints(replica);
                client.call(large, "dirty", new byte[0]);
                while (checkpoints(replica) == before) {
                    with.add(client, canister);
                }
            }
            System.out.println("| `inc` of one client | p50 ms | p99 ms | longest ms | calls |");
            System.out.println("|---|---|---|---|---|");
            without.print("no checkpoint is being written");
            with.print("a checkpoint of " + (DIRTY_BYTES >> 20) + " MiB is being written");
        }
    }

    private static double checkpoints(Replica replica) {
        return replica.metrics().stream()
                .filter(metric -> metric.name().equals("decant_checkpoints_total"))
                .mapToDouble(Metric::value)
                .findFirst()
                .orElseThrow();
    }

    private static final class Latencies {
        private long[] nanos = new long[16];
        private int count;

        void add(ReplicaClient client, Principal canister) {
            if (count == nanos.length) {
                nanos = Arrays.copyOf(nanos, count * 2);
            }
            long started = System.nanoTime();
            client.inc(canister);
            nanos[count++] = System.nanoTime() - started;
        }

        void print(String when) {
            long[] sorted = Arrays.copyOf(nanos, count);
            Arrays.sort(sorted);
            System.out.printf(
                    "| %s | %.2f | %.2f | %.2f | %d |%n",
                    when,
                    sorted[count / 2] / 1e6,
                    sorted[(int) ((count - 1) * 0.99)] / 1e6,
                    sorted[count - 1] / 1e6,
                    count);
        }
    }
}
