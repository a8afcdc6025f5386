package decant.store;

import static decant.store.StoreTest.checkpoint;
import static decant.store.StoreTest.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ImageMappingTest {
    private static final long PAGE = PageMap.PAGE_BYTES;

    @TempDir
    Path directory;

    @BeforeEach
    void requireMapping() {
        assumeTrue(FileMapper.isAvailable(), "this system cannot map files as Linux does; images are copied here");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void aMappedImageEqualsTheImage(int seed) throws IOException {
        var random = new Random(seed);
        var model = ModelImage.empty();
        try (var store = Store.open(directory)) {
            var image = PageMap.empty();
            for (int i = 0; i < 8; i++) {
                image = store.write(checkpoint(i, image.with(model.change(random, 600))))
                        .get("image");
            }
            image = image.with(model.change(random, 600));
            try (var memory = ReservedMemory.of(700 * PAGE)) {
                image.mapInto(memory.segment());
                requireEqual(model, memory.segment());
                // A write goes to a copy of the page, not to the file.
                memory.segment().fill((byte) 1);
                model.requireEqual(image);
            }
            try (var memory = ReservedMemory.of(301 * PAGE)) {
                image.mapInto(memory.segment());
                requireEqual(model, memory.segment());
            }
        }
    }

    @Test
    void longRunsAreMappedAndNewerPagesLieOverThem() throws IOException {
        try (var store = Store.open(directory)) {
            var image = store.write(checkpoint(1, PageMap.empty().with(run(0, 4000, 1))))
                    .get("image");
            var newer = image;
            for (int page = 5; page < 4000; page += 400) {
                newer = newer.with(run(page, 1, 2)).with(run(page + 100, 60, 0));
            }
            newer = store.write(checkpoint(2, newer)).get("image");
            assertThat(newer.stack().overlays()).hasSize(2);
            try (var memory = ReservedMemory.of(5000 * PAGE)) {
                var painted = ImageMapping.paint(newer.stack().overlays(), memory.segment());
                assertThat(painted).isEqualTo(new ImageMapping.Painted(1 + 10, 10));
                for (int page = 0; page < 5000; page++) {
                    assertThat(memory.segment().get(OverlayFormat.BYTE, page * PAGE + 77))
                            .isEqualTo(PageMapTest.firstByte(newer, page));
                }
            }
        }
    }

    @Test
    void aFragmentedImageTakesABoundedNumberOfMappings() throws IOException {
        var image = PageMap.empty();
        for (int i = 0; i < 1500; i++) {
            image = image.with(run(i * 30L, i % 3 == 0 ? 18 : 17, 1 + i % 100));
        }
        try (var store = Store.open(directory);
                var memory = ReservedMemory.of(45_000 * PAGE)) {
            image = store.write(checkpoint(1, image)).get("image");
            image.mapInto(memory.segment());
            assertThat(memory.mappings()).isBetween(900L, 2L * ImageMapping.MAPPINGS_MAX + 1);
            for (int i = 0; i < 1500; i++) {
                assertThat(memory.segment().get(OverlayFormat.BYTE, (i * 30 + 16) * PAGE))
                        .isEqualTo((byte) (1 + i % 100));
                assertThat(memory.segment().get(OverlayFormat.BYTE, (i * 30 + 18) * PAGE))
                        .isZero();
            }
        }
    }

    @Test
    void aMappedFileMayGo() throws IOException {
        try (var memory = ReservedMemory.of(100 * PAGE)) {
            try (var store = Store.open(directory)) {
                store.write(checkpoint(1, PageMap.empty().with(run(0, 100, 3))))
                        .get("image")
                        .mapInto(memory.segment());
            }
            for (var file : StoreTest.filesIn(directory)) {
                Files.delete(file);
            }
            assertThat(memory.segment().get(OverlayFormat.BYTE, 50 * PAGE)).isEqualTo((byte) 3);
        }
    }

    @Test
    void damageIsFoundBeforeAnythingIsMapped() throws IOException {
        try (var store = Store.open(directory)) {
            store.write(checkpoint(1, PageMap.empty().with(run(0, 100, 3))));
        }
        overwrite(51 * PAGE + 1, (byte) 9);
        try (var store = Store.open(directory);
                var memory = ReservedMemory.of(100 * PAGE)) {
            var image = store.latest().orElseThrow().images().get("image");
            assertThatThrownBy(() -> image.mapInto(memory.segment())).hasMessageContaining("the page in slot 50");
        }
    }

    @Test
    void onlyWhatIsInNoFileOrScatteredIsCopied() throws IOException {
        try (var store = Store.open(directory)) {
            var written = store.write(checkpoint(1, PageMap.empty().with(run(0, 3000, 1))))
                    .get("image");
            var changed = written.with(run(100, 7, 2)).with(run(2000, 40, 0));
            assertThat(copied(PageMap.empty())).isZero();
            assertThat(copied(written)).isZero();
            assertThat(copied(changed)).isEqualTo(47);
            var rewritten = store.write(checkpoint(2, changed)).get("image");
            assertThat(copied(rewritten)).isEqualTo(7);
        }
    }

    private static long copied(PageMap image) {
        try (var memory = ReservedMemory.of(3500 * PAGE)) {
            return image.mapInto(memory.segment());
        }
    }

    /// What was compared when it was written is not read again: else mapping would cost what the image is long.
    @Test
    void aFileThatWasJustWrittenIsMappedWithoutBeingReadThrough() throws IOException {
        try (var store = Store.open(directory);
                var memory = ReservedMemory.of(100 * PAGE)) {
            var image = store.write(checkpoint(1, PageMap.empty().with(run(0, 100, 3))))
                    .get("image");
            overwrite(51 * PAGE + 1, (byte) 9);
            image.mapInto(memory.segment());
            assertThat(memory.segment().get(OverlayFormat.BYTE, 50 * PAGE + 1)).isEqualTo((byte) 9);
        }
    }

    @Test
    void aFileThatWasCheckedIsMappedWithoutBeingReadThrough() throws IOException {
        try (var store = Store.open(directory)) {
            store.write(checkpoint(1, PageMap.empty().with(run(0, 9_000, 3))));
        }
        try (var store = Store.open(directory);
                var memory = ReservedMemory.of(9_000 * PAGE)) {
            var image = store.latest().orElseThrow().images().get("image");
            image.check(() -> true);
            overwrite(51 * PAGE + 1, (byte) 9);
            image.mapInto(memory.segment());
            assertThat(memory.segment().get(OverlayFormat.BYTE, 50 * PAGE + 1)).isEqualTo((byte) 9);
        }
    }

    @Test
    void damageThatACheckFoundIsNotMappedLater() throws IOException {
        try (var store = Store.open(directory)) {
            store.write(checkpoint(1, PageMap.empty().with(run(0, 9_000, 3))));
        }
        for (int slot : new int[] {0, 50, 4_807, 4_808, 8_999}) {
            overwrite((slot + 1) * PAGE + 1, (byte) 9);
            try (var store = Store.open(directory);
                    var memory = ReservedMemory.of(9_000 * PAGE)) {
                var image = store.latest().orElseThrow().images().get("image");
                for (int i = 0; i < 2; i++) {
                    assertThatThrownBy(() -> image.check(() -> true)).hasMessageContaining("the page in slot " + slot);
                    assertThatThrownBy(() -> image.mapInto(memory.segment()))
                            .hasMessageContaining("the page in slot " + slot);
                }
            }
            overwrite((slot + 1) * PAGE + 1, (byte) 3);
        }
    }

    @Test
    void aCheckThatIsNotWantedAnyMoreLeavesTheRestToWhoeverMaps() throws IOException {
        try (var store = Store.open(directory)) {
            store.write(checkpoint(1, PageMap.empty().with(run(0, 9_000, 3))));
        }
        overwrite(51 * PAGE + 1, (byte) 9);
        try (var store = Store.open(directory);
                var memory = ReservedMemory.of(9_000 * PAGE)) {
            var image = store.latest().orElseThrow().images().get("image");
            var asked = new AtomicInteger();
            image.check(() -> asked.getAndIncrement() < 2);
            assertThat(asked).as("the pieces of the file are three").hasValue(3);
            assertThatThrownBy(() -> image.mapInto(memory.segment())).hasMessageContaining("the page in slot 50");
        }
    }

    @Test
    void memoryThatCannotBeMappedIntoIsRefused() {
        assertThatThrownBy(() -> PageMap.empty().mapInto(MemorySegment.ofArray(new byte[8192])))
                .hasMessageContaining("whole pages of native memory");
    }

    private void overwrite(long at, byte value) throws IOException {
        var file = directory.resolve(StoreFormat.OVERLAYS).resolve(StoreFormat.overlayName(1));
        AppendLogTest.overwrite(file, at, new byte[] {value});
    }

    private static void requireEqual(ModelImage model, MemorySegment memory) {
        for (long page = 0; page < memory.byteSize() / PAGE; page++) {
            var found = memory.asSlice(page * PAGE, PAGE).toArray(OverlayFormat.BYTE);
            assertThat(found).as("page %d", page).isEqualTo(model.page(page));
        }
    }
}
