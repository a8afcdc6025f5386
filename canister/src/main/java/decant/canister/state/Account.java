package decant.canister.state;

import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/// What is kept of a canister's payments, besides its balance.
///
/// @param chargedNanos until when the canister paid for its memory and its allocations
/// @param suspended whether a system task could not be paid: none is due until cycles arrive, or until the canister is
///     charged again
/// @param consumed the cycles that are gone for good, by what they were used for
public record Account(long chargedNanos, boolean suspended, PSortedMap<CyclesUse, Cycles> consumed) {

    /// {@return the account of a canister that is made at `timeNanos`}
    public static Account opened(long timeNanos) {
        return new Account(timeNanos, false, TreePMap.empty());
    }

    public Cycles consumed(CyclesUse use) {
        return consumed.getOrDefault(use, Cycles.ZERO);
    }

    /// {@return all cycles that were consumed}
    public Cycles consumedInAll() {
        return consumed.values().stream().reduce(Cycles.ZERO, Cycles::plus);
    }

    public Account plus(CyclesUse use, Cycles amount) {
        return amount.isZero()
                ? this
                : new Account(
                        chargedNanos,
                        suspended,
                        consumed.plus(use, consumed(use).plus(amount)));
    }

    public Account withSuspended(boolean whether) {
        return suspended == whether ? this : new Account(chargedNanos, whether, consumed);
    }

    /// {@return the account after the canister was charged until `nanos`, whether it is suspended or not}
    public Account chargedUntil(long nanos) {
        return new Account(nanos, false, consumed);
    }
}
