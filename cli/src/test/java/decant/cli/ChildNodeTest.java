package decant.cli;

import static org.assertj.core.api.Assertions.assertThat;

import decant.cli.terminal.ExitCode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ChildNodeTest {
    @TempDir
    Path folder;

    @Test
    void aNodeThatHasNothingToTellWritesNothingToItsLog() {
        try (var node = ChildNode.start(folder.resolve("state"))) {
            var shell = new Shell(folder).with("DECANT_NODE", node.address());
            assertThat(shell.run("canister", "list").status()).isEqualTo(ExitCode.DONE);
        }
        assertThat(folder.resolve("node.log")).isEmptyFile();
    }
}
