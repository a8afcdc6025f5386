package decant.store;

import static decant.store.AppendLogTest.overwrite;
import static decant.store.StoreTest.checkpoint;
import static decant.store.StoreTest.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import decant.base.Hash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Bytes that change on the disk are named, and never served.
final class DamageTest {
    private static final int PAGE = PageMap.PAGE_BYTES;

    @TempDir
    Path directory;

    @Test
    void everyBitOfAnOverlayFileIsGuarded() throws IOException {
        var image = PageMap.empty().with(run(0, 130, 1)).with(run(1000, 20, 2));
        try (var store = Store.open(directory)) {
            store.write(checkpoint(1, image));
        }
        var file = overlay(1);
        var original = Files.readAllBytes(file);
        var random = new Random(3);
        for (int round = 0; round < 300; round++) {
            int block = random.nextBoolean()
                    ? random.nextInt(original.length / PAGE)
                    : original.length / PAGE - 1 - round % 5;
            int at = block * PAGE + (random.nextBoolean() ? random.nextInt(64) : random.nextInt(PAGE));
            overwrite(file, at, new byte[] {(byte) (original[at] ^ 1 << random.nextInt(8))});
            assertThatThrownBy(this::readAll)
                    .as("bit in byte %d", at)
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining(file + " is damaged: at offset " + at / PAGE * PAGE);
            overwrite(file, at, new byte[] {original[at]});
        }
        assertThat(readAll()).isEqualTo(image.hash());
    }

    @Test
    void aDamagedPageDoesNotKeepOthersFromBeingRead() throws IOException {
        try (var store = Store.open(directory)) {
            store.write(checkpoint(1, PageMap.empty().with(run(0, 10, 1))));
        }
        overwrite(overlay(1), 4 * PAGE + 100, new byte[] {7});
        try (var store = Store.open(directory)) {
            var image = store.latest().orElseThrow().images().get("image");
            assertThat(PageMapTest.firstByte(image, 2)).isEqualTo((byte) 1);
            for (int attempt = 0; attempt < 2; attempt++) {
                assertThatThrownBy(() -> PageMapTest.firstByte(image, 3))
                        .hasMessageContaining("at offset 16384: the page in slot 3 has the checksum");
            }
            // Merging must not launder it.
            assertThatThrownBy(() -> store.write(checkpoint(2, image.with(run(20, 30, 2)))))
                    .hasMessageContaining("the page in slot 3");
            assertThat(store.latest().orElseThrow().height()).isEqualTo(1);
        }
    }

    @Test
    void theHashOfADamagedPageIsThatOfWhatWasWritten() throws IOException {
        var written = PageMap.empty().with(run(0, 10, 1));
        try (var store = Store.open(directory)) {
            store.write(checkpoint(1, written));
        }
        overwrite(overlay(1), 4 * PAGE + 100, new byte[] {7});
        try (var store = Store.open(directory)) {
            var image = store.latest().orElseThrow().images().get("image");
            assertThat(image.pageHashes(0, 10)).isEqualTo(written.pageHashes(0, 10));
        }
    }

    @Test
    void damageIsFoundWhereverAReadBeginsAndEnds() throws IOException {
        try (var store = Store.open(directory)) {
            store.write(checkpoint(1, PageMap.empty().with(run(0, 40, 1))));
        }
        overwrite(overlay(1), 21 * PAGE + 100, new byte[] {7});
        int[] offsets = {0, 1, 50, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE};
        for (int before : offsets) {
            for (int after : offsets) {
                try (var store = Store.open(directory)) {
                    var image = store.latest().orElseThrow().images().get("image");
                    var bytes = new byte[before + PAGE / 2 + after];
                    assertThatThrownBy(() -> image.read(20 * PAGE + PAGE / 4 - before, bytes, 0, bytes.length))
                            .as("from %d before to %d behind", before, after)
                            .hasMessageContaining("the page in slot 20");
                    image.read(21L * PAGE, bytes, 0, bytes.length);
                    assertThat(bytes).containsOnly(1);
                    image.read(20L * PAGE - bytes.length, bytes, 0, bytes.length);
                    assertThat(bytes).containsOnly(1);
                }
            }
        }
    }

    @Test
    void aBlockInThePlaceOfAnotherIsFound() throws IOException {
        var image = PageMap.empty();
        for (int page = 0; page < 400; page += 2) {
            image = image.with(run(page, 1, 1));
        }
        try (var store = Store.open(directory)) {
            store.write(checkpoint(1, image));
        }
        // 200 pages, then two blocks of ranges.
        var bytes = Files.readAllBytes(overlay(1));
        overwrite(overlay(1), 201 * PAGE, Arrays.copyOfRange(bytes, 202 * PAGE, 203 * PAGE));
        overwrite(overlay(1), 202 * PAGE, Arrays.copyOfRange(bytes, 201 * PAGE, 202 * PAGE));
        assertThatThrownBy(this::readAll).hasMessageContaining("the checksum of block 20");
    }

    @Test
    void aFileCutOrLostIsFoundWhenTheStoreIsOpened() throws IOException {
        try (var store = Store.open(directory)) {
            store.write(checkpoint(1, PageMap.empty().with(run(0, 10, 1))));
        }
        var bytes = Files.readAllBytes(overlay(1));
        Files.write(overlay(1), Arrays.copyOf(bytes, bytes.length - PAGE));
        assertThatThrownBy(() -> Store.open(directory))
                .hasMessageContaining(overlay(1) + " is damaged: it has 53248 bytes, expected 57344");
        Files.delete(overlay(1));
        assertThatThrownBy(() -> Store.open(directory)).hasMessageContaining("failed to find " + overlay(1));
        Files.write(overlay(1), bytes);
        Store.open(directory).close();
    }

    @Test
    void aChangedDatabaseIsNamedOrSaysTheSame() throws IOException {
        try (var store = Store.open(directory)) {
            var random = new Random(2);
            var image = PageMap.empty();
            for (int height = 1; height <= 5; height++) {
                var records = new TreeMap<String, byte[]>();
                for (int i = 0; i < 30; i++) {
                    var bytes = new byte[random.nextInt(300)];
                    random.nextBytes(bytes);
                    records.put("record" + i + "/" + height % 2, bytes);
                }
                image = image.with(run(height * 10L, 3, height));
                store.write(
                        new Checkpoint(height, StoreTest.records(records), StoreTest.images(Map.of("image", image))));
            }
        }
        var file = directory.resolve(StoreFormat.METADATA);
        var original = Files.readAllBytes(file);
        var expected = contents();
        var random = new Random(4);
        int found = 0;
        for (int round = 0; round < 300; round++) {
            int at = random.nextInt(4) == 0
                    ? random.nextInt(original.length / PAGE) * PAGE + random.nextInt(120)
                    : random.nextInt(original.length);
            overwrite(file, at, new byte[] {(byte) (original[at] ^ 1 << random.nextInt(8))});
            try {
                assertThat(contents()).as("bit in byte %d", at).isEqualTo(expected);
            } catch (StoreException e) {
                assertThat(e.path().getFileName()).hasToString(StoreFormat.METADATA);
                found++;
            }
            Files.write(file, original);
            Files.deleteIfExists(directory.resolve(StoreFormat.METADATA + "-wal"));
        }
        assertThat(found).isGreaterThan(30);
    }

    @Test
    void aStoreWithoutItsDatabaseIsNotTakenForAFreshOne() throws IOException {
        try (var store = Store.open(directory)) {
            store.write(checkpoint(1, PageMap.empty().with(run(0, 10, 1))));
        }
        Files.delete(directory.resolve(StoreFormat.METADATA));
        assertThatThrownBy(() -> Store.open(directory))
                .hasMessageContaining("metadata.sqlite is damaged: it is missing, although there are overlay files");
        Files.createFile(directory.resolve(StoreFormat.METADATA));
        assertThatThrownBy(() -> Store.open(directory)).isInstanceOf(StoreException.class);
    }

    @Test
    void aFileThatIsNotADatabaseIsNamed() throws IOException {
        Files.writeString(directory.resolve(StoreFormat.METADATA), "hello ".repeat(2000));
        assertThatThrownBy(() -> Store.open(directory))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("metadata.sqlite is damaged");
    }

    private Path overlay(long id) {
        return directory.resolve(StoreFormat.OVERLAYS).resolve(StoreFormat.overlayName(id));
    }

    /// Reads every page, by extents and by hashes.
    private Hash readAll() {
        try (var store = Store.open(directory)) {
            var image = store.latest().orElseThrow().images().get("image");
            var bytes = new byte[1100 * PAGE];
            image.read(0, bytes, 0, bytes.length);
            return image.hash();
        }
    }

    private String contents() {
        try (var store = Store.open(directory)) {
            var latest = store.latest().orElseThrow();
            var text = new StringBuilder().append(latest.height());
            latest.records().forEach((name, record) -> text.append(name).append(Hash.sha256(record.get())));
            latest.images().forEach((name, image) -> text.append(name).append(image.hash()));
            return text.toString();
        }
    }
}
