package decant.canister.cycles;

import decant.canister.state.Account;
import decant.canister.state.CanisterState;
import decant.canister.state.Cycles;
import decant.canister.state.CyclesUse;

/// What canisters pay for time: for the memory they occupy, for allocations, and for being there.
///
/// Cycles that were reserved are taken first.
public final class Upkeep {
    /// How often canisters are charged.
    public static final long INTERVAL_NANOS = 10_000_000_000L;

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private Upkeep() {}

    /// What charging a canister came to.
    public sealed interface Charge {
        CanisterState next();

        record Paid(CanisterState next) implements Charge {}

        /// It had too few cycles, and has none now.
        record Ruined(CanisterState next) implements Charge {}
    }

    static Charge charge(Tariff tariff, CanisterState canister, long timeNanos) {
        var account = canister.account();
        long seconds = Math.max(0, timeNanos - account.chargedNanos()) / NANOS_PER_SECOND;
        if (tariff.isFree() || seconds == 0) {
            return new Charge.Paid(canister);
        }
        var rate = tariff.dailyRate(canister);
        var memory = Prices.during(rate.memory(), seconds).plus(Prices.during(rate.messageMemory(), seconds));
        var compute = Prices.during(rate.compute(), seconds);
        long chargedNanos = account.chargedNanos() + seconds * NANOS_PER_SECOND;
        var charged = canister.with(draft -> draft.account = account.chargedUntil(chargedNanos));
        var owed = memory.plus(compute);
        return owed.compareTo(canister.cycles().plus(canister.reservedCycles())) <= 0
                ? new Charge.Paid(
                        taken(taken(charged, memory, CyclesUse.MEMORY), compute, CyclesUse.COMPUTE_ALLOCATION))
                : new Charge.Ruined(emptied(charged));
    }

    private static CanisterState taken(CanisterState canister, Cycles amount, CyclesUse use) {
        return canister.with(draft -> {
            var reserved = draft.reservedCycles.min(amount);
            draft.reservedCycles = draft.reservedCycles.minus(reserved);
            draft.cycles = draft.cycles.minus(amount.minus(reserved));
            draft.account = draft.account.plus(use, amount);
        });
    }

    private static CanisterState emptied(CanisterState canister) {
        return canister.with(draft -> {
            Account account = draft.account;
            draft.account = account.plus(CyclesUse.UNINSTALL, draft.cycles.plus(draft.reservedCycles));
            draft.cycles = Cycles.ZERO;
            draft.reservedCycles = Cycles.ZERO;
        });
    }
}
