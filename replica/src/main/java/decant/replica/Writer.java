package decant.replica;

import decant.base.Hash;
import decant.base.Principal;
import decant.canister.state.ErrorCode;
import decant.canister.state.Message;
import decant.protocol.Response;
import decant.store.StoreException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The one thread that changes the state: it takes what waits as a batch, makes it durable, runs the round, publishes
/// it.
///
/// Nothing is published, and nobody is told anything, before the batch that caused it is durable.
final class Writer implements Runnable {
    /// How old a certificate may be that is handed out as fresh.
    static final long FRESH_NANOS = 1_000_000_000L;

    /// The shortest time between two rounds that nobody but the clock asked for.
    static final long TICK_NANOS = 50_000_000L;

    private static final int BATCH_CALLS_MAX = 1_000;
    private static final long BATCH_BYTES_MAX = 16L << 20;

    /// After this time at the latest a waiting writer looks at the clock again, which may have been set.
    private static final long GLANCE_NANOS = 10_000_000_000L;

    private static final Logger LOG = System.getLogger(Writer.class.getName());

    private final TimeSource clock;
    private final Entropy entropy;
    private final InputLog log;
    private final RecordedCalls recorded;
    private final Machine machine;
    private final Mailbox mailbox;
    private final Waiters waiters;
    private final Checkpoints checkpoints;
    private final Hibernation hibernation;
    private final Outcaller outcaller;
    private final QueryTally queries;
    private final Counters counters;
    private final Shortage shortage;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition published = lock.newCondition();
    private volatile Certified latest;
    private volatile Optional<Throwable> failure = Optional.empty();
    private long tickedNanos;
    private List<Batch.Ended> endings = List.of();

    Writer(
            ReplicaConfig config,
            InputLog log,
            RecordedCalls recorded,
            Machine machine,
            Mailbox mailbox,
            Waiters waiters,
            Checkpoints checkpoints,
            Hibernation hibernation,
            Outcaller outcaller,
            QueryTally queries,
            Counters counters,
            Certified recovered) {
        clock = config.clock();
        entropy = config.entropy();
        this.log = log;
        this.recorded = recorded;
        this.machine = machine;
        this.mailbox = mailbox;
        this.waiters = waiters;
        this.checkpoints = checkpoints;
        this.hibernation = hibernation;
        this.outcaller = outcaller;
        this.queries = queries;
        this.counters = counters;
        shortage = new Shortage(clock);
        latest = recovered;
        checkpoints.count(recovered.state());
    }

    /// {@return the last finished round}
    Certified latest() {
        return latest;
    }

    /// {@return why this writer stopped before it was told to, if it did}
    Optional<Throwable> failure() {
        return failure;
    }

    /// {@return whether calls are taken: the writer runs, and its disk has space}
    boolean isTakingCalls() {
        return failure.isEmpty() && !shortage.isOn();
    }

    /// {@return a round that is hardly older than now, after waiting for one if need be; the last one when there
    /// will be none}
    Certified fresh() {
        var known = latest;
        if (clock.nowNanos() - known.state().timeNanos() <= FRESH_NANOS) {
            return known;
        }
        mailbox.wantRound();
        lock.lock();
        try {
            while (latest == known && isTakingCalls() && !mailbox.isClosed()) {
                published.await();
            }
            return latest;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return latest;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void run() {
        try {
            while (!mailbox.isClosed()) {
                boolean wanted = mailbox.await(this::nanosToNextLook);
                checkpoints.takeFinished().ifPresent(this::takeOver);
                if (!mailbox.isClosed() && (wanted || nanosToNextRound() <= 0)) {
                    runRoundIfSpace();
                }
                hibernation.look();
                checkpoints.beginIfDue(latest.state());
                checkpoints.awaitIfRequired();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            failure = Optional.of(e);
            LOG.log(
                    Level.ERROR,
                    "the replica stopped taking calls after round "
                            + latest.state().height()
                            + "; queries are still answered. Remove the cause and start the node again",
                    e);
        } finally {
            mailbox.close();
            waiters.closing();
            wakeReaders();
        }
    }

    private long nanosToNextLook() {
        return Math.min(nanosToNextRound(), hibernation.nanosToNext());
    }

    /// {@return how long nothing will be due, as far as the state knows; at most 0 if something is due now}
    private long nanosToNextRound() {
        if (shortage.isOn()) {
            return Math.max(shortage.nanosToAttempt(), 0);
        }
        var state = latest.state();
        if (state.hasWork()) {
            return 0;
        }
        long due = queries.earlier(state.nextDueNanos());
        if (due == Long.MAX_VALUE) {
            return GLANCE_NANOS;
        }
        long now = clock.nowNanos();
        long nanos = Long.compareUnsigned(due, now) <= 0 ? tickedNanos + TICK_NANOS - now : due - now;
        return Math.min(nanos, GLANCE_NANOS);
    }

    private void runRoundIfSpace() {
        if (shortage.nanosToAttempt() > 0) {
            refuse(mailbox.take(BATCH_CALLS_MAX, BATCH_BYTES_MAX));
        } else if (!checkpoints.isRequired()) {
            runRound();
        } else if (checkpoints.hasFailed()) {
            beginShortage("no checkpoint can be written");
            refuse(mailbox.take(BATCH_CALLS_MAX, BATCH_BYTES_MAX));
        }
    }

    private void runRound() {
        var before = latest;
        long timeNanos = Math.max(clock.nowNanos(), before.state().timeNanos() + 1);
        var taken = mailbox.take(BATCH_CALLS_MAX, BATCH_BYTES_MAX, Backlog.of(before.state()));
        var calls = executable(taken, before.state(), timeNanos);
        var observed = new Batch.Observed(outcaller.ended(), queries.due(timeNanos));
        var batch = new Batch(
                before.state().height() + 1,
                timeNanos,
                entropy.bytes(Batch.ENTROPY_BYTES),
                before.rootHash(),
                calls,
                endings,
                recording(calls, before.state(), timeNanos),
                observed);
        if (batch.ingress().isEmpty()) {
            tickedNanos = timeNanos;
        }
        try {
            log.append(batch);
        } catch (StoreException e) {
            if (!log.mayBeTriedAgain(e)) {
                throw e;
            }
            beginShortage(String.valueOf(e.getMessage()));
            refuse(taken);
            return;
        }
        endShortage();
        outcaller.forget(observed.outcalls());
        queries.forget(observed.queries(), timeNanos);
        var step = machine.run(before, batch);
        endings = endings(step);
        outcaller.begin(step.certified().state().subnet().outcalls());
        publish(step.certified());
        mailbox.forget(taken);
        waiters.ended(step.result().requests(), step.certified());
        counters.countRound(batch, step.result());
        checkpoints.count(before.state(), step.result());
    }

    /// A checkpoint may give space back: the log is cut behind it.
    private void beginShortage(String cause) {
        if (!shortage.isOn()) {
            LOG.log(
                    Level.ERROR,
                    "the node takes no calls while its disk is full or cannot be written to; queries are still answered,"
                            + " and it goes on by itself once that is mended: " + cause);
        }
        if (!shortage.isOn() || checkpoints.isRequired()) {
            checkpoints.want();
        }
        shortage.begin();
        wakeReaders();
    }

    private void endShortage() {
        if (shortage.isOn()) {
            LOG.log(Level.WARNING, "the node's disk can be written to again: calls are taken");
            shortage.end();
        }
    }

    private void refuse(List<Message.Ingress> taken) {
        mailbox.forget(taken);
        taken.forEach(call -> waiters.notExecuted(call.requestId(), Shortage.refusal()));
    }

    /// {@return the calls that a round would execute: not yet known, and not expired}
    private List<Message.Ingress> executable(List<Message.Ingress> calls, State state, long timeNanos) {
        var executable = new ArrayList<Message.Ingress>(calls.size());
        for (var call : calls) {
            if (Long.compareUnsigned(call.expiryNanos(), timeNanos) <= 0) {
                waiters.notExecuted(call.requestId(), expired(call.requestId()));
            } else if (!state.history().contains(call.requestId())) {
                executable.add(call);
            }
        }
        return executable;
    }

    /// {@return what is recorded for the first of these calls that makes other calls again}
    private Optional<Batch.Recorded> recording(List<Message.Ingress> calls, State state, long timeNanos) {
        for (var call : calls) {
            if (call.receiver().equals(Principal.MANAGEMENT_CANISTER)) {
                var request = machine.management().recordingRequest(state.subnet(), call.method(), call.argument());
                if (request.isPresent()) {
                    var recording = recorded.since(request.get(), state.history(), timeNanos, calls);
                    return Optional.of(new Batch.Recorded(call.requestId(), recording));
                }
            }
        }
        return Optional.empty();
    }

    /// {@return how calls of users to canisters ended in a round}
    private static List<Batch.Ended> endings(Machine.Step step) {
        var history = step.certified().state().history();
        var ended = new ArrayList<Batch.Ended>();
        for (var requestId : step.result().requests()) {
            history.entry(requestId)
                    .filter(entry -> !entry.receiver().equals(Principal.MANAGEMENT_CANISTER))
                    .flatMap(IngressHistory.Entry::ending)
                    .ifPresent(ending -> ended.add(new Batch.Ended(requestId, ending)));
        }
        return ended;
    }

    private static Response.Rejected expired(Hash requestId) {
        var error = ErrorCode.INGRESS_MESSAGE_TIMEOUT;
        return new Response.Rejected(
                error.rejectCode(),
                "Call " + requestId + " expired while it waited for its round; the node is busy, make the call again.",
                Optional.of(error.text()));
    }

    private void publish(Certified next) {
        latest = next;
        wakeReaders();
    }

    private void wakeReaders() {
        lock.lock();
        try {
            published.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void takeOver(Checkpoints.Finished finished) {
        latest = latest.withSameState(finished.rebase(latest.state()));
        checkpoints.count(latest.state());
        checkpoints.reclaim();
        shortage.mayBeOver();
    }
}
