package decant.canister.management;

import decant.canister.MemoryPressure;
import decant.canister.SnapshotCode;
import decant.canister.SnapshotCode.Reading;
import decant.canister.Undo;
import decant.canister.state.CanisterState;
import decant.canister.state.Change;
import decant.canister.state.Chronicle.Event;
import decant.canister.state.Code;
import decant.canister.state.ErrorCode;
import decant.canister.state.LowMemoryHook;
import decant.canister.state.RestorePoint.Reason;
import decant.canister.state.Snapshot;
import decant.canister.state.Snapshot.Uploaded;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/// Makes a canister what a snapshot kept, of it or of another canister, and keeps what was there before.
///
/// Policies: loading replaces code and state together, as an undo and a reinstall do, so the checks of an upgrade,
/// which ask whether new code understands old state, have nothing to ask but one: whether answers to open calls reach
/// the code that waits for them. Where upgrades are checked, open calls are therefore refused; an immutable canister
/// takes nothing.
final class SnapshotLoading {
    private final SnapshotCode snapshotCode;

    SnapshotLoading(SnapshotCode snapshotCode) {
        this.snapshotCode = snapshotCode;
    }

    ManagementOutcome load(Turn turn) {
        var target = turn.controlledTarget();
        Policies.requireReplaceable(target);
        var snapshot = loadable(turn, target);
        requireNoOpenCalls(target);
        var code = switch (snapshotCode.read(snapshot, target, turn.sender())) {
            case Reading.Fits(var readable) -> readable;
            case Reading.Refused(var reject) -> throw new Refusal(reject);
        };
        var loaded = loaded(turn, target, snapshot, code);
        var chronicle = turn.subnet()
                .chronicle(target.id())
                .plusUndoable(
                        target,
                        Reason.SNAPSHOT_LOAD,
                        turn.env().timeNanos(),
                        turn.changeOrigin(),
                        _ -> new Event.LoadSnapshot(snapshot.id()));
        var done = turn.subnet().with(loaded).withChronicle(target.id(), chronicle);
        return turn.done(Snapshotting.paid(turn, done, loaded, snapshot));
    }

    private static Snapshot loadable(Turn turn, CanisterState target) {
        var snapshot =
                Snapshotting.existing(turn.subnet(), target, turn.argument().field("snapshot_id"));
        boolean isOwn = snapshot.id().canister().equals(target.id());
        if (!isOwn && !Snapshotting.mayLoad(turn.subnet(), snapshot, turn.sender())) {
            throw new Refusal(
                    ErrorCode.CANISTER_REJECTED_MESSAGE,
                    "Only a controller of the canister that snapshot " + snapshot.id() + " belongs to can load it on"
                            + " canister " + target.id() + ". Sender: " + turn.sender() + ".");
        }
        return snapshot;
    }

    private static void requireNoOpenCalls(CanisterState target) {
        if (target.settings().upgradePolicy().checksUpgrades()) {
            Undo.hindrance(target).ifPresent(hindrance -> {
                throw new Refusal(hindrance);
            });
        }
    }

    private static CanisterState loaded(Turn turn, CanisterState target, Snapshot snapshot, Code code) {
        boolean uploaded = snapshot.content() instanceof Uploaded;
        boolean low = MemoryPressure.isLow(target.settings(), code);
        var hook = hook(target, snapshot, low);
        long timeNanos = turn.env().timeNanos();
        return target.with(draft -> {
            draft.code = Optional.of(code);
            draft.certifiedData = snapshot.certifiedData();
            draft.chunkStore = snapshot.chunkStore();
            if (uploaded) {
                draft.globalTimerNanos = snapshot.globalTimerNanos().orElse(target.globalTimerNanos());
            }
            draft.lowMemoryHook = hook;
            draft.version++;
            draft.lastInstalledNanos = OptionalLong.of(timeNanos);
            draft.history = draft.history.plus(new Change(
                    timeNanos,
                    draft.version,
                    turn.changeOrigin(),
                    new Change.Details.LoadSnapshot(
                            snapshot.id(), snapshot.canisterVersion(), snapshot.takenNanos(), uploaded)));
        });
    }

    /// An uploaded snapshot may say where the hook stands, a taken one leaves it as it is.
    private static LowMemoryHook hook(CanisterState target, Snapshot snapshot, boolean memoryIsLow) {
        var said = snapshot.content() instanceof Uploaded ? snapshot.lowMemoryHook() : Optional.<LowMemoryHook>empty();
        if (said.isEmpty()) {
            return target.lowMemoryHook().observe(memoryIsLow);
        }
        boolean isConsistent = memoryIsLow == (said.get() != LowMemoryHook.CONDITION_NOT_SATISFIED);
        if (!isConsistent) {
            throw Refusal.malformed("Hook status (Some(" + camelCase(said.get())
                    + ")) of uploaded snapshot is inconsistent with the canister's state (hook condition satisfied: "
                    + memoryIsLow + ").");
        }
        return said.get();
    }

    private static String camelCase(LowMemoryHook hook) {
        var text = new StringBuilder();
        for (String word : hook.name().split("_", -1)) {
            text.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
        }
        return text.toString();
    }
}
