package decant.replica;

import decant.base.Principal;
import decant.canister.state.Outcall;
import decant.canister.state.Outcall.Result;
import decant.canister.state.Outcalls;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Has the requests of canisters to servers outside carried out beside the rounds, each once and for a limited time.
///
/// The writer thread begins what a round left under way, and takes what has ended into its next batch. What was under
/// way when a node died may or may not have reached its server: it is not tried again, and its canister is told so.
final class Outcaller implements AutoCloseable {
    /// How many servers are asked at once. A response in memory keeps its place until it is in the log.
    private static final int PLACES = 64;

    /// How many of them one canister may have: servers that are slow to answer it do not keep others waiting.
    private static final int PLACES_OF_A_CANISTER = 8;

    /// How many requests end in one round: each of them may run a transform.
    private static final int ENDED_MAX = 8;

    private static final Logger LOG = System.getLogger(Outcaller.class.getName());

    private final OutcallClient client;
    private final Duration patience;
    private final Runnable bell;
    private final Places places = new Places(PLACES, PLACES_OF_A_CANISTER);
    private final ConcurrentLinkedQueue<Ended> ended = new ConcurrentLinkedQueue<>();
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("decant-outcall-", 0).factory());
    private long nextNumber;

    /// @param holder the canister that holds a place until this is in the log
    private record Ended(Batch.OutcallEnd end, Optional<Principal> holder) {}

    /// @param interrupted what was under way when the node was last closed or died
    /// @param bell is rung when a round has something to take in
    Outcaller(ReplicaConfig config, Outcalls interrupted, Runnable bell) {
        client = config.outcalls();
        patience = config.outcallPatience();
        this.bell = bell;
        nextNumber = interrupted.next();
        interrupted
                .underWay()
                .keySet()
                .forEach(number -> end(
                        number,
                        new Result.Failed(
                                true,
                                "The node was restarted while the HTTP request was in flight: whether the server"
                                        + " received it is not known."),
                        Optional.empty()));
    }

    /// Begins the requests that were not begun yet.
    void begin(Outcalls outcalls) {
        if (nextNumber < outcalls.next()) {
            outcalls.underWay()
                    .tailMap(nextNumber)
                    .forEach((number, outcall) -> threads.execute(() -> carryOut(number, outcall)));
            nextNumber = outcalls.next();
        }
    }

    private void carryOut(long number, Outcall outcall) {
        long deadlineNanos = System.nanoTime() + patience.toNanos();
        try {
            var canister = outcall.origin().caller();
            if (!places.take(canister, patience)) {
                end(number, timedOut("waited for others to end"), Optional.empty());
                return;
            }
            end(number, result(outcall, deadlineNanos), Optional.of(canister));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private Result result(Outcall outcall, long deadlineNanos) throws InterruptedException {
        var exchange = threads.submit(() -> client.carryOut(outcall.request(), outcall.responseBytesMax()));
        try {
            return exchange.get(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException _) {
            exchange.cancel(true);
            return timedOut("had no whole response");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof InterruptedException closing) {
                throw closing;
            }
            LOG.log(Level.ERROR, "an HTTP request of a canister could not be carried out", e.getCause());
            return new Result.Failed(true, "The HTTP request failed within the node; its log says why.");
        } finally {
            exchange.cancel(true);
        }
    }

    private Result timedOut(String how) {
        return new Result.Failed(
                true, "The HTTP request timed out: for " + patience.toSeconds() + " s it " + how + ".");
    }

    private void end(long number, Result result, Optional<Principal> holder) {
        ended.add(new Ended(new Batch.OutcallEnd(number, result), holder));
        bell.run();
    }

    /// {@return how the requests ended that the next round takes in}
    List<Batch.OutcallEnd> ended() {
        return ended.stream().limit(ENDED_MAX).map(Ended::end).toList();
    }

    /// Forgets those that are in the log, which are the first.
    void forget(List<Batch.OutcallEnd> logged) {
        for (int left = logged.size(); left > 0; left--) {
            ended.remove().holder().ifPresent(places::giveBack);
        }
        if (!ended.isEmpty()) {
            bell.run();
        }
    }

    /// Ends all that is under way. No thread is left.
    @Override
    public void close() {
        threads.shutdownNow();
        threads.close();
    }
}
