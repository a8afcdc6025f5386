package decant.canister.state;

import decant.base.Hash;
import java.util.stream.Stream;
import org.pcollections.AmortizedPQueue;
import org.pcollections.PVector;
import org.pcollections.TreePMap;
import org.pcollections.TreePVector;

/// What a canister was before something was done to it, kept so that it can be undone.
///
/// It shares its pages with the canister as it goes on, so that it costs what changes.
///
/// @param number that of the chronicle's entry that says what was done
/// @param waiting the calls of users that had arrived by then and were executed afterwards, by their request ids
/// @param captured the canister without its calls, its log, its chunk store and what was counted of its queries
public record RestorePoint(
        long number, long timeNanos, Reason reason, boolean pinned, PVector<Hash> waiting, CanisterState captured) {
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
        var waiting = canister.inputQueue().stream()
                .flatMap(message -> message instanceof Message.Ingress ingress ? Stream.of(ingress) : Stream.empty())
                .map(Message.Ingress::requestId)
                .toList();
        return new RestorePoint(number, timeNanos, reason, false, TreePVector.from(waiting), captured);
    }

    RestorePoint withPinned(boolean whether) {
        return new RestorePoint(number, timeNanos, reason, whether, waiting, captured);
    }

    RestorePoint withCaptured(CanisterState same) {
        return new RestorePoint(number, timeNanos, reason, pinned, waiting, same);
    }

    /// {@return at most how many bytes it keeps of its memories}
    long bytesMax() {
        return captured.code()
                .map(code -> code.heap().contentBytesMax() + code.stable().contentBytesMax())
                .orElse(0L);
    }
}
