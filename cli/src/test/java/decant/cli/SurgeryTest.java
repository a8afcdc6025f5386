package decant.cli;

import static decant.cli.WholeNode.example;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The commands that make modules out of modules, on the real examples.
final class SurgeryTest {
    @TempDir
    Path folder;

    @Test
    void aRescueTellsWhatWasChangedAndThatItIsProven() {
        var outcome = rescue("vault/v1.wasm");
        assertThat(outcome.status()).as(outcome.err()).isEqualTo(CommandLineInterface.DONE);
        assertThat(outcome.out())
                .contains("address stable memory by 64 bits now")
                .containsPattern("Changed .*save")
                .contains("Proof   it can take over the heap")
                .contains("--mode lifecycle-upgrade");
        assertThat(folder.resolve("out.wasm")).exists();
        assertThat(rescue("vault/v1.wasm", "--json").out())
                .contains("\"proven\":true")
                .contains("\"changed\":[\"");
    }

    @Test
    void whatNeedsNoRescueIsLeftAlone() {
        var outcome = rescue("vault/v2.wasm");
        assertThat(outcome.status()).isEqualTo(CommandLineInterface.FAILED);
        assertThat(outcome.err()).startsWith("decant: There is nothing to rescue: no hook of ");
        assertThat(folder.resolve("out.wasm")).doesNotExist();
    }

    private Shell.Outcome rescue(String module, String... more) {
        var command = new String[5 + more.length];
        System.arraycopy(new String[] {"rescue", "stable64", example(module), "-o", "out.wasm"}, 0, command, 0, 5);
        System.arraycopy(more, 0, command, 5, more.length);
        return new Shell(folder).run(command);
    }
}
