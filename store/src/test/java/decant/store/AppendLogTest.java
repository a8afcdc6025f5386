package decant.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AppendLogTest {
    static final int SEGMENT_BYTES = 64 << 10;

    @TempDir
    Path directory;

    @Test
    void entriesAreNumberedFromOneAndAreThereAfterReopening() {
        try (var log = open()) {
            assertThat(log.lastSequence()).isZero();
            assertThat(log.firstSequence()).isEqualTo(1);
            assertThat(log.append(List.of(entry(1), entry(2)))).isEqualTo(2);
            assertThat(log.append(List.of())).isEqualTo(2);
            assertThat(log.append(List.of(new byte[0]))).isEqualTo(3);
            assertThat(read(log, 1)).containsExactly(entry(1), entry(2), new byte[0]);
        }
        try (var log = open()) {
            assertThat(log.lastSequence()).isEqualTo(3);
            assertThat(read(log, 2)).containsExactly(entry(2), new byte[0]);
            assertThat(read(log, 4)).isEmpty();
            assertThat(log.append(List.of(entry(4)))).isEqualTo(4);
        }
        try (var log = open()) {
            assertThat(read(log, 3)).containsExactly(new byte[0], entry(4));
        }
    }

    @Test
    void entriesSpanManySegmentsAndMayBeLargerThanOne() {
        var expected = new ArrayList<byte[]>();
        try (var log = open()) {
            for (int i = 1; i <= 60; i++) {
                var entry = new byte[i == 30 ? 3 * SEGMENT_BYTES : i * 311];
                new Random(i).nextBytes(entry);
                expected.add(entry);
                log.append(List.of(entry));
            }
            assertThat(read(log, 1)).containsExactlyElementsOf(expected);
        }
        try (var log = open()) {
            assertThat(read(log, 1)).containsExactlyElementsOf(expected);
            assertThat(read(log, 31)).containsExactlyElementsOf(expected.subList(30, 60));
        }
    }

    @Test
    void segmentsGivenUpAreUsedAgain() throws IOException {
        try (var log = open()) {
            for (int i = 1; i <= 500; i++) {
                log.append(List.of(entry(i)));
                if (i % 25 == 0) {
                    log.truncateBefore(i - 10);
                    assertThat(log.firstSequence()).isBetween(i - 45L, i - 10L);
                    assertThat(read(log, i - 10)).hasSize(11);
                }
            }
        }
        assertThat(StoreTest.filesIn(directory)).hasSizeLessThan(10);
        try (var log = open()) {
            assertThat(read(log, 495))
                    .containsExactly(entry(495), entry(496), entry(497), entry(498), entry(499), entry(500));
            log.truncateBefore(501);
            assertThat(log.firstSequence()).isLessThanOrEqualTo(501);
            assertThat(log.append(List.of(entry(501)))).isEqualTo(501);
        }
    }

    @Test
    void entriesGivenUpAreAskedForInVain() {
        try (var log = open()) {
            for (int i = 1; i <= 40; i++) {
                log.append(List.of(entry(i)));
            }
            log.truncateBefore(40);
            assertThatThrownBy(() -> read(log, 1))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("begins with entry 31, but entry 1 is needed");
        }
    }

    @Test
    void anAppendCutShortIsRemoved() throws IOException {
        try (var log = open()) {
            log.append(List.of(entry(1)));
            log.append(List.of(entry(2)));
        }
        // The mark that says the log was closed is at 12 KiB; without it the last append is the one at 8 KiB.
        overwrite(segment(1), 3 * 4096, new byte[4096]);
        overwrite(segment(1), 2 * 4096 + 20, new byte[] {1, 2, 3});
        try (var log = open()) {
            assertThat(read(log, 1)).containsExactly(entry(1));
            assertThat(log.append(List.of(entry(7)))).isEqualTo(2);
        }
        try (var log = open()) {
            assertThat(read(log, 1)).containsExactly(entry(1), entry(7));
        }
    }

    @Test
    void damageBeforeTheEndIsNamedWithFileAndOffset() throws IOException {
        try (var log = open()) {
            for (int i = 1; i <= 40; i++) {
                log.append(List.of(entry(i)));
            }
        }
        overwrite(segment(1), 2 * 4096 + 40, new byte[] {99});
        try (var log = open()) {
            assertThatThrownBy(() -> read(log, 1))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining(segment(1) + " is damaged: at offset 8192")
                    .hasMessageContaining("entry 2");
            assertThat(read(log, 16)).hasSize(25);
        }
        overwrite(segment(3), 2 * 4096 + 40, new byte[] {99});
        assertThatThrownBy(this::open)
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(segment(3) + " is damaged: at offset 8192: there is no entry 32");
    }

    @Test
    void damageToTheLastEntryIsFoundWhenTheLogWasClosed() throws IOException {
        try (var log = open()) {
            log.append(List.of(entry(1)));
        }
        overwrite(segment(1), 4096 + 40, new byte[] {99});
        assertThatThrownBy(this::open).hasMessageContaining("at offset 4096: there is no entry 1");
    }

    @Test
    void aMissingSegmentIsNamed() throws IOException {
        try (var log = open()) {
            for (int i = 1; i <= 40; i++) {
                log.append(List.of(entry(i)));
            }
        }
        Files.delete(segment(2));
        assertThatThrownBy(this::open).hasMessageContaining(segment(2) + " is damaged: it is missing");
    }

    @Test
    void anotherFormatVersionIsRefusedByName() throws IOException {
        open().close();
        var header = LogFormat.header(1, 1).putInt(8, 2);
        header.putInt(LogFormat.CHECK_AT, LogFormat.crc(header, 0, LogFormat.CHECK_AT));
        var bytes = new byte[header.remaining()];
        header.get(bytes);
        overwrite(segment(1), 0, bytes);
        assertThatThrownBy(this::open).hasMessageContaining("has format version 2, this program reads version 1");
    }

    @Test
    void everyBitThatMattersIsGuarded() throws IOException {
        var expected = new ArrayList<byte[]>();
        try (var log = open()) {
            for (int i = 1; i <= 40; i++) {
                expected.add(entry(i));
                log.append(List.of(entry(i)));
            }
        }
        var original = new TreeMap<Path, byte[]>();
        for (int number = 1; number <= 3; number++) {
            original.put(segment(number), Files.readAllBytes(segment(number)));
        }
        // Segment 3 ends with ten batches and the mark that says that the log was closed.
        int end = 11 * 4096;
        var random = new Random(5);
        int found = 0;
        for (int round = 0; round < 400; round++) {
            var file = segment(1 + random.nextInt(3));
            var bytes = original.get(file);
            int within = random.nextBoolean() ? random.nextInt(60) : random.nextInt(4096);
            int at = random.nextInt(bytes.length / 4096) * 4096 + within;
            boolean isGuarded = at < 4096 || (within < LogFormat.BATCH_HEADER_BYTES + Integer.BYTES + entry(1).length);
            boolean isUsed = !file.equals(segment(3)) || at < end;
            overwrite(file, at, new byte[] {(byte) (bytes[at] ^ 1 << random.nextInt(8))});
            try (var log = open()) {
                assertThat(read(log, 1)).containsExactlyElementsOf(expected);
                assertThat(isGuarded && isUsed).as("%s at %d", file, at).isFalse();
            } catch (StoreException e) {
                assertThat(e.path()).isEqualTo(file);
                found++;
            }
            for (var entry : original.entrySet()) {
                Files.write(entry.getKey(), entry.getValue());
            }
        }
        assertThat(found).isGreaterThan(150);
    }

    @Test
    void anotherThreadMayGiveEntriesUpAndReadWhileOneAppends() throws Exception {
        try (var log = open()) {
            log.append(List.of(entry(1)));
            var truncating = new FutureTask<>(() -> {
                long last = 0;
                while (last < 400) {
                    last = log.lastSequence();
                    log.truncateBefore(last - 20);
                    assertThat(read(log, Math.max(1, last - 5)).size()).isGreaterThanOrEqualTo(last < 6 ? 1 : 6);
                }
                return last;
            });
            Thread.ofPlatform().start(truncating);
            for (int i = 2; i <= 400; i++) {
                assertThat(log.append(List.of(entry(i)))).isEqualTo(i);
            }
            assertThat(truncating.get()).isEqualTo(400);
            assertThat(read(log, 381)).hasSize(20);
            assertThat(log.firstSequence()).isGreaterThan(360);
        }
    }

    @Test
    void aFullDiskIsSaidAndLosesNothing() {
        var disk = new FullDisk();
        try (var log = AppendLog.open(directory, disk, SEGMENT_BYTES)) {
            disk.bytesLeft = 1000;
            int acknowledged = 0;
            while (true) {
                int next = acknowledged + 1;
                try {
                    log.append(List.of(entry(next)));
                    acknowledged = next;
                } catch (StoreException e) {
                    assertThat(e).hasMessageStartingWith("disk full").hasMessageContaining("free some space");
                    break;
                }
            }
            assertThat(acknowledged).isEqualTo(15);
            assertThat(read(log, 1)).hasSize(15);
            disk.bytesLeft = Long.MAX_VALUE;
            assertThat(log.append(List.of(entry(16)))).isEqualTo(16);
            assertThat(read(log, 1)).hasSize(16);
        }
    }

    @Test
    void aSecondOpeningIsRefused() {
        try (var _ = open()) {
            assertThatThrownBy(this::open).hasMessageContaining("is in use");
        }
    }

    private AppendLog open() {
        return AppendLog.open(directory, Disk.REAL, SEGMENT_BYTES);
    }

    private Path segment(long number) {
        return directory.resolve(LogFormat.name(number, LogFormat.SEGMENT_SUFFIX));
    }

    static byte[] entry(int number) {
        return "entry %06d".formatted(number).getBytes(StandardCharsets.US_ASCII);
    }

    static List<byte[]> read(AppendLog log, long from) {
        var entries = new ArrayList<byte[]>();
        log.forEachFrom(from, (sequence, entry) -> {
            assertThat(sequence).isEqualTo(from + entries.size());
            entries.add(entry);
        });
        return entries;
    }

    static void overwrite(Path file, long at, byte[] bytes) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(bytes), at);
        }
    }
}
