package decant.wasm;

import static decant.wasm.ValueType.I32;
import static decant.wasm.ValueType.I64;
import static org.assertj.core.api.Assertions.assertThat;

import decant.wasm.binary.Opcode;
import decant.wasm.compile.CompiledModule;
import java.lang.classfile.ClassFile;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Functions too large for one JVM method: interpreters with a jump by table over many cases, and straight code.
class DividedFunctionTest {
    /// HotSpot compiles no larger method unless told to.
    static final int COMPILED_BYTES_MAX = 8000;

    private static final int STEPS = 5000;
    private static final int TABLE = 4096;

    @ParameterizedTest(name = "{0} cases of {1} rounds")
    @CsvSource({"64, 4, 15000", "256, 5, 68000", "650, 8, 300000"})
    void aLargeInterpreterRunsInMethodsThatHotSpotCompiles(int cases, int rounds, int bytesMin) {
        Module module = interpreter(cases, rounds);
        assertThat(module.bodies().getFirst().end() - module.bodies().getFirst().start())
                .isGreaterThan(bytesMin);
        var expected = new Interpreter(cases, rounds);
        long fuel = 0;
        for (int methodBytesMax : new int[] {6000, 2000}) {
            var code = new CompiledModule(module, methodBytesMax);
            try (var instance =
                    new Instantiation(module, Imports.none(), InstanceLimits.DEFAULT, code).instantiate(true)) {
                instance.memory().orElseThrow().write(0, expected.program);
                instance.setFuel(1L << 40);
                var result = (CallResult.Returned) instance.call(0, STEPS);
                assertThat(result.results()[0]).isEqualTo(expected.run(STEPS));
                long used = (1L << 40) - instance.fuel();
                assertThat(fuel == 0 || fuel == used)
                        .as("fuel %d, %d", fuel, used)
                        .isTrue();
                fuel = used;
            }
            assertThat(methodSizes(code)).allMatch(size -> size < COMPILED_BYTES_MAX, "less than 8000 bytes");
        }
    }

    @Test
    void straightCodeIsDividedAnywhere() {
        var builder = new WasmBuilder();
        int type = builder.type(List.of(I64), List.of(I64));
        int count = 40_000;
        builder.function(type, List.of(I64), code -> {
            code.localGet(0);
            for (int i = 0; i < count; i++) {
                // The stack never is empty here, and every other round leaves more on it for a while.
                code.i64(1_000_003L * i).op(i % 2 == 0 ? Opcode.I64_XOR : Opcode.I64_ADD);
                if (i % 1000 == 0) {
                    code.op(Opcode.LOCAL_TEE, 1).localGet(1);
                }
            }
            for (int i = 0; i < count / 1000; i++) {
                code.op(Opcode.I64_SUB);
            }
        });
        Module module = builder.parse();
        try (var instance = Instance.instantiate(module, Imports.none(), InstanceLimits.DEFAULT)) {
            var stack = new ArrayList<Long>();
            stack.add(77L);
            for (int i = 0; i < count; i++) {
                long top = stack.removeLast();
                long value = 1_000_003L * i;
                stack.add(i % 2 == 0 ? top ^ value : top + value);
                if (i % 1000 == 0) {
                    stack.add(stack.getLast());
                }
            }
            while (stack.size() > 1) {
                long top = stack.removeLast();
                stack.add(stack.removeLast() - top);
            }
            assertThat(instance.call(0, 77)).isEqualTo(new CallResult.Returned(new long[] {stack.getFirst()}));
        }
        assertThat(methodSizes(module.code())).allMatch(size -> size < COMPILED_BYTES_MAX, "less than 8000 bytes");
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 1000, 10_000, 40_000})
    void aBlockThatIsDividedIsPaidForAsAWhole(int count) {
        var builder = new WasmBuilder();
        int type = builder.type(List.of(I64), List.of(I64));
        builder.function(type, code -> {
            code.open(Opcode.LOOP);
            for (int i = 0; i < count; i++) {
                code.localGet(0).i64(i).op(Opcode.I64_ADD).localSet(0);
            }
            code.end().localGet(0);
        });
        Module module = builder.parse();
        for (int methodBytesMax : new int[] {6000, 2000}) {
            var code = new CompiledModule(module, methodBytesMax);
            try (var instance =
                    new Instantiation(module, Imports.none(), InstanceLimits.DEFAULT, code).instantiate(true)) {
                instance.setFuel(1_000_000);
                instance.call(0, 0);
                assertThat(instance.fuel()).isEqualTo(1_000_000 - 1 - 4 * count - 1);
            }
        }
    }

    @Test
    void aTrapInARegionNamesTheFunctionOnce() {
        Module module = interpreter(256, 4);
        try (var instance = Instance.instantiate(module, Imports.none(), InstanceLimits.DEFAULT)) {
            instance.setFuel(1 << 16);
            var trap = ((CallResult.Trapped) instance.call(0, STEPS)).trap();
            assertThat(trap.code()).isEqualTo(TrapCode.OUT_OF_INSTRUCTIONS);
            assertThat(trap.backtrace()).hasSize(1);
            FunctionBody body = module.bodies().getFirst();
            assertThat(trap.backtrace().getFirst().moduleOffset()).isBetween(body.start(), body.end());
        }
    }

    @Test
    void manyLocalsAreNoHindrance() {
        var builder = new WasmBuilder();
        int type = builder.type(List.of(I64), List.of(I64));
        var locals = new ArrayList<ValueType>();
        for (int i = 0; i < 40_000; i++) {
            locals.add(I64);
        }
        builder.function(type, locals, code -> {
            code.localGet(0).localSet(39_999).localGet(39_999).localGet(20_000).op(Opcode.I64_ADD);
        });
        try (var instance = Instance.instantiate(builder.parse(), Imports.none(), InstanceLimits.DEFAULT)) {
            assertThat(instance.call(0, 5)).isEqualTo(new CallResult.Returned(new long[] {5}));
        }
    }

    static List<Integer> methodSizes(CompiledModule code) {
        var sizes = new ArrayList<Integer>();
        for (byte[] bytes : code.functionClasses(0)) {
            for (MethodModel method : ClassFile.of().parse(bytes).methods()) {
                sizes.add(((CodeAttribute) method.code().orElseThrow()).codeLength());
            }
        }
        return sizes;
    }

    /// A function that runs the program at the beginning of the memory: one case per byte pair, each unlike the others.
    private static Module interpreter(int cases, int rounds) {
        var builder = new WasmBuilder();
        int type = builder.type(List.of(I32), List.of(I64));
        builder.memory(2, 2);
        int steps = 0;
        int position = 1;
        int t = 2;
        int i = 3;
        int sum = 4;
        builder.function(type, List.of(I32, I32, I32, I64), code -> {
            code.i64(1).localSet(sum);
            code.open(Opcode.BLOCK).open(Opcode.LOOP);
            code.localGet(steps).op(Opcode.I32_EQZ).op(Opcode.BR_IF, 1);
            code.localGet(steps).i32(1).op(Opcode.I32_SUB).localSet(steps);
            for (int c = 0; c < cases; c++) {
                code.open(Opcode.BLOCK);
            }
            code.localGet(position).access(Opcode.I32_LOAD16_U, 1, 0);
            code.localGet(position)
                    .i32(2)
                    .op(Opcode.I32_ADD)
                    .i32(2047)
                    .op(Opcode.I32_AND)
                    .localSet(position);
            code.op(Opcode.BR_TABLE).u32(cases - 1);
            for (int c = 0; c < cases; c++) {
                code.u32(c);
            }
            for (int c = 0; c < cases; c++) {
                code.end();
                for (int round = 0; round < rounds; round++) {
                    round(code, c * rounds + round, t, i, sum);
                }
                // Ahead lie the blocks of the cases to come, and then the loop.
                code.op(Opcode.BR, cases - 1 - c);
            }
            code.end().end().localGet(sum);
        });
        return builder.parse();
    }

    private static void round(WasmBuilder.Code code, int k, int t, int i, int sum) {
        code.localGet(sum)
                .i64(2L * k + 3)
                .op(Opcode.I64_MUL)
                .i64(k)
                .op(Opcode.I64_ADD)
                .localSet(sum);
        code.localGet(sum)
                .i64(7)
                .op(Opcode.I64_SHR_U)
                .op(Opcode.I32_WRAP_I64)
                .i32(2040)
                .op(Opcode.I32_AND)
                .localSet(t);
        code.localGet(t)
                .localGet(t)
                .access(Opcode.I64_LOAD, 3, TABLE)
                .localGet(sum)
                .op(Opcode.I64_XOR);
        code.access(Opcode.I64_STORE, 3, TABLE);
        if (k % 5 == 0) {
            code.localGet(t).i32(3).op(Opcode.I32_AND).i32(1).op(Opcode.I32_ADD).localSet(i);
            code.open(Opcode.LOOP);
            code.localGet(sum)
                    .i64(9)
                    .op(Opcode.I64_ROTL)
                    .localGet(i)
                    .op(Opcode.I64_EXTEND_I32_U)
                    .op(Opcode.I64_ADD);
            code.localSet(sum);
            code.localGet(i).i32(1).op(Opcode.I32_SUB).op(Opcode.LOCAL_TEE, i).op(Opcode.BR_IF, 0);
            code.end();
        }
        if (k % 7 == 0) {
            code.localGet(sum).op(Opcode.I32_WRAP_I64).i32(1).op(Opcode.I32_AND).open(Opcode.IF, I64);
            code.localGet(sum).i64(-1).op(Opcode.I64_XOR);
            code.op(Opcode.ELSE).localGet(sum).i64(k).op(Opcode.I64_XOR).end().localSet(sum);
        }
        code.localGet(sum).i32(k & 255).i32(3).op(Opcode.I32_SHL).access(Opcode.I64_LOAD, 3, TABLE);
        code.op(Opcode.I64_ADD).localSet(sum);
    }

    /// The same in Java.
    private static final class Interpreter {
        private final int cases;
        private final int rounds;
        private final byte[] program = new byte[2048];

        Interpreter(int cases, int rounds) {
            this.cases = cases;
            this.rounds = rounds;
            int seed = 12345;
            for (int at = 0; at < program.length; at += 2) {
                seed = seed * 1103515245 + 12345;
                int value = (seed >>> 8) % (cases + cases / 8);
                program[at] = (byte) value;
                program[at + 1] = (byte) (value >>> 8);
            }
        }

        long run(int steps) {
            var table = new long[512];
            long sum = 1;
            int position = 0;
            for (int step = 0; step < steps; step++) {
                int value = program[position] & 0xFF | (program[position + 1] & 0xFF) << 8;
                position = position + 2 & 2047;
                int c = Math.min(value, cases - 1);
                for (int round = 0; round < rounds; round++) {
                    sum = round(table, c * rounds + round, sum);
                }
            }
            return sum;
        }

        private static long round(long[] table, int k, long before) {
            long sum = before * (2L * k + 3) + k;
            int t = (int) (sum >>> 7) & 2040;
            table[t >> 3] ^= sum;
            if (k % 5 == 0) {
                for (int i = (t & 3) + 1; i > 0; i--) {
                    sum = Long.rotateLeft(sum, 9) + i;
                }
            }
            if (k % 7 == 0) {
                sum = (sum & 1) != 0 ? ~sum : sum ^ k;
            }
            return sum + table[k & 255];
        }
    }
}
