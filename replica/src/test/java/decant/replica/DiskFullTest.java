package decant.replica;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import decant.base.Principal;
import decant.protocol.CallResponse;
import decant.protocol.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
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
            node.add(probe, 1);
            fill();
            var refusal = callUntilRefused(node, probe);
            assertThat(refusal.message())
                    .isEqualTo(
                            "this node's disk is full or cannot be written to: it answers queries, and takes calls again"
                                    + " as soon as that is mended, say by freeing some space; nothing acknowledged is lost");
            assertThat(node.replica().status().healthy()).isFalse();
            long acknowledged = node.get(probe, 1);
            assertThat(refusal(node, probe)).contains(refusal);

            Files.delete(disk().resolve("fill"));
            node.clock.advance(Duration.ofSeconds(1));
            assertThat(node.add(probe, 1)).isEqualTo(acknowledged + 1);
            assertThat(node.replica().status().healthy()).isTrue();
            node.restart();
            assertThat(node.get(probe, 1)).isEqualTo(acknowledged + 1);
        }
    }

    @Test
    void aNodeThatIsClosedOnAFullDiskHasAllThatWasAcknowledgedWhenItIsStartedAgain() throws Exception {
        try (var node = Node.in(disk().resolve("state"))) {
            var probe = node.installProbe();
            fill();
            callUntilRefused(node, probe);
            long acknowledged = node.get(probe, 1);
            node.restart(
                    () -> assertThat(disk().resolve("fill").toFile().delete()).isTrue());
            assertThat(node.get(probe, 1)).isEqualTo(acknowledged);
            assertThat(node.add(probe, 1)).isEqualTo(acknowledged + 1);
        }
    }

    private static Response.Rejected callUntilRefused(Node node, Principal probe) {
        for (int i = 0; i < CALLS_MAX; i++) {
            var refusal = refusal(node, probe);
            if (refusal.isPresent()) {
                return refusal.get();
            }
        }
        throw new AssertionError(CALLS_MAX + " calls were taken on a full disk");
    }

    private static Optional<Response.Rejected> refusal(Node node, Principal probe) {
        var request = node.callRequest(Node.ALICE, probe, "add", LARGE_ARGUMENT);
        var served = node.replica().call(probe, request.envelope());
        return served instanceof Served.Answered<CallResponse>(CallResponse.NotReplicated(var refusal))
                ? Optional.of(refusal)
                : Optional.empty();
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
