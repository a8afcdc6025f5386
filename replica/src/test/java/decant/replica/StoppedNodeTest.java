package decant.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import decant.base.Hash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StoppedNodeTest {
    @TempDir
    private Path directory;

    private Path state() {
        return directory.resolve("state");
    }

    private static Hash stateHash(Path state) {
        try (var node = StoppedNode.open(state)) {
            return node.stateHash();
        }
    }

    /// {@return all files, with the hashes of what is in them; the log marks that it was closed}
    private static Map<String, Hash> files(Path state) throws IOException {
        var files = new TreeMap<String, Hash>();
        try (var paths = Files.walk(state)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                boolean isLog = path.getParent().endsWith("log");
                files.put(
                        state.relativize(path).toString(), Hash.sha256(isLog ? new byte[0] : Files.readAllBytes(path)));
            }
        }
        return files;
    }

    @Test
    void itsStateIsThatOfTheLastBatchHoweverTheNodeEnded() {
        try (var node = Node.in(state())) {
            var canister = node.installProbe();
            node.restart();
            node.add(canister, 5);
            var killed = Directories.copyUnderWrites(state(), directory.resolve("killed"), state().resolve("store"));
            var hash = node.replica().stateHash();
            assertThat(stateHash(killed)).as("replayed").isEqualTo(hash);
            node.replica().close();
            assertThat(stateHash(state())).as("in the checkpoint").isEqualTo(hash);
        }
    }

    @Test
    void noFileIsMadeOrChanged() throws IOException {
        try (var node = Node.in(state())) {
            node.installProbe();
        }
        var before = files(state());
        stateHash(state());
        assertThat(files(state())).isEqualTo(before);
    }

    @Test
    void itsKeysAreCheckedThoughNobodyUsesThem() throws IOException {
        try (var node = Node.in(state())) {
            node.installProbe();
        }
        var keys = state().resolve("keys");
        byte[] bytes = Files.readAllBytes(keys);
        bytes[30] ^= 1;
        Files.write(keys, bytes);
        assertThatThrownBy(() -> stateHash(state()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("keys is damaged");
        Files.delete(keys);
        assertThatThrownBy(() -> stateHash(state()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("it has no keys and no store");
        assertThat(keys).as("no others are made").doesNotExist();
    }
}
