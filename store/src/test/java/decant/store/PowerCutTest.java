package decant.store;

import static decant.store.AppendLogTest.SEGMENT_BYTES;
import static decant.store.AppendLogTest.read;
import static decant.store.StoreTest.checkpoint;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The power fails at operation 0, 1, 2, ... of a piece of work, and what was not synchronised is partly
/// forgotten.
final class PowerCutTest {
    @TempDir
    Path temporary;

    @Test
    void aLogLosesNothingAcknowledgedAndKeepsNoHalfAppend() throws IOException {
        boolean isFinished = false;
        for (int cut = 0; !isFinished; cut++) {
            var random = new Random(cut);
            var directory = Files.createDirectories(temporary.resolve("log" + cut));
            var appended = new Appended();
            // Twice, so that the second cut strikes a log that has already lost something.
            for (int life = 0; life < 2; life++) {
                var disk =
                        new PowerCutDisk(cut, Files.createDirectories(temporary.resolve("trash" + cut + life)), random);
                isFinished = appended.work(directory, disk, random);
                disk.restart();
                appended.requireAllThere(directory);
            }
        }
    }

    @Test
    void aStoreHasTheOldOrTheNewCheckpoint() throws IOException {
        boolean isFinished = false;
        for (int cut = 0; !isFinished; cut++) {
            var random = new Random(cut);
            var directory = Files.createDirectories(temporary.resolve("store" + cut));
            var disk = new PowerCutDisk(cut, Files.createDirectories(temporary.resolve("trash" + cut)), random);
            var written = new Written();
            isFinished = written.work(directory, disk, random);
            disk.restart();
            written.requireOldOrNew(directory);
        }
    }

    /// The entries of a log, as far as its user knows of them.
    private static final class Appended {
        private final List<byte[]> acknowledged = new ArrayList<>();
        private final List<byte[]> uncertain = new ArrayList<>();
        private long neededFrom = 1;

        /// {@return whether all was done}
        boolean work(Path directory, Disk disk, Random random) {
            try (var log = AppendLog.open(directory, disk, SEGMENT_BYTES)) {
                for (int i = 0; i < 25; i++) {
                    var batch = new ArrayList<byte[]>();
                    for (int n = random.nextInt(3); n >= 0; n--) {
                        var entry = new byte[random.nextInt(9_000)];
                        random.nextBytes(entry);
                        batch.add(entry);
                    }
                    uncertain.addAll(batch);
                    log.append(batch);
                    acknowledged.addAll(batch);
                    uncertain.clear();
                    if (i % 6 == 5) {
                        neededFrom = Math.max(1, acknowledged.size() - 5);
                        log.truncateBefore(neededFrom);
                    }
                }
                return true;
            } catch (StoreException e) {
                assertThat(e).hasRootCauseMessage("the power is off");
                return false;
            }
        }

        void requireAllThere(Path directory) {
            try (var log = AppendLog.open(directory, Disk.REAL, SEGMENT_BYTES)) {
                var found = read(log, neededFrom);
                int expected = acknowledged.size() - (int) (neededFrom - 1);
                assertThat(found.size()).isIn(expected, expected + uncertain.size());
                if (found.size() > expected) {
                    acknowledged.addAll(uncertain);
                }
                uncertain.clear();
                assertThat(found)
                        .containsExactlyElementsOf(acknowledged.subList((int) neededFrom - 1, acknowledged.size()));
                assertThat(log.lastSequence()).isEqualTo(acknowledged.size());
            }
        }
    }

    /// The checkpoints of a store, as far as its user knows of them.
    private static final class Written {
        private final List<ModelImage> models = new ArrayList<>(List.of(ModelImage.empty()));
        private long acknowledged;

        /// {@return whether all was done}
        boolean work(Path directory, PowerCutDisk disk, Random random) {
            try (var store = Store.open(directory, disk)) {
                var image = PageMap.empty();
                for (int height = 1; height <= 6; height++) {
                    var model = models.getLast().copy();
                    image = image.with(model.change(random, 400));
                    models.add(model);
                    var images = new TreeMap<>(Map.of("image", image, "image again", image));
                    var records = StoreTest.records(Map.of("height", new byte[] {(byte) height}));
                    image = store.write(new Checkpoint(height, records, images)).get("image");
                    acknowledged = height;
                }
                return !disk.isOff();
            } catch (StoreException e) {
                assertThat(e).hasRootCauseMessage("the power is off");
                return false;
            }
        }

        void requireOldOrNew(Path directory) {
            try (var store = Store.open(directory)) {
                var latest = store.latest();
                long height = latest.isPresent() ? latest.get().height() : 0;
                assertThat(height).isIn(acknowledged, acknowledged + 1);
                if (latest.isEmpty()) {
                    return;
                }
                assertThat(latest.get().records().get("height").get()).containsExactly((byte) height);
                for (var image : latest.get().images().values()) {
                    models.get((int) height).requireEqual(image);
                }
                var next = models.get((int) height).copy();
                var image = latest.get().images().get("image").with(next.change(new Random(1), 400));
                next.requireEqual(store.write(checkpoint(height + 1, image)).get("image"));
            }
        }
    }
}
