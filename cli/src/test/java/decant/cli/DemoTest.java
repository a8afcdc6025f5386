package decant.cli;

import static org.assertj.core.api.Assertions.assertThat;

import decant.cli.terminal.ExitCode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The demo as a user sees it: a node in a process of its own that is really killed.
final class DemoTest {
    @TempDir
    Path folder;

    @Test
    void everyLineOfTheStoryIsTrue() {
        var outcome = new Shell(folder).run("demo");
        assertThat(outcome.status()).as(outcome.out() + outcome.err()).isEqualTo(ExitCode.DONE);
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out())
                .contains("nothing lost")
                .contains("refused")
                .contains("lifecycle")
                .contains("rescue")
                .contains("undo")
                .contains("kill -9")
                .contains("its folder is removed");
        assertThat(folder).isEmptyDirectory();
    }
}
