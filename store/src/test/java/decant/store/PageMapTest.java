package decant.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PageMapTest {
    private static final int PAGE = PageMap.PAGE_BYTES;

    @Test
    void pagesNeverWrittenReadAsZeros() {
        var bytes = new byte[3 * PAGE];
        Arrays.fill(bytes, (byte) 5);
        PageMap.empty().read(123, bytes, 0, bytes.length);
        assertThat(bytes).containsOnly(0);
    }

    @ParameterizedTest
    @ValueSource(longs = {100, 5_000, 1L << 28, PageTree.PAGES_MAX})
    void anImageReadsLikeAMapOfPages(long pageCount) {
        var random = new Random(pageCount);
        var model = ModelImage.empty();
        var image = PageMap.empty();
        for (int step = 0; step < 60; step++) {
            image = image.with(model.change(random, pageCount));
            long from = Math.floorMod(random.nextLong(), Math.max(1, pageCount - 4) * PAGE);
            model.requireEqualRange(image, from, random.nextInt(4 * PAGE));
        }
        model.requireEqual(image);
    }

    @Test
    void bytesAreWrittenWhereverTheyBegin() {
        var random = new Random(5);
        var model = new byte[6 * PAGE];
        var image = PageMap.empty();
        for (int step = 0; step < 200; step++) {
            var bytes = new byte[random.nextInt(2 * PAGE)];
            random.nextBytes(bytes);
            int offset = random.nextInt(model.length - bytes.length);
            System.arraycopy(bytes, 0, model, offset, bytes.length);
            image = image.with(offset, bytes);
        }
        var read = new byte[model.length];
        image.read(0, read, 0, read.length);
        assertThat(read).isEqualTo(model);
    }

    @Test
    void runsAreWhatWasWrittenAndIsNotZeros() {
        var delta = new PageDelta();
        for (int page : new int[] {3, 4, 9, 1 << 30}) {
            delta.put(page, filled(1));
        }
        delta.put(5, new byte[PAGE]);
        var image = PageMap.empty().with(delta);
        assertThat(runs(image, 0, 1L << 31)).containsExactly(3L, 4L, 9L, 1L << 30);
        assertThat(runs(image, 4, 9)).containsExactly(4L);
        var seen = new ArrayList<Long>();
        image.forEachRun(0, 1L << 31, (first, _) -> {
            seen.add(first);
            return false;
        });
        assertThat(seen).containsExactly(3L);
    }

    private static List<Long> runs(PageMap image, long first, long end) {
        var pages = new ArrayList<Long>();
        image.forEachRun(first, end, (from, to) -> {
            for (long page = from; page < to; page++) {
                pages.add(page);
            }
            return true;
        });
        return pages;
    }

    @Test
    void anOldImageIsNotTouchedByItsDescendants() {
        var random = new Random(2);
        var images = new ArrayList<>(List.of(PageMap.empty()));
        var models = new ArrayList<>(List.of(ModelImage.empty()));
        for (int step = 0; step < 40; step++) {
            int parent = random.nextInt(images.size());
            var model = models.get(parent).copy();
            images.add(images.get(parent).with(model.change(random, 300)));
            models.add(model);
        }
        for (int i = 0; i < images.size(); i++) {
            models.get(i).requireEqual(images.get(i));
            for (int j = 0; j < images.size(); j++) {
                assertThat(ModelImage.differences(images.get(i), images.get(j)))
                        .isEqualTo(models.get(i).differences(models.get(j)));
                assertThat(images.get(i).hash().equals(images.get(j).hash()))
                        .isEqualTo(models.get(i).differences(models.get(j)).isEmpty());
            }
        }
    }

    @Test
    void thePagePutLastWins() {
        var delta = new PageDelta();
        delta.put(9, filled(1));
        delta.put(3, filled(2));
        delta.put(9, filled(3));
        delta.put(3, filled(4));
        var image = PageMap.empty().with(delta);
        assertThat(firstByte(image, 9)).isEqualTo((byte) 3);
        assertThat(firstByte(image, 3)).isEqualTo((byte) 4);
        assertThat(image.deltaPages()).isEqualTo(2);
    }

    @Test
    void theHashDoesNotCountZerosNorRememberHistory() {
        var zeros = new PageDelta();
        zeros.put(77, new byte[PAGE]);
        assertThat(PageMap.empty().with(zeros).hash()).isEqualTo(PageMap.empty().hash());

        var inOrder = PageMap.empty().with(delta(1, 10)).with(delta(600, 20));
        var backwards = PageMap.empty()
                .with(delta(600, 99))
                .with(zeros)
                .with(delta(600, 20))
                .with(delta(1, 10));
        assertThat(backwards.hash()).isEqualTo(inOrder.hash());
        assertThat(PageMap.empty().with(delta(2, 10)).hash())
                .isNotEqualTo(PageMap.empty().with(delta(1, 10)).hash());
    }

    @Test
    void aLonelyPageFarOutCostsLittleAndIsFound() {
        long page = (1L << 40) / PAGE;
        var image = PageMap.empty().with(delta(page, 42));
        assertThat(firstByte(image, page)).isEqualTo((byte) 42);
        assertThat(ModelImage.differences(image, PageMap.empty())).containsExactly(page);
        assertThat(image.deltaPages()).isEqualTo(1);
        image.hash();
    }

    @Test
    void copyToLeavesAbsentPagesAloneAndStopsAtTheEnd() {
        var image = PageMap.empty().with(delta(1, 10)).with(delta(3, 20));
        try (var arena = Arena.ofConfined()) {
            var target = arena.allocate(3L * PAGE + 100);
            image.copyTo(target);
            var bytes = target.toArray(OverlayFormat.BYTE);
            assertThat(Arrays.copyOf(bytes, PAGE)).containsOnly(0);
            assertThat(Arrays.copyOfRange(bytes, PAGE, 2 * PAGE)).containsOnly(10);
            assertThat(Arrays.copyOfRange(bytes, 2 * PAGE, 3 * PAGE)).containsOnly(0);
            assertThat(Arrays.copyOfRange(bytes, 3 * PAGE, 3 * PAGE + 100)).containsOnly(20);
        }
    }

    @Test
    void wrongPagesAreRefused() {
        var delta = new PageDelta();
        assertThatThrownBy(() -> delta.put(-1, new byte[PAGE])).hasMessageContaining("page -1 is outside 0..");
        assertThatThrownBy(() -> delta.put(PageTree.PAGES_MAX, new byte[PAGE])).hasMessageContaining("is outside");
        assertThatThrownBy(() -> delta.put(0, new byte[10])).hasMessageContaining("found an array of 10");
    }

    static PageDelta delta(long page, int value) {
        var delta = new PageDelta();
        delta.put(page, filled(value));
        return delta;
    }

    static byte[] filled(int value) {
        var bytes = new byte[PAGE];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    static byte firstByte(PageMap image, long page) {
        var bytes = new byte[1];
        image.read(page * PAGE, bytes, 0, 1);
        return bytes[0];
    }
}
