package decant.canister;

import decant.base.Principal;
import decant.canister.cycles.Tariff;
import decant.canister.ic0.HostCallListener;
import decant.canister.ic0.StableAccess;
import decant.canister.ic0.Surroundings;
import decant.canister.state.SubnetState;
import decant.canister.state.Traffic;

/// What an execution may know of the world besides its canister: the time, the subnet, its limits, what it pays, and
/// how much room the calls of the whole subnet take up.
public record Env(
        long timeNanos,
        Principal subnetId,
        byte[] rootKeyDer,
        Limits limits,
        HostCallListener hostCallListener,
        Tariff tariff,
        Traffic traffic) {

    public Env(long timeNanos, Principal subnetId, byte[] rootKeyDer, Limits limits) {
        this(timeNanos, subnetId, rootKeyDer, limits, HostCallListener.NONE);
    }

    public Env(
            long timeNanos, Principal subnetId, byte[] rootKeyDer, Limits limits, HostCallListener hostCallListener) {
        this(timeNanos, subnetId, rootKeyDer, limits, hostCallListener, Tariff.FREE, Traffic.NONE);
    }

    /// {@return the same for a canister of the subnet, which pays what canisters there pay}
    public Env of(SubnetState subnet, Principal canister) {
        var own = Tariff.of(subnet, canister);
        return own.equals(tariff)
                ? this
                : new Env(timeNanos, subnetId, rootKeyDer, limits, hostCallListener, own, traffic);
    }

    /// {@return the same in a subnet whose calls take up so much room}
    public Env with(Traffic others) {
        return others.equals(traffic)
                ? this
                : new Env(timeNanos, subnetId, rootKeyDer, limits, hostCallListener, tariff, others);
    }

    Surroundings forMessages() {
        return surroundings(limits.stableTouchedBytesMax());
    }

    Surroundings forInstallation() {
        return surroundings(limits.stableTouchedInInstallBytesMax());
    }

    Surroundings forQueries() {
        return surroundings(limits.stableTouchedInQueryBytesMax());
    }

    private Surroundings surroundings(long stableTouchedBytesMax) {
        var access = new StableAccess(
                stableTouchedBytesMax, limits.stableTouchedBytesMax(), limits.stableTouchedInQueryBytesMax());
        return new Surroundings(
                timeNanos,
                subnetId,
                rootKeyDer,
                limits.stableMemoryBytesMax(),
                access,
                limits.writtenBytesMax(),
                limits.messageInstructionsMax(),
                hostCallListener,
                tariff,
                traffic);
    }
}
