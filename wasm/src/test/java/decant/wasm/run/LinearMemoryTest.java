package decant.wasm.run;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import decant.wasm.Limits;
import decant.wasm.MemoryType;
import decant.wasm.TrapException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LinearMemoryTest {
    private static final int PAGE = LinearMemory.PAGE_BYTES;
    private static final int WASM_PAGE = LinearMemory.WASM_PAGE_BYTES;

    private static LinearMemory memory(Reservation.Kind kind, long pages, long pagesMax) {
        var type = new MemoryType(true, new Limits(pages, OptionalLong.of(pagesMax)));
        return new LinearMemory(type, pagesMax * WASM_PAGE, _ -> true, kind);
    }

    private static MemorySegment bytes(int count, int value) {
        var array = new byte[count];
        Arrays.fill(array, (byte) value);
        return MemorySegment.ofArray(array);
    }

    private static int[] dirty(LinearMemory memory) {
        var dirty = memory.dirtyPages();
        return IntStream.range(0, dirty.size()).map(dirty::get).toArray();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2047, 2048, 2049, 4095, 4096, 10_001, 50_000})
    void aFilledRangeIsFilledAndNothingAroundIt(int length) {
        try (var memory = memory(Reservation.Kind.BEST, 1, 1)) {
            var expected = new byte[WASM_PAGE];
            new Random(1).nextBytes(expected);
            memory.write(0, MemorySegment.ofArray(expected));
            memory.fill(1001, (byte) 0x5A, length);
            Arrays.fill(expected, 1001, 1001 + length, (byte) 0x5A);
            assertThat(memory.segment().toArray(JAVA_BYTE)).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @EnumSource(Reservation.Kind.class)
    void aRolledBackMessageLeavesEveryByteAndTheSizeAsTheyWere(Reservation.Kind kind) {
        try (var memory = memory(kind, 1, 4)) {
            memory.write(0, bytes(WASM_PAGE, 7));
            memory.commit();
            memory.begin();
            memory.write(PAGE - 3, bytes(2 * PAGE, 1));
            memory.grow(2);
            memory.write(WASM_PAGE - 5, bytes(PAGE, 2));
            memory.fill(10, (byte) 3, 20);
            assertThat(dirty(memory)).containsExactly(0, 1, 2, 15, 16);
            memory.rollback();
            assertThat(memory.bytes()).isEqualTo(WASM_PAGE);
            assertThat(memory.segment().mismatch(bytes(WASM_PAGE, 7))).isEqualTo(-1);
            assertThat(dirty(memory)).isEmpty();
            assertThat(memory.grow(2)).isEqualTo(1);
            var grown = memory.segment().asSlice(WASM_PAGE);
            assertThat(grown.mismatch(bytes(2 * WASM_PAGE, 0))).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @EnumSource(Reservation.Kind.class)
    void aCommittedMessageKeepsItsBytesAndLeavesNoPageDirty(Reservation.Kind kind) {
        try (var memory = memory(kind, 1, 1)) {
            memory.begin();
            memory.write(PAGE, bytes(1, 9));
            assertThat(dirty(memory)).containsExactly(1);
            memory.commit();
            assertThat(dirty(memory)).isEmpty();
            memory.begin();
            memory.write(PAGE, bytes(1, 8));
            memory.rollback();
            assertThat(memory.segment().get(JAVA_BYTE, PAGE)).isEqualTo((byte) 9);
        }
    }

    @Test
    void pagesWrittenBeforeAMessageStayDirtyWhenItIsRolledBack() {
        try (var memory = memory(Reservation.Kind.BEST, 1, 1)) {
            memory.write(0, bytes(1, 1));
            memory.begin();
            memory.write(0, bytes(1, 2));
            memory.write(5 * PAGE, bytes(1, 2));
            assertThat(dirty(memory)).containsExactly(0, 5);
            memory.rollback();
            assertThat(dirty(memory)).containsExactly(0);
            assertThat(memory.segment().get(JAVA_BYTE, 0)).isEqualTo((byte) 1);
        }
    }

    @ParameterizedTest
    @EnumSource(Reservation.Kind.class)
    void manyPagedMessagesAreUndoneAsWell(Reservation.Kind kind) {
        int pages = 3000;
        try (var memory = memory(kind, 188, 188)) {
            for (int page = 0; page < pages; page++) {
                memory.write((long) page * PAGE, bytes(PAGE, page));
            }
            memory.commit();
            for (int message = 0; message < 2; message++) {
                memory.begin();
                memory.fill(0, (byte) -1, (long) pages * PAGE);
                assertThat(memory.dirtyPages().size()).isEqualTo(pages);
                memory.rollback();
                assertThat(IntStream.range(0, pages))
                        .allMatch(page -> memory.segment()
                                        .asSlice((long) page * PAGE, PAGE)
                                        .mismatch(bytes(PAGE, page))
                                == -1);
            }
        }
    }

    @Test
    void aMemoryBeyondFourGiBIsReservedAndNotPaidFor() {
        long pages = 5L << 14;
        try (var memory = memory(Reservation.Kind.BEST, pages, pages + 16)) {
            long last = pages * WASM_PAGE - 8;
            memory.commit();
            memory.begin();
            memory.write(last, bytes(8, 5));
            memory.write(1L << 32, bytes(8, 6));
            assertThat(dirty(memory)).containsExactly(1 << 20, (5 << 18) - 1);
            memory.rollback();
            assertThat(memory.segment().get(JAVA_BYTE, last)).isZero();
            assertThat(memory.grow(16)).isEqualTo(pages);
            assertThat(memory.grow(1)).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @EnumSource(Reservation.Kind.class)
    void anImageCanBePutInPlaceWithoutDirtyPages(Reservation.Kind kind) {
        try (var memory = memory(kind, 1, 3)) {
            memory.write(0, bytes(PAGE, 1));
            memory.reset(2 * WASM_PAGE);
            assertThat(memory.segment().mismatch(bytes(2 * WASM_PAGE, 0))).isEqualTo(-1);
            memory.load(17, bytes(PAGE, 4));
            assertThat(dirty(memory)).isEmpty();
            memory.begin();
            memory.write(17 * PAGE, bytes(1, 0));
            memory.rollback();
            assertThat(memory.segment().get(JAVA_BYTE, 17 * PAGE)).isEqualTo((byte) 4);
        }
    }

    @Test
    void growthStopsWhereTheEmbedderRefuses() {
        var type = new MemoryType(false, new Limits(1, OptionalLong.empty()));
        try (var memory = new LinearMemory(type, 1L << 32, size -> size <= 3L * WASM_PAGE)) {
            assertThat(memory.grow(2)).isEqualTo(1);
            assertThat(memory.grow(1)).isEqualTo(-1);
            assertThat(memory.grow(0)).isEqualTo(3);
            assertThat(memory.grow(-1)).isEqualTo(-1);
        }
    }

    @Test
    void accessesBeyondTheEndAreTraps() {
        try (var memory = memory(Reservation.Kind.BEST, 1, 1)) {
            assertThatThrownBy(() -> memory.write(WASM_PAGE - 1, bytes(2, 0)))
                    .isInstanceOf(TrapException.class)
                    .hasMessageContaining("2 bytes at address 65535 of a memory of 65536 bytes");
            assertThatThrownBy(() -> memory.read(-1, bytes(1, 0))).isInstanceOf(TrapException.class);
            assertThatThrownBy(() -> memory.check(0, -1)).isInstanceOf(TrapException.class);
            assertThat(dirty(memory)).isEmpty();
        }
    }

    @Test
    void messagesDoNotNest() {
        try (var memory = memory(Reservation.Kind.BEST, 1, 1)) {
            memory.begin();
            assertThatThrownBy(memory::begin).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> memory.reset(0)).isInstanceOf(IllegalStateException.class);
            memory.commit();
            assertThatThrownBy(memory::rollback).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void theForeignMemoryInterfaceReadsAndWritesAsUnsafeDoes() {
        try (var memory = memory(Reservation.Kind.BEST, 1, 1)) {
            long address = memory.segment().address() + 3;
            RawMemory[] ways = {new SegmentMemory(), new UnsafeMemory()};
            for (int i = 0; i < 2; i++) {
                RawMemory writer = ways[i];
                RawMemory reader = ways[1 - i];
                writer.putLong(address, 0x0102030405060708L);
                assertThat(reader.getLong(address)).isEqualTo(0x0102030405060708L);
                assertThat(reader.getInt(address)).isEqualTo(0x05060708);
                assertThat(reader.getShort(address)).isEqualTo((short) 0x0708);
                assertThat(reader.getByte(address)).isEqualTo((byte) 8);
                writer.putDouble(address, -0.1);
                assertThat(reader.getDouble(address)).isEqualTo(-0.1);
                writer.putFloat(address, 0.3f);
                assertThat(reader.getFloat(address)).isEqualTo(0.3f);
                writer.putInt(address, -2);
                writer.putShort(address, (short) 5);
                writer.putByte(address, (byte) 6);
                assertThat(reader.getInt(address)).isEqualTo(0xFFFF0006);
            }
        }
    }
}
