package decant.canister.management;

import decant.canister.state.CallOrigin;
import decant.canister.state.Cycles;

/// A call of the management canister, with the cycles that came with it.
public record ManagementCall(CallOrigin origin, String method, byte[] argument, Cycles cycles) {}
