package decant.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Scanner;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `kill -9` right before any operation on the node's files, those of SQLite included, while code is put into a
/// canister: what is recovered is the state before or the state behind, entirely, and nothing acknowledged is lost.
///
/// A library that is preloaded into the node's process kills it. It is compiled for that: without Linux and a C
/// compiler there is nothing to preload, and the test is skipped.
@DisplayName("C12: an upgrade is cut off by kill -9 at any operation on the files")
final class UpgradeKillTest {
    @TempDir
    private Path directory;

    private Path killer = Path.of("");

    /// The state hashes of the life that nobody cut off, by height.
    private final Map<Long, String> hashes = new TreeMap<>();

    /// What is left of a process.
    private record Life(int exitStatus, List<KillTarget.Snapshot> acknowledged) {}

    @BeforeEach
    void compile() throws Exception {
        killer = directory.resolve("kill-at-operation.so");
        var compiled = compiler().isPresent() && compile(compiler().get(), killer);
        assumeTrue(compiled, "kill -9 at a chosen operation needs Linux and a C compiler (cc or clang) in PATH");
    }

    private static Optional<String> compiler() {
        boolean isLinux = System.getProperty("os.name").equals("Linux");
        return List.of("cc", "clang", "gcc", "clang-14").stream()
                .filter(_ -> isLinux)
                .filter(name -> List.of(System.getenv("PATH").split(":", -1)).stream()
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, name))))
                .findFirst();
    }

    private boolean compile(String compiler, Path target) throws IOException, InterruptedException {
        var source = directory.resolve("kill-at-operation.c");
        Files.write(source, Node.module("kill-at-operation.c"));
        var command = List.of(compiler, "-shared", "-fPIC", "-O1", "-o", target.toString(), source.toString(), "-ldl");
        var process = new ProcessBuilder(command).inheritIO().start();
        return process.waitFor() == 0;
    }

    @Test
    void fourKillsLeaveTheOldOrTheNewState() throws Exception {
        sweep(4);
    }

    @Test
    @Tag("slow")
    void aKillAtEveryOperationLeavesTheOldOrTheNewState() throws Exception {
        sweep(Long.MAX_VALUE);
    }

    private void sweep(long killsMax) throws Exception {
        long operations = liveToTheEnd();
        long kills = Math.min(killsMax, operations);
        long old = 0;
        for (long i = 0; i < kills; i++) {
            long kill = 1 + i * operations / kills;
            var state = directory.resolve("killed");
            var life = live(state, kill, directory.resolve("unused"));
            assertThat(life.exitStatus())
                    .as("the exit status of a process that is killed at operation " + kill)
                    .isEqualTo(128 + 9);
            old += requireOldOrNew(state, life, kill) ? 1 : 0;
            Directories.delete(state);
        }
        System.out.printf(
                "UpgradeKillTest: operations on files %d, kills %d; recovered the last acknowledged state %d times, the"
                        + " one behind it %d%n",
                operations, kills, old, kills - old);
    }

    /// {@return how many operations it took}
    private long liveToTheEnd() throws Exception {
        var count = directory.resolve("count");
        var life = live(directory.resolve("whole"), 0, count);
        assertThat(life.exitStatus()).isZero();
        life.acknowledged().forEach(state -> hashes.put(state.height(), state.stateHash()));
        return Long.parseLong(Files.readString(count).strip());
    }

    private Life live(Path state, long killAt, Path count) throws Exception {
        var options = List.of("-XX:TieredStopAtLevel=1", "-Ddecant.root=" + System.getProperty("decant.root"));
        var builder = JavaProcess.of(options, UpgradeTarget.class, List.of(state.toString()));
        builder.environment()
                .putAll(Map.of(
                        "LD_PRELOAD", killer.toString(),
                        "KILL_BELOW", state.toString(),
                        "KILL_AT", Long.toString(killAt),
                        "KILL_COUNT", count.toString()));
        var process = builder.start();
        try (var lines = new Scanner(process.getInputStream(), StandardCharsets.UTF_8)) {
            var acknowledged = new ArrayList<KillTarget.Snapshot>();
            while (lines.hasNextLine()) {
                snapshot(lines.nextLine()).ifPresent(acknowledged::add);
            }
            return new Life(process.waitFor(), acknowledged);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    /// {@return what a line says, if it is whole}
    private static Optional<KillTarget.Snapshot> snapshot(String line) {
        try (var words = new Scanner(line)) {
            return line.endsWith(" .")
                    ? Optional.of(new KillTarget.Snapshot(words.nextLong(), words.next()))
                    : Optional.empty();
        }
    }

    /// {@return whether it is the old one}
    private boolean requireOldOrNew(Path state, Life life, long kill) {
        assertThat(life.acknowledged())
                .allSatisfy(known -> assertThat(hashes.get(known.height())).isEqualTo(known.stateHash()));
        try (var node = Node.in(state, UpgradeTarget::config)) {
            var found = KillTarget.Snapshot.of(node.replica());
            if (life.acknowledged().isEmpty()) {
                // The node was not made yet, so it is now, perhaps with other keys.
                assertThat(found.height()).isZero();
                return true;
            }
            long acknowledged = life.acknowledged().getLast().height();
            assertThat(found.height()).isBetween(acknowledged, acknowledged + 1);
            assertThat(found.stateHash())
                    .as("state of round " + found.height() + " after a kill at operation " + kill)
                    .isEqualTo(hashes.get(found.height()));
            return found.height() == acknowledged;
        }
    }
}
