package decant.canister;

import decant.base.Principal;
import decant.canister.ic0.HostCallListener;
import decant.canister.ic0.Surroundings;

/// What an execution may know of the world besides its canister: the time, the subnet, and its limits.
public record Env(
        long timeNanos, Principal subnetId, byte[] rootKeyDer, Limits limits, HostCallListener hostCallListener) {

    public Env(long timeNanos, Principal subnetId, byte[] rootKeyDer, Limits limits) {
        this(timeNanos, subnetId, rootKeyDer, limits, HostCallListener.NONE);
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
        return new Surroundings(
                timeNanos,
                subnetId,
                rootKeyDer,
                limits.stableMemoryBytesMax(),
                stableTouchedBytesMax,
                limits.writtenBytesMax(),
                hostCallListener);
    }
}
