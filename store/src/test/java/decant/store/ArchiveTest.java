package decant.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import decant.base.Hash;
import decant.store.Archive.Damage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Archives of images: what is stored, what of it is damaged, and what is made of it again.
final class ArchiveTest {
    private static final int PAGE = PageMap.PAGE_BYTES;

    @TempDir
    Path folder;

    private Path directory() {
        return folder.resolve("archive");
    }

    private Archive open() {
        return Archive.openOrCreate(directory());
    }

    private static byte[] noise(long seed, int bytes) {
        var content = new byte[bytes];
        new Random(seed).nextBytes(content);
        return content;
    }

    private static Manifest manifest(Archive archive, Map<String, PageMap> images) {
        var put = new TreeMap<String, Manifest.Image>();
        images.forEach((name, image) -> put.put(name, archive.put(image, _ -> {})));
        var record = new Manifest.Blob(archive.put(new byte[] {1, 2, 3}), 3);
        var log = new Manifest.Entries(9, archive.put(new byte[0]));
        archive.finishPack();
        var manifest = new Manifest(
                archive.nextNumber(),
                5,
                9,
                log,
                archive.added(),
                new TreeMap<>(),
                new TreeMap<>(Map.of("a record", record)),
                put);
        archive.add(manifest);
        return manifest;
    }

    private static void restore(Archive archive, Manifest manifest, Path target) {
        StoreRestoration.restore(archive, manifest, target, _ -> {});
    }

    @Test
    void blobsOfAnySizeAreReadAgain() {
        var sizes = List.of(0, 1, 31, PAGE, PAGE, 200_000, 5 << 20);
        try (var archive = open()) {
            for (int i = 0; i < sizes.size(); i++) {
                archive.put(noise(i, sizes.get(i)));
                archive.put(noise(i, sizes.get(i)));
            }
            archive.finishPack();
            assertThat(archive.added().blobs()).isEqualTo(sizes.size());
            assertThat(archive.added().bytes())
                    .isEqualTo(sizes.stream().mapToLong(size -> size).sum());
        }
        try (var archive = open()) {
            for (int i = 0; i < sizes.size(); i++) {
                var content = noise(i, sizes.get(i));
                assertThat(archive.get(Hash.sha256(content))).isEqualTo(content);
            }
            assertThat(archive.contains(Hash.sha256(noise(99, 8)))).isFalse();
            assertThatThrownBy(() -> archive.get(Hash.sha256(noise(99, 8)))).hasMessageContaining("is not in ");
        }
    }

    @Test
    void manyBlobsInManyPacksAreFound() {
        try (var _ = open()) {}
        try (var archive = Archive.open(directory(), Disk.REAL, 1 << 16)) {
            for (int i = 0; i < 20_000; i++) {
                archive.put(noise(i, 32));
            }
            archive.finishPack();
        }
        try (var archive = open()) {
            for (int i = 0; i < 20_000; i++) {
                assertThat(archive.contains(Hash.sha256(noise(i, 32)))).isTrue();
            }
            assertThat(archive.get(Hash.sha256(noise(19_999, 32)))).isEqualTo(noise(19_999, 32));
        }
    }

    @Test
    void aSecondBackupStoresThePagesThatChangedAndTheWayToThem() {
        var image = PageMap.empty();
        for (int page = 0; page < 3_000; page++) {
            image = image.with((long) page * PAGE, noise(page, PAGE));
        }
        var far = image.with(9_000_000L * PAGE, noise(-1, PAGE));
        try (var archive = open()) {
            manifest(archive, Map.of("heap", far, "snapshot", far));
            // Pages; 6 groups and a far one; 1 section; the list of sections; the record; the empty log.
            assertThat(archive.added().blobs()).isEqualTo(3_001 + 7 + 1 + 1 + 1 + 1);
        }
        var changed = far.with(700L * PAGE + 5, new byte[] {1})
                .with(701L * PAGE, noise(2, PAGE))
                .with(9_000_000L * PAGE + 1, new byte[] {1});
        try (var archive = open()) {
            manifest(archive, Map.of("heap", changed, "snapshot", far));
            // Page 701 has the content of page 2 now, which is there already.
            long lists = 512 * 40 + 40 + 7 * 40 + Hash.BYTES;
            assertThat(archive.added().blobs()).isEqualTo(2 + 2 + 1 + 1);
            assertThat(archive.added().bytes()).isEqualTo(2 * PAGE + lists);
        }
        try (var archive = open()) {
            manifest(archive, Map.of("heap", changed, "snapshot", far));
            assertThat(archive.added()).isEqualTo(new Archive.Added(0, 0, 0));
            assertThat(archive.manifests()).containsOnlyKeys(1L, 2L, 3L);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void whatIsRestoredHasTheSameHashesAndSharesFiles(long seed) throws IOException {
        var random = new Random(seed);
        var images = new TreeMap<String, PageMap>();
        var image = PageMap.empty();
        for (int i = 0; i < 6; i++) {
            for (int change = 0; change < 400; change++) {
                long page = random.nextInt(10) * 100_000L + random.nextInt(2_000);
                image = image.with(
                        page * PAGE, random.nextInt(4) == 0 ? new byte[PAGE] : noise(random.nextLong(), PAGE));
            }
            images.put("image " + i, image);
        }
        images.put("same", image);
        images.put("empty", PageMap.empty());
        try (var archive = open()) {
            var manifest = manifest(archive, images);
            restore(archive, manifest, folder.resolve("store"));
            assertThatThrownBy(() -> restore(archive, manifest, folder.resolve("store")))
                    .hasMessageContaining("there is a store in ");
        }
        try (var store = Store.open(folder.resolve("store"))) {
            var restored = store.latest().orElseThrow();
            assertThat(restored.height()).isEqualTo(9);
            assertThat(restored.records().get("a record").get()).containsExactly(1, 2, 3);
            assertThat(restored.images().keySet()).isEqualTo(images.keySet());
            images.forEach((name, source) ->
                    assertThat(restored.images().get(name).hash()).as(name).isEqualTo(source.hash()));
        }
        long distinct = images.values().stream().mapToLong(PageMap::deltaPages).sum();
        try (var files = Files.list(folder.resolve("store/overlays"))) {
            assertThat(files.mapToLong(file -> file.toFile().length()).sum()).isLessThan(distinct * PAGE);
        }
    }

    @Test
    void anyDamagedByteIsFoundAndSaysWhatIsLost() throws IOException {
        var image = PageMap.empty();
        for (int page = 0; page < 200; page++) {
            image = image.with((long) page * PAGE, noise(page, PAGE));
        }
        Manifest manifest;
        try (var archive = open()) {
            manifest = manifest(archive, Map.of("heap", image));
        }
        var pack = directory().resolve("packs/0000000001.pack");
        var whole = Files.readAllBytes(pack);
        for (int at = ArchiveFormat.HEADER_BYTES; at < whole.length; at += 7_919) {
            var damaged = whole.clone();
            damaged[at] ^= 4;
            Files.write(pack, damaged);
            expectLoss(pack, manifest);
        }
        Files.write(pack, Arrays.copyOf(whole, whole.length - 3));
        expectLoss(pack, manifest);
        Files.delete(pack);
        try (var archive = Archive.open(directory())) {
            assertThat(archive.lost(manifest, Set.of())).contains("image heap: all of it", "record a record");
            // What is there still can be stored again.
            manifest(archive, Map.of("heap", image));
            assertThat(archive.lost(manifest, Set.of())).isEmpty();
        }
    }

    private void expectLoss(Path pack, Manifest manifest) {
        try (var archive = Archive.open(directory())) {
            var found = new ArrayList<Damage>();
            var lost = archive.check(new Archive.Findings() {
                @Override
                public void damaged(Damage damage) {
                    found.add(damage);
                }

                @Override
                public void checked(long bytes) {}
            });
            assertThat(found).hasSize(1);
            assertThat(found.getFirst().path()).isEqualTo(pack);
            assertThat(found.getFirst().what()).contains("is damaged");
            assertThat(archive.lost(manifest, lost)).isNotEmpty();
        }
    }

    @Test
    void aDamagedListIsFound() throws IOException {
        try (var archive = open()) {
            manifest(archive, Map.of());
        }
        var path = directory().resolve("backups/0000000001.backup");
        Files.writeString(path, Files.readString(path).replace("height 9", "height 8"));
        try (var archive = open()) {
            assertThatThrownBy(archive::manifests)
                    .hasMessageContaining("its last line is not the SHA-256 of the lines above");
        }
    }

    @Test
    void whatWasInterruptedLeavesWholePacksThatAreUsed() throws IOException {
        try (var _ = open()) {}
        try (var archive = Archive.open(directory(), Disk.REAL, 1 << 20)) {
            for (int i = 0; i < 1_000; i++) {
                archive.put(noise(i, PAGE));
            }
        }
        try (var packs = Files.list(directory().resolve("packs"))) {
            assertThat(packs.map(Path::toString)).allMatch(name -> name.endsWith(".pack"));
        }
        Files.write(directory().resolve("packs/0000000099.unfinished"), new byte[9]);
        try (var archive = open()) {
            for (int i = 0; i < 1_000; i++) {
                archive.put(noise(i, PAGE));
            }
            assertThat(archive.added().blobs()).isBetween(1L, 300L);
        }
        assertThat(directory().resolve("packs/0000000099.unfinished")).doesNotExist();
    }

    @Test
    void aFullDiskLeavesTheBackupsBeforeWhole() {
        Manifest first;
        try (var archive = open()) {
            first = manifest(archive, Map.of("heap", PageMap.empty().with(0, noise(1, 50 * PAGE))));
        }
        var disk = new FullDisk();
        disk.bytesLeft = 20 * PAGE;
        try (var archive = Archive.open(directory(), disk, 1 << 20)) {
            assertThatThrownBy(() ->
                            manifest(archive, Map.of("heap", PageMap.empty().with(0, noise(2, 90 * PAGE)))))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("disk full")
                    .hasMessageContaining("free some space");
        }
        try (var archive = open()) {
            assertThat(archive.manifests()).containsOnlyKeys(1L);
            assertThat(archive.lost(first, Set.of())).isEmpty();
            manifest(archive, Map.of("heap", PageMap.empty().with(0, noise(2, 90 * PAGE))));
        }
    }

    private static PageMap image(int... seeds) {
        var image = PageMap.empty();
        for (int i = 0; i < seeds.length; i++) {
            image = image.with((long) i * 25 * PAGE, noise(seeds[i], 25 * PAGE));
        }
        return image;
    }

    /// Three backups in packs of 256 KiB: some packs are used by the first alone, some by others too.
    private void threeBackups() {
        try (var _ = open()) {}
        try (var archive = Archive.open(directory(), Disk.REAL, 1 << 18)) {
            manifest(archive, Map.of("heap", image(1, 2, 3, 4, 5, 6, 7, 8)));
            manifest(archive, Map.of("heap", image(9, 10, 3, 11, 12, 6, 13, 14)));
            manifest(archive, Map.of("heap", image(9, 10, 15, 11, 12, 6, 13, 14)));
        }
    }

    private long bytesOfPacks() throws IOException {
        try (var packs = Files.list(directory().resolve("packs"))) {
            return packs.mapToLong(pack -> pack.toFile().length()).sum();
        }
    }

    private void expectOnly(Long... numbers) {
        expectWhole();
        try (var archive = Archive.open(directory())) {
            assertThat(archive.manifests()).containsOnlyKeys(numbers);
        }
    }

    private void expectWhole() {
        try (var archive = Archive.open(directory())) {
            var damaged = archive.check(new Archive.Findings() {
                @Override
                public void damaged(Damage damage) {
                    throw new AssertionError(damage);
                }

                @Override
                public void checked(long bytes) {}
            });
            assertThat(archive.manifests().values())
                    .allSatisfy(manifest ->
                            assertThat(archive.lost(manifest, damaged)).isEmpty());
        }
    }

    @Test
    void aDeletedBackupGivesBackWhatNoOtherHas() throws IOException {
        threeBackups();
        long before = bytesOfPacks();
        try (var archive = open()) {
            var deleted = archive.delete(Set.of(1L), _ -> {});
            assertThat(deleted.freedBytes()).isEqualTo(before - bytesOfPacks());
            // Six of the fifteen parts, but for packs of which more than half is used.
            assertThat(deleted.freedBytes()).isBetween(before * 3 / 15, before * 6 / 15);
            assertThat(deleted.copiedBytes()).isBetween(1L, before * 3 / 15);
            assertThat(archive.manifests()).containsOnlyKeys(2L, 3L);
            manifest(archive, Map.of("heap", image(1)));
        }
        expectOnly(2L, 3L, 4L);
        try (var archive = open()) {
            archive.delete(Set.of(2L, 3L, 4L), _ -> {});
        }
        assertThat(bytesOfPacks()).isZero();
    }

    @Test
    void aPowerCutAtAnyMomentOfDeletingLosesNothingOfTheOtherBackups() throws IOException {
        boolean isFinished = false;
        for (int cut = 0; !isFinished; cut++) {
            threeBackups();
            var trash = Files.createDirectory(folder.resolve("trash" + cut));
            var disk = new PowerCutDisk(cut, trash, new Random(cut));
            try (var archive = Archive.open(directory(), disk, 1 << 18)) {
                archive.delete(Set.of(1L), _ -> {});
                isFinished = true;
            } catch (StoreException e) {
                assertThat(e).hasRootCauseMessage("the power is off");
            }
            disk.restart();
            expectWhole();
            try (var archive = open()) {
                assertThat(archive.manifests()).containsKeys(2L, 3L);
                archive.delete(archive.manifests().keySet(), _ -> {});
            }
            assertThat(bytesOfPacks()).as("after %d operations", cut).isZero();
            Files.move(directory(), folder.resolve("archive" + cut));
        }
    }

    @Test
    void nothingIsDeletedWhereABackupThatStaysIsIncomplete() throws IOException {
        threeBackups();
        try (var packs = Files.list(directory().resolve("packs"))) {
            Files.delete(packs.sorted().toList().getLast());
        }
        long before = bytesOfPacks();
        try (var archive = open()) {
            assertThatThrownBy(() -> archive.delete(Set.of(1L), _ -> {}))
                    .hasMessageContaining("is incomplete: image heap: ")
                    .hasMessageContaining("`decant backup verify` says more");
            assertThatThrownBy(() -> archive.delete(Set.of(9L), _ -> {})).hasMessageContaining("there is no backup 9");
            assertThat(archive.manifests()).containsOnlyKeys(1L, 2L, 3L);
        }
        assertThat(bytesOfPacks()).isEqualTo(before);
    }

    @Test
    void nothingElseIsTakenForAnArchive() throws IOException {
        assertThatThrownBy(() -> Archive.open(folder)).hasMessageContaining("there are no backups in ");
        Files.writeString(folder.resolve("notes.txt"), "hi");
        assertThatThrownBy(() -> Archive.openOrCreate(folder)).hasMessageContaining("notes.txt");
        try (var _ = open()) {
            assertThatThrownBy(this::open).hasMessageContaining("is in use");
        }
    }

    /// Every page of the image and the record hold the height, so that a view of two checkpoints would show.
    @Test
    void aViewOfAStoreIsOneCheckpointWhileOthersAreWritten() throws InterruptedException {
        var isOver = new AtomicBoolean();
        var directory = folder.resolve("store");
        try (var store = Store.open(directory)) {
            store.write(stamped(PageMap.empty(), 1));
            var writer = Thread.ofPlatform().start(() -> {
                var image = PageMap.empty();
                for (int height = 2; !isOver.get(); height++) {
                    var checkpoint = stamped(image, height);
                    image = store.write(checkpoint).get("image");
                }
            });
            var heights = new ArrayList<Long>();
            for (int i = 0; i < 40; i++) {
                var view = CheckpointView.of(directory, folder.resolve("scratch"));
                heights.add(view.height());
                assertThat(view.records().get("record").get()).containsExactly((byte) view.height());
                var bytes = new byte[20 * PAGE];
                view.images().get("image").read(0, bytes, 0, bytes.length);
                for (byte found : bytes) {
                    if (found != (byte) view.height()) {
                        assertThat(found).isEqualTo((byte) view.height());
                    }
                }
            }
            isOver.set(true);
            writer.join();
            assertThat(heights).isSorted();
            assertThat(heights.getLast()).isGreaterThan(heights.getFirst());
        }
    }

    private static Checkpoint stamped(PageMap image, int height) {
        var content = new byte[20 * PAGE];
        Arrays.fill(content, (byte) height);
        return new Checkpoint(
                height,
                StoreTest.records(Map.of("record", new byte[] {(byte) height})),
                new TreeMap<>(Map.of("image", image.with(0, content))));
    }

    @Test
    void aViewOfALogHasAllThatWasAppendedBefore() throws InterruptedException {
        var isOver = new AtomicBoolean();
        var directory = folder.resolve("log");
        try (var log = AppendLog.open(directory, Disk.REAL, AppendLogTest.SEGMENT_BYTES)) {
            log.append(List.of(AppendLogTest.entry(1)));
            var writer = Thread.ofPlatform().start(() -> {
                for (int entry = 2; !isOver.get(); entry++) {
                    log.append(List.of(AppendLogTest.entry(entry)));
                    if (entry % 10 == 0) {
                        log.truncateBefore(entry - 3);
                    }
                }
            });
            int whole = 0;
            for (int i = 0; i < 200; i++) {
                long first = log.firstSequence();
                long last = log.lastSequence();
                var found = new TreeMap<Long, byte[]>();
                try {
                    long end = LogView.forEachAfter(directory, first - 1, found::put);
                    assertThat(end).isGreaterThanOrEqualTo(last);
                    assertThat(found.keySet()).hasSize((int) (end - first + 1));
                    found.forEach((sequence, entry) ->
                            assertThat(entry).isEqualTo(AppendLogTest.entry(Math.toIntExact(sequence))));
                    whole++;
                } catch (StoreException e) {
                    assertThat(log.firstSequence())
                            .as("cut meanwhile: " + e.getMessage())
                            .isGreaterThan(first);
                }
            }
            isOver.set(true);
            writer.join();
            assertThat(whole).isPositive();
        }
    }
}
