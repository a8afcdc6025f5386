package decant.canister;

import decant.base.Principal;
import decant.canister.state.Answer;
import decant.canister.state.CallContext;
import decant.canister.state.CanisterState;
import decant.canister.state.CanisterStatus;
import decant.canister.state.CanisterStatus.StopCall;
import decant.canister.state.Change;
import decant.canister.state.ErrorCode;
import decant.canister.state.LowMemoryHook;
import decant.canister.state.Payload;
import decant.canister.state.UpgradePolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.pcollections.TreePMap;
import org.pcollections.TreePVector;

/// Start, stop, uninstall and delete, on values. Who may do it is the caller's to check.
///
/// ```
///            stop                    no call is open
/// Running ----------> Stopping --------------------------> Stopped
///    ^------ start -------'------------- start ---------------'
/// ```
public final class Lifecycle {
    /// The Candid encoding of no values: what methods without results reply.
    private static final byte[] NO_VALUES = {'D', 'I', 'D', 'L', 0, 0};

    private Lifecycle() {}

    /// A canister after a transition, and the answers it set free.
    public record Transition(CanisterState next, List<Answer> answers) {}

    /// Lets the canister take calls; calls of `stop_canister` that wait are rejected.
    public static Transition start(CanisterState canister) {
        var cancelled = new Payload.Reject(
                ErrorCode.CANISTER_STOPPING_CANCELLED,
                "Canister " + canister.id() + "'s stop request was cancelled by a start request.");
        var next = canister.with(draft -> {
            draft.status = new CanisterStatus.Running();
            draft.version++;
        });
        return new Transition(next, answers(waiting(canister), cancelled));
    }

    /// Lets the canister take no new calls; `call` is answered when the open ones are finished, maybe at once.
    public static Transition stop(CanisterState canister, StopCall call) {
        var waiting = TreePVector.from(waiting(canister)).plus(call);
        return settle(canister.with(draft -> {
            draft.status = new CanisterStatus.Stopping(waiting);
            draft.version++;
        }));
    }

    /// Stops a stopping canister whose calls are all finished; any other stays as it is.
    static Transition settle(CanisterState canister) {
        if (!(canister.status() instanceof CanisterStatus.Stopping(var waiting))
                || !canister.calls().isEmpty()) {
            return new Transition(canister, List.of());
        }
        var next = canister.with(draft -> {
            draft.status = new CanisterStatus.Stopped();
            draft.version++;
        });
        return new Transition(next, answers(waiting, new Payload.Reply(NO_VALUES)));
    }

    /// Rejects the calls of `stop_canister` whose deadline is over; the canister stays stopping.
    public static Transition expireStopCalls(CanisterState canister, long timeNanos) {
        var expired = waiting(canister).stream()
                .filter(call -> call.deadlineNanos() <= timeNanos)
                .toList();
        if (expired.isEmpty()) {
            return new Transition(canister, List.of());
        }
        var rest = TreePVector.from(waiting(canister)).minusAll(expired);
        var timeout = new Payload.Reject(ErrorCode.STOP_CANISTER_REQUEST_TIMEOUT, "Stop canister request timed out");
        return new Transition(
                canister.with(draft -> draft.status = new CanisterStatus.Stopping(rest)), answers(expired, timeout));
    }

    /// Removes code and memories; open calls are rejected.
    public static Transition uninstall(CanisterState canister, Change.Origin origin, long timeNanos) {
        var uninstalled = new Payload.Reject(ErrorCode.CANISTER_REJECTED_MESSAGE, "Canister has been uninstalled.");
        var answers = new ArrayList<Answer>();
        var calls = canister.calls();
        for (Map.Entry<Long, CallContext> open : canister.calls().contexts().entrySet()) {
            var context = open.getValue();
            if (context.awaitsAnswer()) {
                answers.add(new Answer(context.origin(), uninstalled, context.available()));
            }
            calls = calls.put(open.getKey(), context.abandoned());
        }
        var callsLeft = calls;
        var settled = settle(canister.with(draft -> {
            draft.code = Optional.empty();
            draft.certifiedData = new byte[0];
            draft.globalTimerNanos = 0;
            draft.lowMemoryHook = LowMemoryHook.CONDITION_NOT_SATISFIED;
            draft.chunkStore = TreePMap.empty();
            draft.log = draft.log.cleared();
            draft.calls = callsLeft;
            draft.lastInstalledNanos = OptionalLong.empty();
            draft.version++;
            draft.history = draft.history.plus(
                    new Change(timeNanos, draft.version, origin, new Change.Details.CodeUninstall()));
        }));
        answers.addAll(settled.answers());
        return new Transition(settled.next(), answers);
    }

    /// {@return why the canister cannot be deleted by `caller` now, if it cannot}
    public static Optional<Payload.Reject> deletionHindrance(CanisterState canister, Principal caller) {
        if (caller.equals(canister.id())) {
            return Optional.of(new Payload.Reject(
                    ErrorCode.CANISTER_INVALID_CONTROLLER, "Canister " + canister.id() + " cannot delete itself."));
        }
        if (!(canister.status() instanceof CanisterStatus.Stopped)) {
            return Optional.of(new Payload.Reject(
                    ErrorCode.CANISTER_NOT_STOPPED,
                    "Canister " + canister.id() + " must be stopped before it is deleted."));
        }
        if (!canister.inputQueue().isEmpty()) {
            return Optional.of(new Payload.Reject(
                    ErrorCode.CANISTER_QUEUE_NOT_EMPTY,
                    "Canister " + canister.id()
                            + " has messages in its queues and cannot be deleted now. Please retry after some time."));
        }
        return Optional.empty();
    }

    /// {@return why code and state of the canister cannot be replaced, uninstalled or deleted, if so}
    public static Optional<Payload.Reject> immutability(CanisterState canister) {
        if (canister.settings().upgradePolicy() != UpgradePolicy.IMMUTABLE) {
            return Optional.empty();
        }
        return Optional.of(new Payload.Reject(
                ErrorCode.CANISTER_REJECTED_MESSAGE,
                "The upgrade policy of canister " + canister.id() + " is immutable: its code and state cannot be"
                        + " replaced by anybody. The operator of this node can loosen the policy, with"
                        + " decant_set_upgrade_policy."));
    }

    private static List<StopCall> waiting(CanisterState canister) {
        return canister.status() instanceof CanisterStatus.Stopping(var waiting) ? waiting : List.of();
    }

    private static List<Answer> answers(List<StopCall> calls, Payload payload) {
        return calls.stream()
                .map(call -> new Answer(call.origin(), payload, call.refund()))
                .toList();
    }
}
