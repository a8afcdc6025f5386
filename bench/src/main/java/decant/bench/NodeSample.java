package decant.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;

/// What the process of a node holds at one moment, as its kernel and its Java machine tell.
///
/// @param callsRemembered calls of which the node can still tell the outcome
/// @param heapBytes what is alive in the Java heap
/// @param residentBytes memory that the kernel counts for the process
/// @param otherBytes what is neither in the Java heap, which grows and shrinks as its collector likes, nor in a
///     canister's memory, nor in a file
/// @param stateFiles files in the directory of the node's state
/// @param stateBytes their sizes together
record NodeSample(
        long callsRemembered,
        long heapBytes,
        long residentBytes,
        long otherBytes,
        long threads,
        long openFiles,
        long stateFiles,
        long stateBytes) {

    /// The node whose samples are taken.
    record Node(String process, Path state) {
        private static final Pattern HEAP_RANGE = Pattern.compile("\\[0x([0-9a-f]+), 0x([0-9a-f]+)\\)");
        private static final Pattern MAPPING = Pattern.compile("^([0-9a-f]+)-([0-9a-f]+) ");

        /// A canister's memory is the only range so large.
        private static final long CANISTER_RANGE_MIN = 4L << 30;

        NodeSample sample(long callsRemembered) throws IOException, InterruptedException {
            long heap = heapBytes();
            var files = files();
            return new NodeSample(
                    callsRemembered,
                    heap,
                    status("VmRSS:") << 10,
                    otherBytes(),
                    status("Threads:"),
                    openFiles(),
                    files.size(),
                    files.stream().mapToLong(Node::size).sum());
        }

        /// {@return what is alive after a collection}
        private long heapBytes() throws IOException, InterruptedException {
            return diagnosed("GC.class_histogram")
                    .lines()
                    .filter(line -> line.startsWith("Total"))
                    .mapToLong(line -> Long.parseLong(line.split("\\s+", -1)[2]))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("jcmd does not tell the heap of process " + process));
        }

        /// {@return how much memory outside of the Java heap and of canisters' memories is the process's alone}
        ///
        /// Pages of mapped files, which the kernel takes back when it likes, do not count.
        ///
        /// The heap gives memory back right after a collection, so the difference of two looks
        /// would tell nothing.
        private long otherBytes() throws IOException, InterruptedException {
            var range = HEAP_RANGE.matcher(diagnosed("GC.heap_info"));
            if (!range.find()) {
                throw new IllegalStateException("jcmd does not tell where the heap of process " + process + " is");
            }
            long start = Long.parseUnsignedLong(range.group(1), 16);
            long end = Long.parseUnsignedLong(range.group(2), 16);
            long bytes = 0;
            boolean isCounted = true;
            for (var line : Files.readAllLines(Path.of("/proc", process, "smaps"))) {
                var mapping = MAPPING.matcher(line);
                if (mapping.find()) {
                    long at = Long.parseUnsignedLong(mapping.group(1), 16);
                    long size = Long.parseUnsignedLong(mapping.group(2), 16) - at;
                    boolean isHeap = Long.compareUnsigned(at, start) >= 0 && Long.compareUnsigned(at, end) < 0;
                    isCounted = !isHeap && size < CANISTER_RANGE_MIN;
                } else if (isCounted && line.startsWith("Anonymous:")) {
                    bytes += Long.parseLong(line.split("\\s+", -1)[1]) << 10;
                }
            }
            return bytes;
        }

        private String diagnosed(String command) throws IOException, InterruptedException {
            var jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
            var running = new ProcessBuilder(jcmd, process, command)
                    .redirectErrorStream(true)
                    .start();
            var said = new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            running.waitFor();
            return said;
        }

        private long status(String name) throws IOException {
            try (var lines = Files.lines(Path.of("/proc", process, "status"))) {
                return lines.filter(line -> line.startsWith(name))
                        .mapToLong(line -> Long.parseLong(line.split("\\s+", -1)[1]))
                        .findFirst()
                        .orElseThrow();
            }
        }

        private long openFiles() throws IOException {
            try (var open = Files.list(Path.of("/proc", process, "fd"))) {
                return open.count();
            }
        }

        private List<Path> files() throws IOException {
            try (var walk = Files.walk(state)) {
                return walk.filter(Files::isRegularFile).toList();
            } catch (UncheckedIOException _) {
                return files(); // One vanished between its name and its attributes.
            }
        }

        private static long size(Path file) {
            try {
                return Files.size(file);
            } catch (NoSuchFileException _) {
                return 0;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /// One of the things that must not grow, and how much it may differ none the less.
    ///
    /// @param ratioMax last fifth of a run to the first
    /// @param slack what it may grow by in any case
    record Bound(String name, ToDoubleFunction<NodeSample> measured, double ratioMax, double slack) {
        /// {@return the bounds of a node that remembers each call for some minutes}
        ///
        /// While a checkpoint is written, the heap also holds the calls that were forgotten since it began.
        static List<Bound> all() {
            return List.of(
                    new Bound(
                            "Java heap in use, less 520 bytes for each call remembered, MiB",
                            sample -> (sample.heapBytes - sample.callsRemembered * HEAP_BYTES_PER_CALL) / MIB,
                            1.2,
                            16),
                    new Bound("memory beside the Java heap, MiB", sample -> sample.otherBytes / MIB, 1.2, 64),
                    new Bound("threads", NodeSample::threads, 1.1, 8),
                    new Bound("open files", NodeSample::openFiles, 1.1, 16),
                    new Bound("files of the state", NodeSample::stateFiles, 1.1, 64),
                    new Bound(
                            "bytes of the state, less 1,100 for each call remembered, MiB",
                            sample -> (sample.stateBytes - sample.callsRemembered * STATE_BYTES_PER_CALL) / MIB,
                            1.1,
                            128));
        }

        double of(List<NodeSample> samples) {
            return samples.stream().mapToDouble(measured).average().orElseThrow();
        }

        boolean holds(double first, double last) {
            return last <= first * ratioMax || last <= first + slack;
        }
    }

    /// What the heap holds for a call whose outcome is remembered: its ids, its reply, its place in the state tree.
    private static final double HEAP_BYTES_PER_CALL = 520;

    /// What the files hold for it.
    private static final double STATE_BYTES_PER_CALL = 1_100;

    private static final double MIB = 1 << 20;
}
