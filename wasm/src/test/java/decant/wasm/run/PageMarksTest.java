package decant.wasm.run;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import decant.wasm.Limits;
import decant.wasm.MemoryType;
import decant.wasm.Touches;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Whatever pages are written, in whatever order: just these are dirty, are undone, and are forgotten.
final class PageMarksTest {
    private static final int PAGES = 16 * 301;

    @ParameterizedTest
    @EnumSource(Reservation.Kind.class)
    void aMessageDirtiesThePagesThatItWrites(Reservation.Kind kind) {
        var random = new SplittableRandom(7);
        var type = new MemoryType(false, new Limits(301, OptionalLong.empty()));
        try (var memory = new LinearMemory(type, 400L << 16, _ -> true, kind)) {
            for (int message = 0; message < 100; message++) {
                var written = new TreeSet<Integer>();
                memory.begin();
                for (int i = random.nextInt(message + 2); i > 0; i--) {
                    int page = random.nextInt(PAGES);
                    memory.fill((long) page * LinearMemory.PAGE_BYTES, (byte) 1, 1 + random.nextInt(4096));
                    written.add(page);
                }
                assertThat(pages(memory)).containsExactlyElementsOf(written);
                memory.rollback();
                assertThat(pages(memory)).isEmpty();
                assertThat(written)
                        .allMatch(page -> memory.segment().get(JAVA_BYTE, (long) page * LinearMemory.PAGE_BYTES) == 0);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Reservation.Kind.class)
    void theFirstAndTheLastPageOfAChunkOfMarksAreFound(Reservation.Kind kind) {
        var type = new MemoryType(false, new Limits(301, OptionalLong.empty()));
        var edges = new Integer[] {0, 7, 8, 63, 64, 127, 128, PAGES - 17, PAGES - 1};
        try (var memory = new LinearMemory(type, 301L << 16, _ -> true, kind)) {
            for (int i = edges.length - 1; i >= 0; i--) {
                memory.fill((long) edges[i] * LinearMemory.PAGE_BYTES, (byte) 1, 1);
            }
            assertThat(pages(memory)).containsExactly(edges);
            memory.commit();
            assertThat(pages(memory)).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Reservation.Kind.class)
    void aMessageTouchesThePagesThatItReadsOrWrites(Reservation.Kind kind) {
        var random = new SplittableRandom(9);
        var type = new MemoryType(false, new Limits(1, OptionalLong.empty()));
        try (var memory = new LinearMemory(type, 400L << 16, _ -> true, kind)) {
            for (int message = 0; message < 100; message++) {
                var accessed = new TreeSet<Integer>();
                var written = new TreeSet<Integer>();
                memory.begin();
                assertThat(memory.touches()).isEqualTo(Touches.NONE);
                memory.grow(random.nextInt(8));
                for (int i = random.nextInt(message + 2); i > 0; i--) {
                    int page = random.nextInt((int) (memory.bytes() >> 16));
                    long at = ((long) page << 16) + random.nextInt(65_536);
                    if (random.nextBoolean()) {
                        memory.fill(at, (byte) 1, 1);
                        written.add(page);
                    } else {
                        memory.read(at, MemorySegment.ofArray(new byte[1]));
                    }
                    accessed.add(page);
                }
                assertThat(memory.touches()).isEqualTo(new Touches(accessed.size(), written.size()));
                if (random.nextBoolean()) {
                    memory.commit();
                } else {
                    memory.rollback();
                }
            }
        }
    }

    @Test
    void aSetKeepsItsOrderHoweverItIsFilled() {
        var random = new SplittableRandom(3);
        var numbers = random.ints(1_000, 0, 500).toArray();
        var set = new PageSet();
        Arrays.stream(numbers).forEach(set::add);
        var expected = Arrays.stream(numbers).distinct().sorted().toArray();
        assertThat(IntStream.range(0, set.size()).map(set::get).toArray()).isEqualTo(expected);
        assertThat(set.contains(expected[0])).isTrue();
        assertThat(set.contains(500)).isFalse();
    }

    private static Iterable<Integer> pages(LinearMemory memory) {
        var dirty = memory.dirtyPages();
        return IntStream.range(0, dirty.size()).mapToObj(dirty::get).toList();
    }
}
