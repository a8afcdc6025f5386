package decant.replica;

import static decant.replica.Node.number;
import static decant.replica.Node.reply;
import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Principal;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// After a start the heaps are compared with their checksums beside the rounds.
final class HeapChecksTest {
    private static final long FIRST = 16;
    private static final long END = 5_016;
    private static final byte[] RANGE = WideHeapTest.numbers(FIRST, END, 1);

    @TempDir
    private Path directory;

    private Principal wide = Principal.MANAGEMENT_CANISTER;
    private Principal other = Principal.MANAGEMENT_CANISTER;

    @BeforeEach
    void makeNode() {
        try (var node = Node.in(state())) {
            wide = node.install("wide.wasm", new byte[0]);
            node.update(wide, "grow", number(END * 4_096 / 65_536 + 1));
            node.update(wide, "fill", RANGE);
            other = node.installProbe();
        }
    }

    private Path state() {
        return directory.resolve("state");
    }

    /// Changes a byte of the page in a slot of the largest file.
    private Path damage(long slot) throws IOException {
        try (var files = Files.list(state().resolve("store").resolve("overlays"))) {
            var largest = files.max(
                            Comparator.comparingLong(path -> path.toFile().length()))
                    .orElseThrow();
            try (var file = new RandomAccessFile(largest.toFile(), "rw")) {
                file.seek((1 + slot) * 4_096 + 7);
                int before = file.read();
                file.seek((1 + slot) * 4_096 + 7);
                file.write(before ^ 1);
            }
            return largest;
        }
    }

    private Map<Principal, String> found(BooleanSupplier isWanted) {
        var found = new TreeMap<Principal, String>();
        try (var node = StoppedNode.open(state())) {
            HeapChecks.check(
                    node.subnet(), isWanted, (canister, damage) -> found.put(canister, String.valueOf(damage)));
        }
        return found;
    }

    @Test
    void damageIsNamedAndOthersAreLookedAt() throws IOException {
        assertThat(found(() -> true)).isEmpty();
        var file = damage(4_321);
        assertThat(found(() -> true)).containsOnlyKeys(wide);
        assertThat(found(() -> true).get(wide))
                .contains(file + " is damaged: at offset " + 4_322 * 4_096 + ": the page in slot 4321");
    }

    @Test
    void itEndsWhenTheNodeDoes() throws IOException {
        damage(4_321);
        assertThat(found(() -> false)).isEmpty();
    }

    @Test
    void messagesNeedNotWaitForIt() {
        try (var node = Node.in(state())) {
            assertThat(number(reply(node.query(wide, "differing", RANGE)))).isZero();
            assertThat(node.get(other, 1)).isZero();
        }
    }

    @Test
    void aNodeWithADamagedHeapServesTheOthers() throws IOException {
        damage(4_321);
        try (var node = Node.in(state())) {
            assertThat(node.add(other, 1)).isEqualTo(1);
            assertThat(node.replica().status().healthy()).isTrue();
        }
    }
}
