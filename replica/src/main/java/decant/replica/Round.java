package decant.replica;

import decant.base.Principal;
import decant.canister.Env;
import decant.canister.Execution;
import decant.canister.Lifecycle;
import decant.canister.Limits;
import decant.canister.Outcome;
import decant.canister.Tasks;
import decant.canister.management.HttpOutcalls;
import decant.canister.management.ManagementCall;
import decant.canister.state.Answer;
import decant.canister.state.CallOrigin;
import decant.canister.state.CanisterState;
import decant.canister.state.Cycles;
import decant.canister.state.ErrorCode;
import decant.canister.state.Message;
import decant.canister.state.Payload;
import decant.canister.state.TaskKind;
import decant.canister.system.BuiltIns;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Runs rounds: from a state and a batch to the next state, the same one whenever and wherever it is run.
final class Round {
    /* Design. Everybody who has something to do gets one turn, in the order of canister ids, starting after whoever had the
     * last turn of the round before; one turn executes one message. Calls and answers are delivered after each turn, so
     * two canisters that talk to each other finish within one round, and passes repeat until nobody has anything left to do
     * or the round's instructions, or its bytes of replies, are used up. What is left over stays in the queues for the next
     * round. So a canister that never comes to an end delays the others by one message for each of theirs, and stops
     * nobody.
     *
     * The turns of one pass do not depend on each other except through what they send. They may be executed in parallel if
     * their effects are then applied in the order of turns; what is sent in a pass must then be executed in the next. */

    /// After how many instructions a round begins no more executions.
    static final long INSTRUCTIONS_MAX = 4_000_000_000L;

    /// What a message counts beside its instructions, so that a round of many small messages comes to an end too.
    static final long MESSAGE_OVERHEAD_INSTRUCTIONS = 2_000_000;

    /// What a page that a message touched counts, so that a round adds little more than 256 MiB to what is in memory
    /// alone.
    static final long PAGE_OVERHEAD_INSTRUCTIONS = INSTRUCTIONS_MAX / 65_536;

    /// After how many bytes of replies to users a round begins no more executions: only behind a round some of those
    /// before are given up.
    static final long REPLY_BYTES_MAX = 16L << 20;

    private final Execution execution;
    private final BuiltIns builtIns;
    private final Principal subnetId;
    private final byte[] rootKeyDer;
    private final Limits limits;

    Round(Execution execution, BuiltIns builtIns, Principal subnetId, byte[] rootKeyDer, Limits limits) {
        this.execution = execution;
        this.builtIns = builtIns;
        this.subnetId = subnetId;
        this.rootKeyDer = rootKeyDer;
        this.limits = limits;
    }

    /// Runs one round. Must be called on a thread with a big stack, since guest code may nest calls deeply.
    RoundResult run(State before, Batch batch) {
        if (batch.height() != before.height() + 1 || batch.timeNanos() <= before.timeNanos()) {
            throw new AssertionError("BUG: batch " + batch.height() + " at " + batch.timeNanos() + " follows round "
                    + before.height() + " at " + before.timeNanos());
        }
        var course = new Course(before, batch);
        course.expire();
        course.draft.chargeCanisters();
        course.takeIn(batch.observed());
        batch.ingress().forEach(course.draft::induct);
        course.assignTasks();
        course.takeTurns();
        course.draft.pruneHistory();
        course.draft.pruneRestorePoints();
        return course.result();
    }

    /// One round while it runs.
    private final class Course {
        private final Batch batch;
        private final RoundDraft draft;
        private final Env env;
        private final boolean beats;
        private final long replyBytesMax;
        private final TreeMap<Principal, ArrayDeque<Message.Task>> tasks = new TreeMap<>();
        private Principal lastTurn;
        private long lastBeatNanos;
        private long messages;
        private long instructions;
        private long instructionsCounted;

        Course(State before, Batch batch) {
            this.batch = batch;
            draft = new RoundDraft(before, batch);
            env = new Env(batch.timeNanos(), subnetId, rootKeyDer, limits);
            beats = batch.timeNanos() - before.lastBeatNanos() >= State.BEAT_NANOS;
            replyBytesMax = before.history().replyBytes() + REPLY_BYTES_MAX;
            lastTurn = before.lastTurn();
            lastBeatNanos = before.lastBeatNanos();
        }

        RoundResult result() {
            return new RoundResult(
                    draft.toState(lastTurn, lastBeatNanos),
                    draft.changedCanisters(),
                    draft.changedRequests(),
                    messages,
                    instructions);
        }

        void expire() {
            draft.expireCalls();
            for (var alarm : due(draft.agenda().stopDeadlines())) {
                var transition = Lifecycle.expireStopCalls(required(alarm), env.timeNanos());
                draft.put(transition.next());
                transition.answers().forEach(draft::answer);
            }
        }

        /// Answers the requests to servers outside that have ended, and counts what was queried.
        void takeIn(Batch.Observed observed) {
            for (var ended : observed.outcalls()) {
                var outcome = HttpOutcalls.ended(draft.subnet(), ended.number(), ended.result(), execution, env);
                draft.adopt(outcome.next());
                outcome.answers().forEach(draft::answer);
                count(outcome.instructionsUsed());
            }
            observed.queries()
                    .forEach((id, stats) -> draft.canister(id)
                            .ifPresent(canister ->
                                    draft.put(canister.with(next -> next.queryStats = next.queryStats.plus(stats)))));
        }

        /// Notes which system tasks are executed in this round: each of them at most once.
        void assignTasks() {
            var canisters = new TreeSet<Principal>(draft.agenda().lowOnMemory());
            canisters.addAll(due(draft.agenda().timers()));
            if (beats && !draft.agenda().beating().isEmpty()) {
                canisters.addAll(draft.agenda().beating());
                lastBeatNanos = env.timeNanos();
            }
            for (var id : canisters) {
                var due = new ArrayDeque<>(Tasks.due(required(id), env.timeNanos()));
                due.removeIf(task -> task.kind() == TaskKind.HEARTBEAT && !beats);
                tasks.put(id, due);
            }
        }

        private List<Principal> due(Iterable<Agenda.Alarm> alarms) {
            var due = new ArrayList<Principal>();
            for (var alarm : alarms) {
                if (!draft.isOver(alarm.timeNanos())) {
                    break;
                }
                due.add(alarm.canister());
            }
            return due;
        }

        void takeTurns() {
            boolean anything = true;
            while (anything && !isSpent()) {
                anything = executeBuiltInCall();
                for (var id : turns()) {
                    if (isSpent()) {
                        break;
                    }
                    takeTurn(id);
                    anything = true;
                }
            }
        }

        private boolean isSpent() {
            return instructionsCounted >= INSTRUCTIONS_MAX || draft.replyBytes() >= replyBytesMax;
        }

        private void count(long used) {
            messages++;
            instructions += used;
            instructionsCounted += used + MESSAGE_OVERHEAD_INSTRUCTIONS;
        }

        /// {@return the canisters that have something to do, starting after the one that had the last turn}
        private List<Principal> turns() {
            var canisters = new TreeSet<Principal>(draft.agenda().waiting());
            canisters.addAll(tasks.keySet());
            var turns = new ArrayList<Principal>(canisters.tailSet(lastTurn, false));
            turns.addAll(canisters.headSet(lastTurn, true));
            return turns;
        }

        private void takeTurn(Principal id) {
            lastTurn = id;
            var task = takeTask(id);
            var canister = draft.canister(id);
            if (canister.isEmpty()) {
                return;
            }
            if (task != null) {
                execute(canister.get(), task);
            } else if (!canister.get().inputQueue().isEmpty()) {
                Message message = canister.get().inputQueue().element();
                var rest = canister.get().with(draft -> draft.inputQueue = draft.inputQueue.minus());
                executeUnlessLate(rest, message);
            }
        }

        private Message.@Nullable Task takeTask(Principal id) {
            var due = tasks.get(id);
            if (due == null) {
                return null;
            }
            var task = due.poll();
            if (due.isEmpty()) {
                tasks.remove(id);
            }
            return task;
        }

        private void executeUnlessLate(CanisterState canister, Message message) {
            if (isLate(message)) {
                draft.put(canister);
                giveUp(message);
                count(0);
            } else {
                execute(canister, message);
            }
        }

        private void execute(CanisterState canister, Message message) {
            var own = env.of(draft.subnet(), canister.id()).with(draft.agenda().traffic());
            var outcome = execution.execute(canister, message, own);
            draft.put(outcome.next());
            if (message instanceof Message.Request request && request.deadlineNanos() != 0) {
                draft.begun(request);
            }
            if (outcome instanceof Outcome.Completed completed
                    && !completed.calls().isEmpty()) {
                completed.calls().forEach(draft::send);
                draft.shedCalls(limits.bestEffortBytesMax());
            }
            outcome.answers().forEach(draft::answer);
            if (message instanceof Message.Ingress ingress) {
                draft.begun(ingress.requestId());
            }
            count(outcome.instructionsUsed());
            instructionsCounted += outcome.pagesTouched() * PAGE_OVERHEAD_INSTRUCTIONS;
        }

        private boolean executeBuiltInCall() {
            var call = draft.takeBuiltInCall();
            call.ifPresent(message -> {
                if (isLate(message)) {
                    giveUp(message);
                    count(0);
                } else {
                    executeBuiltInCall(message);
                }
            });
            return call.isPresent();
        }

        private void executeBuiltInCall(Message message) {
            var call = callOf(message, batch);
            var outcome = builtIns.execute(draft.subnet(), receiverOf(message), call, env);
            draft.adopt(outcome.next());
            outcome.answers().forEach(draft::answer);
            if (message instanceof Message.Ingress ingress) {
                draft.begun(ingress.requestId());
            }
            count(outcome.instructionsUsed());
        }

        private static ManagementCall callOf(Message message, Batch batch) {
            return switch (message) {
                case Message.Ingress ingress ->
                    new ManagementCall(
                            new CallOrigin.FromUser(ingress.requestId(), ingress.sender(), ingress.senderInfo()),
                            ingress.method(),
                            ingress.argument(),
                            Cycles.ZERO,
                            batch.recording(ingress.requestId()),
                            ingress.envelopeBytes());
                case Message.Request request ->
                    new ManagementCall(
                            new CallOrigin.FromCanister(
                                    request.sender(), request.callbackId(), request.deadlineNanos()),
                            request.method(),
                            request.argument(),
                            request.cycles());
                case Message.Response _, Message.Task _ -> throw new AssertionError("BUG: not a call: " + message);
            };
        }

        private static Principal receiverOf(Message message) {
            return switch (message) {
                case Message.Ingress ingress -> ingress.receiver();
                case Message.Request request -> request.receiver();
                case Message.Response _, Message.Task _ -> throw new AssertionError("BUG: not a call: " + message);
            };
        }

        /// {@return whether nobody waits any more for the message to be executed}
        private boolean isLate(Message message) {
            return switch (message) {
                case Message.Ingress ingress -> draft.isOver(ingress.expiryNanos());
                case Message.Request request -> draft.isOver(request.deadlineNanos());
                case Message.Response _, Message.Task _ -> false;
            };
        }

        /// Answers a user whose call is late; a canister was answered when its deadline was over, and gets its cycles
        /// back.
        private void giveUp(Message message) {
            switch (message) {
                case Message.Ingress ingress ->
                    draft.answer(new Answer(
                            new CallOrigin.FromUser(ingress.requestId(), ingress.sender(), ingress.senderInfo()),
                            new Payload.Reject(
                                    ErrorCode.INGRESS_MESSAGE_TIMEOUT,
                                    "Ingress message " + ingress.requestId()
                                            + " timed out waiting to start executing."),
                            Cycles.ZERO));
                case Message.Request request -> draft.credit(request.sender(), request.cycles());
                case Message.Response _, Message.Task _ -> {}
            }
        }

        private CanisterState required(Principal id) {
            return draft.canister(id)
                    .orElseThrow(() -> new AssertionError("BUG: canister " + id + " is on the agenda but not there"));
        }
    }
}
