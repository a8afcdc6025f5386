package decant.canister.state;

import java.util.Optional;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/// The snapshots of one canister, by their numbers. A number is given once.
public record Snapshots(long nextNumber, PSortedMap<Long, Snapshot> byNumber) {
    /// As many as one canister may have.
    public static final int COUNT_MAX = 10;

    /// Those of a canister that never had one.
    public static final Snapshots NONE = new Snapshots(0, TreePMap.empty());

    public Optional<Snapshot> find(long number) {
        return Optional.ofNullable(byNumber.get(number));
    }

    /// {@return these and a new one, which has the next number}
    public Snapshots plus(Snapshot fresh) {
        if (fresh.id().number() != nextNumber) {
            throw new AssertionError("BUG: snapshot " + fresh.id().number() + " in the place of " + nextNumber);
        }
        return new Snapshots(nextNumber + 1, byNumber.plus(nextNumber, fresh));
    }

    /// {@return these with one of them replaced}
    public Snapshots with(Snapshot changed) {
        return new Snapshots(nextNumber, byNumber.plus(changed.id().number(), changed));
    }

    public Snapshots without(long number) {
        return new Snapshots(nextNumber, byNumber.minus(number));
    }

    /// {@return none, of which the next have the numbers that they would have had after these}
    public Snapshots ended() {
        return new Snapshots(nextNumber, TreePMap.empty());
    }

    /// {@return how many bytes they count}
    public long bytes() {
        return byNumber.values().stream().mapToLong(Snapshot::bytes).sum();
    }
}
