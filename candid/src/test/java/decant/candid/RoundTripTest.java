package decant.candid;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Laws that hold for any types and values; a failure names the seed that breaks one.
final class RoundTripTest {
    private static final int DRAWS = 40;

    static LongStream seeds() {
        return LongStream.range(0, 100);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aMessageReadsBackAsTheValuesItWasMadeOf(long seed) {
        var draw = new RandomCandid(seed);
        for (int i = 0; i < DRAWS; i++) {
            var types = List.of(draw.type(3), draw.type(3));
            var values = List.of(draw.value(types.get(0)), draw.value(types.get(1)));
            byte[] message = Candid.encode(values, types);
            assertThat(Candid.decode(message, types, Quota.DEFAULT)).isEqualTo(values);
            assertThat(Candid.decode(message, Quota.DEFAULT)).isEqualTo(values);
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void printedValuesReadBackAsTheSame(long seed) {
        var draw = new RandomCandid(seed);
        for (int i = 0; i < DRAWS; i++) {
            var types = List.of(draw.type(3), draw.type(3));
            var values = List.of(draw.value(types.get(0)), draw.value(types.get(1)));
            assertThat(Candid.parse(Candid.print(values), types)).isEqualTo(values);
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void valuesWithoutTypesStillMakeAMessageThatReadsBack(long seed) {
        var draw = new RandomCandid(seed);
        for (int i = 0; i < DRAWS; i++) {
            var values = List.of(draw.value(draw.type(1)));
            byte[] message = Candid.encode(values);
            assertThat(Candid.encode(Candid.decode(message, Quota.DEFAULT))).isEqualTo(message);
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void printedInterfacesReadBackAsTheSame(long seed) {
        var draw = new RandomCandid(seed);
        var definitions = new StringBuilder("""
                type list = opt record { head : int; tail : list };
                type tree = variant { leaf : nat8; branch : vec tree };
                """);
        for (int i = 0; i < 5; i++) {
            definitions
                    .append("type t")
                    .append(i)
                    .append(" = ")
                    .append(draw.type(4))
                    .append(";\n");
        }
        var printed = Did.parse(definitions + "service : (t0, second : opt t1) -> { m : (t2) -> (t3) query }")
                .toString();
        assertThat(Did.parse(printed)).hasToString(printed);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aSubtypesValuesAlwaysReadAsTheSupertype(long seed) {
        var draw = new RandomCandid(seed);
        for (int i = 0; i < DRAWS * 5; i++) {
            var provided = draw.type(2);
            var required = draw.type(2);
            boolean holds = Subtyping.holds(provided, required);
            assertThat(Subtyping.compare(required, provided).stream().noneMatch(Finding::isError))
                    .as("explanations for %s <: %s", provided, required)
                    .isEqualTo(holds);
            if (holds) {
                Candid.decode(Candid.encode(draw.value(provided), provided), required, Quota.DEFAULT);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aDamagedMessageIsReadOrRefusedButNothingElse(long seed) {
        var draw = new RandomCandid(seed);
        var random = new Random(seed);
        for (int i = 0; i < DRAWS; i++) {
            var type = draw.type(3);
            byte[] message = Candid.encode(draw.value(type), type);
            for (int hit = 0; hit < 20; hit++) {
                byte[] damaged = Arrays.copyOf(message, random.nextInt(message.length + 3));
                for (int j = random.nextInt(3); j > 0 && damaged.length > 4; j--) {
                    damaged[4 + random.nextInt(damaged.length - 4)] = (byte) random.nextInt(256);
                }
                readOrRefuse(damaged, type);
            }
        }
    }

    private static void readOrRefuse(byte[] message, Type type) {
        try {
            Candid.decode(message, type, Quota.DEFAULT.withCostMax(100_000));
        } catch (CandidException refused) {
            assertThat(refused).hasMessageMatching("(?s)byte \\d+: .*|this takes more .*|values nest deeper .*");
        }
    }
}
