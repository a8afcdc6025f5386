package decant.canister.management;

import decant.canister.Recording;
import decant.canister.state.CallOrigin;
import decant.canister.state.Cycles;
import java.util.Optional;

/// A call of the management canister, with the cycles that came with it.
///
/// @param recording what was recorded for a call that makes other calls again
/// @param envelopeBytes how much a user sent
public record ManagementCall(
        CallOrigin origin,
        String method,
        byte[] argument,
        Cycles cycles,
        Optional<Recording> recording,
        int envelopeBytes) {

    public ManagementCall(CallOrigin origin, String method, byte[] argument, Cycles cycles) {
        this(origin, method, argument, cycles, Optional.empty(), 0);
    }
}
