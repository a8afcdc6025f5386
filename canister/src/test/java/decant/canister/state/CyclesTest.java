package decant.canister.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CyclesTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1, 2",
        "18446744073709551615, 1",
        "18446744073709551615, 18446744073709551615",
        "36893488147419103231, 18446744073709551615",
        "170141183460469231731687303715884105728, 170141183460469231731687303715884105727",
    })
    void addsAndSubtractsLikeNumbers(BigInteger a, BigInteger b) {
        var sum = Cycles.of(a).plus(Cycles.of(b));

        assertThat(sum.toBigInteger()).isEqualTo(a.add(b));
        assertThat(sum.minus(Cycles.of(b))).isEqualTo(Cycles.of(a));
        assertThat(Cycles.of(a).compareTo(Cycles.of(b))).isEqualTo(a.compareTo(b));
    }

    @Test
    void aSumBeyond128BitsIsTheMaximum() {
        assertThat(Cycles.MAX.plus(Cycles.of(1))).isEqualTo(Cycles.MAX);
        assertThat(Cycles.of(1).plus(Cycles.MAX)).isEqualTo(Cycles.MAX);
        assertThat(new Cycles(-1, 0).plus(new Cycles(1, 0))).isEqualTo(Cycles.MAX);
        assertThat(new Cycles(-1, 0).plus(new Cycles(0, -1))).isEqualTo(Cycles.MAX);
    }

    @Test
    void noMoreCanBeTakenThanThereIs() {
        assertThatThrownBy(() -> Cycles.of(1).minus(Cycles.of(2))).hasMessage("cannot take 2 cycles from 1");
    }
}
