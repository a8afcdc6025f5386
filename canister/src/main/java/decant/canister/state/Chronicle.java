package decant.canister.state;

import decant.canister.state.RestorePoint.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

/// What was done to a canister's code and state, or tried, and what of it can be undone. It outlives the canister.
///
/// Entries are numbered from 1; the newest are kept. The restore point with the number of an entry holds the canister
/// as it was before. Restore points are in the order of their numbers.
public record Chronicle(long nextNumber, PVector<Entry> entries, PVector<RestorePoint> points) {
    public static final int ENTRIES_MAX = 100;
    public static final int PINNED_MAX = 10;

    /// The chronicle of a canister to which nothing was done.
    public static final Chronicle NONE = new Chronicle(1, TreePVector.empty(), TreePVector.empty());

    /// Something that was done, or tried, by whom and when.
    public record Entry(long number, long timeNanos, Change.Origin origin, Event event) {}

    /// What was done, or tried.
    public sealed interface Event {
        /// Code was put into the canister, or was to be.
        record Installation(InstallReport report) implements Event {}

        /// The canister's code and memories were removed.
        record Uninstall() implements Event {}

        /// The canister was deleted.
        record Deletion() implements Event {}

        /// The canister became what a snapshot had kept, of it or of another canister.
        record LoadSnapshot(SnapshotId snapshot) implements Event {}

        /// The canister became what it was at a restore point.
        record Undo(long restorePoint) implements Event {}

        /// The canister became what it was at a restore point, and the calls of users since then were made again.
        ///
        /// @param callsLost how many of them could not be made again
        record UndoWithReplay(long restorePoint, long callsMade, long callsLost) implements Event {}

        /// The canister may be upgraded more or less freely.
        record PolicyChange(UpgradePolicy before, UpgradePolicy after, boolean byOperator) implements Event {}

        /// A restore point was pinned, or was pinned no more.
        record Pinning(long restorePoint, boolean pinned) implements Event {}
    }

    /// {@return this chronicle with one more entry}
    public Chronicle plus(long timeNanos, Change.Origin origin, Event event) {
        var kept = entries.size() < ENTRIES_MAX ? entries : entries.minus(0);
        return new Chronicle(nextNumber + 1, kept.plus(new Entry(nextNumber, timeNanos, origin, event)), points);
    }

    /// {@return this chronicle with one more entry, which is given its number, and with what the canister was before}
    public Chronicle plusUndoable(
            CanisterState before, Reason reason, long timeNanos, Change.Origin origin, LongFunction<Event> event) {
        var point = RestorePoint.of(nextNumber, timeNanos, reason, before);
        return new Chronicle(nextNumber, entries, points.plus(point))
                .plus(timeNanos, origin, event.apply(nextNumber))
                .retained(RetentionRule.DEFAULT, timeNanos, true);
    }

    public Optional<RestorePoint> point(long number) {
        return points.stream().filter(point -> point.number() == number).findFirst();
    }

    public Optional<RestorePoint> newestPoint() {
        return points.isEmpty() ? Optional.empty() : Optional.of(points.getLast());
    }

    /// {@return this chronicle with the restore point pinned or not}
    public Chronicle pinned(long number, boolean whether) {
        var next = points;
        for (int i = 0; i < points.size(); i++) {
            if (points.get(i).number() == number) {
                next = next.with(i, points.get(i).withPinned(whether));
            }
        }
        return withPoints(next);
    }

    /// {@return this chronicle without the restore points that the rule gives up}
    ///
    /// @param canisterIsThere whether the canister goes on: the newest restore point is then kept in any case
    public Chronicle retained(RetentionRule rule, long timeNanos, boolean canisterIsThere) {
        var kept = new ArrayList<RestorePoint>();
        int count = 0;
        long bytes = 0;
        for (int i = points.size() - 1; i >= 0; i--) {
            var point = points.get(i);
            boolean isNewest = i == points.size() - 1;
            boolean isYoung = timeNanos - point.timeNanos() <= rule.ageNanosMax();
            boolean fits = count < rule.countMax() && bytes + point.bytesMax() <= rule.bytesMax();
            if (point.pinned() || (isNewest && canisterIsThere) || (isYoung && (isNewest || fits))) {
                kept.addFirst(point);
                count += point.pinned() ? 0 : 1;
                bytes += point.pinned() ? 0 : point.bytesMax();
            }
        }
        return kept.size() == points.size() ? this : withPoints(TreePVector.from(kept));
    }

    Chronicle withPoints(List<RestorePoint> same) {
        return new Chronicle(nextNumber, entries, TreePVector.from(same));
    }
}
