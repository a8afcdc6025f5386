package decant.wasm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What every instruction on vectors costs, instruction by instruction, as the counter shows it.
class VectorCostTest {
    /// By cost; whatever is not here costs 1, and an access 1 or with 64-bit addresses 2.
    private static final String TABLE = """
            2 i8x16.lt_u i8x16.gt_u i16x8.lt_u i16x8.gt_u i32x4.lt_u i32x4.gt_u
            2 i8x16.shr_u i16x8.extadd_pairwise_i8x16_u
            2 i16x8.shl i16x8.shr_s i16x8.shr_u i32x4.shl i32x4.shr_s i32x4.shr_u i64x2.shl i64x2.shr_u
            2 i16x8.extmul_high_i8x16_s i16x8.extmul_high_i8x16_u i32x4.mul
            2 i32x4.extmul_low_i16x8_s i32x4.extmul_high_i16x8_s i32x4.extmul_low_i16x8_u i32x4.extmul_high_i16x8_u
            2 f32x4.ceil f32x4.floor f32x4.trunc f32x4.nearest f32x4.abs f32x4.neg f32x4.add f32x4.sub f32x4.mul
            2 f64x2.ceil f64x2.floor f64x2.trunc f64x2.nearest f64x2.abs f64x2.neg f64x2.add f64x2.sub f64x2.mul
            2 i32x4.trunc_sat_f32x4_s i32x4.trunc_sat_f64x2_s_zero
            3 i8x16.shuffle i8x16.popcnt i8x16.shl i8x16.shr_s i32x4.extadd_pairwise_i16x8_u i64x2.shr_s
            3 i32x4.trunc_sat_f64x2_u_zero
            4 i64x2.mul f32x4.min f32x4.max f64x2.min i32x4.trunc_sat_f32x4_u f32x4.convert_i32x4_u
            5 f64x2.max f32x4.sqrt
            10 f32x4.div
            12 f64x2.div
            14 f64x2.sqrt
            """;

    private static final Map<String, Integer> COSTS = costs();

    private static Map<String, Integer> costs() {
        var costs = new HashMap<String, Integer>();
        TABLE.lines().forEach(line -> {
            String[] words = line.split(" ", -1);
            for (String name : Arrays.asList(words).subList(1, words.length)) {
                assertThat(costs.put(name, Integer.valueOf(words[0]))).isNull();
            }
        });
        return costs;
    }

    static Stream<VectorInstruction> instructions() {
        return VectorInstruction.all().stream();
    }

    @Test
    void theTableNamesInstructionsOnly() {
        assertThat(instructions().map(VectorInstruction::name)).containsAll(COSTS.keySet());
    }

    @ParameterizedTest
    @MethodSource("instructions")
    void anInstructionCostsWhatTheTableSays(VectorInstruction instruction) {
        int expected = instruction.accessBytes() > 0 ? 1 : COSTS.getOrDefault(instruction.name(), 1);
        assertThat(cost(instruction, false)).isEqualTo(expected);
        if (instruction.accessBytes() > 0) {
            assertThat(cost(instruction, true)).isEqualTo(2);
        }
    }

    /// {@return what a function costs beyond its entry, and the instruction's operands}
    private static long cost(VectorInstruction instruction, boolean is64) {
        var parameters = instruction.parametersIn(is64);
        var builder = new WasmBuilder();
        int type = builder.type(parameters, instruction.results());
        if (is64) {
            builder.memory64(1, 1);
        } else {
            builder.memory(1, 1);
        }
        byte[] immediates = instruction.immediates(new Random(1));
        builder.function(type, code -> instruction.emitWithLocals(code, 0, immediates));
        try (var instance = Instance.instantiate(builder.parse(), Imports.none(), InstanceLimits.DEFAULT)) {
            instance.setFuel(1000);
            assertThat(instance.call(0, new long[ValueType.slots(parameters)])).isInstanceOf(CallResult.Returned.class);
            return 1000 - instance.fuel() - 1 - parameters.size();
        }
    }
}
