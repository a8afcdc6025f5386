package decant.wasm;

import static org.assertj.core.api.Assertions.assertThat;

import decant.wasm.binary.Opcode;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which pages of 64 KiB a message has touched.
class TouchesTest {
    private static final int PAGES = 40;
    private static final int PAGE = Memory.WASM_PAGE_BYTES;

    private static Module module(boolean is64, Consumer<WasmBuilder.Code> body) {
        var builder = new WasmBuilder();
        var address = is64 ? ValueType.I64 : ValueType.I32;
        int type = builder.type(List.of(address, address), List.of());
        if (is64) {
            builder.memory64(PAGES, 2 * PAGES);
        } else {
            builder.memory(PAGES, 2 * PAGES);
        }
        builder.passiveData(new byte[100]);
        builder.function(type, List.of(address), body);
        return builder.parseTrackingReads();
    }

    /// {@return what one message with these arguments touches}
    private static Touches touches(Module module, long... arguments) {
        try (var instance = Instance.instantiate(module, Imports.none(), InstanceLimits.DEFAULT)) {
            return touches(instance, arguments);
        }
    }

    private static Touches touches(Instance instance, long... arguments) {
        instance.begin();
        instance.setFuel(Long.MAX_VALUE / 2);
        instance.call(0, arguments);
        var touches = instance.memory().orElseThrow().touches();
        instance.commit();
        return touches;
    }

    private static Touches touched(int accessed, int written) {
        return new Touches(accessed, written);
    }

    /// A load or store at a parameter and an offset, which begins and ends in one page and near no other page.
    private record Access(boolean isStore, int parameter, int offset) {
        static Access any(SplittableRandom random) {
            return new Access(random.nextInt(3) == 0, random.nextInt(2), random.nextInt(PAGE / 8) * 8);
        }

        void emit(WasmBuilder.Code code) {
            code.localGet(parameter);
            if (isStore) {
                code.i64(1).access(Opcode.I64_STORE, 3, offset);
            } else {
                code.access(Opcode.I64_LOAD, 3, offset).op(Opcode.DROP);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void loadsAndStoresTouchThePagesInWhichTheyBegin(boolean is64) {
        var random = new SplittableRandom(11);
        for (int round = 0; round < 200; round++) {
            var accesses = new ArrayList<Access>();
            for (int i = random.nextInt(30); i >= 0; i--) {
                accesses.add(Access.any(random));
            }
            var module = module(is64, code -> accesses.forEach(access -> access.emit(code)));
            var accessed = new TreeSet<Integer>();
            var written = new TreeSet<Integer>();
            long[] arguments = {random.nextInt(PAGES - 1) * (long) PAGE, random.nextInt(PAGES - 1) * (long) PAGE};
            for (Access access : accesses) {
                int page = (int) ((arguments[access.parameter] + access.offset) / PAGE);
                accessed.add(page);
                if (access.isStore) {
                    written.add(page);
                }
            }
            assertThat(touches(module, arguments))
                    .as("round %d: %s", round, accesses)
                    .isEqualTo(touched(accessed.size(), written.size()));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 39})
    void aLoopTouchesEveryPageThatItGoesThrough(int pages) {
        // From the first parameter up to the second one, a load every 4 KiB.
        var module = module(
                false,
                code -> code.open(Opcode.LOOP)
                        .localGet(0)
                        .access(Opcode.I32_LOAD8_U, 0, 5)
                        .op(Opcode.DROP)
                        .localGet(0)
                        .i32(4096)
                        .op(Opcode.I32_ADD)
                        .op(Opcode.LOCAL_TEE, 0)
                        .localGet(1)
                        .op(Opcode.I32_LT_U)
                        .op(Opcode.BR_IF, 0)
                        .end());
        assertThat(touches(module, PAGE, PAGE + (long) pages * PAGE)).isEqualTo(touched(pages, 0));
    }

    @Test
    void bothSidesOfABranchCountOnlyWhenTheyRun() {
        var module = module(
                false,
                code -> code.localGet(1)
                        .open(Opcode.IF)
                        .localGet(0)
                        .access(Opcode.I32_LOAD, 2, 0)
                        .op(Opcode.DROP)
                        .op(Opcode.ELSE)
                        .localGet(0)
                        .access(Opcode.I32_LOAD, 2, 5 * PAGE)
                        .op(Opcode.DROP)
                        .end()
                        .localGet(0)
                        .access(Opcode.I32_LOAD, 2, 0)
                        .op(Opcode.DROP));
        assertThat(touches(module, 0, 1)).isEqualTo(touched(1, 0));
        assertThat(touches(module, 0, 0)).isEqualTo(touched(2, 0));
    }

    @ParameterizedTest
    @CsvSource({"56, 1", "64, 2"})
    void aLoadNearAnotherCountsForThePageOfTheOther(int distance, int pages) {
        var module = module(false, code -> {
            new Access(false, 0, 0).emit(code);
            new Access(false, 0, distance).emit(code);
        });
        assertThat(touches(module, PAGE - 8, 0)).isEqualTo(touched(pages, 0));
    }

    @Test
    void aStoreThatReachesTheNextPageWritesBoth() {
        var module = module(false, code -> code.localGet(0).i64(-1).access(Opcode.I64_STORE, 0, 0));
        assertThat(touches(module, PAGE - 4, 0)).isEqualTo(touched(2, 2));
        assertThat(touches(module, PAGE - 8, 0)).isEqualTo(touched(1, 1));
    }

    @Test
    void anAddressWithALargeOffsetIsCountedToo() {
        long far = 3L << 30;
        var builder = new WasmBuilder();
        int type = builder.type(List.of(ValueType.I64), List.of());
        builder.memory64(1, 1L << 16);
        builder.function(
                type,
                code -> code.i64((far >> 16) + 1)
                        .op(Opcode.MEMORY_GROW, 0)
                        .op(Opcode.DROP)
                        .localGet(0)
                        .access(Opcode.I64_LOAD, 3, far)
                        .op(Opcode.DROP)
                        .localGet(0)
                        .i64(7)
                        .access(Opcode.I64_STORE, 3, far + PAGE));
        assertThat(touches(builder.parseTrackingReads(), 8)).isEqualTo(touched(2, 1));
    }

    @Test
    void vectorsAreCountedToo() {
        var module = module(false, code -> {
            code.localGet(0);
            code.u8(0xFD).u32(0).u32(4).u32(0).op(Opcode.DROP);
            code.localGet(0).localGet(1);
            code.u8(0xFD).u32(0).u32(4).u32(0);
            code.u8(0xFD).u32(11).u32(4).u32(3 * PAGE);
        });
        assertThat(touches(module, 0, 7 * (long) PAGE)).isEqualTo(touched(3, 1));
    }

    @Test
    void bulkInstructionsTouchWhatTheyReadAndWrite() {
        var copy =
                module(false, code -> code.localGet(0).localGet(1).i32(2 * PAGE).op(Opcode.MEMORY_COPY, 0, 0));
        assertThat(touches(copy, 10 * (long) PAGE, 20 * (long) PAGE)).isEqualTo(touched(4, 2));
        assertThat(touches(copy, 10 * (long) PAGE + 1, 20 * (long) PAGE + 1)).isEqualTo(touched(6, 3));
        assertThat(touches(copy, 10 * (long) PAGE, 11 * (long) PAGE)).isEqualTo(touched(3, 2));

        var fill = module(false, code -> code.localGet(0).localGet(1).i32(PAGE).op(Opcode.MEMORY_FILL, 0));
        assertThat(touches(fill, PAGE, 0)).isEqualTo(touched(1, 1));
        assertThat(touches(fill, PAGE - 1, 0)).isEqualTo(touched(2, 2));

        var init = module(false, code -> code.localGet(0).i32(0).i32(100).op(Opcode.MEMORY_INIT, 0, 0));
        assertThat(touches(init, PAGE - 50, 0)).isEqualTo(touched(2, 2));

        var nothing = module(false, code -> code.localGet(0).localGet(1).i32(0).op(Opcode.MEMORY_COPY, 0, 0));
        assertThat(touches(nothing, 0, PAGE)).isEqualTo(Touches.NONE);
    }

    @Test
    void theHostsReadsAndWritesAreTouches() {
        try (var instance = Instance.instantiate(module(false, _ -> {}), Imports.none(), InstanceLimits.DEFAULT)) {
            var memory = instance.memory().orElseThrow();
            instance.begin();
            memory.read(PAGE - 1, 2);
            assertThat(memory.touches()).isEqualTo(touched(2, 0));
            memory.write(PAGE, new byte[] {1});
            memory.write(5 * (long) PAGE, new byte[] {1});
            assertThat(memory.touches()).isEqualTo(touched(3, 2));
            instance.rollback();
        }
    }

    @Test
    void noMessageSeesWhatAnotherOneTouched() {
        var reading = module(
                false, code -> code.localGet(0).access(Opcode.I32_LOAD, 2, 0).op(Opcode.DROP));
        try (var instance = Instance.instantiate(reading, Imports.none(), InstanceLimits.DEFAULT)) {
            var memory = instance.memory().orElseThrow();
            assertThat(touches(instance, 0, 0)).isEqualTo(touched(1, 0));
            assertThat(memory.touches()).isEqualTo(Touches.NONE);
            assertThat(touches(instance, PAGE, 0)).isEqualTo(touched(1, 0));

            // Pages that a message added and read are gone with it, and fresh for the next one.
            instance.begin();
            memory.grow(PAGES);
            instance.setFuel(1_000);
            instance.call(0, PAGES * (long) PAGE, 0);
            assertThat(memory.touches()).isEqualTo(touched(1, 0));
            instance.rollback();
            instance.begin();
            memory.grow(PAGES);
            assertThat(memory.touches()).isEqualTo(Touches.NONE);
            instance.rollback();

            // What was written before a message and never committed was not touched by it.
            memory.write(0, new byte[] {1});
            assertThat(touches(instance, PAGE, 0)).isEqualTo(touched(1, 0));
        }
    }

    @Test
    void lookingWhileCodeRunsHidesNothingOfWhatItDoesAfterwards() {
        var builder = new WasmBuilder();
        int nothing = builder.type(List.of(), List.of());
        int look = builder.importFunction("host", "look", nothing);
        builder.memory(PAGES);
        builder.function(nothing, code -> {
            code.i32(0).i32(7).access(Opcode.I32_STORE, 2, PAGE).call(look);
            code.i32(0).i32(7).access(Opcode.I32_STORE, 2, 2 * PAGE);
            code.i32(0).access(Opcode.I32_LOAD, 2, 3 * PAGE).op(Opcode.DROP);
        });
        var seen = new ArrayList<Touches>();
        var imports = new Imports.Builder()
                .add(
                        "host",
                        "look",
                        new FunctionType(List.of(), List.of()),
                        (caller, _) -> seen.add(caller.memory().orElseThrow().touches()))
                .build();
        try (var instance = Instance.instantiate(builder.parseTrackingReads(), imports, InstanceLimits.DEFAULT)) {
            var memory = instance.memory().orElseThrow();
            for (int message = 0; message < 2; message++) {
                instance.begin();
                instance.setFuel(1_000);
                instance.call(1);
                assertThat(seen).hasSize(message + 1).last().isEqualTo(touched(1, 1));
                assertThat(memory.touches()).isEqualTo(touched(3, 2));
                assertThat(memory.dirtyPageCount()).isEqualTo(2);
                instance.rollback();
                assertThat(memory.read(PAGE, 2 * PAGE)).containsOnly(0);
            }
        }
    }

    @Test
    void whatAnotherInstanceWritesForACallerIsUndoneToo() {
        var writing = new WasmBuilder();
        int nothing = writing.type(List.of(), List.of());
        writing.memory(1);
        int store = writing.function(nothing, code -> code.i32(0).i32(7).access(Opcode.I32_STORE, 2, 8));
        writing.exportFunction("store", store);
        var calling = new WasmBuilder();
        int store2 = calling.importFunction("other", "store", calling.type(List.of(), List.of()));
        calling.function(0, code -> code.call(store2));
        try (var callee = Instance.instantiate(writing.parse(), Imports.none(), InstanceLimits.DEFAULT)) {
            var imports =
                    Imports.none().with("other", "store", callee.export("store").orElseThrow());
            try (var caller = Instance.instantiate(calling.parse(), imports, InstanceLimits.DEFAULT)) {
                var memory = callee.memory().orElseThrow();
                callee.begin();
                caller.setFuel(1_000);
                caller.call(1);
                assertThat(memory.dirtyPageCount()).isEqualTo(1);
                callee.rollback();
                assertThat(memory.read(8, 4)).containsOnly(0);
            }
        }
    }

    @Test
    void withoutTheTraceOnlyWritesCount() {
        var builder = new WasmBuilder();
        int type = builder.type(List.of(ValueType.I32), List.of());
        builder.memory(2);
        builder.function(
                type,
                code -> code.localGet(0)
                        .access(Opcode.I32_LOAD, 2, 0)
                        .op(Opcode.DROP)
                        .localGet(0)
                        .i32(1)
                        .access(Opcode.I32_STORE, 2, PAGE));
        assertThat(touches(builder.parse(), 0)).isEqualTo(touched(1, 1));
        assertThat(touches(builder.parseTrackingReads(), 0)).isEqualTo(touched(2, 1));
    }
}
