package decant.wasm;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every load and store of vectors, at every border, against bytes.
class VectorMemoryTest {
    private static final int PAGE = Memory.PAGE_BYTES;
    private static final int BYTES = 2 * Memory.WASM_PAGE_BYTES;
    private static final long LOW = 0x0807_0605_0403_0201L;
    private static final long HIGH = 0x100F_0E0D_0C0B_0A09L;

    private static final List<VectorInstruction> ACCESSES = VectorInstruction.all().stream()
            .filter(instruction -> instruction.accessBytes() > 0)
            .toList();

    /// A module with a function for each access and one of its lanes.
    private static Instance instance(boolean is64, int lane, long offset) {
        var builder = new WasmBuilder();
        if (is64) {
            builder.memory64(2, 2);
        } else {
            builder.memory(2, 2);
        }
        for (VectorInstruction access : ACCESSES) {
            int type = builder.type(access.parametersIn(is64), access.results());
            byte[] immediates = access.lanes() == 0 ? new byte[0] : new byte[] {(byte) (lane % access.lanes())};
            builder.function(type, code -> access.emitWithLocals(code, offset, immediates));
        }
        var instance = Instance.instantiate(builder.parse(), Imports.none(), InstanceLimits.DEFAULT);
        var bytes = new byte[BYTES];
        new Random(42).nextBytes(bytes);
        instance.memory().orElseThrow().write(0, bytes);
        instance.commit();
        return instance;
    }

    private static long[] arguments(VectorInstruction access, long address) {
        return access.parameters().size() == 1 ? new long[] {address} : new long[] {address, LOW, HIGH};
    }

    /// {@return what a load gives, or a store writes}
    private static byte[] expected(VectorInstruction access, int lane, byte[] memory, int at) {
        var vector = new byte[16];
        for (int i = 0; i < 16; i++) {
            vector[i] = (byte) (i + 1);
        }
        int bytes = access.accessBytes();
        int from = access.lanes() == 0 ? 0 : lane % access.lanes() * bytes;
        if (access.isStore()) {
            return Arrays.copyOfRange(vector, from, from + bytes);
        }
        byte[] loaded = Arrays.copyOfRange(memory, at, at + bytes);
        if (access.lanes() > 0) {
            System.arraycopy(loaded, 0, vector, from, bytes);
            return vector;
        }
        String name = access.name();
        if (name.endsWith("_splat")) {
            for (int i = 0; i < 16; i++) {
                vector[i] = loaded[i % bytes];
            }
            return vector;
        }
        if (!name.matches(".*x\\d_[su]")) {
            return Arrays.copyOf(loaded, 16);
        }
        int wide = 16 / (name.charAt(name.length() - 3) - '0');
        for (int i = 0; i < 16; i++) {
            int within = i % wide;
            byte highest = loaded[i / wide * (wide / 2) + wide / 2 - 1];
            boolean isFilled = name.endsWith("_s") && highest < 0;
            vector[i] = within < wide / 2 ? loaded[i / wide * (wide / 2) + within] : (byte) (isFilled ? -1 : 0);
        }
        return vector;
    }

    private static byte[] bytesOf(long[] slots) {
        var bytes = new byte[16];
        for (int i = 0; i < 16; i++) {
            bytes[i] = (byte) (slots[i / 8] >>> i % 8 * 8);
        }
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void accessesMoveTheirBytesAndTrapWhenOneOfThemIsBeyondTheEnd(boolean is64) {
        int offset = 3;
        for (int lane = 0; lane < 16; lane++) {
            try (var instance = instance(is64, lane, offset)) {
                Memory memory = instance.memory().orElseThrow();
                byte[] before = memory.read(0, BYTES);
                for (int i = 0; i < ACCESSES.size(); i++) {
                    for (int at = BYTES - 20; at <= BYTES; at++) {
                        check(instance, i, lane, at, offset, before);
                    }
                    check(instance, i, lane, offset, offset, before);
                    check(instance, i, lane, PAGE - 5, offset, before);
                }
            }
        }
    }

    private static void check(Instance instance, int function, int lane, int at, int offset, byte[] before) {
        var access = ACCESSES.get(function);
        Memory memory = instance.memory().orElseThrow();
        boolean fits = at + access.accessBytes() <= BYTES;
        instance.begin();
        CallResult result = instance.call(function, arguments(access, at - offset));
        assertThat(result instanceof CallResult.Returned)
                .as("%s at %d", access, at)
                .isEqualTo(fits);
        if (result instanceof CallResult.Trapped(Trap trap)) {
            assertThat(trap.code()).isEqualTo(TrapCode.MEMORY_OUT_OF_BOUNDS);
            assertThat(memory.dirtyPageCount()).isZero();
        }
        if (result instanceof CallResult.Returned(long[] slots) && !access.isStore()) {
            assertThat(bytesOf(slots)).as("%s at %d", access, at).isEqualTo(expected(access, lane, before, at));
        }
        byte[] after = before;
        if (fits && access.isStore()) {
            after = before.clone();
            System.arraycopy(expected(access, lane, before, at), 0, after, at, access.accessBytes());
        }
        assertThat(Arrays.equals(memory.read(0, BYTES), after))
                .as("%s at %d", access, at)
                .isTrue();
        instance.rollback();
        assertThat(Arrays.equals(memory.read(0, BYTES), before))
                .as("%s at %d", access, at)
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aStoreAcrossAPageBorderDirtiesBothPagesAndIsUndone(boolean is64) {
        try (var instance = instance(is64, 1, 0)) {
            Memory memory = instance.memory().orElseThrow();
            byte[] before = memory.read(0, BYTES);
            for (int i = 0; i < ACCESSES.size(); i++) {
                int bytes = ACCESSES.get(i).accessBytes();
                for (int at = 3 * PAGE - 17;
                        at <= 3 * PAGE + 1 && ACCESSES.get(i).isStore();
                        at++) {
                    instance.begin();
                    instance.call(i, arguments(ACCESSES.get(i), at));
                    var dirty = new ArrayList<Long>();
                    memory.forEachDirtyPage((page, _) -> dirty.add(page));
                    boolean isBefore = at < 3 * PAGE;
                    boolean isBehind = at + bytes > 3 * PAGE;
                    assertThat(dirty).isEqualTo(isBefore && isBehind ? List.of(2L, 3L) : List.of(isBefore ? 2L : 3L));
                    instance.rollback();
                    assertThat(memory.read(0, BYTES)).isEqualTo(before);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 8, BYTES - 16, BYTES - 1, BYTES, 1L << 32, Long.MAX_VALUE, -1, -16})
    void addressesThatOverflowAreOutOfBounds(long offset) {
        try (var instance = instance(true, 0, offset)) {
            for (int i = 0; i < ACCESSES.size(); i++) {
                for (long address :
                        new long[] {0, 1, BYTES - 16, BYTES - 8, BYTES - 1, -1, -8, -16, -BYTES, 1L << 32}) {
                    var exact = new BigInteger(Long.toUnsignedString(address))
                            .add(new BigInteger(Long.toUnsignedString(offset)));
                    boolean fits = exact.compareTo(
                                    BigInteger.valueOf(BYTES - ACCESSES.get(i).accessBytes()))
                            <= 0;
                    assertThat(instance.call(i, arguments(ACCESSES.get(i), address)) instanceof CallResult.Returned)
                            .as("%s at %d + %d", ACCESSES.get(i), address, offset)
                            .isEqualTo(fits);
                }
            }
        }
    }

    @Test
    void offsetsUpToFourGigabytesAreAddedTo32BitAddresses() {
        for (long offset : new long[] {Integer.MAX_VALUE - 8, Integer.MAX_VALUE, 1L << 31, (1L << 32) - 1}) {
            try (var instance = instance(false, 0, offset)) {
                for (int i = 0; i < ACCESSES.size(); i++) {
                    for (int address : new int[] {0, 16, Integer.MIN_VALUE, -1}) {
                        assertThat(instance.call(i, arguments(ACCESSES.get(i), address)))
                                .isInstanceOf(CallResult.Trapped.class);
                    }
                }
            }
        }
    }
}
