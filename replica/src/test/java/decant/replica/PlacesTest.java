package decant.replica;

import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Principal;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class PlacesTest {
    private static final Principal GREEDY = Principal.ofCanisterNumber(1);
    private static final Principal MODEST = Principal.ofCanisterNumber(2);

    private final Places places = new Places(3, 2);

    private boolean isThereOneFor(Principal canister) throws InterruptedException {
        return places.take(canister, Duration.ZERO);
    }

    @Test
    void aCanisterHasNoMoreThanItsShare() throws InterruptedException {
        assertThat(isThereOneFor(GREEDY)).isTrue();
        assertThat(isThereOneFor(GREEDY)).isTrue();
        assertThat(isThereOneFor(GREEDY)).isFalse();
        assertThat(isThereOneFor(MODEST)).isTrue();
    }

    @Test
    void thereAreNoMoreThanAllTogether() throws InterruptedException {
        assertThat(isThereOneFor(GREEDY)).isTrue();
        assertThat(isThereOneFor(GREEDY)).isTrue();
        assertThat(isThereOneFor(MODEST)).isTrue();
        assertThat(isThereOneFor(MODEST)).isFalse();
        places.giveBack(GREEDY);
        assertThat(isThereOneFor(MODEST)).isTrue();
        assertThat(isThereOneFor(GREEDY)).isFalse();
    }

    @Test
    void whatIsGivenBackIsThereAgain() throws InterruptedException {
        for (int i = 0; i < 10; i++) {
            assertThat(isThereOneFor(GREEDY)).isTrue();
            assertThat(isThereOneFor(GREEDY)).isTrue();
            assertThat(isThereOneFor(GREEDY)).isFalse();
            places.giveBack(GREEDY);
            places.giveBack(GREEDY);
        }
    }
}
