package decant.replica;

import decant.base.Principal;
import decant.canister.Env;
import decant.canister.management.Rehearsing;
import decant.canister.management.Rehearsing.Admission;
import decant.canister.state.Payload;
import decant.replica.Denial.Reason;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// Runs rehearsals one after the other, on a thread of its own: they take no thread from queries or rounds, and memory
/// for one of them only.
///
/// A few may wait; whoever comes then is turned away. A rehearsal that takes too long ends with what it has found until
/// then, after the execution at hand.
final class Rehearsals implements AutoCloseable {
    private static final int WAITING_MAX = 4;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Machine machine;
    private final TimeSource clock;
    private final RecordedCalls recorded;
    private final PastStates past;
    private final ThreadPoolExecutor thread;
    private volatile boolean isClosing;

    Rehearsals(
            ReplicaConfig config, Machine machine, RecordedCalls recorded, PastStates past, ThreadFactory bigStacks) {
        this.machine = machine;
        this.clock = config.clock();
        this.recorded = recorded;
        this.past = past;
        this.thread =
                new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING_MAX), bigStacks);
        thread.allowCoreThreadTimeOut(true);
    }

    /// Answers `decant_rehearse` as of this state.
    Guests.Visit<Payload> rehearse(State state, Principal caller, byte[] argument) {
        return switch (machine.rehearsing().admit(state.subnet(), caller, argument)) {
            case Admission.Refused(var reason) -> new Guests.Visit.Done<>(reason);
            case Admission.Admitted(var asked) -> answer(asked, state);
        };
    }

    private Guests.Visit<Payload> answer(Rehearsing.Asked asked, State state) {
        try {
            var visit = thread.submit(() -> asked.answer(recorded, past, env(state), patience()));
            return new Guests.Visit.Done<>(visit.get());
        } catch (RejectedExecutionException _) {
            return isClosing
                    ? refused(Reason.CLOSING, "this node is closing")
                    : refused(
                            Reason.BUSY,
                            "a rehearsal is at work and " + WAITING_MAX + " more are waiting; ask again later");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return refused(Reason.CLOSING, "the request was interrupted");
        } catch (ExecutionException e) {
            throw new IllegalStateException("a rehearsal failed", e.getCause());
        }
    }

    int waiting() {
        return thread.getQueue().size();
    }

    /// {@return whether a rehearsal that begins now is to end}
    private BooleanSupplier patience() {
        long end = clock.nowNanos() + PATIENCE.toNanos();
        return () -> isClosing || clock.nowNanos() > end;
    }

    private Env env(State state) {
        long timeNanos = Math.max(clock.nowNanos(), state.timeNanos());
        return new Env(timeNanos, machine.keys().subnetId(), machine.keys().rootKeyDer(), machine.limits());
    }

    private static Guests.Visit<Payload> refused(Reason reason, String message) {
        return new Guests.Visit.Refused<>(new Denial(reason, message));
    }

    /// Lets the one at work come to an early end, and those that wait.
    void end() {
        isClosing = true;
    }

    /// Waits for the end of all. No thread is left.
    @Override
    public void close() {
        end();
        thread.close();
    }
}
