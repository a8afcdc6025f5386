package decant.replica;

import decant.base.Hash;
import decant.base.Principal;
import decant.canister.cycles.Upkeep;
import decant.canister.management.Induction;
import decant.canister.management.Ruin;
import decant.canister.state.Answer;
import decant.canister.state.CallOrigin;
import decant.canister.state.Callback;
import decant.canister.state.CanisterState;
import decant.canister.state.CostSchedule;
import decant.canister.state.Cycles;
import decant.canister.state.ErrorCode;
import decant.canister.state.Message;
import decant.canister.state.Payload;
import decant.canister.state.RetentionRule;
import decant.canister.state.SubnetState;
import decant.canister.system.BuiltIns;
import decant.protocol.RequestStatus;
import decant.protocol.Response;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.pcollections.AmortizedPQueue;
import org.pcollections.PQueue;
import org.pcollections.PSortedSet;

/// The next state in the making: takes the effects of executions and brings messages and answers to where they go.
///
/// Lives for one round, on the thread that runs it. Keeps the agenda and the list of what changed in step.
final class RoundDraft {
    private static final long HOUR_NANOS = 3_600_000_000_000L;

    private final long height;
    private final long timeNanos;
    private final boolean beginsAnHour;
    private final boolean beginsAnInterval;
    private SubnetState subnet;
    private Agenda agenda;
    private PQueue<Message> builtInCalls;
    private PSortedSet<CallDeadline> deadlines;
    private IngressHistory history;
    private final TreeSet<Principal> changedCanisters = new TreeSet<>();
    private final TreeSet<Hash> changedRequests = new TreeSet<>();

    /// Starts from `before`, at the time and with the randomness of the batch.
    RoundDraft(State before, Batch batch) {
        height = batch.height();
        timeNanos = batch.timeNanos();
        beginsAnHour = timeNanos / HOUR_NANOS != before.timeNanos() / HOUR_NANOS;
        beginsAnInterval = timeNanos / Upkeep.INTERVAL_NANOS != before.timeNanos() / Upkeep.INTERVAL_NANOS;
        subnet = before.subnet()
                .withTimeNanos(timeNanos)
                .withRandomness(before.subnet().randomness().mixed(batch.entropy()));
        agenda = before.agenda();
        builtInCalls = before.builtInCalls();
        deadlines = before.deadlines();
        history = before.history();
    }

    long timeNanos() {
        return timeNanos;
    }

    SubnetState subnet() {
        return subnet;
    }

    Agenda agenda() {
        return agenda;
    }

    Optional<CanisterState> canister(Principal id) {
        return subnet.canister(id);
    }

    /// {@return how many bytes the responses have that users can ask for}
    long replyBytes() {
        return history.replyBytes();
    }

    State toState(Principal lastTurn, long lastBeatNanos) {
        return new State(height, subnet, agenda, builtInCalls, deadlines, history, lastTurn, lastBeatNanos);
    }

    SortedSet<Principal> changedCanisters() {
        return changedCanisters;
    }

    SortedSet<Hash> changedRequests() {
        return changedRequests;
    }

    /// Puts the canister in the place of what it was before.
    void put(CanisterState next) {
        changed(next.id(), subnet.canister(next.id()), Optional.of(next));
        subnet = subnet.with(next);
    }

    /// Goes on from a state of the subnet that was made from this draft's.
    void adopt(SubnetState next) {
        forEachDifference(
                subnet.canisters(), next.canisters(), id -> changed(id, subnet.canister(id), next.canister(id)));
        forEachDifference(subnet.snapshots(), next.snapshots(), changedCanisters::add);
        subnet = next;
    }

    private void changed(Principal id, Optional<CanisterState> before, Optional<CanisterState> after) {
        agenda = agenda.replace(id, before, after);
        changedCanisters.add(id);
    }

    /// Values that are shared are the same objects, so identity finds what changed without looking into it.
    @SuppressWarnings("ReferenceEquality")
    private static <V> void forEachDifference(
            SortedMap<Principal, V> a, SortedMap<Principal, V> b, Consumer<Principal> visitor) {
        if (a == b) {
            return;
        }
        var before = a.entrySet().iterator();
        var after = b.entrySet().iterator();
        Map.@Nullable Entry<Principal, V> left = next(before);
        Map.@Nullable Entry<Principal, V> right = next(after);
        while (left != null || right != null) {
            int order = left == null ? 1 : right == null ? -1 : left.getKey().compareTo(right.getKey());
            if (order < 0 && left != null) {
                visitor.accept(left.getKey());
                left = next(before);
            } else if (order > 0 && right != null) {
                visitor.accept(right.getKey());
                right = next(after);
            } else {
                if (left != null && right != null && left.getValue() != right.getValue()) {
                    visitor.accept(right.getKey());
                }
                left = next(before);
                right = next(after);
            }
        }
    }

    private static <V> Map.@Nullable Entry<Principal, V> next(Iterator<Map.Entry<Principal, V>> entries) {
        return entries.hasNext() ? entries.next() : null;
    }

    /// Brings a user's call to its receiver, unless it was brought before.
    void induct(Message.Ingress message) {
        if (history.contains(message.requestId())) {
            return;
        }
        history = history.received(message.requestId(), message.sender(), message.receiver(), message.expiryNanos());
        changedRequests.add(message.requestId());
        switch (Induction.of(subnet, message)) {
            case Induction.Taken(var payer) -> {
                payer.ifPresent(this::put);
                if (!deliver(message.receiver(), message)) {
                    end(message.requestId(), notFound(message.receiver()));
                }
            }
            case Induction.Refused(var reject) -> end(message.requestId(), reject);
        }
    }

    /// Charges all canisters for the time since they were charged last, if another interval has begun.
    void chargeCanisters() {
        if (!beginsAnInterval || subnet.charter().costSchedule() == CostSchedule.FREE) {
            return;
        }
        for (CanisterState canister : subnet.canisters().values()) {
            // An answer that a ruined canister set free may have reached this one.
            var latest = subnet.canister(canister.id()).orElse(canister);
            switch (Ruin.charge(subnet, latest, timeNanos)) {
                case Ruin.Outcome.Paid(var next) -> put(next);
                case Ruin.Outcome.Ruined(var next, var answers) -> {
                    adopt(next);
                    answers.forEach(this::answer);
                }
            }
        }
    }

    /// Brings a canister's call to its receiver; if there is none, a reject back.
    void send(Message.Request request) {
        if (request.deadlineNanos() != 0) {
            deadlines =
                    deadlines.plus(new CallDeadline(request.deadlineNanos(), request.sender(), request.callbackId()));
        }
        if (!deliver(request.receiver(), request)) {
            respond(request.sender(), request.callbackId(), notFound(request.receiver()), request.cycles());
        }
    }

    private boolean deliver(Principal receiver, Message message) {
        if (BuiltIns.has(receiver)) {
            builtInCalls = builtInCalls.plus(message);
            return true;
        }
        var canister = subnet.canister(receiver);
        canister.ifPresent(found -> put(found.enqueue(message)));
        return canister.isPresent();
    }

    /// {@return the next call for a canister that is part of the node, which does not wait any more}
    Optional<Message> takeBuiltInCall() {
        var call = Optional.ofNullable(builtInCalls.peek());
        builtInCalls = builtInCalls.minus();
        return call;
    }

    /// Brings an answer to who waits for it.
    void answer(Answer answer) {
        switch (answer.to()) {
            case CallOrigin.FromUser user -> end(user.requestId(), answer.payload());
            case CallOrigin.FromCanister(var caller, long callbackId, long deadlineNanos) -> {
                if (isOver(deadlineNanos)) {
                    credit(caller, answer.refund());
                } else {
                    respond(caller, callbackId, answer.payload(), answer.refund());
                }
            }
            case CallOrigin.FromSystem _ -> throw new AssertionError("BUG: an answer to nobody: " + answer);
        }
    }

    /// Gives a canister cycles back that nobody answers for any more.
    void credit(Principal canister, Cycles refund) {
        if (!refund.isZero()) {
            canister(canister).ifPresent(found -> put(found.credited(refund)));
        }
    }

    /// Notes that a user's call was begun, unless it has ended.
    void begun(Hash requestId) {
        if (history.entry(requestId)
                .filter(entry -> entry.status() instanceof RequestStatus.Received)
                .isPresent()) {
            history = history.processing(requestId);
            changedRequests.add(requestId);
        }
    }

    /// {@return whether this deadline of a call is over; 0 means that there is none}
    boolean isOver(long deadlineNanos) {
        return deadlineNanos != 0 && Long.compareUnsigned(deadlineNanos, timeNanos) <= 0;
    }

    /// Rejects the calls whose deadline is over, to their callers, where no answer is on its way.
    void expireCalls() {
        while (!deadlines.isEmpty() && isOver(deadlines.first().timeNanos())) {
            var due = deadlines.first();
            deadlines = deadlines.minus(due);
            if (!isAnswered(due)) {
                var reject = new Payload.Reject(ErrorCode.DEADLINE_EXPIRED, "Call deadline has expired.");
                respond(due.caller(), due.callbackId(), reject, Cycles.ZERO);
            }
        }
    }

    /// Notes that a request with best-effort response does not wait any more.
    void begun(Message.Request request) {
        release(request.sender(), request.callbackId());
    }

    private void release(Principal caller, long callbackId) {
        canister(caller)
                .filter(found -> found.calls().callback(callbackId).isPresent())
                .ifPresent(found ->
                        put(found.with(draft -> draft.calls = found.calls().released(callbackId))));
    }

    /// Drops requests with best-effort response where those that wait take up more room than this: the ones whose
    /// callers give up first. Their callers get an answer and their cycles.
    void shedCalls(long bytesMax) {
        var candidates = deadlines.iterator();
        while (agenda.traffic().bestEffortBytes() > bytesMax && candidates.hasNext()) {
            var candidate = candidates.next();
            waitingRequest(candidate).ifPresent(request -> drop(candidate, request));
        }
    }

    private Optional<Message.Request> waitingRequest(CallDeadline call) {
        return canister(call.caller())
                .flatMap(caller -> caller.calls().callback(call.callbackId()))
                .flatMap(callback -> canister(callback.callee()))
                .flatMap(callee -> callee.inputQueue().stream()
                        .filter(Message.Request.class::isInstance)
                        .map(Message.Request.class::cast)
                        .filter(request ->
                                request.sender().equals(call.caller()) && request.callbackId() == call.callbackId())
                        .findFirst());
    }

    private void drop(CallDeadline call, Message.Request request) {
        var callee = canister(request.receiver()).orElseThrow();
        var others = callee.inputQueue().stream()
                .filter(message -> !message.equals(request))
                .toList();
        put(callee.with(
                draft -> draft.inputQueue = AmortizedPQueue.<Message>empty().plusAll(others)));
        deadlines = deadlines.minus(call);
        release(call.caller(), call.callbackId());
        var reject = new Payload.Reject(
                ErrorCode.RESPONSE_DROPPED,
                "The call was dropped: calls with best-effort response take up all the room that this subnet has for them.");
        respond(call.caller(), call.callbackId(), reject, request.cycles());
    }

    private boolean isAnswered(CallDeadline call) {
        return canister(call.caller())
                .filter(caller -> caller.inputQueue().stream()
                        .anyMatch(message -> message instanceof Message.Response response
                                && response.callbackId() == call.callbackId()))
                .isPresent();
    }

    private void respond(Principal caller, long callbackId, Payload payload, Cycles refund) {
        canister(caller)
                .ifPresent(found -> found.calls()
                        .callback(callbackId)
                        .map(Callback::callee)
                        .ifPresent(callee ->
                                put(found.enqueue(new Message.Response(caller, callbackId, callee, payload, refund)))));
    }

    private void end(Hash requestId, Payload payload) {
        history = history.ended(requestId, response(payload), timeNanos);
        changedRequests.add(requestId);
    }

    /// Forgets the calls of users that nobody needs to know of any more.
    void pruneHistory() {
        history = history.pruned(timeNanos, changedRequests::add);
    }

    /// Gives up restore points that have become too old, once an hour: also those of canisters that do nothing.
    void pruneRestorePoints() {
        if (beginsAnHour) {
            subnet = subnet.retained(RetentionRule.DEFAULT);
        }
    }

    private static Payload.Reject notFound(Principal canister) {
        return new Payload.Reject(ErrorCode.CANISTER_NOT_FOUND, "Canister " + canister + " not found.");
    }

    static Response response(Payload payload) {
        return switch (payload) {
            case Payload.Reply(var data) -> new Response.Replied(data);
            case Payload.Reject reject ->
                new Response.Rejected(reject.code(), reject.message(), Optional.of(reject.errorCode()));
        };
    }
}
