package decant.canister.management;

import decant.canister.Lifecycle;
import decant.canister.state.Answer;
import decant.canister.state.CanisterState;
import decant.canister.state.Chronicle.Event;
import decant.canister.state.RestorePoint.Reason;
import decant.canister.state.SubnetState;
import java.util.List;

/// Removes code and memories from canisters, and keeps what was there before.
final class Uninstalling {
    private Uninstalling() {}

    /// A subnet in which a canister has no code any more, and the answers that this set free.
    record Uninstalled(SubnetState subnet, List<Answer> answers) {}

    static ManagementOutcome uninstall(Turn turn) {
        var uninstalled = uninstalled(turn, turn.subnet(), turn.administeredTarget());
        return turn.done(uninstalled.subnet(), uninstalled.answers());
    }

    /// {@return `subnet` without the code of `target`, which must not be immutable}
    static Uninstalled uninstalled(Turn turn, SubnetState subnet, CanisterState target) {
        Policies.requireReplaceable(target);
        long timeNanos = turn.env().timeNanos();
        var transition = Lifecycle.uninstall(target, turn.changeOrigin(), timeNanos);
        var chronicle = subnet.chronicle(target.id());
        var next = target.code().isPresent()
                ? chronicle.plusUndoable(
                        target, Reason.UNINSTALL, timeNanos, turn.changeOrigin(), _ -> new Event.Uninstall())
                : chronicle.plus(timeNanos, turn.changeOrigin(), new Event.Uninstall());
        return new Uninstalled(subnet.with(transition.next()).withChronicle(target.id(), next), transition.answers());
    }
}
