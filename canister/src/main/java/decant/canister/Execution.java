package decant.canister;

import decant.base.Principal;
import decant.canister.CanisterModule.MethodKind;
import decant.canister.Instances.Purpose;
import decant.canister.RunRequest.Budget;
import decant.canister.RunRequest.Entry;
import decant.canister.cycles.OutOfCycles;
import decant.canister.cycles.Tariff;
import decant.canister.ic0.Context;
import decant.canister.ic0.Incoming;
import decant.canister.ic0.OutgoingCall;
import decant.canister.state.Answer;
import decant.canister.state.CallContext;
import decant.canister.state.CallOrigin;
import decant.canister.state.Callback;
import decant.canister.state.CanisterState;
import decant.canister.state.Cycles;
import decant.canister.state.CyclesUse;
import decant.canister.state.ErrorCode;
import decant.canister.state.LowMemoryHook;
import decant.canister.state.Message;
import decant.canister.state.Payload;
import decant.canister.state.SubnetState;
import decant.canister.state.TaskKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Executes messages: a clean canister and a message go in, an `Outcome` comes out.
///
/// Must be called on a thread with a big stack, of the kind that `decant.wasm.WasmThreads` makes, since guest code
/// may nest calls deeply.
public final class Execution {
    /* Design. A call lives in a call context. Every execution in it ends in one of four ways:
     *
     *   it answered                      -> the answer leaves, with the cycles not accepted
     *   it did not, calls are open       -> the context waits for their answers
     *   it did not, no call is open      -> rejected: IC0506, or by the trap if it trapped
     *   it was answered before           -> nothing leaves
     *
     * A context is kept until it is answered and no call is open. An execution that traps leaves no trace besides log
     * lines, except that what caused it is used up: the message is gone from the queue, a refund has arrived, a
     * timer has fired. Those are applied to the clean canister first; the result is the state a trap returns. */

    /// A cleanup callback has at least this share of a callback's instructions.
    private static final long CLEANUP_SHARE = 20;

    private final ModuleCache modules;
    private final Instances instances;
    private final BuiltInQueries builtIns;

    public Execution(ModuleCache modules, Instances instances, BuiltInQueries builtIns) {
        this.modules = modules;
        this.instances = instances;
        this.builtIns = builtIns;
    }

    /// Executes one message that was taken off the canister's input queue, or is a task.
    public Outcome execute(CanisterState clean, Message message, Env env) {
        var outcome = switch (message) {
            case Message.Ingress ingress -> call(clean, callOf(ingress), env);
            case Message.Request request -> call(clean, callOf(request), env);
            case Message.Response response -> callback(clean, response, env);
            case Message.Task(TaskKind kind) -> task(clean, kind, env);
        };
        return stopIfDone(outcome);
    }

    /// Answers a query on this state. Any number of threads may query at once, beside the one that executes.
    public QueryResult query(SubnetState subnet, Query query, Env env, Optional<byte[]> dataCertificate) {
        var graph = new QueryGraph(subnet, env, new QueryGraph.Machinery(modules, instances, builtIns));
        var incoming =
                Incoming.query(query.sender(), query.senderInfo(), query.method(), query.argument(), dataCertificate);
        return new QueryResult(graph.answer(query.receiver(), incoming), graph.instructionsUsed(), graph.stats());
    }

    /// What came of a transformation.
    public record Transformed(Payload payload, long instructionsUsed) {}

    /// Has the canister's query make something of a response from outside, in a round: its time is the round's, and its
    /// instance that of messages. A canister that is stopping does it, too, since calls that it made are answered.
    public Transformed transform(CanisterState canister, String name, byte[] argument, Env env) {
        if (canister.code().isEmpty()) {
            return new Transformed(Refusals.noModule(canister.id()), 0);
        }
        var module = moduleOf(canister);
        var method = module.method(name).filter(known -> known.kind() == MethodKind.QUERY);
        if (method.isEmpty()) {
            return new Transformed(Refusals.noMethod(canister.id(), "query", name), 0);
        }
        var request = new RunRequest(
                new Entry.Function(method.get().function()),
                Context.TRANSFORM,
                canister,
                Incoming.query(Principal.MANAGEMENT_CANISTER, Optional.empty(), name, argument, Optional.empty()),
                env.forQueries(),
                Budget.of(env.limits().queryInstructionsMax()));
        var run = instances.with(canister.id(), Purpose.MESSAGES, module, resident -> resident.peek(request));
        var payload = switch (run) {
            case Run.Completed completed ->
                completed.changes().answer().orElseGet(() -> Refusals.noReply(canister.id()));
            case Run.Trapped trapped -> trapped.failure().reject(canister, Principal.MANAGEMENT_CANISTER);
        };
        return new Transformed(payload, run.instructionsUsed());
    }

    /// Asks the canister whether it lets the message in. Any number of threads may ask.
    public Inspection inspect(CanisterState canister, Message.Ingress message, Env env) {
        var refusal = Refusals.ofCalls(canister).or(() -> unpaid(canister, message, env));
        if (refusal.isPresent()) {
            return new Inspection.Refused(refusal.get());
        }
        var module = moduleOf(canister);
        var hook = module.inspectMessage();
        if (hook.isEmpty()) {
            return new Inspection.Accepted();
        }
        var incoming = Incoming.call(callOf(message).origin(), message.method(), message.argument(), Cycles.ZERO);
        var request = new RunRequest(
                new Entry.Function(hook.getAsInt()),
                Context.INSPECT_MESSAGE,
                canister,
                incoming,
                env.forQueries(),
                Budget.of(env.limits().inspectInstructionsMax()));
        var run = instances.with(canister.id(), Purpose.QUERIES, module, resident -> resident.peek(request));
        return switch (run) {
            case Run.Completed completed when completed.changes().messageAccepted() -> new Inspection.Accepted();
            case Run.Completed _ ->
                new Inspection.Refused(new Payload.Reject(
                        ErrorCode.CANISTER_REJECTED_MESSAGE,
                        "Error from Canister " + canister.id() + ": Canister rejected the message"));
            case Run.Trapped trapped -> new Inspection.Refused(trapped.failure().reject(canister, message.sender()));
        };
    }

    /// {@return why a message is not taken in that the canister could not pay for}
    private static Optional<Payload.Reject> unpaid(CanisterState canister, Message.Ingress message, Env env) {
        var missing = env.tariff().missing(canister, env.tariff().prices().ingress(message.envelopeBytes()));
        return missing.isZero()
                ? Optional.empty()
                : Optional.of(OutOfCycles.reject(canister, missing, message.sender()));
    }

    /// A call that arrived, whoever made it.
    private record Call(CallOrigin origin, String method, byte[] argument, Cycles cycles) {}

    private static Call callOf(Message.Ingress message) {
        var origin = new CallOrigin.FromUser(message.requestId(), message.sender(), message.senderInfo());
        return new Call(origin, message.method(), message.argument(), Cycles.ZERO);
    }

    private static Call callOf(Message.Request message) {
        var origin = new CallOrigin.FromCanister(message.sender(), message.callbackId(), message.deadlineNanos());
        return new Call(origin, message.method(), message.argument(), message.cycles());
    }

    private Outcome call(CanisterState clean, Call call, Env env) {
        var bill = bill(clean, env);
        var refusal = refusalOf(clean, call)
                .or(() -> bill.refusal(clean, call.origin().caller()));
        if (refusal.isPresent()) {
            return new Outcome.Skipped(clean, List.of(new Answer(call.origin(), refusal.get(), call.cycles())));
        }
        return settled(bill, execute(bill.paid(clean), call, env));
    }

    private Outcome execute(CanisterState paying, Call call, Env env) {
        var method = moduleOf(paying).method(call.method()).orElseThrow();
        var context = CallContext.of(call.origin(), env.timeNanos(), call.cycles());
        long contextId = paying.calls().nextContextId();
        var opened = paying.with(draft -> draft.calls = draft.calls.open(context));
        var incoming = Incoming.call(call.origin(), call.method(), call.argument(), call.cycles());
        var request = new RunRequest(
                new Entry.Function(method.function()),
                method.kind() == MethodKind.UPDATE ? Context.UPDATE : Context.REPLICATED_QUERY,
                opened,
                incoming,
                env.forMessages(),
                Budget.of(env.limits().messageInstructionsMax()));
        return switch (run(request)) {
            case Run.Completed completed -> completed(opened, contextId, completed, env);
            case Run.Trapped(var failure, var log, long used, var _) -> {
                var answer = new Answer(
                        call.origin(), failure.reject(paying, call.origin().caller()), call.cycles());
                yield new Outcome.Trapped(logged(paying, log, env), failure, List.of(answer), used);
            }
        };
    }

    private Optional<Payload.Reject> refusalOf(CanisterState canister, Call call) {
        var refusal = Refusals.ofCalls(canister);
        if (refusal.isPresent()) {
            return refusal;
        }
        var cyclesMin = canister.settings().minimumIncomingCallCycles();
        boolean paysTooLittle = call.cycles().compareTo(cyclesMin) < 0;
        if (call.origin() instanceof CallOrigin.FromCanister from
                && !from.caller().equals(canister.id())
                && paysTooLittle) {
            return Optional.of(new Payload.Reject(
                    ErrorCode.INSUFFICIENT_CYCLES_IN_CALL,
                    "Canister " + canister.id() + " takes calls of canisters with at least " + cyclesMin
                            + " cycles, found " + call.cycles()));
        }
        var method = moduleOf(canister).method(call.method());
        if (method.isEmpty()) {
            return Optional.of(Refusals.noMethod(canister.id(), "update", call.method()));
        }
        if (method.get().kind() == MethodKind.COMPOSITE_QUERY) {
            return Optional.of(new Payload.Reject(
                    ErrorCode.COMPOSITE_QUERY_CALLED_IN_REPLICATED_MODE,
                    "Composite query '" + call.method() + "' cannot be called in replicated mode"));
        }
        return Optional.empty();
    }

    private Outcome callback(CanisterState clean, Message.Response response, Env env) {
        var refunded = clean.credited(response.refund());
        var callback = clean.calls().callback(response.callbackId());
        if (callback.isEmpty()) {
            return new Outcome.Skipped(refunded, List.of());
        }
        long contextId = callback.get().callContextId();
        var paid = callback.get().prepaid();
        var settled = env.tariff()
                .received(refunded, paid.transmission(), response.payload())
                .with(draft -> draft.calls = draft.calls.settle(response.callbackId()));
        var context = settled.calls().context(contextId);
        if (context.deleted()) {
            var left = settled.with(draft -> draft.calls = draft.calls.put(contextId, context));
            return new Outcome.Skipped(unexecuted(left, paid.execution(), env), List.of());
        }
        var bill = bill(settled, env);
        var shortfall = bill.prepaid().minusAtMost(paid.execution());
        if (shortfall.compareTo(settled.cycles()) > 0) {
            var failure = Failure.of(
                    ErrorCode.CANISTER_OUT_OF_CYCLES,
                    OutOfCycles.text(
                            settled,
                            shortfall.minus(settled.cycles()),
                            context.origin().caller()));
            return failed(unexecuted(settled, paid.execution(), env), contextId, failure, 0);
        }
        var paying =
                Tariff.prepaid(settled, shortfall).credited(paid.execution().minusAtMost(bill.prepaid()));
        return settled(bill, execute(paying, callback.get(), response, env));
    }

    /// {@return the canister, which executes nothing of what it paid in advance, and pays for having been asked}
    private static CanisterState unexecuted(CanisterState canister, Cycles prepaid, Env env) {
        return Tariff.settled(canister, prepaid, env.tariff().prices().execution(0, false), CyclesUse.INSTRUCTIONS);
    }

    private Outcome execute(CanisterState settled, Callback callback, Message.Response response, Env env) {
        long contextId = callback.callContextId();
        var context = settled.calls().context(contextId);
        var incoming = Incoming.answer(context, response.payload(), response.refund());
        boolean isReply = response.payload() instanceof Payload.Reply;
        long limit = env.limits().messageInstructionsMax();
        var request = new RunRequest(
                new Entry.Callback(isReply ? callback.onReply() : callback.onReject()),
                isReply ? Context.REPLY_CALLBACK : Context.REJECT_CALLBACK,
                settled,
                incoming,
                env.forMessages(),
                Budget.of(limit - limit / CLEANUP_SHARE));
        return switch (run(request)) {
            case Run.Completed completed -> completed(settled, contextId, completed, env);
            case Run.Trapped trapped -> cleanup(request, callback, trapped, env);
        };
    }

    /// A callback trapped: runs the cleanup, then rejects the call unless it was answered or goes on waiting.
    private Outcome cleanup(RunRequest trappedRequest, Callback callback, Run.Trapped trapped, Env env) {
        var settled = logged(trappedRequest.canister(), trapped.log(), env);
        if (callback.onCleanup().isEmpty()) {
            return failed(settled, callback.callContextId(), trapped.failure(), trapped.instructionsUsed());
        }
        var request = new RunRequest(
                new Entry.Callback(callback.onCleanup().get()),
                Context.CLEANUP,
                settled,
                trappedRequest.incoming().behind(trapped.instructionsUsed()),
                env.forMessages(),
                Budget.of(env.limits().messageInstructionsMax()).minus(trapped.instructionsUsed()));
        var cleanup = run(request);
        long used = trapped.instructionsUsed() + cleanup.instructionsUsed();
        return switch (cleanup) {
            case Run.Completed completed ->
                failed(withChanges(settled, completed, env), callback.callContextId(), trapped.failure(), used);
            case Run.Trapped second ->
                failed(
                        logged(settled, second.log(), env),
                        callback.callContextId(),
                        trapped.failure().followedBy(second.failure()),
                        used);
        };
    }

    private Outcome task(CanisterState clean, TaskKind kind, Env env) {
        if (!clean.isRunning() || clean.code().isEmpty()) {
            return new Outcome.Skipped(clean, List.of());
        }
        var function = moduleOf(clean).task(kind);
        if (function.isEmpty()) {
            return new Outcome.Skipped(clean, List.of());
        }
        var bill = bill(clean, env);
        if (!bill.canBePaid()) {
            // The task stays due: it is executed when there are cycles for it.
            return new Outcome.Skipped(
                    clean.with(draft -> draft.account = draft.account.withSuspended(true)), List.of());
        }
        return settled(bill, execute(bill.paid(clean), kind, function.getAsInt(), env));
    }

    private Outcome execute(CanisterState paying, TaskKind kind, int function, Env env) {
        var begun = paying.with(draft -> {
            switch (kind) {
                case GLOBAL_TIMER -> draft.globalTimerNanos = 0;
                case LOW_WASM_MEMORY -> draft.lowMemoryHook = LowMemoryHook.EXECUTED;
                case HEARTBEAT -> {}
            }
        });
        var context = CallContext.of(new CallOrigin.FromSystem(), env.timeNanos(), Cycles.ZERO);
        long contextId = begun.calls().nextContextId();
        var opened = begun.with(draft -> draft.calls = draft.calls.open(context));
        var request = new RunRequest(
                new Entry.Function(function),
                contextOf(kind),
                opened,
                Incoming.of(context.origin().caller(), new byte[0]),
                env.forMessages(),
                Budget.of(env.limits().messageInstructionsMax()));
        return switch (run(request)) {
            case Run.Completed completed -> completed(opened, contextId, completed, env);
            case Run.Trapped(var failure, var log, long used, var _) ->
                new Outcome.Trapped(logged(begun, log, env), failure, List.of(), used);
        };
    }

    private Bill bill(CanisterState canister, Env env) {
        boolean is64 = !env.tariff().isFree()
                && canister.code().isPresent()
                && moduleOf(canister).is64();
        return Bill.of(env.tariff(), canister, env.limits().messageInstructionsMax(), is64);
    }

    private static Outcome settled(Bill bill, Outcome outcome) {
        return bill.tariff().isFree()
                ? outcome
                : with(outcome, bill.settled(outcome.next(), outcome.instructionsUsed()));
    }

    private static Context contextOf(TaskKind kind) {
        return switch (kind) {
            case HEARTBEAT -> Context.HEARTBEAT;
            case GLOBAL_TIMER -> Context.GLOBAL_TIMER;
            case LOW_WASM_MEMORY -> Context.LOW_WASM_MEMORY;
        };
    }

    private Run run(RunRequest request) {
        boolean keeps = request.context() != Context.REPLICATED_QUERY;
        return instances.with(
                request.canister().id(),
                Purpose.MESSAGES,
                moduleOf(request.canister()),
                resident -> keeps ? resident.run(request) : resident.peek(request));
    }

    /// An execution in a call context ended well: applies its changes, sends its calls, and answers if it is time.
    private static Outcome completed(CanisterState begun, long contextId, Run.Completed run, Env env) {
        var changes = run.changes();
        var requests = new ArrayList<Message.Request>();
        var calls = begun.calls();
        for (var outgoing : changes.calls()) {
            requests.add(new Message.Request(
                    begun.id(),
                    calls.nextCallbackId(),
                    outgoing.callee(),
                    outgoing.method(),
                    outgoing.payload(),
                    outgoing.cycles(),
                    outgoing.deadlineNanos()));
            calls = calls.await(outgoing.callback(contextId));
        }
        var context =
                calls.context(contextId).withAvailable(changes.available()).plusInstructions(run.instructionsUsed());
        var payload = changes.answer();
        if (payload.isEmpty() && context.awaitsAnswer() && context.outstandingCalls() == 0) {
            payload = Optional.of(Refusals.noReply(begun.id()));
        }
        var answers = payload.map(given -> List.of(new Answer(context.origin(), given, context.available())))
                .orElse(List.of());
        var callsNext = calls.put(contextId, answers.isEmpty() ? context : context.answered());
        var fees = changes.calls().stream().map(OutgoingCall::price).reduce(Cycles.ZERO, Cycles::plus);
        var next = withChanges(begun, run, env).with(draft -> {
            draft.calls = callsNext;
            draft.account = draft.account.plus(CyclesUse.REQUEST_AND_RESPONSE_TRANSMISSION, fees);
        });
        return new Outcome.Completed(
                next, requests, answers, run.instructionsUsed(), run.touched().total());
    }

    /// An execution in a call context failed: rejects the call, unless it was answered or goes on waiting.
    private static Outcome failed(CanisterState settled, long contextId, Failure failure, long used) {
        var context = settled.calls().context(contextId).plusInstructions(used);
        boolean rejects = context.awaitsAnswer() && context.outstandingCalls() == 0;
        var next =
                settled.with(draft -> draft.calls = draft.calls.put(contextId, rejects ? context.answered() : context));
        var reject = failure.reject(settled, context.origin().caller());
        var answers = rejects ? List.of(new Answer(context.origin(), reject, context.available())) : List.<Answer>of();
        return new Outcome.Trapped(next, failure, answers, used);
    }

    private static CanisterState withChanges(CanisterState begun, Run.Completed run, Env env) {
        var changes = run.changes();
        return begun.with(draft -> {
            draft.code = Optional.of(run.code());
            draft.cycles = changes.cycles();
            draft.reservedCycles = draft.reservedCycles.plus(changes.reserved());
            draft.account = draft.account.plus(CyclesUse.BURNED_CYCLES, changes.burned());
            draft.certifiedData = changes.certifiedData();
            draft.globalTimerNanos = changes.globalTimerNanos();
            draft.log = draft.log.plus(env.timeNanos(), run.log(), draft.settings.logMemoryLimitBytes());
            draft.lowMemoryHook = draft.lowMemoryHook.observe(MemoryPressure.isLow(draft.settings, run.code()));
            draft.version++;
        });
    }

    private static CanisterState logged(CanisterState canister, List<byte[]> lines, Env env) {
        return canister.with(
                draft -> draft.log = draft.log.plus(env.timeNanos(), lines, draft.settings.logMemoryLimitBytes()));
    }

    private static Outcome stopIfDone(Outcome outcome) {
        var settled = Lifecycle.settle(outcome.next());
        if (settled.next().status().equals(outcome.next().status())) {
            return outcome;
        }
        var answers = new ArrayList<>(outcome.answers());
        answers.addAll(settled.answers());
        return with(outcome, settled.next(), answers);
    }

    private static Outcome with(Outcome outcome, CanisterState next) {
        return with(outcome, next, outcome.answers());
    }

    private static Outcome with(Outcome outcome, CanisterState next, List<Answer> answers) {
        return switch (outcome) {
            case Outcome.Completed completed ->
                new Outcome.Completed(
                        next, completed.calls(), answers, completed.instructionsUsed(), completed.pagesTouched());
            case Outcome.Trapped trapped ->
                new Outcome.Trapped(next, trapped.failure(), answers, trapped.instructionsUsed());
            case Outcome.Skipped _ -> new Outcome.Skipped(next, answers);
        };
    }

    private CanisterModule moduleOf(CanisterState canister) {
        return modules.installed(canister.code().orElseThrow().module());
    }
}
