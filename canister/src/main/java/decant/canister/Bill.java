package decant.canister;

import decant.base.Principal;
import decant.canister.cycles.OutOfCycles;
import decant.canister.cycles.Tariff;
import decant.canister.state.CanisterState;
import decant.canister.state.Cycles;
import decant.canister.state.CyclesUse;
import decant.canister.state.Payload;
import java.util.Optional;

/// What an execution costs at most, and what of that its canister lacks.
///
/// The most is paid before, and what was not used comes back: so nothing runs that could not be paid.
record Bill(Tariff tariff, Cycles prepaid, Cycles missing, boolean is64) {

    /// {@return the bill for so many instructions of a module with addresses of 32 or of 64 bits}
    static Bill of(Tariff tariff, CanisterState canister, long instructionsMax, boolean is64) {
        if (tariff.isFree()) {
            return new Bill(tariff, Cycles.ZERO, Cycles.ZERO, is64);
        }
        var prepaid = tariff.prices().execution(instructionsMax, is64);
        return new Bill(tariff, prepaid, tariff.missing(canister, prepaid), is64);
    }

    boolean canBePaid() {
        return missing.isZero();
    }

    /// {@return what `caller` is told if the canister cannot pay}
    Optional<Payload.Reject> refusal(CanisterState canister, Principal caller) {
        return canBePaid() ? Optional.empty() : Optional.of(OutOfCycles.reject(canister, missing, caller));
    }

    /// {@return the canister after it paid for the whole limit, which it can}
    CanisterState paid(CanisterState canister) {
        return Tariff.prepaid(canister, prepaid);
    }

    /// {@return the canister after an execution: it gets back what was not used}
    CanisterState settled(CanisterState canister, long instructionsUsed) {
        return tariff.isFree()
                ? canister
                : Tariff.settled(
                        canister, prepaid, tariff.prices().execution(instructionsUsed, is64), CyclesUse.INSTRUCTIONS);
    }
}
