package decant.cli.terminal;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ConsentTest {
    @Test
    void withoutATerminalOnlyYesCounts() {
        var surroundings = surroundings(Optional.empty());
        assertThatCode(() -> Consent.require(surroundings, true, "It is wiped."))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> Consent.require(surroundings, false, "It is wiped."))
                .isInstanceOf(CommandFailure.class)
                .hasMessage("It is wiped. Nobody is there to be asked, so nothing was done. Say --yes to do it.");
    }

    @Test
    void aPersonMustSayYes() {
        for (var word : new String[] {"y", "Yes", " YES "}) {
            assertThatCode(() -> Consent.require(surroundings(Optional.of(_ -> word)), false, "It is wiped."))
                    .doesNotThrowAnyException();
        }
        for (var word : new String[] {"", "n", "yesterday"}) {
            assertThatThrownBy(() -> Consent.require(surroundings(Optional.of(_ -> word)), false, "It is wiped."))
                    .hasMessage("Nothing was done.");
        }
    }

    private static Surroundings surroundings(Optional<Surroundings.Terminal> terminal) {
        var nowhere = new PrintStream(OutputStream.nullOutputStream());
        return new Surroundings(Map.of(), Path.of(""), nowhere, nowhere, terminal);
    }
}
