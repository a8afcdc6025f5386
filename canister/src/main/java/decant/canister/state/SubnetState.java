package decant.canister.state;

import decant.base.Hash;
import decant.base.Principal;
import java.util.Optional;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/// All canisters of a node and what they share. The ingress history is the replica's.
///
/// @param charter what was laid down when the node was set up
/// @param chronicles what was done to canisters, also to those that are deleted; none is [Chronicle#NONE]
/// @param snapshots what the controllers of canisters keep of them; none are [Snapshots#NONE]
/// @param system what the canisters remember that are part of the node
/// @param outcalls what canisters asked servers outside for
public record SubnetState(
        PSortedMap<Principal, CanisterState> canisters,
        PSortedMap<Principal, Chronicle> chronicles,
        PSortedMap<Principal, Snapshots> snapshots,
        long nextCanisterNumber,
        Randomness randomness,
        long timeNanos,
        Charter charter,
        SystemState system,
        Outcalls outcalls) {

    /// {@return a subnet without canisters}
    public static SubnetState create(Hash seed, long timeNanos) {
        return new SubnetState(
                TreePMap.empty(),
                TreePMap.empty(),
                TreePMap.empty(),
                0,
                new Randomness(seed, 0),
                timeNanos,
                Charter.OPEN,
                SystemState.EMPTY,
                Outcalls.NONE);
    }

    public Optional<CanisterState> canister(Principal id) {
        return Optional.ofNullable(canisters.get(id));
    }

    /// {@return this subnet with the canister added or replaced}
    public SubnetState with(CanisterState canister) {
        return withCanisters(canisters.plus(canister.id(), canister));
    }

    public SubnetState without(Principal canister) {
        return withCanisters(canisters.minus(canister));
    }

    private SubnetState withCanisters(PSortedMap<Principal, CanisterState> next) {
        return new SubnetState(
                next, chronicles, snapshots, nextCanisterNumber, randomness, timeNanos, charter, system, outcalls);
    }

    /// {@return what was done to the canister of this id, which may be deleted}
    public Chronicle chronicle(Principal id) {
        return chronicles.getOrDefault(id, Chronicle.NONE);
    }

    /// {@return this subnet with the chronicle of the canister added, replaced, or, where it is none, left out}
    public SubnetState withChronicle(Principal id, Chronicle chronicle) {
        var next = chronicle.equals(Chronicle.NONE) ? chronicles.minus(id) : chronicles.plus(id, chronicle);
        return new SubnetState(
                canisters, next, snapshots, nextCanisterNumber, randomness, timeNanos, charter, system, outcalls);
    }

    /// {@return the snapshots of the canister of this id}
    public Snapshots snapshots(Principal id) {
        return snapshots.getOrDefault(id, Snapshots.NONE);
    }

    /// {@return the snapshot, of whichever canister it is}
    public Optional<Snapshot> snapshot(SnapshotId id) {
        return snapshots(id.canister()).find(id.number());
    }

    /// {@return this subnet with the snapshots of the canister added, replaced, or, where there are none, left out}
    public SubnetState withSnapshots(Principal id, Snapshots owned) {
        var next = owned.equals(Snapshots.NONE) ? snapshots.minus(id) : snapshots.plus(id, owned);
        return new SubnetState(
                canisters, chronicles, next, nextCanisterNumber, randomness, timeNanos, charter, system, outcalls);
    }

    /// {@return this subnet without the restore points that the rule gives up at its time}
    ///
    /// The chronicle of a deleted canister ends with its last restore point.
    public SubnetState retained(RetentionRule rule) {
        var next = this;
        for (var entry : chronicles.entrySet()) {
            var id = entry.getKey();
            boolean isThere = canisters.containsKey(id);
            var kept = entry.getValue().retained(rule, timeNanos, isThere);
            if (!isThere && kept.points().isEmpty()) {
                next = next.withChronicle(id, Chronicle.NONE).withSnapshots(id, Snapshots.NONE);
            } else if (kept.points().size() != entry.getValue().points().size()) {
                next = next.withChronicle(id, kept);
            }
        }
        return next;
    }

    public SubnetState withNextCanisterNumber(long number) {
        return new SubnetState(
                canisters, chronicles, snapshots, number, randomness, timeNanos, charter, system, outcalls);
    }

    public SubnetState withRandomness(Randomness next) {
        return new SubnetState(
                canisters, chronicles, snapshots, nextCanisterNumber, next, timeNanos, charter, system, outcalls);
    }

    public SubnetState withTimeNanos(long nanos) {
        return new SubnetState(
                canisters, chronicles, snapshots, nextCanisterNumber, randomness, nanos, charter, system, outcalls);
    }

    public SubnetState withCharter(Charter next) {
        return new SubnetState(
                canisters, chronicles, snapshots, nextCanisterNumber, randomness, timeNanos, next, system, outcalls);
    }

    public SubnetState withSystem(SystemState next) {
        return new SubnetState(
                canisters, chronicles, snapshots, nextCanisterNumber, randomness, timeNanos, charter, next, outcalls);
    }

    public SubnetState withOutcalls(Outcalls next) {
        return new SubnetState(
                canisters, chronicles, snapshots, nextCanisterNumber, randomness, timeNanos, charter, system, next);
    }
}
