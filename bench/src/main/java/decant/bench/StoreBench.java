package decant.bench;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.WRITE;

import decant.store.AppendLog;
import decant.store.Checkpoint;
import decant.store.PageDelta;
import decant.store.PageMap;
import decant.store.Store;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;

/// The store beside the limits of its disk, measured in the same run: appends beside bare ones, reading an image beside
/// reading a mapped file.
///
/// And how many bytes it writes for each byte that changes, beside peers: each is a command that gets a directory and
/// the numbers of [Churn] and prints the bytes that it wrote and its milliseconds.
///
/// ```text
/// arguments   directory for the files [-- name of a peer, command of a peer]...
/// ```
final class StoreBench {
    private static final int MIB = 1 << 20;
    private static final int PAGE_BYTES = PageMap.PAGE_BYTES;

    private StoreBench() {}

    public static void main(String[] arguments) throws Exception {
        var directory = Files.createDirectories(Path.of(arguments[0]));
        printAppends(directory);
        printReads(directory);
        Churn.print(directory, peers(arguments));
    }

    private static List<List<String>> peers(String[] arguments) {
        var peers = new ArrayList<List<String>>();
        for (var argument : Arrays.asList(arguments).subList(1, arguments.length)) {
            if (argument.equals("--")) {
                peers.add(new ArrayList<>());
            } else {
                peers.getLast().add(argument);
            }
        }
        return peers;
    }

    // Appends.

    private static final int APPENDS = 1_000;
    private static final int APPENDS_WARMING = 200;

    /// The batch and its two headers fill whole blocks of the log.
    private static final int HEADER_BYTES = 36;

    private static void printAppends(Path directory) throws IOException {
        System.out.println(
                "| bytes of a batch | append p50 ms | p99 ms | bare p50 ms | p99 ms | p50 / bare | p99 / bare |");
        System.out.println("|---|---|---|---|---|---|---|");
        for (int bytes : new int[] {4 << 10, 64 << 10, 1 << 20}) {
            var ours = new long[APPENDS];
            var bare = new long[APPENDS];
            try (var log = AppendLog.open(directory.resolve("log-" + bytes));
                    var file = FileChannel.open(directory.resolve("bare"), CREATE_NEW, WRITE, DELETE_ON_CLOSE)) {
                append(log, file, bytes, ours, bare);
            }
            System.out.printf(
                    "| %d | %.3f | %.3f | %.3f | %.3f | %.2f | %.2f |%n",
                    bytes,
                    quantile(ours, 0.5) / 1e6,
                    quantile(ours, 0.99) / 1e6,
                    quantile(bare, 0.5) / 1e6,
                    quantile(bare, 0.99) / 1e6,
                    quantile(ours, 0.5) / quantile(bare, 0.5),
                    quantile(ours, 0.99) / quantile(bare, 0.99));
        }
        System.out.println();
    }

    /// They take turns, so that a disk that others use is as busy for both.
    private static void append(AppendLog log, FileChannel file, int bytes, long[] ours, long[] bare)
            throws IOException {
        int ring = Math.max(16 * MIB, bytes);
        fill(file, ring);
        var entry = new byte[bytes - HEADER_BYTES];
        Arrays.fill(entry, (byte) 0x5A);
        var buffer = ByteBuffer.allocateDirect(bytes);
        for (int i = -APPENDS_WARMING; i < APPENDS; i++) {
            long started = System.nanoTime();
            long sequence = log.append(List.of(entry));
            long between = System.nanoTime();
            file.write(buffer.clear(), (long) Math.floorMod(i, ring / bytes) * bytes);
            file.force(false);
            long ended = System.nanoTime();
            if (i >= 0) {
                ours[i] = between - started;
                bare[i] = ended - between;
            }
            // As after a checkpoint: the segments are used again.
            log.truncateBefore(sequence);
        }
    }

    private static void fill(FileChannel file, long bytes) throws IOException {
        var zeros = ByteBuffer.allocateDirect(MIB);
        for (long position = 0; position < bytes; position += MIB) {
            file.write(zeros.clear(), position);
        }
        file.force(true);
    }

    private static double quantile(long[] nanos, double share) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return sorted[(int) (share * (sorted.length - 1))];
    }

    // Reading.

    private static final long IMAGE_BYTES = 1L << 30;
    private static final int READS = 5;

    private static void printReads(Path directory) throws Exception {
        var folder = directory.resolve("image");
        try (var store = Store.open(folder)) {
            var image = PageMap.empty();
            for (long at = 0; at < IMAGE_BYTES; at += 256 * MIB) {
                image = image.with(pages(at / PAGE_BYTES, 256 * MIB / PAGE_BYTES));
                var written = new TreeMap<>(java.util.Map.of("image", image));
                image = store.write(new Checkpoint(at + 1, new TreeMap<>(), written))
                        .get("image");
            }
        }
        var raw = directory.resolve("raw");
        try (var file = FileChannel.open(raw, CREATE_NEW, WRITE)) {
            fill(file, IMAGE_BYTES);
        }
        System.out.println(
                "| reading 1 GiB from its first byte to its last | image MiB/s | mapped file MiB/s | image / file |");
        System.out.println("|---|---|---|---|");
        for (boolean cold : new boolean[] {true, false}) {
            var ours = new long[READS];
            var bare = new long[READS];
            for (int i = 0; i < READS; i++) {
                if (cold) {
                    forget(folder.resolve("overlays"));
                    forget(directory);
                }
                ours[i] = readImage(folder);
                bare[i] = readMapped(raw);
            }
            System.out.printf(
                    "| %s | %.0f | %.0f | %.2f |%n",
                    cold ? "the kernel has nothing of it in memory" : "the kernel has it in memory",
                    (IMAGE_BYTES >> 20) / (quantile(ours, 0.5) / 1e9),
                    (IMAGE_BYTES >> 20) / (quantile(bare, 0.5) / 1e9),
                    quantile(bare, 0.5) / quantile(ours, 0.5));
        }
        System.out.println();
        Files.delete(raw);
    }

    private static PageDelta pages(long first, long count) {
        var delta = new PageDelta();
        for (long page = first; page < first + count; page++) {
            delta.put(page, content(page));
        }
        return delta;
    }

    static byte[] content(long page) {
        var bytes = new byte[PAGE_BYTES];
        new SplittableRandom(page).nextBytes(bytes);
        return bytes;
    }

    /// Opens the store anew, so that every checksum is compared.
    private static long readImage(Path folder) {
        try (var store = Store.open(folder);
                var arena = Arena.ofConfined()) {
            var image = store.latest().orElseThrow().images().get("image");
            if (image == null) {
                throw new IllegalStateException("the checkpoint has no image");
            }
            var window = arena.allocate(MIB);
            long started = System.nanoTime();
            for (long at = 0; at < IMAGE_BYTES; at += MIB) {
                image.read(at, window);
            }
            return System.nanoTime() - started;
        }
    }

    private static long readMapped(Path raw) throws IOException {
        try (var file = FileChannel.open(raw);
                var arena = Arena.ofConfined()) {
            var mapped = file.map(FileChannel.MapMode.READ_ONLY, 0, IMAGE_BYTES, arena);
            var window = arena.allocate(MIB);
            long started = System.nanoTime();
            for (long at = 0; at < IMAGE_BYTES; at += MIB) {
                MemorySegment.copy(mapped, at, window, 0, MIB);
            }
            return System.nanoTime() - started;
        }
    }

    /// Has the kernel forget what it has in memory of the files of a directory: `dd` can ask it without being root.
    private static void forget(Path directory) throws Exception {
        // What is mapped is not forgotten.
        System.gc();
        try (var files = Files.newDirectoryStream(directory, Files::isRegularFile)) {
            for (var file : files) {
                var process = new ProcessBuilder("dd", "if=" + file, "iflag=nocache", "count=0", "status=none")
                        .inheritIO()
                        .start();
                if (process.waitFor() != 0) {
                    throw new IllegalStateException("dd could not drop " + file + " from memory");
                }
            }
        }
    }
}
