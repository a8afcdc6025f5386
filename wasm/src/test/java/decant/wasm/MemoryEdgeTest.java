package decant.wasm;

import static decant.wasm.ValueType.I32;
import static decant.wasm.ValueType.I64;
import static decant.wasm.ValueType.V128;
import static org.assertj.core.api.Assertions.assertThat;

import decant.wasm.binary.Opcode;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Accesses at every border of a memory: of a tracked page, of a page of 64 KiB, of the memory, and of the addresses.
/// Whatever a message did is compared with a copy byte by byte, and so is what its undoing leaves.
class MemoryEdgeTest {
    private static final int PAGE = Memory.PAGE_BYTES;
    private static final int WASM_PAGE = Memory.WASM_PAGE_BYTES;
    private static final int END = 2 * WASM_PAGE;
    private static final List<Integer> BORDERS = List.of(0, PAGE, 5 * PAGE, WASM_PAGE, END - PAGE, END);

    /// A load or store, of whatever kind.
    ///
    /// @param value what a store takes besides the address, and a load of a lane
    record Access(
            String name, int opcode, int bytes, boolean isStore, List<ValueType> value, ValueType type, int lanes) {
        @Override
        public String toString() {
            return name;
        }

        /// {@return the function's parameters: an address and the value}
        List<ValueType> parameters(boolean is64) {
            return Stream.concat(Stream.of(is64 ? I64 : I32), value.stream()).toList();
        }

        void emit(WasmBuilder.Code code, long offset) {
            emit(code, 0, offset);
        }

        /// @param addend is added to the address; 0 for none
        void emit(WasmBuilder.Code code, int addend, long offset) {
            code.localGet(0);
            if (addend != 0) {
                code.i32(addend).op(Opcode.I32_ADD);
            }
            for (int i = 1; i <= value.size(); i++) {
                code.localGet(i);
            }
            code.access(opcode, 0, offset);
            if (lanes > 0) {
                code.u8(lanes - 1);
            }
        }
    }

    static Stream<Access> accesses() {
        var numbers = NumericInstruction.all().stream()
                .filter(each -> each.accessBytes() > 0)
                .map(each -> new Access(
                        each.name(),
                        each.opcode(),
                        each.accessBytes(),
                        each.isStore(),
                        each.isStore() ? List.of(each.type()) : List.of(),
                        each.type(),
                        0));
        var vectors = VectorInstruction.all().stream()
                .filter(each -> each.accessBytes() > 0)
                .map(each -> new Access(
                        each.name(),
                        each.opcode(),
                        each.accessBytes(),
                        each.isStore(),
                        each.parameters().subList(1, each.parameters().size()),
                        V128,
                        each.lanes()));
        return Stream.concat(numbers, vectors);
    }

    static Stream<Access> stores() {
        return accesses().filter(Access::isStore);
    }

    private static WasmBuilder withMemory(boolean is64, int maximum) {
        var builder = new WasmBuilder();
        return is64 ? builder.memory64(2, maximum) : builder.memory(2, maximum);
    }

    private static Instance instantiate(WasmBuilder builder) {
        var instance = Instance.instantiate(builder.parse(), Imports.none(), InstanceLimits.DEFAULT);
        instance.setFuel(1L << 50);
        return instance;
    }

    /// Fills the memory with bytes that tell where they are. {@return a copy}
    private static byte[] fill(Instance instance) {
        var content = new byte[END];
        new Random(7).nextBytes(content);
        instance.memory().orElseThrow().write(0, content);
        instance.commit();
        return content;
    }

    private static byte[] content(Instance instance) {
        Memory memory = instance.memory().orElseThrow();
        return memory.read(0, (int) memory.bytes());
    }

    private static List<Long> dirtyPages(Instance instance) {
        var dirty = new ArrayList<Long>();
        instance.memory().orElseThrow().forEachDirtyPage((page, _) -> dirty.add(page));
        return dirty;
    }

    private static List<Long> pagesOf(int from, int bytes) {
        var pages = new TreeSet<Long>();
        for (int at = from; at < from + bytes; at++) {
            pages.add((long) at / PAGE);
        }
        return List.copyOf(pages);
    }

    @ParameterizedTest
    @MethodSource("stores")
    void aStoreAtAnyBorderWritesItsBytesOrNothingAndIsUndone(Access store) {
        for (boolean is64 : new boolean[] {false, true}) {
            var builder = withMemory(is64, 2);
            long[] offsets = {0, 3, 70_000};
            for (long offset : offsets) {
                builder.function(builder.type(store.parameters(is64), List.of()), code -> store.emit(code, offset));
            }
            try (var instance = instantiate(builder)) {
                var before = fill(instance);
                for (int function = 0; function < offsets.length; function++) {
                    for (int border : BORDERS) {
                        for (int at = border - 18; at <= border + 2; at++) {
                            if (at - offsets[function] >= 0) {
                                checkStore(instance, function, store, at, at - offsets[function], before);
                            }
                        }
                    }
                }
            }
        }
    }

    private static void checkStore(Instance instance, int function, Access store, int at, long address, byte[] before) {
        var arguments = new long[store.type() == V128 ? 3 : 2];
        Arrays.fill(arguments, 0x5A5A_5A5A_5A5A_5A5AL);
        arguments[0] = address;
        instance.begin();
        var result = instance.call(function, arguments);
        boolean fits = at + store.bytes() <= END;
        assertThat(result instanceof CallResult.Returned)
                .as("%s at %d", store, at)
                .isEqualTo(fits);
        var expected = before.clone();
        if (fits) {
            Arrays.fill(expected, at, at + store.bytes(), (byte) 0x5A);
        }
        assertThat(content(instance)).isEqualTo(expected);
        assertThat(dirtyPages(instance))
                .as("%s at %d", store, at)
                .isEqualTo(fits ? pagesOf(at, store.bytes()) : List.of());
        instance.rollback();
        assertThat(content(instance)).isEqualTo(before);
        assertThat(dirtyPages(instance)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("accesses")
    void anAccessTrapsExactlyWhereItsLastByteIsBeyondTheMemory(Access access) {
        for (boolean is64 : new boolean[] {false, true}) {
            var builder = withMemory(is64, 2);
            long[] offsets = is64
                    ? new long[] {0, 1, END - 1, END, 1L << 31, 1L << 32, Long.MAX_VALUE, Long.MIN_VALUE, -16, -2, -1}
                    : new long[] {0, 1, END - 1, END, (1L << 31) - 17, (1L << 31) - 1, 1L << 31, (1L << 32) - 1};
            for (long offset : offsets) {
                int type = builder.type(access.parameters(is64), access.isStore() ? List.of() : List.of(access.type()));
                builder.function(type, code -> access.emit(code, offset));
            }
            try (var instance = instantiate(builder)) {
                for (int function = 0; function < offsets.length; function++) {
                    for (long address : addresses(offsets[function], is64)) {
                        checkReach(instance, function, access, address, offsets[function]);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("accesses")
    void anAccessAtASumIsWhatItIsAtTheSumAlsoIfThatOverflows(Access access) {
        int[] addends = {1, 4, 120, 127, 128, 5000, END - 1, END, 0x7FFF_0000, Integer.MAX_VALUE, -1, -200};
        for (int offset : new int[] {0, 3, 70_000}) {
            var builder = withMemory(false, 2);
            int type = builder.type(access.parameters(false), access.isStore() ? List.of() : List.of(access.type()));
            builder.function(type, code -> access.emit(code, offset));
            for (int addend : addends) {
                builder.function(type, code -> access.emit(code, addend, offset));
            }
            try (var instance = instantiate(builder)) {
                var before = fill(instance);
                for (int i = 0; i < addends.length; i++) {
                    for (long address : sumAddresses(addends[i], offset)) {
                        var expected = outcome(instance, 0, access, address + addends[i] & 0xFFFF_FFFFL);
                        assertThat(outcome(instance, i + 1, access, address))
                                .as("%s at address %d + %d, offset %d", access, address, addends[i], offset)
                                .isEqualTo(expected);
                    }
                }
                assertThat(content(instance)).isEqualTo(before);
            }
        }
    }

    private static List<Long> sumAddresses(int addend, long offset) {
        var addresses = new TreeSet<Long>();
        for (long near : new long[] {0, PAGE, END - offset - addend, END - 128 - offset - addend, END, -addend}) {
            for (int distance = -17; distance <= 1; distance++) {
                addresses.add(near + distance & 0xFFFF_FFFFL);
            }
        }
        return List.copyOf(addresses);
    }

    /// What a call comes to.
    ///
    /// @param written the pages that are dirty then, and what is in them
    private record Outcome(List<Long> results, String trap, List<Long> written) {}

    private static Outcome outcome(Instance instance, int function, Access access, long address) {
        var arguments = new long[1 + ValueType.slots(access.value())];
        Arrays.fill(arguments, 0x5A5A_5A5A_5A5A_5A5AL);
        arguments[0] = address;
        instance.begin();
        var result = instance.call(function, arguments);
        var written = new ArrayList<Long>();
        instance.memory().orElseThrow().forEachDirtyPage((page, bytes) -> {
            written.add(page);
            written.add((long) Arrays.hashCode(bytes.toArray(ValueLayout.JAVA_BYTE)));
        });
        instance.rollback();
        return switch (result) {
            case CallResult.Returned(var values) ->
                new Outcome(Arrays.stream(values).boxed().toList(), "", written);
            case CallResult.Trapped(var trap) -> new Outcome(List.of(), trap.message(), written);
        };
    }

    private static List<Long> addresses(long offset, boolean is64) {
        var addresses = new TreeSet<Long>();
        for (long near : new long[] {0, END - offset, 1L << 31, 1L << 32, Long.MIN_VALUE, -offset}) {
            for (int distance = -17; distance <= 1; distance++) {
                long address = near + distance;
                addresses.add(is64 ? address : address & 0xFFFF_FFFFL);
            }
        }
        return List.copyOf(addresses);
    }

    private static void checkReach(Instance instance, int function, Access access, long address, long offset) {
        var arguments = new long[1 + ValueType.slots(access.value())];
        arguments[0] = address;
        var last = new BigInteger(Long.toUnsignedString(address))
                .add(new BigInteger(Long.toUnsignedString(offset)))
                .add(BigInteger.valueOf(access.bytes()));
        boolean fits = last.compareTo(BigInteger.valueOf(END)) <= 0;
        var result = instance.call(function, arguments);
        assertThat(result instanceof CallResult.Returned)
                .as("%s at address %s offset %s", access, Long.toUnsignedString(address), Long.toUnsignedString(offset))
                .isEqualTo(fits);
        if (result instanceof CallResult.Trapped(var trap)) {
            assertThat(trap.code()).isEqualTo(TrapCode.MEMORY_OUT_OF_BOUNDS);
        }
    }

    private static final int FILL = 0;
    private static final int COPY = 1;
    private static final int INIT = 2;
    private static final int SEGMENT_BYTES = 3 * PAGE;

    /// {@return functions that fill, copy and initialize, each with what it is given}
    private static WasmBuilder bulk(boolean is64) {
        var builder = withMemory(is64, 4);
        var segment = new byte[SEGMENT_BYTES];
        new Random(8).nextBytes(segment);
        ValueType address = is64 ? I64 : I32;
        builder.passiveData(segment);
        builder.function(
                builder.type(List.of(address, I32, address), List.of()),
                code -> code.localGet(0).localGet(1).localGet(2).op(Opcode.MEMORY_FILL, 0));
        builder.function(
                builder.type(List.of(address, address, address), List.of()),
                code -> code.localGet(0).localGet(1).localGet(2).op(Opcode.MEMORY_COPY, 0, 0));
        builder.function(
                builder.type(List.of(address, I32, I32), List.of()),
                code -> code.localGet(0).localGet(1).localGet(2).op(Opcode.MEMORY_INIT, 0, 0));
        return builder;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aBulkInstructionAtAnyBorderDoesAllOrNothingAndIsUndone(boolean is64) {
        var segment = new byte[SEGMENT_BYTES];
        new Random(8).nextBytes(segment);
        try (var instance = instantiate(bulk(is64))) {
            var before = fill(instance);
            for (int border : BORDERS) {
                for (int target : new int[] {border - 2, border - 1, border, border + 1}) {
                    for (int length : new int[] {0, 1, 2, 3, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE + 2}) {
                        if (target < 0) {
                            continue;
                        }
                        checkBulk(instance, before, target, length, FILL, 0x5A, null);
                        for (int source : new int[] {0, target - 1, target + 1, END - length, END - length + 1}) {
                            if (source >= 0) {
                                checkBulk(instance, before, target, length, COPY, source, before);
                            }
                        }
                        for (int source : new int[] {0, SEGMENT_BYTES - length, SEGMENT_BYTES - length + 1}) {
                            checkBulk(instance, before, target, length, INIT, source, segment);
                        }
                    }
                }
            }
        }
    }

    private static void checkBulk(
            Instance instance, byte[] before, int target, int length, int function, int operand, byte[] source) {
        boolean fits = target + length <= END && (source == null || operand + length <= source.length);
        instance.begin();
        var result = instance.call(function, target, operand, length);
        var as = "function " + function + " of " + length + " bytes to " + target + " with " + operand;
        assertThat(result instanceof CallResult.Returned).as(as).isEqualTo(fits);
        var expected = before.clone();
        if (fits && source == null) {
            Arrays.fill(expected, target, target + length, (byte) operand);
        } else if (fits) {
            System.arraycopy(source, operand, expected, target, length);
        }
        assertThat(content(instance)).as(as).isEqualTo(expected);
        assertThat(dirtyPages(instance)).as(as).isEqualTo(fits ? pagesOf(target, length) : List.of());
        instance.rollback();
        assertThat(content(instance)).as(as).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aTrapBehindSomeBulkInstructionsUndoesThemAll(boolean is64) {
        try (var instance = instantiate(bulk(is64))) {
            var before = fill(instance);
            var random = new Random(is64 ? 1 : 2);
            for (int round = 0; round < 300; round++) {
                instance.begin();
                if (random.nextBoolean()) {
                    instance.memory().orElseThrow().grow(1 + random.nextInt(2));
                }
                int bytes = (int) instance.memory().orElseThrow().bytes();
                for (int i = random.nextInt(5); i >= 0; i--) {
                    int length = random.nextInt(3 * PAGE);
                    int target = random.nextInt(bytes - length);
                    switch (random.nextInt(3)) {
                        case FILL -> instance.call(FILL, target, i, length);
                        case COPY -> instance.call(COPY, target, random.nextInt(bytes - length), length);
                        default -> instance.call(INIT, target, SEGMENT_BYTES - length, length);
                    }
                }
                assertThat(instance.call(random.nextInt(2), bytes - 5, 0, 6)).isInstanceOf(CallResult.Trapped.class);
                instance.rollback();
                assertThat(content(instance)).isEqualTo(before);
                assertThat(instance.memory().orElseThrow().grow(2)).isEqualTo(2);
                assertThat(Arrays.copyOfRange(content(instance), END, END + 2 * WASM_PAGE))
                        .containsOnly(0);
                instance.begin();
                instance.rollback();
                instance.memory().orElseThrow().reset(END);
                instance.memory().orElseThrow().write(0, before);
                instance.commit();
            }
        }
    }

    @Test
    void instructionsThatRunOutInABulkInstructionLeaveNothingOfIt() {
        try (var instance = instantiate(bulk(false))) {
            var before = fill(instance);
            // The function costs its entry, three operands and the instruction, and then a byte each.
            int fixed = 1 + 3 + 100;
            for (int length : new int[] {1, 2, 5000}) {
                for (long fuel : new long[] {fixed, fixed + length - 1, fixed + length}) {
                    instance.begin();
                    instance.setFuel(fuel);
                    var result = instance.call(FILL, 10, 0x5A, length);
                    boolean isPaid = fuel == fixed + length;
                    assertThat(result instanceof CallResult.Returned).isEqualTo(isPaid);
                    assertThat(instance.fuel()).isEqualTo(fuel - fixed - length);
                    var expected = before.clone();
                    Arrays.fill(expected, 10, 10 + (isPaid ? length : 0), (byte) 0x5A);
                    assertThat(content(instance)).isEqualTo(expected);
                    instance.rollback();
                    assertThat(content(instance)).isEqualTo(before);
                }
            }
        }
    }
}
