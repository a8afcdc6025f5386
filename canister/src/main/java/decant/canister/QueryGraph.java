package decant.canister;

import decant.base.Principal;
import decant.canister.CanisterModule.MethodKind;
import decant.canister.Instances.Purpose;
import decant.canister.RunRequest.Budget;
import decant.canister.RunRequest.Entry;
import decant.canister.cycles.OutOfCycles;
import decant.canister.ic0.Context;
import decant.canister.ic0.Incoming;
import decant.canister.ic0.OutgoingCall;
import decant.canister.state.CanisterState;
import decant.canister.state.Closure;
import decant.canister.state.Cycles;
import decant.canister.state.ErrorCode;
import decant.canister.state.Payload;
import decant.canister.state.QueryStats;
import decant.canister.state.SubnetState;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// One query and, if it is a composite query, the queries it calls. Nothing of it is kept.
///
/// Each called query sees the state that the subnet is in. A composite query keeps what it wrote to its own memory
/// until its callbacks have run. The whole graph shares one limit of instructions.
final class QueryGraph {
    private static final long INSTRUCTIONS_PER_CALL = 50_000_000;

    /// What queries run on.
    record Machinery(ModuleCache modules, Instances instances, BuiltInQueries builtIns) {}

    private final SubnetState subnet;
    private final Env env;
    private final Machinery machinery;
    private final TreeMap<Principal, QueryStats> stats = new TreeMap<>();
    private long instructionsUsed;

    QueryGraph(SubnetState subnet, Env env, Machinery machinery) {
        this.subnet = subnet;
        this.env = env;
        this.machinery = machinery;
    }

    long instructionsUsed() {
        return instructionsUsed;
    }

    /// {@return what is to be counted, for each canister that was queried}
    SortedMap<Principal, QueryStats> stats() {
        return stats;
    }

    private void used(Principal canister, long instructions) {
        instructionsUsed += instructions;
        stats.merge(canister, QueryStats.NONE.plusInstructions(instructions), QueryStats::plus);
    }

    private Payload counted(Principal canister, Incoming incoming, Payload answer) {
        stats.merge(canister, new QueryStats(1, 0, incoming.argument().length, answer.bytes()), QueryStats::plus);
        return answer;
    }

    /// {@return the answer of `receiver` to the query}
    Payload answer(Principal receiver, Incoming incoming) {
        return answer(receiver, incoming, 0);
    }

    private Payload answer(Principal receiver, Incoming incoming, int depth) {
        var query = new Query(incoming.caller(), Optional.empty(), receiver, incoming.method(), incoming.argument());
        var builtIn = machinery.builtIns.query(subnet, query, env, Optional.ofNullable(incoming.dataCertificate()));
        if (builtIn.isPresent()) {
            return builtIn.get();
        }
        var canister = subnet.canister(receiver).orElse(null);
        if (canister == null) {
            return Refusals.notFound(receiver);
        }
        var refusal = Refusals.ofCalls(canister);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        var own = env.of(subnet, receiver);
        var missing = own.tariff().missing(canister, Cycles.ZERO);
        if (!missing.isZero()) {
            return OutOfCycles.reject(canister, missing, incoming.caller());
        }
        var method = moduleOf(canister).method(incoming.method()).orElse(null);
        if (method == null || method.kind() == MethodKind.UPDATE) {
            return Refusals.noMethod(receiver, "query", incoming.method());
        }
        var entry = new Entry.Function(method.function());
        var answer = method.kind() == MethodKind.QUERY
                ? plain(new RunRequest(entry, Context.QUERY, canister, incoming, own.forQueries(), budget()))
                : new Composite(canister, incoming, depth).answer(entry);
        return counted(receiver, incoming, answer);
    }

    private Payload plain(RunRequest request) {
        var run = machinery.instances.with(
                request.canister().id(),
                Purpose.QUERIES,
                moduleOf(request.canister()),
                resident -> resident.peek(request));
        used(request.canister().id(), run.instructionsUsed());
        return switch (run) {
            case Run.Completed completed ->
                completed
                        .changes()
                        .answer()
                        .orElseGet(() -> Refusals.noReply(request.canister().id()));
            case Run.Trapped trapped ->
                trapped.failure().reject(request.canister(), request.incoming().caller());
        };
    }

    private Budget budget() {
        return Budget.of(env.limits().queryInstructionsMax()).minus(instructionsUsed);
    }

    private CanisterModule moduleOf(CanisterState canister) {
        return machinery.modules.installed(canister.code().orElseThrow().module());
    }

    /// A composite query being worked on: its canister as it left it, and the calls it waits for.
    private final class Composite {
        private final Incoming query;
        private final int depth;
        private final Deque<OutgoingCall> open = new ArrayDeque<>();
        private CanisterState canister;

        /// What the query itself has used so far, without the calls.
        private long instructionsOwn;

        Composite(CanisterState canister, Incoming query, int depth) {
            this.canister = canister;
            this.query = query;
            this.depth = depth;
        }

        /// Runs the query, then the calls it makes, one after the other, until it is answered.
        Payload answer(Entry entry) {
            var answer = step(request(entry, Context.COMPOSITE_QUERY, query), Optional.empty());
            while (answer.isEmpty()) {
                var call = open.remove();
                answer = step(callback(call, called(call)), call.onCleanup());
            }
            return answer.get();
        }

        /// Runs a part of the query; its answer is empty while it waits for calls.
        private Optional<Payload> step(RunRequest request, Optional<Closure> onCleanup) {
            return switch (run(request)) {
                case Run.Completed completed -> {
                    canister = canister.with(draft -> draft.code = Optional.of(completed.code()));
                    open.addAll(completed.changes().calls());
                    yield completed.changes().answer().or(() -> unlessWaiting(Refusals.noReply(canister.id())));
                }
                case Run.Trapped trapped -> {
                    var failure = trapped.failure();
                    var whole = onCleanup
                            .map(cleanup ->
                                    cleanUp(cleanup, request.incoming().behind(trapped.instructionsUsed()), failure))
                            .orElse(failure);
                    yield unlessWaiting(whole.reject(canister, query.caller()));
                }
            };
        }

        private Failure cleanUp(Closure cleanup, Incoming incoming, Failure failure) {
            return switch (run(request(new Entry.Callback(cleanup), Context.COMPOSITE_CLEANUP, incoming))) {
                case Run.Completed completed -> {
                    canister = canister.with(draft -> draft.code = Optional.of(completed.code()));
                    yield failure;
                }
                case Run.Trapped trapped -> failure.followedBy(trapped.failure());
            };
        }

        private Optional<Payload> unlessWaiting(Payload.Reject reject) {
            return open.isEmpty() ? Optional.of(reject) : Optional.empty();
        }

        private Payload called(OutgoingCall call) {
            if (depth + 1 > env.limits().queryDepthMax()) {
                return new Payload.Reject(
                        ErrorCode.QUERY_CALL_GRAPH_TOO_DEEP,
                        "Composite query's call graph is deeper than the maximum of "
                                + env.limits().queryDepthMax());
            }
            instructionsUsed += INSTRUCTIONS_PER_CALL;
            if (budget().instructions() <= 0) {
                return new Payload.Reject(ErrorCode.QUERY_CALL_GRAPH_TOTAL_INSTRUCTION_LIMIT_EXCEEDED, totalExceeded());
            }
            var incoming =
                    Incoming.query(canister.id(), Optional.empty(), call.method(), call.payload(), Optional.empty());
            return QueryGraph.this.answer(call.callee(), incoming, depth + 1);
        }

        private RunRequest callback(OutgoingCall call, Payload answer) {
            boolean isReply = answer instanceof Payload.Reply;
            return request(
                    new Entry.Callback(isReply ? call.onReply() : call.onReject()),
                    isReply ? Context.COMPOSITE_REPLY_CALLBACK : Context.COMPOSITE_REJECT_CALLBACK,
                    query.callback(answer, instructionsOwn));
        }

        private RunRequest request(Entry entry, Context context, Incoming incoming) {
            var own = env.of(subnet, canister.id());
            return new RunRequest(entry, context, canister, incoming, own.forQueries(), budget());
        }

        private Run run(RunRequest request) {
            boolean wasLimited = instructionsUsed > 0;
            var run = machinery.instances.with(
                    canister.id(), Purpose.QUERIES, moduleOf(canister), resident -> resident.run(request));
            used(canister.id(), run.instructionsUsed());
            instructionsOwn += run.instructionsUsed();
            if (wasLimited
                    && run instanceof Run.Trapped(var failure, var log, long used, var touched)
                    && failure.error() == ErrorCode.CANISTER_INSTRUCTION_LIMIT_EXCEEDED) {
                var total = Failure.of(ErrorCode.QUERY_CALL_GRAPH_TOTAL_INSTRUCTION_LIMIT_EXCEEDED, totalExceeded());
                return new Run.Trapped(total, log, used, touched);
            }
            return run;
        }

        private String totalExceeded() {
            return "Composite query's call graph exceeded the limit of "
                    + env.limits().queryInstructionsMax() + " instructions in total";
        }
    }
}
