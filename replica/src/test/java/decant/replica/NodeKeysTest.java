package decant.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NodeKeysTest {
    @TempDir
    private Path directory;

    @Test
    void keysAreMadeOnceAndStayTheSame() {
        var file = directory.resolve("keys");
        var made = NodeKeys.openOrCreate(file, new SeededEntropy(1));
        var read = NodeKeys.openOrCreate(file, new SeededEntropy(2));
        assertThat(read.rootKeyDer()).isEqualTo(made.rootKeyDer()).hasSize(133);
        assertThat(read.subnetId()).isEqualTo(made.subnetId());
        assertThat(read.nodeId()).isEqualTo(made.nodeId()).isNotEqualTo(made.subnetId());
    }

    @Test
    void thoseThatAreNotThereAreMadeOnlyWhenAskedFor() {
        var file = directory.resolve("keys");
        assertThatThrownBy(() -> NodeKeys.open(file)).hasMessageContaining("cannot read the key file " + file);
        assertThat(file).doesNotExist();
    }

    @Test
    void onlyTheirOwnerMayReadThem() throws IOException {
        var file = directory.resolve("keys");
        NodeKeys.openOrCreate(file, new SeededEntropy(1));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void aFlippedBitIsNoticed() throws IOException {
        var file = directory.resolve("keys");
        NodeKeys.openOrCreate(file, new SeededEntropy(1));
        byte[] bytes = Files.readAllBytes(file);
        bytes[30] ^= 1;
        Files.write(file, bytes);
        assertThatThrownBy(() -> NodeKeys.openOrCreate(file, new SeededEntropy(1)))
                .hasMessageContaining("is damaged")
                .hasMessageContaining("restore it from a backup");
    }

    @Test
    void anotherFileIsNotTakenForKeys() throws IOException {
        var file = Files.writeString(directory.resolve("keys"), "-----BEGIN PRIVATE KEY-----");
        assertThatThrownBy(() -> NodeKeys.openOrCreate(file, new SeededEntropy(1)))
                .hasMessageContaining("is not a key file of Decant");
    }
}
