package decant.replica;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import decant.protocol.CallResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A node on a file system of 64 MiB, which is filled by somebody else.
final class DiskFullTest {
    private static final int MIB = 1 << 20;

    /// More than the log has room for in the files that it made ahead.
    private static final int CALLS_MAX = 500;

    /// The number of a counter, and much that is ignored.
    private static final byte[] LARGE_ARGUMENT = Arrays.copyOf(Node.slot(1), 200_000);

    @TempDir
    private Path folder;

    private Path disk() {
        return folder.resolve("disk");
    }

    @BeforeEach
    void mount() throws Exception {
        Files.createDirectory(disk());
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk().toString()) == 0,
                "a small file system cannot be mounted here: that needs Linux and root");
    }

    /// Lazily: what the node had mapped goes when it is collected.
    @AfterEach
    void unmount() throws Exception {
        run("umount", "--lazy", disk().toString());
    }

    private static int run(String... command) throws InterruptedException {
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            new String(process.getInputStream().readAllBytes(), UTF_8);
            return process.waitFor();
        } catch (IOException _) {
            // There is no such command here.
            return -1;
        }
    }

    @Test
    void aNodeOnAFullDiskAnswersQueriesAndGoesOnWhenThereIsSpaceAgain() throws Exception {
        try (var node = Node.in(disk().resolve("state"))) {
            var probe = node.installProbe();
            long acknowledged = node.add(probe, 1);
            fill();
            String refusal = "";
            for (int i = 0; i < CALLS_MAX && refusal.isEmpty(); i++) {
                var request = node.callRequest(Node.ALICE, probe, "add", LARGE_ARGUMENT);
                var served = node.replica().call(probe, request.envelope());
                if (served instanceof Served.Denied<CallResponse>(var denial)) {
                    refusal = denial.message();
                } else {
                    acknowledged = node.get(probe, 1);
                }
            }
            assertThat(refusal)
                    .isEqualTo("this node's disk is full: it answers queries, and takes calls again when its operator"
                            + " has freed some space and started it again; nothing acknowledged is lost");
            assertThat(node.get(probe, 1)).isEqualTo(acknowledged);

            Files.delete(disk().resolve("fill"));
            node.restart();
            assertThat(node.get(probe, 1)).isEqualTo(acknowledged);
            assertThat(node.add(probe, 1)).isEqualTo(acknowledged + 1);
        }
    }

    private void fill() throws IOException {
        try (var file = Files.newOutputStream(disk().resolve("fill"))) {
            var block = new byte[MIB / 16];
            while (true) {
                file.write(block);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
    }
}
