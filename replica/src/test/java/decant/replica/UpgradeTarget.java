package decant.replica;

import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.Quota;
import decant.protocol.Response;
import java.nio.file.Path;

/// A process to be killed: a node that lives the story of an upgrade, and writes a checkpoint after every other call.
///
/// What it does to its files is the same in every process, one operation after the other: the clock stands still,
/// chance comes from a seed, and each call waits for the checkpoint before it.
///
/// ```text
/// arguments   directory
/// writes      <height> <state hash> .        after each call
/// ```
final class UpgradeTarget {
    private static final int ROUNDS_PER_CHECKPOINT = 2;

    private UpgradeTarget() {}

    public static void main(String[] arguments) {
        try (var node = Node.in(Path.of(arguments[0]), UpgradeTarget::config)) {
            say(node);
            var created = make(node, Principal.MANAGEMENT_CANISTER, UpgradeStory.creation());
            var canister = Candid.decode(Node.reply(created), Quota.DEFAULT)
                    .getFirst()
                    .field("canister_id")
                    .toPrincipal();
            UpgradeStory.of(canister).forEach(call -> make(node, canister, call));
        }
    }

    static ReplicaConfig config(ReplicaConfig config) {
        return config.withEntropy(new SeededEntropy(1)).withCheckpointEvery(ROUNDS_PER_CHECKPOINT, Long.MAX_VALUE);
    }

    private static Response make(Node node, Principal effective, UpgradeStory.Call call) {
        var response = node.call(Node.ALICE, effective, call.receiver(), call.method(), call.argument());
        say(node);
        long checkpoint = node.replica().status().height() / ROUNDS_PER_CHECKPOINT * ROUNDS_PER_CHECKPOINT;
        while (KillTarget.checkpointHeight(node.replica()) < checkpoint) {
            Thread.onSpinWait();
        }
        return response;
    }

    private static void say(Node node) {
        System.out.println(KillTarget.Snapshot.of(node.replica()) + " .");
    }
}
