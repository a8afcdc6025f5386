package decant.store;

import static decant.store.AppendLogTest.SEGMENT_BYTES;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A process that logs and writes checkpoints is killed at some moment; what it reported as done is there
/// afterwards.
final class KillTest {
    private static final int ROUNDS = 5;

    @TempDir
    Path directory;

    @Test
    void whatAKilledProcessReportedIsThere() throws Exception {
        var random = new Random(11);
        for (int round = 0; round < ROUNDS; round++) {
            var process = new ProcessBuilder(
                            ProcessHandle.current().info().command().orElseThrow(),
                            "-ea",
                            "-Xmx64m",
                            "-XX:TieredStopAtLevel=1",
                            "--enable-native-access=ALL-UNNAMED",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Worker.class.getName(),
                            directory.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            long reported = 0;
            try (var lines =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII))) {
                int linesMax = 1 + random.nextInt(150);
                for (int i = 0; i < linesMax; i++) {
                    reported = Long.parseLong(lines.readLine());
                }
            } finally {
                process.destroyForcibly().waitFor();
            }
            requireAllThere(reported);
        }
        assertThat(StoreTest.filesIn(directory.resolve("store").resolve(StoreFormat.NATIVE)))
                .isEmpty();
    }

    private void requireAllThere(long reported) {
        try (var log = AppendLog.open(directory.resolve("log"), Disk.REAL, SEGMENT_BYTES);
                var store = Store.open(directory.resolve("store"))) {
            assertThat(log.lastSequence()).isGreaterThanOrEqualTo(reported);
            var latest = store.latest();
            long height = latest.isPresent() ? latest.get().height() : 0;
            log.forEachFrom(height + 1, (sequence, entry) -> assertThat(entry).isEqualTo(Worker.entry(sequence)));
            if (latest.isPresent()) {
                var expected = PageMap.empty();
                for (long sequence = 1; sequence <= height; sequence++) {
                    expected = expected.with(Worker.change(sequence));
                }
                assertThat(latest.get().images().get("image").hash()).isEqualTo(expected.hash());
            }
        }
    }

    /// The process that is killed: recovers, then appends entries, each of which changes some pages, and writes
    /// a checkpoint now and then; prints the number of each entry that is durable.
    static final class Worker {
        private Worker() {}

        public static void main(String[] arguments) throws IOException {
            var directory = Path.of(arguments[0]);
            try (var log = AppendLog.open(directory.resolve("log"), Disk.REAL, SEGMENT_BYTES);
                    var store = Store.open(directory.resolve("store"))) {
                var image = store.latest()
                        .map(checkpoint -> checkpoint.images().get("image"))
                        .orElse(PageMap.empty());
                long height = store.latest().map(Checkpoint::height).orElse(0L);
                for (; height < log.lastSequence(); height++) {
                    image = image.with(change(height + 1));
                }
                while (true) {
                    height = log.append(List.of(entry(height + 1)));
                    System.out.println(height);
                    image = image.with(change(height));
                    if (height % 7 == 0) {
                        var images = new TreeMap<>(Map.of("image", image));
                        image = store.write(new Checkpoint(height, new TreeMap<>(), images))
                                .get("image");
                        log.truncateBefore(height + 1);
                    }
                }
            }
        }

        static byte[] entry(long sequence) {
            var entry = new byte[(int) (sequence * 977 % 6000)];
            new Random(sequence).nextBytes(entry);
            return entry;
        }

        static PageDelta change(long sequence) {
            return ModelImage.empty().change(new Random(sequence), 3000);
        }
    }
}
