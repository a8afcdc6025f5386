package decant.canister.management;

import decant.base.Principal;
import decant.candid.Value;
import decant.canister.cycles.Prices;
import decant.canister.state.Answer;
import decant.canister.state.CanisterState;
import decant.canister.state.ErrorCode;
import decant.canister.state.Snapshot;
import decant.canister.state.SnapshotId;
import decant.canister.state.Snapshots;
import decant.canister.state.SubnetState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Takes snapshots of canisters, lists and deletes them. What a snapshot keeps is shared, so that none of this depends
/// on how large a canister is.
final class Snapshotting {
    private Snapshotting() {}

    static ManagementOutcome take(Turn turn) {
        var target = turn.controlledTarget();
        var room = room(turn, target);
        var code = target.code()
                .orElseThrow(() -> new Refusal(
                        ErrorCode.CANISTER_REJECTED_MESSAGE,
                        "Failed to create snapshot for empty canister " + target.id() + ":"));
        var id = new SnapshotId(target.id(), room.nextNumber());
        var taken = Snapshot.of(target, code, id, turn.env().timeNanos());
        var subnet = paid(turn, turn.subnet().withSnapshots(target.id(), room.plus(taken)), target, taken);
        boolean uninstalls = turn.argument()
                .optionalField("uninstall_code")
                .map(Value::toBoolean)
                .orElse(false);
        if (!uninstalls) {
            return turn.replied(subnet, SnapshotReply.listed(taken));
        }
        var uninstalled = Uninstalling.uninstalled(
                turn, subnet, subnet.canister(target.id()).orElseThrow());
        var replied = turn.replied(uninstalled.subnet(), SnapshotReply.listed(taken));
        var answers = new ArrayList<Answer>(uninstalled.answers());
        answers.addAll(replied.answers());
        return new ManagementOutcome(replied.next(), List.copyOf(answers), 0);
    }

    /// {@return the subnet after the canister paid for the snapshot that it has now, or that it was made of}
    static SubnetState paid(Turn turn, SubnetState done, CanisterState canister, Snapshot snapshot) {
        return Fees.paid(
                turn, done, canister, Prices.SNAPSHOT_INSTRUCTIONS + snapshot.bytes(), "Canister snapshotting failed");
    }

    /// {@return the target's snapshots with room for one more: without the one that the request wants replaced}
    static Snapshots room(Turn turn, CanisterState target) {
        var owned = turn.subnet().snapshots(target.id());
        var replaced = turn.argument().optionalField("replace_snapshot");
        if (replaced.isPresent()) {
            return owned.without(
                    owned(turn.subnet(), target, replaced.get()).id().number());
        }
        if (owned.byNumber().size() >= Snapshots.COUNT_MAX) {
            throw new Refusal(
                    ErrorCode.CANISTER_REJECTED_MESSAGE,
                    "Canister " + target.id() + " has reached the maximum number of snapshots allowed: "
                            + Snapshots.COUNT_MAX + ".");
        }
        return owned;
    }

    /// {@return the snapshot with this id, which must be the canister's}
    static Snapshot owned(SubnetState subnet, CanisterState canister, Value id) {
        var snapshot = existing(subnet, canister, id);
        if (!snapshot.id().canister().equals(canister.id())) {
            throw new Refusal(
                    ErrorCode.CANISTER_REJECTED_MESSAGE,
                    "The snapshot " + snapshot.id() + " does not belong to canister " + canister.id() + ".");
        }
        return snapshot;
    }

    /// {@return the snapshot with this id, of whichever canister it is}
    static Snapshot existing(SubnetState subnet, CanisterState canister, Value id) {
        byte[] bytes = id.toBytes();
        return SnapshotId.of(bytes).flatMap(subnet::snapshot).orElseThrow(() -> Refusal.noSnapshot(canister, bytes));
    }

    static ManagementOutcome list(Turn turn) {
        var target = turn.target();
        Authority.requireSnapshotViewer(target, turn.sender());
        var listed = turn.subnet().snapshots(target.id()).byNumber().values().stream()
                .map(SnapshotReply::listed)
                .toList();
        return turn.replied(turn.subnet(), Value.vec(listed));
    }

    static ManagementOutcome delete(Turn turn) {
        var target = turn.controlledTarget();
        var deleted = owned(turn.subnet(), target, turn.argument().field("snapshot_id"));
        var rest = turn.subnet().snapshots(target.id()).without(deleted.id().number());
        return turn.done(turn.subnet().withSnapshots(target.id(), rest));
    }

    /// {@return who may load the snapshot, besides the controllers of the canister it is loaded on}
    static boolean mayLoad(SubnetState subnet, Snapshot snapshot, Principal sender) {
        Optional<CanisterState> owner = subnet.canister(snapshot.id().canister());
        return owner.filter(canister -> canister.settings().isController(sender))
                .isPresent();
    }
}
