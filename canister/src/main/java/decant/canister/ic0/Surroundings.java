package decant.canister.ic0;

import decant.base.Principal;

/// What guest code may learn of the world, and how much stable memory it may have and touch.
public record Surroundings(
        long timeNanos, Principal subnetId, byte[] rootKeyDer, long stableBytesMax, long stableTouchedBytesMax) {}
