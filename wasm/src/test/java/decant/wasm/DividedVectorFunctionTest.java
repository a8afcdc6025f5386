package decant.wasm;

import static decant.wasm.ValueType.I32;
import static decant.wasm.ValueType.V128;
import static org.assertj.core.api.Assertions.assertThat;

import decant.wasm.binary.Opcode;
import decant.wasm.compile.CompiledModule;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Functions with vectors that are too large for one JVM method.
class DividedVectorFunctionTest {
    private static final int STEPS = 600;
    private static final int TABLE = 4096;

    static Stream<VectorInstruction> instructions() {
        return VectorInstruction.all().stream();
    }

    /// The result of a run in all its parts.
    private record Run(List<Long> results, long instructions, int memory) {}

    private static Run run(Module module, int methodBytesMax, byte[] program, long... arguments) {
        var code = new CompiledModule(module, methodBytesMax);
        try (var instance = new Instantiation(module, Imports.none(), InstanceLimits.DEFAULT, code).instantiate(true)) {
            Memory memory = instance.memory().orElseThrow();
            memory.write(0, program);
            instance.setFuel(1L << 40);
            var returned = (CallResult.Returned) instance.call(0, arguments);
            assertThat(DividedFunctionTest.methodSizes(code))
                    .allMatch(size -> size < DividedFunctionTest.COMPILED_BYTES_MAX, "less than 8000 bytes");
            return new Run(
                    Arrays.stream(returned.results()).boxed().toList(),
                    (1L << 40) - instance.fuel(),
                    Arrays.hashCode(memory.read(0, (int) memory.bytes())));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
    void randomFunctionsDoTheSameHoweverTheyAreDivided(int block) {
        for (long seed = 25L * block; seed < 25L * (block + 1); seed++) {
            Module module = Module.parse(RandomVectorFunction.module(seed, 4), Features.IC);
            var random = new Random(seed);
            var program = new byte[Memory.WASM_PAGE_BYTES];
            random.nextBytes(program);
            long[] arguments = random.longs(6).toArray();
            Run whole = run(module, 6000, program, arguments);
            for (int methodBytesMax : new int[] {2000, 700, 250}) {
                assertThat(run(module, methodBytesMax, program, arguments))
                        .as("seed %d in methods of %d bytes", seed, methodBytesMax)
                        .isEqualTo(whole);
            }
        }
    }

    /// Just too small to be divided, or much too large: no method is beyond what HotSpot compiles.
    @ParameterizedTest
    @MethodSource("instructions")
    void noInstructionMakesMethodsTooLarge(VectorInstruction instruction) {
        for (int bytesMax : new int[] {299, 1199, 4000}) {
            for (boolean isNested : new boolean[] {false, true}) {
                Module module = repeated(instruction, bytesMax, isNested);
                assertThat(DividedFunctionTest.methodSizes(module.code()))
                        .as("%s in %d bytes", instruction, bytesMax)
                        .allMatch(size -> size < DividedFunctionTest.COMPILED_BYTES_MAX, "less than 8000 bytes");
            }
        }
    }

    /// {@return a function that consists of the instruction}
    ///
    /// @param isNested whether its result is its next operand, where that can be, instead of being dropped
    private static Module repeated(VectorInstruction instruction, int bytesMax, boolean isNested) {
        var builder = new WasmBuilder();
        builder.memory(1, 1);
        byte[] immediates = instruction.immediates(new Random(1));
        boolean isChained = isNested
                && instruction.parameters().equals(List.of(V128))
                && instruction.results().equals(List.of(V128));
        var once = new WasmBuilder.Code();
        if (isChained) {
            instruction.emit(once, 0, immediates);
        } else {
            instruction.emitWithLocals(once, isNested ? 1L << 31 : 0, immediates);
            instruction.results().forEach(_ -> once.op(Opcode.DROP));
        }
        byte[] bytes = once.bytes();
        int type = builder.type(
                isChained ? List.of(V128) : instruction.parameters(), isChained ? List.of(V128) : List.of());
        builder.function(type, code -> {
            if (isChained) {
                code.localGet(0);
            }
            for (int size = 3 + bytes.length; size <= bytesMax; size += bytes.length) {
                code.raw(bytes);
            }
        });
        return builder.parse();
    }

    @ParameterizedTest(name = "{0} cases of {1} rounds")
    @CsvSource({"16, 2", "64, 4", "256, 5"})
    void aLargeInterpreterOnVectorsIsDivided(int cases, int rounds) {
        Module module = interpreter(cases, rounds);
        var program = new byte[2048];
        new Random(cases).nextBytes(program);
        for (int i = 1; i < program.length; i += 2) {
            program[i] &= 1;
        }
        List<Long> expected = new Interpreter(cases, rounds, program).run();
        Run coarse = run(module, 6000, program, STEPS);
        assertThat(coarse.results).isEqualTo(expected);
        assertThat(run(module, 2000, program, STEPS)).isEqualTo(coarse);
    }

    /// A function that runs the program at the beginning of the memory: one case per byte pair, each unlike the others.
    private static Module interpreter(int cases, int rounds) {
        var builder = new WasmBuilder();
        builder.memory(2, 2);
        int steps = 0;
        int position = 1;
        int t = 2;
        int sum = 3;
        var locals = List.of(I32, I32, V128);
        builder.function(builder.type(List.of(I32), List.of(V128)), locals, code -> {
            code.open(Opcode.BLOCK).open(Opcode.LOOP);
            code.localGet(steps).op(Opcode.I32_EQZ).op(Opcode.BR_IF, 1);
            code.localGet(steps).i32(1).op(Opcode.I32_SUB).localSet(steps);
            for (int c = 0; c < cases; c++) {
                code.open(Opcode.BLOCK);
            }
            code.localGet(position).access(Opcode.I32_LOAD16_U, 1, 0);
            code.localGet(position).i32(2).op(Opcode.I32_ADD).i32(2047).op(Opcode.I32_AND);
            code.localSet(position);
            code.op(Opcode.BR_TABLE).u32(cases - 1);
            for (int c = 0; c < cases; c++) {
                code.u32(c);
            }
            for (int c = 0; c < cases; c++) {
                code.end();
                for (int round = 0; round < rounds; round++) {
                    round(code, c * rounds + round, t, sum);
                }
                code.op(Opcode.BR, cases - 1 - c);
            }
            code.end().end().localGet(sum);
        });
        return builder.parse();
    }

    private static void round(WasmBuilder.Code code, int k, int t, int sum) {
        code.localGet(sum).i32(2 * k + 3).op(Opcode.I32X4_SPLAT).op(Opcode.I32X4_MUL);
        code.i32(k + 1).op(Opcode.I8X16_SPLAT).op(Opcode.I8X16_ADD).localSet(sum);
        code.localGet(sum)
                .op(Opcode.I32X4_EXTRACT_LANE)
                .u8(k & 3)
                .i32(2040)
                .op(Opcode.I32_AND)
                .localSet(t);
        code.localGet(t)
                .localGet(t)
                .access(Opcode.V128_LOAD, 4, TABLE)
                .localGet(sum)
                .op(Opcode.V128_XOR);
        code.access(Opcode.V128_STORE, 4, TABLE);
        if (k % 3 == 0) {
            code.localGet(sum).localGet(sum).op(Opcode.I8X16_SHUFFLE);
            for (int i = 0; i < 16; i++) {
                code.u8((i * 5 + k) & 31);
            }
            code.localSet(sum);
        }
        if (k % 7 == 0) {
            code.localGet(t).i32(8).op(Opcode.I32_AND).open(Opcode.IF, V128);
            code.localGet(sum).op(Opcode.V128_NOT);
            code.op(Opcode.ELSE)
                    .localGet(sum)
                    .localGet(sum)
                    .op(Opcode.I16X8_ADD_SAT_S)
                    .end()
                    .localSet(sum);
        }
        code.localGet(sum).i32(8 * (k & 255)).access(Opcode.V128_LOAD, 4, TABLE);
        code.op(Opcode.I64X2_ADD).localSet(sum);
    }

    /// The same by the reference.
    private static final class Interpreter {
        private final int cases;
        private final int rounds;
        private final byte[] program;
        private final long[] table = new long[512];
        private long[] sum = new long[2];

        Interpreter(int cases, int rounds, byte[] program) {
            this.cases = cases;
            this.rounds = rounds;
            this.program = program;
        }

        List<Long> run() {
            int position = 0;
            for (int step = 0; step < STEPS; step++) {
                int value = program[position] & 0xFF | (program[position + 1] & 0xFF) << 8;
                position = position + 2 & 2047;
                int c = Math.min(value, cases - 1);
                for (int round = 0; round < rounds; round++) {
                    round(c * rounds + round);
                }
            }
            return List.of(sum[0], sum[1]);
        }

        private void round(int k) {
            apply("i32x4.mul", LaneReference.apply("i32x4.splat", new byte[0], new long[] {2 * k + 3}));
            apply("i8x16.add", LaneReference.apply("i8x16.splat", new byte[0], new long[] {k + 1}));
            int t = (int) LaneReference.lanes(sum, 0, 32, true)[k & 3] & 2040;
            table[t / 8] ^= sum[0];
            table[t / 8 + 1] ^= sum[1];
            if (k % 3 == 0) {
                var indices = new byte[16];
                for (int i = 0; i < 16; i++) {
                    indices[i] = (byte) ((i * 5 + k) & 31);
                }
                sum = LaneReference.apply("i8x16.shuffle", indices, new long[] {sum[0], sum[1], sum[0], sum[1]});
            }
            if (k % 7 == 0) {
                if ((t & 8) != 0) {
                    sum = new long[] {~sum[0], ~sum[1]};
                } else {
                    apply("i16x8.add_sat_s", sum.clone());
                }
            }
            apply("i64x2.add", new long[] {table[k & 255], table[(k & 255) + 1]});
        }

        private void apply(String name, long[] other) {
            sum = LaneReference.apply(name, new byte[0], new long[] {sum[0], sum[1], other[0], other[1]});
        }
    }
}
