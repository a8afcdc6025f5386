package decant.canister.ic0;

import decant.base.Principal;
import decant.canister.cycles.Tariff;
import decant.canister.state.Traffic;

/// What guest code may learn of the world, how much stable memory it may have and touch, who
/// listens to its calls, what it pays, and how much room the calls of its subnet take up.
public record Surroundings(
        long timeNanos,
        Principal subnetId,
        byte[] rootKeyDer,
        long stableBytesMax,
        StableAccess stableAccess,
        long writtenBytesMax,
        long callbackInstructionsMax,
        HostCallListener listener,
        Tariff tariff,
        Traffic traffic) {}
