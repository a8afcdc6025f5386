package decant.canister.state;

import org.pcollections.PVector;
import org.pcollections.TreePVector;

/// The newest changes of a canister, oldest first, and how many there were in all.
public record History(PVector<Change> recent, long totalChanges) {
    public static final int RECENT_MAX = 20;

    public static final History NONE = new History(TreePVector.empty(), 0);

    public History plus(Change change) {
        var kept = recent.size() < RECENT_MAX ? recent : recent.minus(0);
        return new History(kept.plus(change), totalChanges + 1);
    }
}
