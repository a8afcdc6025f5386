package decant.canister.cycles;

import decant.base.Principal;
import decant.canister.state.CallContext;
import decant.canister.state.CallOrigin;
import decant.canister.state.CanisterState;
import decant.canister.state.CostSchedule;
import decant.canister.state.Cycles;
import decant.canister.state.CyclesUse;
import decant.canister.state.Payload;
import decant.canister.state.Settings;
import decant.canister.state.SubnetState;
import decant.canister.state.Traffic;
import java.util.function.LongSupplier;

/// What one canister pays, and what it must keep so as not to be frozen.
///
/// @param subnetBytes finds what all canisters of the subnet occupy, or have set aside for them
/// @param snapshotBytes what the canister's snapshots occupy, which its own state does not tell
public record Tariff(Prices prices, long snapshotBytes, LongSupplier subnetBytes) {
    public static final Tariff FREE = new Tariff(Prices.FREE, 0, () -> 0);

    /// {@return the tariff of a canister of the subnet}
    public static Tariff of(SubnetState subnet, Principal canister) {
        return subnet.charter().costSchedule() == CostSchedule.FREE
                ? FREE
                : new Tariff(Prices.NORMAL, subnet.snapshots(canister).bytes(), () -> usedBytes(subnet));
    }

    public boolean isFree() {
        return prices.isFree();
    }

    private static long usedBytes(SubnetState subnet) {
        return subnet.canisters().values().stream()
                .mapToLong(canister -> Math.max(
                        canister.settings().memoryAllocationBytes(),
                        MemoryUse.of(canister, subnet.snapshots(canister.id()).bytes())
                                .totalBytes()))
                .sum();
    }

    /// {@return what the canister must reserve so as to occupy `after` bytes, or have them set aside, where it had
    /// `before`}
    ///
    /// @param grownBytes how many more bytes are used than the subnet knows of
    public Cycles reservation(long before, long after, long grownBytes) {
        return isFree() || after <= before
                ? Cycles.ZERO
                : prices.reservation(subnetBytes.getAsLong() + grownBytes, after - before);
    }

    /// {@return the bytes that the canister occupies}
    public long memoryBytes(CanisterState canister) {
        return MemoryUse.of(canister, snapshotBytes).totalBytes();
    }

    /// What a canister pays in a day if it does nothing.
    public record DailyRate(Cycles memory, Cycles messageMemory, Cycles compute) {
        public Cycles total() {
            return memory.plus(messageMemory).plus(compute);
        }
    }

    /// {@return what the canister pays in a day if it does nothing: `idle_cycles_burned_per_day`}
    public DailyRate dailyRate(CanisterState canister) {
        return isFree() ? dailyRate(canister, 0) : dailyRate(canister, memoryBytes(canister));
    }

    private DailyRate dailyRate(CanisterState canister, long memoryBytes) {
        if (isFree()) {
            return new DailyRate(Cycles.ZERO, Cycles.ZERO, Cycles.ZERO);
        }
        var settings = canister.settings();
        long bytes = Math.max(memoryBytes, settings.memoryAllocationBytes());
        return new DailyRate(
                prices.memoryPerDay(bytes).plus(prices.existencePerDay(bytes)),
                prices.memoryPerDay(messageBytes(canister)),
                prices.computePerDay(settings.computeAllocationPercent()));
    }

    /// What is set aside for answers that are guaranteed: those the canister waits for, and those it owes.
    private static long messageBytes(CanisterState canister) {
        long owed = canister.calls().contexts().values().stream()
                .filter(Tariff::owesAnswer)
                .count();
        return canister.calls().traffic().guaranteedBytes() + owed * Traffic.ANSWER_BYTES_MAX;
    }

    private static boolean owesAnswer(CallContext context) {
        return context.awaitsAnswer()
                && context.origin() instanceof CallOrigin.FromCanister caller
                && caller.deadlineNanos() == 0;
    }

    /// {@return the balance below which the canister is frozen}
    public Cycles freezingLimit(CanisterState canister) {
        return isFree() ? Cycles.ZERO : freezingLimit(canister, memoryBytes(canister), 0);
    }

    /// {@return the balance below which the canister would be frozen if it occupied so many bytes}
    ///
    /// @param moreMessageBytes what would also be set aside for answers, beyond what is
    public Cycles freezingLimit(CanisterState canister, long memoryBytes, long moreMessageBytes) {
        if (isFree()) {
            return Cycles.ZERO;
        }
        var perDay = dailyRate(canister, memoryBytes).total().plus(prices.memoryPerDay(moreMessageBytes));
        return Prices.during(perDay, canister.settings().freezingThresholdSeconds())
                .minusAtMost(canister.reservedCycles());
    }

    /// {@return the cycles that the canister lacks to pay `amount` and not to be frozen afterwards; zero if it can}
    public Cycles missing(CanisterState canister, Cycles amount) {
        return isFree() ? Cycles.ZERO : freezingLimit(canister).plus(amount).minusAtMost(canister.cycles());
    }

    public boolean isFrozen(CanisterState canister) {
        return !missing(canister, Cycles.ZERO).isZero();
    }

    /// {@return the canister after it paid for something, for which it must have the cycles}
    public static CanisterState paid(CanisterState canister, Cycles amount, CyclesUse use) {
        return amount.isZero()
                ? canister
                : canister.with(draft -> {
                    draft.cycles = draft.cycles.minus(amount);
                    draft.account = draft.account.plus(use, amount);
                });
    }

    /// {@return the canister with so many cycles set aside for an execution}
    public static CanisterState prepaid(CanisterState canister, Cycles amount) {
        return amount.isZero() ? canister : canister.with(draft -> draft.cycles = draft.cycles.minus(amount));
    }

    /// {@return the canister after an execution for which `prepaid` was set aside, and of which it pays `price`}
    public static CanisterState settled(CanisterState canister, Cycles prepaid, Cycles price, CyclesUse use) {
        if (prepaid.isZero()) {
            return canister;
        }
        var due = price.min(prepaid);
        return canister.with(draft -> {
            draft.cycles = draft.cycles.plus(prepaid.minus(due));
            draft.account = draft.account.plus(use, due);
        });
    }

    /// {@return the canister with its answer paid for, and what else it paid for its bytes given back}
    public CanisterState received(CanisterState canister, Cycles prepaid, Payload answer) {
        return settled(
                canister, prepaid, prices.transmission(answer.bytes()), CyclesUse.REQUEST_AND_RESPONSE_TRANSMISSION);
    }

    /// {@return the canister after it paid until `timeNanos`, in whole seconds, or as much as it had}
    public Upkeep.Charge upkeep(CanisterState canister, long timeNanos) {
        return Upkeep.charge(this, canister, timeNanos);
    }

    /// {@return the cycles that the canister lacks so that it would not be frozen with other settings}
    public Cycles missing(CanisterState canister, Settings settings) {
        return missing(canister.with(draft -> draft.settings = settings), Cycles.ZERO);
    }
}
