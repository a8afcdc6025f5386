package decant.canister.state;

import org.pcollections.AmortizedPQueue;
import org.pcollections.TreePMap;

/// What a canister was before something was done to it, kept so that it can be undone.
///
/// It shares its pages with the canister as it goes on, so that it costs what changes.
///
/// @param number that of the chronicle's entry that says what was done
/// @param captured the canister without its calls, its log, its chunk store and what was counted of its queries
public record RestorePoint(long number, long timeNanos, Reason reason, boolean pinned, CanisterState captured) {
    /// What was done after a restore point was taken.
    public enum Reason {
        UPGRADE,
        LIFECYCLE_UPGRADE,
        REINSTALL,
        UNINSTALL,
        DELETION,
        SNAPSHOT_LOAD,
        UNDO
    }

    static RestorePoint of(long number, long timeNanos, Reason reason, CanisterState canister) {
        var captured = canister.with(draft -> {
            draft.calls = draft.calls.ended();
            draft.inputQueue = AmortizedPQueue.empty();
            draft.log = CanisterLog.EMPTY;
            draft.chunkStore = TreePMap.empty();
            draft.queryStats = QueryStats.NONE;
            if (draft.status instanceof CanisterStatus.Stopping) {
                draft.status = new CanisterStatus.Running();
            }
        });
        return new RestorePoint(number, timeNanos, reason, false, captured);
    }

    RestorePoint withPinned(boolean whether) {
        return new RestorePoint(number, timeNanos, reason, whether, captured);
    }

    RestorePoint withCaptured(CanisterState same) {
        return new RestorePoint(number, timeNanos, reason, pinned, same);
    }

    /// {@return at most how many bytes it keeps of its memories}
    long bytesMax() {
        return captured.code()
                .map(code -> code.heap().contentBytesMax() + code.stable().contentBytesMax())
                .orElse(0L);
    }
}
