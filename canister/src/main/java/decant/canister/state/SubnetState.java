package decant.canister.state;

import decant.base.Hash;
import decant.base.Principal;
import java.util.Optional;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/// All canisters of a node and what they share. The ingress history is the replica's.
public record SubnetState(
        PSortedMap<Principal, CanisterState> canisters,
        long nextCanisterNumber,
        Randomness randomness,
        long timeNanos) {

    /// {@return a subnet without canisters}
    public static SubnetState create(Hash seed, long timeNanos) {
        return new SubnetState(TreePMap.empty(), 0, new Randomness(seed, 0), timeNanos);
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
        return new SubnetState(next, nextCanisterNumber, randomness, timeNanos);
    }

    public SubnetState withNextCanisterNumber(long number) {
        return new SubnetState(canisters, number, randomness, timeNanos);
    }

    public SubnetState withRandomness(Randomness next) {
        return new SubnetState(canisters, nextCanisterNumber, next, timeNanos);
    }

    public SubnetState withTimeNanos(long nanos) {
        return new SubnetState(canisters, nextCanisterNumber, randomness, nanos);
    }
}
