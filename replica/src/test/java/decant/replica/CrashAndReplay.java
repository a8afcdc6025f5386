package decant.replica;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.function.Consumer;

/// The ways on which a node must come back to the state that it had: after a crash under writes, after a restart, and
/// from nothing but its log.
final class CrashAndReplay {
    private CrashAndReplay() {}

    /// Goes all of them. The node is closed behind it.
    ///
    /// @param node keeps its whole log
    /// @param original the node's state directory
    /// @param scratch where copies of it are put
    /// @param replayed is given the node that has run its whole log again
    static void expectSameState(Node node, Path original, Path scratch, Consumer<Node> replayed) {
        var hash = node.replica().stateHash();
        var crashed = Directories.copyUnderWrites(original, scratch.resolve("crashed"), original.resolve("store"));
        try (var recovered = node.at(crashed)) {
            assertThat(recovered.replica().stateHash()).isEqualTo(hash);
        }
        node.restart();
        assertThat(node.replica().stateHash()).isEqualTo(hash);
        node.replica().close();

        var logAlone = Directories.copy(original, scratch.resolve("replayed"));
        Directories.delete(logAlone.resolve("store"));
        try (var again = node.at(logAlone)) {
            assertThat(again.replica().stateHash()).isEqualTo(hash);
            replayed.accept(again);
        }
    }
}
