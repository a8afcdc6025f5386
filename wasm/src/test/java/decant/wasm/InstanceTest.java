package decant.wasm;

import static decant.wasm.ValueType.F32;
import static decant.wasm.ValueType.F64;
import static decant.wasm.ValueType.I32;
import static decant.wasm.ValueType.I64;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import decant.wasm.binary.Opcode;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InstanceTest {
    private static final int PAGE = Memory.PAGE_BYTES;

    private static Instance instantiate(WasmBuilder builder) {
        return instantiate(builder, Imports.none());
    }

    private static Instance instantiate(WasmBuilder builder, Imports imports) {
        var instance = Instance.instantiate(builder.parse(), imports, InstanceLimits.DEFAULT);
        instance.setFuel(1L << 40);
        return instance;
    }

    private static long result(CallResult result) {
        return ((CallResult.Returned) result).results()[0];
    }

    private static Trap trap(CallResult result) {
        return ((CallResult.Trapped) result).trap();
    }

    private static <T> T onBigStack(Callable<T> action) throws Exception {
        var task = new FutureTask<>(action);
        WasmThreads.factory("test").newThread(task).start();
        return task.get();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aStoreAcrossAPageBorderDirtiesBothPagesAndIsUndone(boolean is64) {
        int[] stores = {Opcode.I32_STORE, Opcode.I64_STORE, Opcode.I32_STORE8, Opcode.I32_STORE16, Opcode.I64_STORE32};
        int[] sizes = {4, 8, 1, 2, 4};
        var builder = new WasmBuilder();
        if (is64) {
            builder.memory64(2, 2);
        } else {
            builder.memory(2, 2);
        }
        for (int i = 0; i < stores.length; i++) {
            int opcode = stores[i];
            ValueType value = opcode == Opcode.I64_STORE || opcode == Opcode.I64_STORE32 ? I64 : I32;
            int type = builder.type(List.of(is64 ? I64 : I32, value), List.of());
            builder.function(type, code -> code.localGet(0).localGet(1).access(opcode, 0, 2));
        }
        try (var instance = instantiate(builder)) {
            Memory memory = instance.memory().orElseThrow();
            var before = new byte[2 * Memory.WASM_PAGE_BYTES];
            for (int i = 0; i < before.length; i++) {
                before[i] = (byte) (i * 31);
            }
            memory.write(0, before);
            instance.commit();
            for (int i = 0; i < stores.length; i++) {
                for (int at = 3 * PAGE - 9; at <= 3 * PAGE + 1; at++) {
                    instance.begin();
                    instance.call(i, at - 2, -1);
                    var dirty = new ArrayList<Long>();
                    memory.forEachDirtyPage((page, _) -> dirty.add(page));
                    boolean isBefore = at < 3 * PAGE;
                    boolean isBehind = at + sizes[i] > 3 * PAGE;
                    assertThat(dirty).isEqualTo(isBefore && isBehind ? List.of(2L, 3L) : List.of(isBefore ? 2L : 3L));
                    assertThat(memory.read(at, sizes[i])).containsOnly(-1);
                    instance.rollback();
                    assertThat(memory.read(0, before.length)).isEqualTo(before);
                }
            }
        }
    }

    @Test
    void straddlingStoresInAnyOrderAreUndone() {
        var builder = new WasmBuilder();
        int type = builder.type(List.of(I32, I64), List.of());
        builder.memory(1, 1);
        builder.function(type, code -> code.localGet(0).localGet(1).access(Opcode.I64_STORE, 0, 0));
        try (var instance = instantiate(builder)) {
            Memory memory = instance.memory().orElseThrow();
            instance.commit();
            int[][] orders = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
            int[] addresses = {PAGE - 4, 2 * PAGE - 4, PAGE + 100};
            for (int[] order : orders) {
                instance.begin();
                for (int which : order) {
                    instance.call(0, addresses[which], -1);
                }
                assertThat(memory.dirtyPageCount()).isEqualTo(3);
                instance.rollback();
                assertThat(memory.read(0, 3 * PAGE)).containsOnly(0);
            }
        }
    }

    @Test
    void aTrapInTheMiddleOfAMessageLeavesNothingOfItBehind() {
        var builder = new WasmBuilder();
        int type = builder.type(List.of(), List.of());
        builder.memory(1, 3);
        int global = builder.global(I64, true, code -> code.i64(5));
        builder.passiveData(new byte[] {1, 2, 3});
        builder.function(
                type,
                code -> code.i32(1)
                        .op(Opcode.MEMORY_GROW, 0)
                        .op(Opcode.DROP)
                        .i64(9)
                        .op(Opcode.GLOBAL_SET, global)
                        .i32(Memory.WASM_PAGE_BYTES - 1)
                        .i32(0)
                        .i32(3)
                        .op(Opcode.MEMORY_INIT, 0, 0)
                        .op(Opcode.DATA_DROP, 0)
                        .op(Opcode.UNREACHABLE));
        try (var instance = instantiate(builder)) {
            for (int i = 0; i < 3; i++) {
                instance.begin();
                assertThat(trap(instance.call(0)).code()).isEqualTo(TrapCode.UNREACHABLE);
                instance.rollback();
                assertThat(instance.globals()).containsExactly(5);
                assertThat(instance.memory().orElseThrow().bytes()).isEqualTo(Memory.WASM_PAGE_BYTES);
                assertThat(instance.memory().orElseThrow().read(0, Memory.WASM_PAGE_BYTES))
                        .containsOnly(0);
            }
        }
    }

    @Test
    void aCopyThatDoesNotFitChangesNothing() {
        var builder = new WasmBuilder();
        int type = builder.type(List.of(I32, I32, I32), List.of());
        builder.memory(1, 1);
        builder.data(code -> code.i32(0), new byte[] {1, 2, 3, 4});
        builder.function(type, code -> code.localGet(0).localGet(1).localGet(2).op(Opcode.MEMORY_COPY, 0, 0));
        try (var instance = instantiate(builder)) {
            instance.commit();
            assertThat(trap(instance.call(0, 65530, 0, 7)).code()).isEqualTo(TrapCode.MEMORY_OUT_OF_BOUNDS);
            assertThat(instance.memory().orElseThrow().dirtyPageCount()).isZero();
            instance.call(0, 1, 0, 4);
            assertThat(instance.memory().orElseThrow().read(0, 6)).containsExactly(1, 1, 2, 3, 4, 0);
        }
    }

    @Test
    void addressesThatOverflowAreOutOfBounds() {
        var builder = new WasmBuilder();
        int type = builder.type(List.of(I64), List.of(I32));
        builder.memory64(1, 1);
        long[] offsets = {0, 8, 65533, 1L << 32, Long.MAX_VALUE, -1L, -8L};
        for (long offset : offsets) {
            builder.function(type, code -> code.localGet(0).access(Opcode.I32_LOAD, 0, offset));
        }
        try (var instance = instantiate(builder)) {
            for (int i = 0; i < offsets.length; i++) {
                for (long address :
                        new long[] {0, 1, 65528, 65532, 65533, -1, -4, -8, -65533, 1L << 32, Long.MIN_VALUE}) {
                    var exact = new BigInteger(Long.toUnsignedString(address))
                            .add(new BigInteger(Long.toUnsignedString(offsets[i])));
                    boolean fits = exact.compareTo(BigInteger.valueOf(65532)) <= 0;
                    assertThat(instance.call(i, address) instanceof CallResult.Returned)
                            .as("address %d offset %d", address, offsets[i])
                            .isEqualTo(fits);
                }
            }
        }
    }

    @Test
    void instructionsRunOutAtTheBlockThatCannotBePaid() {
        var builder = new WasmBuilder();
        int type = builder.type(List.of(I32), List.of(I32));
        // Entry 1 + loop 0; each round 4 + br_if 2 and behind it 1.
        builder.function(
                type,
                code -> code.open(Opcode.LOOP)
                        .localGet(0)
                        .i32(1)
                        .op(Opcode.I32_SUB)
                        .op(Opcode.LOCAL_TEE, 0)
                        .op(Opcode.BR_IF, 0)
                        .end()
                        .localGet(0));
        try (var instance = instantiate(builder)) {
            instance.setFuel(1000);
            assertThat(result(instance.call(0, 10))).isZero();
            long cost = 1000 - instance.fuel();
            assertThat(cost).isEqualTo(1 + 10 * 6 + 1);
            instance.setFuel(cost - 1);
            instance.call(0, 10);
            // The last block is no place where a lack is noticed.
            assertThat(instance.fuel()).isEqualTo(-1);
            instance.setFuel(30);
            Trap trap = trap(instance.call(0, 10));
            assertThat(trap.code()).isEqualTo(TrapCode.OUT_OF_INSTRUCTIONS);
            assertThat(instance.fuel()).isEqualTo(30 - 1 - 5 * 6);
        }
    }

    @Test
    void bulkInstructionsAndWideMemoriesCostMore() {
        var builder = new WasmBuilder();
        int type = builder.type(List.of(), List.of());
        builder.memory64(1, 1);
        builder.function(type, code -> code.i64(0).access(Opcode.I64_LOAD, 3, 0).op(Opcode.DROP));
        builder.function(type, code -> code.i64(0).i32(7).i64(500).op(Opcode.MEMORY_FILL, 0));
        try (var instance = instantiate(builder)) {
            instance.setFuel(10_000);
            instance.call(0);
            assertThat(instance.fuel()).isEqualTo(10_000 - 1 - 1 - 2 - 1);
            instance.setFuel(10_000);
            instance.call(1);
            assertThat(instance.fuel()).isEqualTo(10_000 - 1 - 3 - 100 - 500);
            instance.setFuel(300);
            assertThat(trap(instance.call(1)).code()).isEqualTo(TrapCode.OUT_OF_INSTRUCTIONS);
            assertThat(instance.memory().orElseThrow().read(0, 600)).startsWith(7, 7);
        }
    }

    @Test
    void endlessRecursionTrapsAtTheSameDepthWhateverIsCompiled() throws Exception {
        var builder = new WasmBuilder();
        int type = builder.type(List.of(I64), List.of(I64));
        int global = builder.global(I64, true, code -> code.i64(0));
        builder.function(
                type,
                code -> code.op(Opcode.GLOBAL_GET, global)
                        .i64(1)
                        .op(Opcode.I64_ADD)
                        .op(Opcode.GLOBAL_SET, global)
                        .localGet(0)
                        .call(0)
                        .localGet(0)
                        .op(Opcode.I64_ADD));
        try (var instance = instantiate(builder)) {
            var depths = onBigStack(() -> {
                var found = new ArrayList<Long>();
                for (int i = 0; i < 4; i++) {
                    instance.setGlobals(new long[] {0});
                    Trap trap = trap(instance.call(0, 1));
                    assertThat(trap.code()).isEqualTo(TrapCode.STACK_OVERFLOW);
                    assertThat(trap.backtrace()).hasSize(100);
                    found.add(instance.globals()[0]);
                }
                return found;
            });
            assertThat(depths).containsOnly(depths.getFirst());
            assertThat(depths.getFirst()).isGreaterThan(1_000_000);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 100, 1500})
    void recursionWithManyValuesInEachFrameTrapsToo(int values) throws Exception {
        var builder = new WasmBuilder();
        int type = builder.type(List.of(I64, I64), List.of(I64));
        builder.table(ValueType.FUNCREF, 1);
        var locals = new ArrayList<ValueType>();
        for (int i = 0; i < values; i++) {
            locals.add(I64);
        }
        builder.function(type, locals, code -> {
            for (int i = 0; i < values; i++) {
                code.localGet(0).i64(77L * i).op(Opcode.I64_MUL).localSet(2 + i);
            }
            code.localGet(0);
            for (int i = 0; i < values; i++) {
                code.localGet(2 + i);
            }
            code.localGet(0).localGet(1).i32(0).op(Opcode.CALL_INDIRECT, type, 0);
            for (int i = 0; i < values; i++) {
                code.op(Opcode.I64_ADD).localGet(2 + i).op(Opcode.I64_XOR);
            }
            code.op(Opcode.I64_ADD);
        });
        builder.elements(code -> code.i32(0), 0);
        try (var instance = instantiate(builder)) {
            assertThat(onBigStack(() -> trap(instance.call(0, 3, 4)).code())).isEqualTo(TrapCode.STACK_OVERFLOW);
        }
    }

    @Test
    void aThreadWithASmallStackIsAnErrorThatSaysSo() {
        var builder = new WasmBuilder();
        int type = builder.type(List.of(), List.of());
        builder.function(type, code -> code.call(0));
        try (var instance = instantiate(builder)) {
            var task = new FutureTask<>(() -> instance.call(0));
            Thread.ofPlatform().stackSize(1 << 20).start(task);
            assertThatThrownBy(task::get).rootCause().isInstanceOf(StackOverflowError.class);
            assertThatThrownBy(task::get).hasMessageContaining("call instances on threads of WasmThreads");
        }
    }

    @Test
    void aTrapNamesTheFunctionsAndInstructionsItCameThrough() {
        var builder = new WasmBuilder();
        int type = builder.type(List.of(), List.of());
        int host = builder.importFunction("env", "fail", type);
        int inner = builder.function(type, code -> code.op(Opcode.NOP).call(host));
        int outer = builder.function(type, code -> code.i32(1).op(Opcode.DROP).call(inner));
        builder.functionName(inner, "inner").functionName(outer, "outer");
        var payload = new Object();
        var imports = Imports.none().with("env", "fail", new FunctionType(List.of(), List.of()), (_, _) -> {
            throw new HostTrap("no", payload);
        });
        try (var instance = instantiate(builder, imports)) {
            Trap trap = trap(instance.call(outer));
            assertThat(trap.code()).isEqualTo(TrapCode.HOST);
            assertThat(trap.message()).isEqualTo("no");
            assertThat(trap.payload()).isSameAs(payload);
            Module module = instance.module();
            assertThat(trap.backtrace())
                    .containsExactly(
                            new Frame(inner, "inner", module.bodies().get(0).start() + 1),
                            new Frame(outer, "outer", module.bodies().get(1).start() + 3));
        }
    }

    @Test
    void hostFunctionsMayCallBackAndSeeTheSameCounters() {
        var builder = new WasmBuilder();
        int type = builder.type(List.of(I32), List.of(I32));
        int host = builder.importFunction("env", "again", type);
        int function = builder.function(
                type,
                code -> code.localGet(0)
                        .open(Opcode.IF, I32)
                        .localGet(0)
                        .call(host)
                        .op(Opcode.ELSE)
                        .i32(42)
                        .end());
        var imports = Imports.none()
                .with("env", "again", new FunctionType(List.of(I32), List.of(I32)), (caller, slots) -> {
                    caller.charge(1000);
                    slots[0] = switch (caller.call(function, (int) slots[0] - 1)) {
                        case CallResult.Returned(long[] results) -> results[0];
                        case CallResult.Trapped(Trap trap) -> throw new HostTrap(trap.message());
                    };
                });
        try (var instance = instantiate(builder, imports)) {
            long fuel = instance.fuel();
            assertThat(result(instance.call(function, 3))).isEqualTo(42);
            assertThat(fuel - instance.fuel()).isBetween(3000L, 3100L);
            instance.setFuel(1500);
            assertThat(instance.call(function, 3)).isInstanceOf(CallResult.Trapped.class);
        }
    }

    @Test
    void tailCallsNeedNoStack() throws Exception {
        var builder = new WasmBuilder();
        int type = builder.type(List.of(I64, I64), List.of(I64));
        builder.table(ValueType.FUNCREF, 2);
        builder.elements(code -> code.i32(0), 0, 1);
        for (int i = 0; i < 2; i++) {
            int other = 1 - i;
            boolean indirect = i == 1;
            builder.function(type, code -> {
                code.localGet(0)
                        .op(Opcode.I64_EQZ)
                        .open(Opcode.IF)
                        .localGet(1)
                        .op(Opcode.RETURN)
                        .end();
                code.localGet(0)
                        .i64(1)
                        .op(Opcode.I64_SUB)
                        .localGet(1)
                        .localGet(0)
                        .op(Opcode.I64_ADD);
                if (indirect) {
                    code.i32(other).op(Opcode.RETURN_CALL_INDIRECT, 0, 0);
                } else {
                    code.op(Opcode.RETURN_CALL, other);
                }
            });
        }
        var limits = InstanceLimits.DEFAULT.withStackBytesMax(1 << 16);
        try (var instance = Instance.instantiate(builder.parse(), Imports.none(), limits)) {
            assertThat(result(instance.call(0, 1_000_000, 0))).isEqualTo(500_000_500_000L);
        }
    }

    @Test
    void indirectCallsCheckElementAndType() {
        var builder = new WasmBuilder();
        int constant = builder.type(List.of(), List.of(I32));
        int other = builder.type(List.of(), List.of(I64));
        int call = builder.type(List.of(I32), List.of(I32));
        builder.table(ValueType.FUNCREF, 4);
        int one = builder.function(constant, code -> code.i32(1));
        int wrong = builder.function(other, code -> code.i64(2));
        int caller = builder.function(call, code -> code.localGet(0).op(Opcode.CALL_INDIRECT, constant, 0));
        builder.elements(code -> code.i32(0), one, wrong);
        try (var instance = instantiate(builder)) {
            assertThat(result(instance.call(caller, 0))).isEqualTo(1);
            assertThat(trap(instance.call(caller, 1)).code()).isEqualTo(TrapCode.INDIRECT_CALL_TYPE_MISMATCH);
            assertThat(trap(instance.call(caller, 2)).code()).isEqualTo(TrapCode.UNDEFINED_ELEMENT);
            assertThat(trap(instance.call(caller, 4)).code()).isEqualTo(TrapCode.TABLE_OUT_OF_BOUNDS);
            assertThat(trap(instance.call(caller, -1)).code()).isEqualTo(TrapCode.TABLE_OUT_OF_BOUNDS);
            assertThat(instance.tableFunction(0)).isEqualTo(one);
            assertThat(instance.tableFunction(2)).isEqualTo(-1);
            assertThat(instance.tableFunction(99)).isEqualTo(-1);
        }
    }

    @Test
    void manyFunctionsOfOneTypeAreCalledIndirectly() {
        var builder = new WasmBuilder();
        int constant = builder.type(List.of(), List.of(I32));
        int call = builder.type(List.of(I32), List.of(I32));
        int count = 1000;
        builder.table(ValueType.FUNCREF, count);
        var all = new int[count];
        for (int i = 0; i < count; i++) {
            int value = i * 3;
            all[i] = builder.function(constant, code -> code.i32(value));
        }
        int caller = builder.function(call, code -> code.localGet(0).op(Opcode.CALL_INDIRECT, constant, 0));
        builder.elements(code -> code.i32(0), all);
        try (var instance = instantiate(builder)) {
            for (int i = 0; i < count; i++) {
                assertThat(result(instance.call(caller, i))).isEqualTo(i * 3L);
            }
        }
    }

    @Test
    void threadsShareTheCodeOfAModule() throws Exception {
        var builder = new WasmBuilder();
        int type = builder.type(List.of(I32), List.of(I32));
        builder.memory(1, 1);
        int count = 60;
        for (int i = 0; i < count; i++) {
            int next = i + 1;
            builder.function(type, code -> {
                code.localGet(0).i32(next).op(Opcode.I32_ADD);
                if (next < count) {
                    code.call(next);
                }
            });
        }
        Module module = builder.parse();
        var tasks = new ArrayList<FutureTask<Long>>();
        for (int i = 0; i < 8; i++) {
            int start = i;
            var task = new FutureTask<>(() -> {
                try (var instance = Instance.instantiate(module, Imports.none(), InstanceLimits.DEFAULT)) {
                    return result(instance.call(0, start));
                }
            });
            tasks.add(task);
            WasmThreads.factory("share").newThread(task).start();
        }
        for (int i = 0; i < 8; i++) {
            assertThat(tasks.get(i).get()).isEqualTo(i + count * (count + 1L) / 2);
        }
    }

    @Test
    void arithmeticShowsOneNaNOnly() {
        int payload = 0xFFA1_2345;
        long widePayload = 0xFFF4_1234_5678_9ABCL;
        var builder = new WasmBuilder();
        int single = builder.type(List.of(F32), List.of(F32));
        int wide = builder.type(List.of(F64), List.of(F64));
        var functions = new ArrayList<Integer>();
        for (int opcode = Opcode.F32_ABS; opcode <= Opcode.F32_COPYSIGN; opcode++) {
            int arithmetic = opcode;
            functions.add(builder.function(single, code -> {
                code.localGet(0);
                if (arithmetic >= Opcode.F32_ADD) {
                    code.f32(1);
                }
                code.op(arithmetic);
            }));
        }
        for (int opcode = Opcode.F64_ABS; opcode <= Opcode.F64_COPYSIGN; opcode++) {
            int arithmetic = opcode;
            functions.add(builder.function(wide, code -> {
                code.localGet(0);
                if (arithmetic >= Opcode.F64_ADD) {
                    code.f64(1);
                }
                code.op(arithmetic);
            }));
        }
        int demote = builder.function(
                builder.type(List.of(F64), List.of(F32)),
                code -> code.localGet(0).op(Opcode.F32_DEMOTE_F64));
        int promote = builder.function(
                builder.type(List.of(F32), List.of(F64)),
                code -> code.localGet(0).op(Opcode.F64_PROMOTE_F32));
        try (var instance = instantiate(builder)) {
            for (int i = 0; i < functions.size(); i++) {
                int half = functions.size() / 2;
                boolean isWide = i >= half;
                int opcode = Opcode.F32_ABS + i % half;
                long bits = result(instance.call(functions.get(i), isWide ? widePayload : payload));
                long canonical = isWide ? 0x7FF8_0000_0000_0000L : 0x7FC0_0000L;
                long sign = isWide ? Long.MIN_VALUE : 0x8000_0000L;
                long magnitude = (isWide ? widePayload : payload & 0xFFFF_FFFFL) & ~sign;
                boolean keepsPayload =
                        opcode == Opcode.F32_ABS || opcode == Opcode.F32_NEG || opcode == Opcode.F32_COPYSIGN;
                assertThat(isWide ? bits : bits & 0xFFFF_FFFFL)
                        .as("%s", Opcode.name(isWide ? opcode + Opcode.F64_ABS - Opcode.F32_ABS : opcode))
                        .isEqualTo(keepsPayload ? magnitude : canonical);
            }
            assertThat((int) result(instance.call(demote, widePayload))).isEqualTo(0x7FC0_0000);
            assertThat(result(instance.call(promote, payload))).isEqualTo(0x7FF8_0000_0000_0000L);
        }
    }

    @Test
    void aMissingImportIsNamed() {
        var builder = new WasmBuilder();
        builder.importFunction("ic0", "nowhere", builder.type(List.of(), List.of()));
        Module module = builder.parse();
        assertThatThrownBy(() -> Instance.instantiate(module, Imports.none(), InstanceLimits.DEFAULT))
                .hasMessage("unknown import: \"ic0\" \"nowhere\" is not offered");
    }

    @Test
    void anInstanceOfAnImageHasNoDataFromSegments() {
        var builder = new WasmBuilder();
        builder.memory(1, 1).data(code -> code.i32(8), new byte[] {5});
        try (var fresh = instantiate(builder);
                var resumed = Instance.resume(builder.parse(), Imports.none(), InstanceLimits.DEFAULT)) {
            assertThat(fresh.memory().orElseThrow().read(8, 1)).containsExactly(5);
            assertThat(fresh.memory().orElseThrow().dirtyPageCount()).isEqualTo(1);
            assertThat(resumed.memory().orElseThrow().read(8, 1)).containsExactly(0);
            assertThat(resumed.memory().orElseThrow().dirtyPageCount()).isZero();
        }
    }

    @Test
    void functionsMayHaveMoreParametersAndResultsThanTheJvmAllows() {
        var builder = new WasmBuilder();
        var parameters = new ArrayList<ValueType>();
        for (int i = 0; i < 300; i++) {
            parameters.add(i % 2 == 0 ? I64 : F64);
        }
        int wide = builder.type(parameters, parameters);
        builder.table(ValueType.FUNCREF, 1);
        int identity = builder.function(wide, code -> {
            for (int i = 0; i < 300; i++) {
                code.localGet(i);
            }
        });
        for (boolean indirect : new boolean[] {false, true}) {
            builder.function(wide, code -> {
                for (int i = 0; i < 300; i++) {
                    code.localGet(i);
                }
                if (indirect) {
                    code.i32(0).op(Opcode.CALL_INDIRECT, wide, 0);
                } else {
                    code.call(identity);
                }
            });
        }
        builder.elements(code -> code.i32(0), identity);
        var arguments = new long[300];
        for (int i = 0; i < 300; i++) {
            arguments[i] = i % 2 == 0 ? i * 7L : Double.doubleToRawLongBits(i / 4.0);
        }
        try (var instance = instantiate(builder)) {
            for (int function = 0; function < 3; function++) {
                assertThat(instance.call(function, arguments)).isEqualTo(new CallResult.Returned(arguments));
            }
        }
    }
}
