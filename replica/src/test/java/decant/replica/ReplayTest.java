package decant.replica;

import static decant.replica.Node.forwarded;
import static decant.replica.Node.number;
import static decant.replica.Node.rejected;
import static decant.replica.Node.reply;
import static decant.replica.Node.slot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import decant.base.Principal;
import decant.candid.Value;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The same log means the same state, whenever and however it is run.
@SuppressWarnings("LongDoubleConversion")
final class ReplayTest {
    @TempDir
    private Path directory;

    private Path original() {
        return directory.resolve("original");
    }

    @Test
    void replayingTheWholeLogEndsInTheSameState() {
        try (var node = Node.in(original(), ReplicaConfig::keepingWholeLog)) {
            var played = play(node);
            var hash = node.replica().stateHash();
            long height = node.replica().status().height();
            node.replica().close();

            var copy = Directories.copy(original(), directory.resolve("copy"));
            Directories.delete(copy.resolve("store"));
            try (var replayed = node.at(copy)) {
                assertThat(replayed.replica().status().height()).isEqualTo(height);
                assertThat(replayed.replica().stateHash()).isEqualTo(hash);
                assertThat(replayed.get(played, 1)).isEqualTo(3);
            }
        }
    }

    @Test
    void restartsInTheMiddleChangeNothing() {
        try (var node = Node.in(original(), ReplicaConfig::keepingWholeLog)) {
            play(node);
            node.restart();
            play(node);
            node.restart();
            node.restart();
            play(node);
            var hash = node.replica().stateHash();
            node.replica().close();

            var copy = Directories.copy(original(), directory.resolve("copy"));
            Directories.delete(copy.resolve("store"));
            try (var replayed = node.at(copy)) {
                assertThat(replayed.replica().stateHash()).isEqualTo(hash);
            }
        }
    }

    @Test
    void checkpointsInTheBackgroundChangeNothing() {
        try (var node =
                Node.in(original(), config -> config.keepingWholeLog().withCheckpointEvery(3, Long.MAX_VALUE))) {
            for (int i = 0; i < 4; i++) {
                play(node);
            }
            var hash = node.replica().stateHash();
            node.restart();
            assertThat(node.replica().stateHash()).isEqualTo(hash);
            assertThat(metric(node, "decant_checkpoint_height")).isGreaterThan(3);
            node.replica().close();

            var copy = Directories.copy(original(), directory.resolve("copy"));
            Directories.delete(copy.resolve("store"));
            try (var replayed = node.at(copy)) {
                assertThat(replayed.replica().stateHash()).isEqualTo(hash);
            }
        }
    }

    @Test
    void aCleanlyClosedReplicaReplaysNothing() {
        try (var node = Node.in(original())) {
            play(node);
            long height = node.replica().status().height();
            node.restart();
            assertThat(metric(node, "decant_checkpoint_height")).isEqualTo(height);
            assertThat(node.replica().status().height()).isEqualTo(height);
        }
    }

    @Test
    void aLogThatComputesToSomethingElseIsNoticed() throws IOException {
        try (var node = Node.in(original(), ReplicaConfig::keepingWholeLog)) {
            play(node);
            node.replica().close();
            var copy = Directories.copy(original(), directory.resolve("copy"));
            Directories.delete(copy.resolve("store"));
            // With another root key the same log leads to another tree.
            Files.delete(copy.resolve("keys"));
            NodeKeys.openOrCreate(copy.resolve("keys"), new SeededEntropy(99));
            assertThatThrownBy(() -> node.at(copy))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("replaying the input log went another way than the first time: round 0");
        }
    }

    @Test
    void aLogThatIsGoneIsNoticed() {
        try (var node = Node.in(original())) {
            play(node);
            node.replica().close();
            var copy = Directories.copy(original(), directory.resolve("copy"));
            Directories.delete(copy.resolve("log"));
            assertThatThrownBy(() -> node.at(copy))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("the input log ends with batch 0 but the checkpoint already holds");
        }
    }

    /// Does a little of everything.
    private static Principal play(Node node) {
        var first = node.installProbe();
        var second = node.installProbe();
        var heart = node.install("heart.wasm", new byte[0]);
        node.add(first, 1);
        node.add(first, 1);
        assertThat(rejected(node.call(first, "fail", new byte[0])).errorCode()).contains("IC0502");
        assertThat(number(reply(node.call(second, "forward", forwarded(first, "add", slot(1))))))
                .isEqualTo(3);
        node.update(
                first,
                "bounce",
                ByteBuffer.allocate(14)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(5)
                        .put(second.bytes())
                        .array());
        reply(node.call(first, "forward", forwarded(Principal.MANAGEMENT_CANISTER, "raw_rand", new byte[] {
            'D', 'I', 'D', 'L', 0, 0
        })));
        reply(node.call(first, "certify", new byte[] {7}));
        node.update(first, "arm", number(node.in(Duration.ofSeconds(5))));
        node.clock.advance(Duration.ofSeconds(6));
        node.add(second, 2);
        node.install(second, Value.variant("upgrade", Value.none()), "probe.wasm", new byte[0]);
        node.add(second, 2);
        node.manage("decant_undo", second);
        node.manage("stop_canister", heart);
        node.manage("delete_canister", heart);
        return first;
    }

    private static double metric(Node node, String name) {
        return node.replica().metrics().stream()
                .filter(metric -> metric.name().equals(name))
                .findFirst()
                .orElseThrow()
                .value();
    }
}
