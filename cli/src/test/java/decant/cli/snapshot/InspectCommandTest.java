package decant.cli.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import decant.cli.Shell;
import decant.cli.WholeNode;
import decant.cli.terminal.ExitCode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `decant inspect` says of directories, whole and damaged.
final class InspectCommandTest {
    @TempDir
    Path folder;

    private static void flip(Path file, int at) throws IOException {
        var bytes = Files.readAllBytes(file);
        bytes[at] ^= 1;
        Files.write(file, bytes);
    }

    @Test
    void everyFileIsExplainedAndDamageIsNamed() throws IOException {
        try (var node = new WholeNode(folder)) {
            node.deploy("counter/v1.wasm", "counter");
            node.done("snapshot", "export", "counter", "snapshot");
            assertThat(node.done("inspect", "state")).as("of a node that runs").contains("all is whole.");
        }
        var shell = new Shell(folder);
        shell.run("backup", "create", "backups", "--state", "state");
        for (String directory : new String[] {"state", "backups", "snapshot"}) {
            var outcome = shell.run("inspect", directory);
            assertThat(outcome.status()).as(outcome.out() + outcome.err()).isZero();
            assertThat(outcome.out()).contains("all is whole.").doesNotContain("not a file of Decant");
        }
        assertThat(shell.run("inspect", "state").out())
                .containsPattern("store/overlays/\\d+\\.overlay +\\S+ KiB +\\S+ \\S+ +\\d+ pages of canister/")
                .containsPattern("log/0000000001\\.log +16 MiB +\\S+ \\S+ +a segment of the log")
                .containsPattern("keys +\\d+ bytes +\\S+ \\S+ +the node's keys");

        try (var overlays = Files.list(folder.resolve("state/store/overlays"))) {
            for (Path overlay : overlays.toList()) {
                flip(overlay, 5_000);
            }
        }
        flip(folder.resolve("backups/packs/0000000001.pack"), 40);
        flip(folder.resolve("snapshot/wasm_module.bin"), 40);
        for (String directory : new String[] {"state", "backups", "snapshot"}) {
            var outcome = shell.run("inspect", directory);
            assertThat(outcome.status()).as(directory).isEqualTo(ExitCode.FAILED);
            assertThat(outcome.out()).contains("\nDAMAGED: ").contains(" damaged.");
            assertThat(shell.run("inspect", directory, "--json").out()).startsWith("{\"whole\":false,\"files\":[{");
        }
        assertThat(shell.run("inspect", "nothing").err()).contains("There is no directory nothing.");
    }

    @Test
    void aFileWithHolesTakesLessOnDiskThanItIsLong() throws IOException {
        Files.createDirectory(folder.resolve("sparse"));
        try (var file =
                new RandomAccessFile(folder.resolve("sparse/stable_memory.bin").toFile(), "rw")) {
            file.setLength(50L << 30);
            file.seek(30L << 30);
            file.write(new byte[4_096]);
        }
        var outcome = new Shell(folder).run("inspect", "sparse");
        assertThat(outcome.out())
                .containsPattern("stable_memory\\.bin +50 GiB +(\\S+ KiB|not known) +the stable memory");
        assertThat(new Shell(folder).run("inspect", "sparse", "--json").out())
                .containsPattern("\"bytes\":53687091200,\"disk_bytes\":(\\d{4,6}|null),");
    }
}
