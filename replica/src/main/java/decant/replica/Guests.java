package decant.replica;

import decant.base.Principal;
import decant.canister.Env;
import decant.canister.Inspection;
import decant.canister.Query;
import decant.canister.QueryResult;
import decant.canister.state.CanisterState;
import decant.canister.state.Message;
import decant.replica.Denial.Reason;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Runs guest code that changes nothing, queries and inspections, on a few threads with big stacks beside the writer.
///
/// At most so many run or wait for a thread, and of one canister at most half of that; whoever comes then is turned
/// away.
final class Guests implements AutoCloseable {
    private final Machine machine;
    private final TimeSource clock;
    private final QueryTally tally;
    private final ThreadPoolExecutor threads;
    private final int visitsOfCanisterMax;
    private final ConcurrentHashMap<Principal, Integer> visitsByCanister = new ConcurrentHashMap<>();

    /// How running guest code came out.
    sealed interface Visit<R> {
        record Done<R>(R result) implements Visit<R> {}

        record Refused<R>(Denial denial) implements Visit<R> {}
    }

    Guests(ReplicaConfig config, Machine machine, QueryTally tally, ThreadFactory bigStacks) {
        this.machine = machine;
        this.tally = tally;
        clock = config.clock();
        visitsOfCanisterMax = Math.max(1, (config.queryThreads() + config.waitingQueriesMax()) / 2);
        threads = new ThreadPoolExecutor(
                config.queryThreads(),
                config.queryThreads(),
                1,
                TimeUnit.MINUTES,
                new ArrayBlockingQueue<>(config.waitingQueriesMax()),
                bigStacks);
    }

    Visit<QueryResult> query(State state, Query query, Optional<byte[]> dataCertificate) {
        return visit(query.receiver(), () -> {
            var result = machine.execution().query(state.subnet(), query, env(state), dataCertificate);
            tally.count(result.stats());
            return result;
        });
    }

    Visit<Inspection> inspect(State state, CanisterState canister, Message.Ingress message) {
        return visit(
                canister.id(),
                () -> machine.execution().inspect(canister, message, env(state).of(state.subnet(), canister.id())));
    }

    int waiting() {
        return threads.getQueue().size();
    }

    /// A query lives now, not in the last round, which on an idle node may be long ago; but never before it.
    private Env env(State state) {
        long timeNanos = Math.max(clock.nowNanos(), state.timeNanos());
        return new Env(timeNanos, machine.keys().subnetId(), machine.keys().rootKeyDer(), machine.limits());
    }

    /// Runs a visit of this canister, unless there are too many already.
    <R> Visit<R> visit(Principal canister, Callable<R> visit) {
        int visits = visitsByCanister.merge(canister, 1, Integer::sum);
        try {
            return visits > visitsOfCanisterMax
                    ? refused(
                            Reason.BUSY,
                            "too many queries of canister " + canister + " are waiting; ask again a little later")
                    : visit(visit);
        } finally {
            visitsByCanister.computeIfPresent(canister, (_, count) -> count == 1 ? null : count - 1);
        }
    }

    private <R> Visit<R> visit(Callable<R> visit) {
        try {
            Future<R> result = threads.submit(visit);
            return new Visit.Done<>(result.get());
        } catch (RejectedExecutionException _) {
            return threads.isShutdown()
                    ? refused(Reason.CLOSING, "this node is closing")
                    : refused(Reason.BUSY, "too many queries are waiting; ask again a little later");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return refused(Reason.CLOSING, "the request was interrupted");
        } catch (ExecutionException e) {
            throw new IllegalStateException("running guest code failed", e.getCause());
        }
    }

    private static <R> Visit<R> refused(Reason reason, String message) {
        return new Visit.Refused<>(new Denial(reason, message));
    }

    /// Finishes what runs and waits. No thread is left.
    @Override
    public void close() {
        threads.close();
    }
}
