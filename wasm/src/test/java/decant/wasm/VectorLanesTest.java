package decant.wasm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every instruction on vectors that does not touch the memory, against a plain reference on random lanes.
class VectorLanesTest {
    private static final int ROUNDS = 400;

    /// Lanes at which instructions tend to be wrong, of all widths.
    private static final long[] EDGES = {
        0,
        -1,
        0x8080_8080_8080_8080L,
        0x7F7F_7F7F_7F7F_7F7FL,
        0x8000_8000_8000_8000L,
        0x7FFF_7FFF_7FFF_7FFFL,
        0x8000_0000_8000_0000L,
        0x7FFF_FFFF_7FFF_FFFFL,
        Long.MIN_VALUE,
        Long.MAX_VALUE,
        0x0101_0101_0101_0101L,
        0x7FC0_0000_FFC0_0000L,
        0x7F80_0001_FFA1_2345L,
        0x7F80_0000_FF80_0000L,
        0x7FF8_0000_0000_0000L,
        0xFFF4_1234_5678_9ABCL,
        0x7FF0_0000_0000_0000L,
        0x4F00_0000_CF00_0000L,
        0x4F80_0000_3F00_0000L,
        0x41E0_0000_0000_0000L,
        0xC1E0_0000_0020_0000L,
        0x41EF_FFFF_FFE0_0000L,
        0x0000_0001_8000_0001L
    };

    /// One instruction with its immediates, as a function.
    private record Subject(VectorInstruction instruction, byte[] immediates, int function) {}

    @Test
    void thereAreTwoHundredAndThirtySixInstructions() {
        assertThat(VectorInstruction.all()).hasSize(236);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void instructionsDoTheSameAsTheReferenceOnRandomLanes(long seed) {
        var random = new Random(seed);
        var builder = new WasmBuilder();
        List<Subject> subjects = subjects(builder, random);
        try (var instance = Instance.instantiate(builder.parse(), Imports.none(), InstanceLimits.DEFAULT)) {
            for (int round = 0; round < ROUNDS; round++) {
                for (Subject subject : subjects) {
                    check(instance, subject, random);
                }
            }
        }
    }

    private static List<Subject> subjects(WasmBuilder builder, Random random) {
        var subjects = new ArrayList<Subject>();
        for (VectorInstruction instruction : VectorInstruction.all()) {
            if (instruction.accessBytes() > 0) {
                continue;
            }
            int type = builder.type(instruction.parameters(), instruction.results());
            boolean isShuffle = instruction.name().equals("i8x16.shuffle");
            for (int i = 0; i < Math.max(instruction.lanes(), isShuffle ? 16 : 1); i++) {
                byte[] immediates = instruction.lanes() > 0 ? new byte[] {(byte) i} : instruction.immediates(random);
                int function = builder.function(type, code -> instruction.emitWithLocals(code, 0, immediates));
                subjects.add(new Subject(instruction, immediates, function));
            }
        }
        return subjects;
    }

    private static void check(Instance instance, Subject subject, Random random) {
        var instruction = subject.instruction;
        long[] arguments = new long[ValueType.slots(instruction.parameters())];
        Arrays.setAll(arguments, _ -> slot(random));
        if (instruction.name().equals("i8x16.swizzle") && random.nextBoolean()) {
            arguments[2] &= 0x1F1F_1F1F_1F1F_1F1FL;
            arguments[3] &= 0x1F1F_1F1F_1F1F_1F1FL;
        }
        long[] expected = LaneReference.apply(instruction.name(), subject.immediates, arguments);
        long[] found = ((CallResult.Returned) instance.call(subject.function, arguments)).results();
        ValueType result = instruction.results().getFirst();
        if (result == ValueType.I32 || result == ValueType.F32) {
            expected[0] &= 0xFFFF_FFFFL;
            found[0] &= 0xFFFF_FFFFL;
        }
        assertThat(found)
                .as(() -> "%s %s of %s"
                        .formatted(
                                instruction,
                                Arrays.toString(subject.immediates),
                                Arrays.stream(arguments)
                                        .mapToObj("%016x"::formatted)
                                        .toList()))
                .isEqualTo(expected);
    }

    /// {@return 64 bits that are random, or known to be delicate, or a mixture}
    private static long slot(Random random) {
        long edge = EDGES[random.nextInt(EDGES.length)];
        return switch (random.nextInt(5)) {
            case 0 -> edge;
            case 1 -> random.nextLong();
            case 2 -> edge + random.nextInt(5) - 2;
            case 3 -> edge << 32 | EDGES[random.nextInt(EDGES.length)] & 0xFFFF_FFFFL;
            // Numbers of a size at which they can be rounded and converted.
            default ->
                random.nextBoolean()
                        ? Double.doubleToRawLongBits(random.nextGaussian() * (1L << random.nextInt(34)))
                        : Float.floatToRawIntBits((float) (random.nextGaussian() * (1L << random.nextInt(34))))
                                        & 0xFFFF_FFFFL
                                | (long) Float.floatToRawIntBits((float) random.nextGaussian()) << 32;
        };
    }
}
