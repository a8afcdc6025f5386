package decant.canister;

import decant.base.Principal;

/// What an execution may know of the world besides its canister: the time, the subnet, and its limits.
public record Env(long timeNanos, Principal subnetId, byte[] rootKeyDer, Limits limits) {}
