package decant.canister.management;

import decant.canister.cycles.OutOfCycles;
import decant.canister.cycles.Prices;
import decant.canister.cycles.Tariff;
import decant.canister.state.CallOrigin;
import decant.canister.state.CanisterState;
import decant.canister.state.Cycles;
import decant.canister.state.CyclesUse;
import decant.canister.state.ErrorCode;
import decant.canister.state.Settings;
import decant.canister.state.SubnetState;

/// What calls of the management canister cost: some are paid from the cycles that come with them, some by the canister
/// that they are about.
final class Fees {
    /// Settings in a message up to this size are paid for when they are changed: so those of a frozen canister can be.
    static final int SETTINGS_BYTES_PAID_LATER_MAX = 366;

    private Fees() {}

    /// {@return the prices of the subnet}
    static Prices prices(SubnetState subnet) {
        return Prices.of(subnet.charter().costSchedule());
    }

    /// A fee that was taken: the subnet with it in its caller's account, and the cycles that go back.
    record Taken(SubnetState subnet, Cycles refund) {}

    /// Takes a fee from the cycles that came with the call, or refuses the call.
    static Taken take(Turn turn, Cycles price, CyclesUse use) {
        var given = turn.call().cycles();
        if (given.compareTo(price) < 0) {
            throw new Refusal(
                    ErrorCode.CANISTER_REJECTED_MESSAGE,
                    turn.method().methodName() + " request sent with " + given + " cycles, but " + price
                            + " cycles are required.");
        }
        var subnet = turn.call().origin() instanceof CallOrigin.FromCanister from && !price.isZero()
                ? turn.subnet()
                        .canister(from.caller())
                        .map(caller -> turn.subnet()
                                .with(caller.with(draft -> draft.account = draft.account.plus(use, price))))
                        .orElse(turn.subnet())
                : turn.subnet();
        return new Taken(subnet, given.minus(price));
    }

    /// {@return the subnet after one of its canisters paid for work that the system did for it}
    ///
    /// @param done the subnet after the work: what the canister occupies then is what it must be able to keep
    static SubnetState paid(Turn turn, SubnetState done, CanisterState canister, long instructions, String failing) {
        var tariff = Tariff.of(done, canister.id());
        var price = tariff.prices().work(instructions);
        var missing = tariff.missing(canister, price);
        if (!missing.isZero()) {
            throw new Refusal(
                    ErrorCode.CANISTER_OUT_OF_CYCLES,
                    failing + " with: `" + OutOfCycles.text(canister, missing, turn.sender()) + "`");
        }
        return price.isZero() ? done : done.with(Tariff.paid(canister, price, CyclesUse.INSTRUCTIONS));
    }

    /// Refuses allocations that the canister could not keep.
    static void requireAllocations(SubnetState subnet, CanisterState canister, Settings before, Settings after) {
        var missing = Tariff.of(subnet, canister.id()).missing(canister, after);
        if (missing.isZero()) {
            return;
        }
        if (after.memoryAllocationBytes() > before.memoryAllocationBytes()) {
            throw lacking(
                    ErrorCode.INSUFFICIENT_CYCLES_IN_MEMORY_ALLOCATION,
                    "memory allocation to " + after.memoryAllocationBytes() + " bytes",
                    missing);
        }
        if (after.computeAllocationPercent() > before.computeAllocationPercent()) {
            throw lacking(
                    ErrorCode.INSUFFICIENT_CYCLES_IN_COMPUTE_ALLOCATION,
                    "compute allocation to " + after.computeAllocationPercent() + "%",
                    missing);
        }
    }

    /// {@return the canister, whose settings have changed, with cycles reserved for the memory set aside for it now}
    static CanisterState reserved(SubnetState subnet, CanisterState changed, Settings before) {
        var tariff = Tariff.of(subnet, changed.id());
        if (tariff.isFree()) {
            return changed;
        }
        long used = tariff.memoryBytes(changed);
        long allocation = changed.settings().memoryAllocationBytes();
        var reservation =
                tariff.reservation(Math.max(used, before.memoryAllocationBytes()), Math.max(used, allocation), 0);
        if (reservation.isZero()) {
            return changed;
        }
        var all = changed.reservedCycles().plus(reservation);
        if (all.compareTo(changed.settings().reservedCyclesLimit()) > 0) {
            throw new Refusal(
                    ErrorCode.RESERVED_CYCLES_LIMIT_EXCEEDED_IN_MEMORY_ALLOCATION,
                    OutOfCycles.limitText(changed, "increase memory allocation to " + allocation + " bytes", all));
        }
        var missing = reservation.minusAtMost(changed.cycles());
        if (!missing.isZero()) {
            throw lacking(
                    ErrorCode.INSUFFICIENT_CYCLES_IN_MEMORY_ALLOCATION,
                    "memory allocation to " + allocation + " bytes",
                    missing);
        }
        return changed.with(draft -> {
            draft.cycles = draft.cycles.minus(reservation);
            draft.reservedCycles = all;
        });
    }

    private static Refusal lacking(ErrorCode error, String what, Cycles missing) {
        return new Refusal(
                error,
                "Cannot increase " + what + " due to insufficient cycles. At least " + missing
                        + " additional cycles are required.");
    }

    /// {@return the canister with its new settings, after it paid for the message of a user that was not paid for when
    /// it was taken in}
    static CanisterState settingsPaid(Turn turn, CanisterState changed) {
        if (!(turn.call().origin() instanceof CallOrigin.FromUser)
                || !Induction.isPaidLater(turn.method(), turn.call().argument())) {
            return changed;
        }
        var tariff = Tariff.of(turn.subnet(), changed.id());
        var price = tariff.prices().ingress(turn.call().envelopeBytes());
        var missing = tariff.missing(changed, price);
        if (!missing.isZero()) {
            throw new Refusal(OutOfCycles.reject(changed, missing, turn.sender()));
        }
        return Tariff.paid(changed, price, CyclesUse.INGRESS_INDUCTION);
    }
}
