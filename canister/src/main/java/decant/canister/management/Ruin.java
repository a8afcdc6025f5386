package decant.canister.management;

import decant.base.Principal;
import decant.canister.Lifecycle;
import decant.canister.cycles.Tariff;
import decant.canister.cycles.Upkeep.Charge;
import decant.canister.state.Answer;
import decant.canister.state.CanisterState;
import decant.canister.state.Change;
import decant.canister.state.Chronicle.Event;
import decant.canister.state.History;
import decant.canister.state.RestorePoint.Reason;
import decant.canister.state.SubnetState;
import java.util.List;
import java.util.OptionalLong;
import org.pcollections.TreePVector;

/// What time costs a canister, and what becomes of one that has no cycles left: its code and its snapshots are removed,
/// its allocations end, and its history begins anew. A restore point stays, for controllers who come too late.
public final class Ruin {
    private Ruin() {}

    /// What charging a canister came to.
    public sealed interface Outcome {
        record Paid(CanisterState next) implements Outcome {}

        /// It could not pay; `answers` were set free.
        record Ruined(SubnetState next, List<Answer> answers) implements Outcome {}
    }

    /// Charges the canister until `timeNanos`.
    public static Outcome charge(SubnetState subnet, CanisterState canister, long timeNanos) {
        return switch (Tariff.of(subnet, canister.id()).upkeep(canister, timeNanos)) {
            case Charge.Paid(var next) -> new Outcome.Paid(next);
            case Charge.Ruined(var poor) -> ruined(subnet, poor, timeNanos);
        };
    }

    private static Outcome ruined(SubnetState subnet, CanisterState poor, long timeNanos) {
        var origin = new Change.Origin.FromCanister(Principal.MANAGEMENT_CANISTER, OptionalLong.empty());
        var transition = Lifecycle.uninstall(poor, origin, timeNanos);
        var next = transition.next().with(draft -> {
            draft.settings = draft.settings.with(settings -> {
                settings.computeAllocationPercent = 0;
                settings.memoryAllocationBytes = 0;
            });
            draft.history = new History(TreePVector.empty(), poor.history().totalChanges());
        });
        var chronicle = subnet.chronicle(poor.id());
        var told = poor.code().isPresent()
                ? chronicle.plusUndoable(poor, Reason.UNINSTALL, timeNanos, origin, _ -> new Event.Uninstall())
                : chronicle.plus(timeNanos, origin, new Event.Uninstall());
        return new Outcome.Ruined(
                subnet.with(next)
                        .withChronicle(poor.id(), told)
                        .withSnapshots(poor.id(), subnet.snapshots(poor.id()).ended()),
                transition.answers());
    }
}
