package decant.canister.ic0;

import decant.base.Principal;

/// What guest code may learn of the world, how much stable memory it may have and touch, and who listens to its calls.
public record Surroundings(
        long timeNanos,
        Principal subnetId,
        byte[] rootKeyDer,
        long stableBytesMax,
        long stableTouchedBytesMax,
        long writtenBytesMax,
        HostCallListener listener) {}
