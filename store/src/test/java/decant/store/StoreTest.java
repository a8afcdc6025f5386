package decant.store;

import static decant.store.PageMapTest.delta;
import static decant.store.PageMapTest.firstByte;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StoreTest {
    private static final int PAGE = PageMap.PAGE_BYTES;

    @TempDir
    Path directory;

    @Test
    void aFreshStoreHasNoCheckpoint() {
        try (var store = Store.open(directory)) {
            assertThat(store.latest()).isEmpty();
        }
        try (var store = Store.open(directory)) {
            assertThat(store.latest()).isEmpty();
        }
    }

    @Test
    void aCheckpointIsThereAfterReopening() {
        var records = records(Map.of("canister/1", new byte[] {1, 2, 3}, "empty", new byte[0]));
        var image = PageMap.empty().with(delta(1, 10)).with(delta(1 << 20, 20));
        try (var store = Store.open(directory)) {
            var durable =
                    store.write(new Checkpoint(7, records, images(Map.of("heap", image, "none", PageMap.empty()))));
            assertThat(durable.get("heap").deltaPages()).isZero();
            assertThat(durable.get("heap").hash()).isEqualTo(image.hash());
        }
        try (var store = Store.open(directory)) {
            var found = store.latest().orElseThrow();
            assertThat(found.height()).isEqualTo(7);
            assertThat(found.records().keySet()).containsExactly("canister/1", "empty");
            assertThat(found.records().get("canister/1").get()).containsExactly(1, 2, 3);
            assertThat(found.records().get("empty").get()).isEmpty();
            assertThat(found.images().get("none").hash())
                    .isEqualTo(PageMap.empty().hash());
            var heap = found.images().get("heap");
            assertThat(heap.hash()).isEqualTo(image.hash());
            assertThat(firstByte(heap, 1 << 20)).isEqualTo((byte) 20);
            assertThat(ModelImage.differences(heap, image)).isEmpty();
            assertThat(heap.deltaPages()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void imagesReadLikeMapsOfPagesThroughCheckpointsForksAndReopenings(int seed) {
        var random = new Random(seed);
        long pageCount = seed % 2 == 0 ? 500 : 1L << 27;
        var images = new TreeMap<String, PageMap>();
        var models = new TreeMap<String, ModelImage>();
        var store = Store.open(directory);
        for (int step = 0; step < 150; step++) {
            var name = "image" + random.nextInt(4);
            switch (random.nextInt(12)) {
                case 0 -> {
                    var source = "image" + random.nextInt(4);
                    images.put(name, images.getOrDefault(source, PageMap.empty()));
                    models.put(
                            name,
                            models.getOrDefault(source, ModelImage.empty()).copy());
                }
                case 1 -> {
                    images.remove(name);
                    models.remove(name);
                }
                case 2 -> {
                    store.close();
                    store = Store.open(directory);
                    var found = store.latest();
                    if (found.isPresent()) {
                        // What was not in the checkpoint is lost; so write one before the next reopening.
                        assertThat(found.get().height()).isLessThanOrEqualTo(step);
                    }
                    store.write(new Checkpoint(step, new TreeMap<>(), new TreeMap<>(images)));
                    store.close();
                    store = Store.open(directory);
                    images = new TreeMap<>(store.latest().orElseThrow().images());
                }
                case 3, 4 -> {
                    var durable = store.write(new Checkpoint(step, new TreeMap<>(), new TreeMap<>(images)));
                    for (var changed : List.copyOf(images.keySet())) {
                        var before = images.get(changed);
                        var after = before.with(models.get(changed).change(random, pageCount));
                        var rebased = after.rebase(before, durable.get(changed));
                        assertThat(rebased.stack())
                                .isSameAs(durable.get(changed).stack());
                        assertThat(ModelImage.differences(rebased, after)).isEmpty();
                        images.put(changed, random.nextInt(5) == 0 ? after : rebased);
                    }
                }
                default -> {
                    var model = models.computeIfAbsent(name, _ -> ModelImage.empty());
                    images.put(name, images.getOrDefault(name, PageMap.empty()).with(model.change(random, pageCount)));
                }
            }
            for (var entry : images.entrySet()) {
                assertThat(entry.getValue().stack().overlays().size()).isLessThanOrEqualTo(MergePolicy.OVERLAYS_MAX);
                long from = Math.floorMod(random.nextLong(), (pageCount - 8) * PAGE);
                models.get(entry.getKey()).requireEqualRange(entry.getValue(), from, random.nextInt(8 * PAGE));
            }
        }
        for (var a : images.keySet()) {
            models.get(a).requireEqual(images.get(a));
            for (var b : images.keySet()) {
                var expected = models.get(a).differences(models.get(b));
                assertThat(ModelImage.differences(images.get(a), images.get(b))).isEqualTo(expected);
                assertThat(images.get(a).hash().equals(images.get(b).hash())).isEqualTo(expected.isEmpty());
            }
        }
        store.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void theHashesOfPagesAreThoseOfTheirContentWhereverTheyAre(int seed) {
        var random = new Random(seed);
        var model = ModelImage.empty();
        try (var store = Store.open(directory)) {
            var image = PageMap.empty();
            int overlays = 0;
            for (int height = 1; height <= 20; height++) {
                image = image.with(model.change(random, 600));
                model.requireEqualHashes(image, 0, 700);
                if (random.nextBoolean()) {
                    image = store.write(checkpoint(height, image)).get("image");
                }
                long first = random.nextInt(600);
                model.requireEqualHashes(image, first, first + random.nextInt(100));
                overlays = Math.max(overlays, image.stack().overlays().size());
            }
            assertThat(overlays).isGreaterThan(1);
        }
    }

    @Test
    void aPageOverwrittenWithZerosHidesWhatIsBelow() throws IOException {
        try (var store = Store.open(directory)) {
            var image = store.write(checkpoint(1, PageMap.empty().with(run(0, 100, 9))))
                    .get("image");
            var zeroed = image.with(run(3, 2, 0)).with(run(5000, 10, 0));
            var durable = store.write(checkpoint(2, zeroed)).get("image");
            assertThat(durable.stack().overlays()).hasSize(2);
            var newest = durable.stack().overlays().getFirst().shape();
            assertThat(newest.pages()).isZero();
            assertThat(newest.ranges()).isEqualTo(1);
            assertThat(firstByte(durable, 3)).isZero();
            assertThat(firstByte(durable, 5)).isEqualTo((byte) 9);
            assertThat(durable.hash()).isEqualTo(zeroed.hash());
            assertThat(ModelImage.differences(durable, image)).containsExactly(3L, 4L);

            var merged =
                    store.write(checkpoint(3, durable.with(run(200, 50, 1)))).get("image");
            assertThat(merged.stack().overlays()).hasSize(1);
            assertThat(merged.stack().overlays().getFirst().shape().pages()).isEqualTo(148);
            assertThat(firstByte(merged, 4)).isZero();
        }
    }

    @Test
    void whatIsTheSameIsNotWrittenAgain() throws IOException {
        try (var store = Store.open(directory)) {
            var image = PageMap.empty().with(run(0, 10, 1));
            var both = images(Map.of("a", image, "b", image));
            var durable = store.write(new Checkpoint(1, records(Map.of("r", new byte[] {1})), both));
            assertThat(overlayFiles()).hasSize(1);
            assertThat(durable.get("a")).isSameAs(durable.get("b"));
            // The owner has not exchanged its image yet.
            assertThat(store.write(new Checkpoint(2, new TreeMap<>(), both)).get("a"))
                    .isSameAs(durable.get("a"));
            assertThat(store.write(new Checkpoint(3, new TreeMap<>(), durable)).get("a"))
                    .isSameAs(durable.get("a"));
            assertThat(overlayFiles()).hasSize(1);
        }
    }

    @Test
    void aFileIsDeletedOnlyWhenNothingRefersToIt() throws IOException {
        try (var store = Store.open(directory)) {
            var first = store.write(checkpoint(1, PageMap.empty().with(run(0, 10, 1))))
                    .get("image");
            var second = store.write(checkpoint(2, first.with(run(0, 10, 2)))).get("image");
            assertThat(second.stack().overlays()).hasSize(1);
            System.gc();
            store.write(new Checkpoint(3, new TreeMap<>(), new TreeMap<>()));
            assertThat(firstByte(first, 5)).isEqualTo((byte) 1);
            assertThat(firstByte(second, 5)).isEqualTo((byte) 2);
            assertThat(overlayFiles()).hasSize(2);
        }
        try (var store = Store.open(directory)) {
            assertThat(store.latest().orElseThrow().images()).isEmpty();
            assertThat(overlayFiles()).isEmpty();
        }
    }

    @Test
    void spaceThatOnlyForgottenImagesUseComesBack() throws IOException {
        try (var store = Store.open(directory)) {
            var image = store.write(checkpoint(1, PageMap.empty().with(run(0, 20_000, 1))))
                    .get("image");
            var kept = image;
            store.reclaim();
            image = store.write(checkpoint(2, image.with(run(0, 20_000, 2)))).get("image");
            store.reclaim();
            assertThat(overlayFiles()).as("the first image can still be read").hasSize(2);
            assertThat(firstByte(kept, 5)).isEqualTo((byte) 1);
            for (int i = 3; i < 10; i++) {
                image = store.write(checkpoint(i, image.with(run(0, 20_000, i))))
                        .get("image");
                store.reclaim();
            }
            assertThat(overlayFiles()).hasSizeLessThanOrEqualTo(3);
            assertThat(firstByte(kept, 5)).isEqualTo((byte) 1);
        }
    }

    @Test
    void imagesOfAnotherStoreAreCopied() {
        PageMap image;
        try (var other = Store.open(directory.resolve("other"));
                var store = Store.open(directory.resolve("this"))) {
            image = other.write(checkpoint(1, PageMap.empty().with(run(0, 10, 1))))
                    .get("image");
            store.write(checkpoint(1, image));
        }
        try (var store = Store.open(directory.resolve("this"))) {
            var found = store.latest().orElseThrow().images().get("image");
            assertThat(found.hash())
                    .isEqualTo(PageMap.empty().with(run(0, 10, 1)).hash());
        }
    }

    @Test
    void anImageThatDoesNotDescendFromTheOneWrittenIsNotRebased() {
        try (var store = Store.open(directory)) {
            var old = PageMap.empty().with(run(0, 10, 1));
            var next = old.with(run(20, 10, 2));
            var durable = store.write(checkpoint(1, next)).get("image");
            assertThat(old.rebase(next, durable)).isSameAs(old);
            assertThat(next.rebase(next, durable)).isSameAs(durable);
            assertThat(durable.rebase(next, durable)).isSameAs(durable);
        }
    }

    @Test
    void theOwnerGoesOnWhileACheckpointIsWritten() throws Exception {
        try (var store = Store.open(directory)) {
            var random = new Random(8);
            var model = ModelImage.empty();
            var image = PageMap.empty();
            for (int round = 0; round < 15; round++) {
                image = image.with(model.change(random, 2000));
                var given = image;
                long height = round;
                var task = new FutureTask<>(() -> store.write(checkpoint(height, given)));
                Thread.ofPlatform().start(task);
                do {
                    image = image.with(model.change(random, 2000));
                    model.requireEqualRange(image, random.nextInt(1900 * PAGE), 50 * PAGE);
                } while (!task.isDone());
                var after = image.rebase(given, task.get().get("image"));
                assertThat(after.deltaPages()).isLessThanOrEqualTo(image.deltaPages());
                assertThat(after.stack()).isSameAs(task.get().get("image").stack());
                image = after;
                model.requireEqual(image);
            }
        }
    }

    @Test
    void anImageMovedIntoFilesIsKnownToBeTheSame() {
        try (var store = Store.open(directory)) {
            var image = PageMap.empty().with(run(0, 10, 1));
            var changed = image.with(run(3, 1, 2));
            var durable = store.write(checkpoint(1, image)).get("image");
            var rebased = image.rebase(image, durable);
            assertThat(rebased.deltaPages()).isZero();
            assertThat(rebased.isSame(image)).isTrue();
            assertThat(changed.rebase(image, durable).isSame(changed)).isTrue();
            assertThat(changed.isSame(image)).isFalse();
            assertThat(image.isSame(PageMap.empty().with(run(0, 10, 1))))
                    .as("equal, but written apart")
                    .isFalse();
        }
    }

    @Test
    void howManyPagesToCompareIsKnownWithoutComparingThem() {
        try (var store = Store.open(directory)) {
            var first = store.write(checkpoint(1, PageMap.empty().with(run(0, 1_000, 1))))
                    .get("image");
            var changed = first.with(run(3, 1, 2)).with(run(500, 20, 0));
            var second = store.write(checkpoint(2, changed)).get("image");
            assertThat(changed.pagesToCompare(first))
                    .as("only what was written since the checkpoint")
                    .isZero();
            assertThat(second.pagesToCompare(first))
                    .as("what the new file has, and what it hides")
                    .isEqualTo(21);
            assertThat(second.with(run(7, 2, 2)).pagesToCompare(first)).isEqualTo(23);
            assertThat(second.pagesToCompare(PageMap.empty())).isEqualTo(1_021);
        }
    }

    @Test
    void aFullDiskIsSaidAndLeavesTheOldCheckpointAndNothingElse() throws IOException {
        var disk = new FullDisk();
        try (var store = Store.open(directory, disk)) {
            var image = store.write(checkpoint(1, PageMap.empty().with(run(0, 300, 1))))
                    .get("image");
            var next = image.with(run(10, 300, 2));
            var images = images(Map.of("a", PageMap.empty().with(run(0, 5, 3)), "image", next));
            disk.bytesLeft = 20 * PAGE;
            assertThatThrownBy(() -> store.write(new Checkpoint(2, new TreeMap<>(), images)))
                    .isInstanceOf(StoreException.class)
                    .hasMessageStartingWith("disk full: failed to write")
                    .hasMessageContaining("free some space");
            assertThat(disk.bytesLeft).as("image a was written").isLessThan(20 * PAGE);
            assertThat(store.latest().orElseThrow().height()).isEqualTo(1);
            assertThat(overlayFiles()).hasSize(1);
            disk.bytesLeft = Long.MAX_VALUE;
            var durable =
                    store.write(new Checkpoint(2, new TreeMap<>(), images)).get("image");
            assertThat(durable.hash()).isEqualTo(next.hash());
        }
        try (var store = Store.open(directory)) {
            assertThat(store.latest().orElseThrow().height()).isEqualTo(2);
        }
    }

    @Test
    void aDiskThatDoesNotKeepWhatIsWrittenIsFoundOutBeforeTheCheckpointIsTheLatest() throws IOException {
        var disk = new WornDisk();
        try (var store = Store.open(directory, disk)) {
            var image = store.write(checkpoint(1, PageMap.empty().with(run(0, 300, 1))))
                    .get("image");
            var next = image.with(run(10, 300, 2));
            for (long at : new long[] {7, 200 * PAGE, 311 * PAGE}) {
                disk.wornAt = at;
                assertThatThrownBy(() -> store.write(checkpoint(2, next)))
                        .isInstanceOf(StoreException.class)
                        .hasMessageStartingWith("the disk did not keep what was written to")
                        .cause()
                        .hasMessageContaining("at offset " + at / PAGE * PAGE);
                assertThat(store.latest().orElseThrow().height()).isEqualTo(1);
                assertThat(overlayFiles()).hasSize(1);
            }
            disk.wornAt = Long.MAX_VALUE;
            assertThat(store.write(checkpoint(2, next)).get("image").hash()).isEqualTo(next.hash());
        }
    }

    @Test
    void aCommitThatFailsLeavesTheOldCheckpointAndMayBeTriedAgain() throws IOException {
        try (var store = Store.open(directory)) {
            var image = store.write(checkpoint(1, PageMap.empty().with(run(0, 10, 1))))
                    .get("image");
            var next = image.with(run(0, 10, 2));
            assertThatThrownBy(() -> store.write(new Checkpoint(2, withoutBytes("r"), images(Map.of("image", next)))))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("failed to write " + directory.resolve(StoreFormat.METADATA));
            // Nobody can say which checkpoint a crash would show now, so the files of both are there.
            assertThat(overlayFiles()).hasSize(2);
            assertThat(store.latest().orElseThrow().height()).isEqualTo(1);
            store.write(checkpoint(3, next));
            assertThat(overlayFiles())
                    .as("the files of the first attempt serve the second")
                    .hasSize(2);
        }
        try (var store = Store.open(directory)) {
            var found = store.latest().orElseThrow();
            assertThat(found.height()).isEqualTo(3);
            assertThat(firstByte(found.images().get("image"), 5)).isEqualTo((byte) 2);
        }
    }

    /// {@return records whose bytes are gone when they are to be stored, which the database refuses}
    @SuppressWarnings("NullAway")
    private static SortedMap<String, Supplier<byte[]>> withoutBytes(String name) {
        var asked = new AtomicInteger();
        return new TreeMap<>(Map.of(name, () -> asked.getAndIncrement() == 0 ? new byte[1] : null));
    }

    @Test
    void anErrorRightBehindACommitLeavesOneCheckpointAndNotAMixture() {
        var disk = new PassingDisk() {
            private boolean isTired;

            @Override
            public void commit(Transaction transaction) throws SQLException {
                super.commit(transaction);
                if (isTired) {
                    isTired = false;
                    throw new OutOfMemoryError("for a test");
                }
            }
        };
        var images = new TreeMap<String, PageMap>();
        byte[] one = {1};
        byte[] two = {2};
        try (var store = Store.open(directory, disk)) {
            store.write(new Checkpoint(1, records(Map.of("changed", one, "left out", one)), images));
            disk.isTired = true;
            assertThatThrownBy(
                            () -> store.write(new Checkpoint(2, records(Map.of("changed", two, "added", two)), images)))
                    .isInstanceOf(OutOfMemoryError.class);
            store.write(new Checkpoint(3, records(Map.of("changed", one, "left out", one)), images));
        }
        try (var store = Store.open(directory)) {
            var found = store.latest().orElseThrow();
            assertThat(found.height()).isEqualTo(3);
            assertThat(found.records()).containsOnlyKeys("changed", "left out");
            assertThat(found.records().get("changed").get()).isEqualTo(one);
        }
    }

    @Test
    void anErrorInTheMiddleOfACommitLeavesNoTransactionOpen() {
        var asked = new AtomicInteger();
        Supplier<byte[]> tooLarge = () -> {
            if (asked.getAndIncrement() > 0) {
                throw new OutOfMemoryError("for a test");
            }
            return new byte[1];
        };
        try (var store = Store.open(directory)) {
            var first = store.write(checkpoint(1, PageMap.empty().with(run(0, 10, 1))));
            assertThatThrownBy(() -> store.write(new Checkpoint(2, new TreeMap<>(Map.of("r", tooLarge)), first)))
                    .isInstanceOf(OutOfMemoryError.class);
            assertThat(store.latest().orElseThrow().height()).isEqualTo(1);
            store.write(new Checkpoint(3, records(Map.of("r", new byte[] {3})), first));
        }
        try (var store = Store.open(directory)) {
            var found = store.latest().orElseThrow();
            assertThat(found.height()).isEqualTo(3);
            assertThat(found.records().get("r").get()).containsExactly(3);
        }
    }

    @Test
    void aPageFarOutStaysSparseOnDisk() throws IOException {
        long far = (1L << 40) / PAGE;
        try (var store = Store.open(directory)) {
            store.write(checkpoint(1, PageMap.empty().with(delta(far, 5)).with(delta(0, 6))));
            assertThat(Files.size(overlayFiles().getFirst())).isEqualTo(6L * PAGE);
        }
        try (var store = Store.open(directory)) {
            var image = store.latest().orElseThrow().images().get("image");
            assertThat(firstByte(image, far)).isEqualTo((byte) 5);
            assertThat(ModelImage.differences(image, PageMap.empty())).containsExactly(0L, far);
        }
    }

    @Test
    void manySmallCheckpointsLeaveFewOverlays() {
        try (var store = Store.open(directory)) {
            var image = PageMap.empty().with(run(0, 4000, 1));
            long written = 0;
            for (int i = 0; i < 200; i++) {
                image = store.write(checkpoint(i, image.with(run(i * 17 % 4000, 3, i))))
                        .get("image");
                var overlays = image.stack().overlays();
                assertThat(overlays.size()).isLessThanOrEqualTo(MergePolicy.OVERLAYS_MAX);
                written += overlays.getFirst().shape().pages();
            }
            assertThat(written)
                    .as("pages written for 600 changed ones and 4,000 at first")
                    .isLessThan(14_000);
        }
    }

    @Test
    void aSecondProcessOrASecondOpeningIsRefused() {
        try (var _ = Store.open(directory)) {
            assertThatThrownBy(() -> Store.open(directory))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("is in use");
        }
        Store.open(directory).close();
    }

    @Test
    void aClosedStoreSaysSo() {
        var store = Store.open(directory);
        store.close();
        store.close();
        assertThatThrownBy(store::latest).hasMessageContaining("is closed");
    }

    private List<Path> overlayFiles() throws IOException {
        try (var files = Files.list(directory.resolve(StoreFormat.OVERLAYS))) {
            return files.sorted().toList();
        }
    }

    static Checkpoint checkpoint(long height, PageMap image) {
        return new Checkpoint(height, new TreeMap<>(), images(Map.of("image", image)));
    }

    static SortedMap<String, PageMap> images(Map<String, PageMap> images) {
        return new TreeMap<>(images);
    }

    static SortedMap<String, Supplier<byte[]>> records(Map<String, byte[]> records) {
        var made = new TreeMap<String, Supplier<byte[]>>();
        records.forEach((name, bytes) -> made.put(name, () -> bytes));
        return made;
    }

    static PageDelta run(long first, int count, int value) {
        var delta = new PageDelta();
        for (long page = first; page < first + count; page++) {
            var content = new byte[PAGE];
            Arrays.fill(content, (byte) value);
            delta.put(page, content);
        }
        return delta;
    }

    static List<Path> filesIn(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            return new ArrayList<>(files.filter(Files::isRegularFile).sorted().toList());
        }
    }
}
