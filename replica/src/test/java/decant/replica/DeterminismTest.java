package decant.replica;

import static decant.replica.Node.number;
import static decant.replica.Node.rejected;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One log on virtual machines that run it in different ways: what NaNs look like, how deep a recursion goes and where
/// the instructions end is the same on all of them, to the byte.
final class DeterminismTest {
    @TempDir
    private Path directory;

    @Test
    void interpretedOrCompiledALogLeadsToTheSameState() throws Exception {
        var original = directory.resolve("original");
        String expected;
        try (var node = Node.in(original, ReplicaConfig::keepingWholeLog)) {
            play(node);
            expected = node.replica().status().height() + " " + node.replica().stateHash();
        }
        var interpreted = run(original, "-Xint");
        assertThat(interpreted.getLast()).isEqualTo(expected);
        assertThat(run(original, "-XX:-TieredCompilation")).as("compiled by C2").isEqualTo(interpreted);
        assertThat(run(original, "-XX:TieredStopAtLevel=1"))
                .as("compiled by C1")
                .isEqualTo(interpreted);
        System.out.println("DeterminismTest: the same state after each of " + interpreted.size()
                + " rounds on the interpreter, C1 and C2");
    }

    private static void play(Node node) {
        var numbers = node.install("numbers.wasm", new byte[0]);
        for (int seed = 1; seed <= 3; seed++) {
            node.update(numbers, "compute", number(seed));
        }
        assertThat(rejected(node.call(numbers, "recurse", new byte[0])).message())
                .contains("stack overflow");
        assertThat(rejected(node.call(numbers, "recurse_with_vectors", new byte[0]))
                        .message())
                .contains("stack overflow");
        assertThat(rejected(node.call(numbers, "spin", new byte[0])).errorCode())
                .contains("IC0522");
        assertThat(rejected(node.call(numbers, "grow", new byte[0])).message()).contains("division by 0");
        node.update(numbers, "compute", number(4));
        var probe = node.installProbe();
        node.add(probe, 1);
        assertThat(rejected(node.call(probe, "fail", new byte[0])).errorCode()).contains("IC0502");
    }

    /// {@return height and state hash after each round of the log, on a virtual machine with an option more}
    private List<String> run(Path original, String option) throws IOException, InterruptedException {
        var copy = Directories.copy(original, directory.resolve("copy" + option));
        Directories.delete(copy.resolve("store"));
        var arguments = List.of(copy.toString(), Long.toString(Node.INSTRUCTIONS_MAX));
        var process = JavaProcess.of(List.of(option), UninterruptedRun.class, arguments)
                .start();
        var byHeight = new TreeMap<Long, String>();
        try (var lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line : lines.lines().toList()) {
                byHeight.put(Long.valueOf(line.substring(0, line.indexOf(' '))), line);
            }
            assertThat(process.waitFor()).isZero();
        } finally {
            process.destroyForcibly().waitFor();
        }
        return List.copyOf(byHeight.values());
    }
}
