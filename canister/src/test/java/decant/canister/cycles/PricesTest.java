package decant.canister.cycles;

import static org.assertj.core.api.Assertions.assertThat;

import decant.canister.state.CostSchedule;
import decant.canister.state.Cycles;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class PricesTest {
    private static final long GIB = 1L << 30;
    private static final Prices NORMAL = Prices.of(CostSchedule.NORMAL);

    static Stream<Arguments> prices() {
        return Stream.of(
                Arguments.of("a message that does nothing", NORMAL.execution(0, false), 5_000_000L),
                Arguments.of("a message of 7 instructions", NORMAL.execution(7, false), 5_000_007L),
                Arguments.of("the same in wide memory", NORMAL.execution(7, true), 5_000_014L),
                Arguments.of(
                        "a message of all instructions", NORMAL.execution(40_000_000_000L, false), 40_005_000_000L),
                Arguments.of(
                        "an upgrade of all instructions", NORMAL.execution(300_000_000_000L, true), 600_005_000_000L),
                Arguments.of("work of the system", NORMAL.work(2_000_000_000), 2_000_000_000L),
                Arguments.of("a canister", NORMAL.creation(), 500_000_000_000L),
                Arguments.of("an ingress message of a kilobyte", NORMAL.ingress(1_000), 3_200_000L),
                Arguments.of("an empty request", NORMAL.request(0), 260_000L),
                Arguments.of("a request of 30 bytes", NORMAL.request(30), 290_000L),
                Arguments.of("an answer of 30 bytes", NORMAL.transmission(30), 30_000L),
                Arguments.of("the largest answer", NORMAL.answerMax(), 2_097_152_000L),
                Arguments.of("a signature", NORMAL.signature(), 10_000_000_000L),
                Arguments.of("an outcall", NORMAL.outcall(0, 0), 49_140_000L),
                Arguments.of("an outcall with bytes", NORMAL.outcall(100, 1_000), 49_140_000L + 13 * 840_000),
                Arguments.of(
                        "an outcall by what it used",
                        NORMAL.outcall(new Prices.Outcall(1, 2, 3, 4, 26)),
                        13 * (1_000_000L + 50 + 1_820_000 + 135_200 + 150 + 600 + 2 + 780 * 4)),
                Arguments.of("a GiB for a day", NORMAL.memoryPerDay(GIB), 317_500L * 86_400),
                Arguments.of("a day of being there", NORMAL.existencePerDay(1), 864_000_000L),
                Arguments.of("a day of nothing", NORMAL.existencePerDay(0), 0L),
                Arguments.of("a core for a day", NORMAL.computePerDay(100), 86_400_000_000_000L));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("prices")
    void everyPriceIsTheOneOfTheNetwork(String what, Cycles price, long expected) {
        assertThat(price).as(what).isEqualTo(Cycles.of(expected));
    }

    @Test
    void nothingCostsAnythingOnAFreeNode() {
        var free = Prices.of(CostSchedule.FREE);
        assertThat(Stream.of(
                        free.execution(1, true),
                        free.work(1),
                        free.creation(),
                        free.ingress(1),
                        free.request(1),
                        free.answerMax(),
                        free.signature(),
                        free.outcall(1, 1),
                        free.outcall(new Prices.Outcall(1, 1, 1, 1, 1)),
                        free.memoryPerDay(GIB),
                        free.existencePerDay(1),
                        free.computePerDay(1)))
                .containsOnly(Cycles.ZERO);
    }

    @Test
    void whatIsPaidForATimeIsRoundedDown() {
        assertThat(Prices.during(Cycles.of(86_400), 7)).isEqualTo(Cycles.of(7));
        assertThat(Prices.during(Cycles.of(86_399), 1)).isEqualTo(Cycles.ZERO);
    }

    @Test
    void absurdSizesCostMoreThanThereIs() {
        assertThat(NORMAL.request(Long.MAX_VALUE).compareTo(Cycles.of(Long.MAX_VALUE)))
                .isPositive();
        assertThat(NORMAL.outcall(-1, -1).exceeds64Bits()).isTrue();
    }
}
