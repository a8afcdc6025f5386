package decant.replica;

import decant.store.Checkpoint;
import decant.store.PageMap;
import decant.store.Store;
import decant.store.StoreException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/// Writes checkpoints beside the rounds: now and then, one at a time, on a thread of its own.
///
/// After a checkpoint the log is cut, and the writer thread takes the images over that are now in files.
final class Checkpoints implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Checkpoints.class.getName());

    private final ReplicaConfig config;
    private final Store store;
    private final InputLog log;
    private final Runnable bell;
    private final Counters counters;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("decant-checkpoint").factory());
    private final AtomicReference<Optional<Finished>> finished = new AtomicReference<>(Optional.empty());
    private volatile long durableHeight;
    private volatile boolean isWriting;
    private volatile boolean hasFailed;
    private boolean isWanted;
    private long attemptedHeight;
    private long attemptedPages;
    private long dirtyPages;
    private Future<?> writing = CompletableFuture.completedFuture(null);

    /// A checkpoint that is durable: the images given to the store, and the same content in files.
    record Finished(SortedMap<String, PageMap> written, SortedMap<String, PageMap> durable) {
        /// {@return the same state, holding no pages in memory that the files hold}
        State rebase(State state) {
            return StateRecords.rebase(state, written, durable);
        }
    }

    /// `bell` is rung when a checkpoint is finished.
    Checkpoints(ReplicaConfig config, Store store, InputLog log, long durableHeight, Runnable bell, Counters counters) {
        this.config = config;
        this.store = store;
        this.log = log;
        this.durableHeight = durableHeight;
        attemptedHeight = durableHeight;
        this.bell = bell;
        this.counters = counters;
    }

    long durableHeight() {
        return durableHeight;
    }

    /// Counts the pages that are in memory alone. Called by the writer thread, for a state that no round led to.
    void count(State state) {
        var subnet = state.subnet();
        dirtyPages = 0;
        for (var id : subnet.canisters().keySet()) {
            dirtyPages += StateRecords.deltaPages(subnet, id);
        }
        attemptedPages = 0;
    }

    /// Takes note of what a round changed. Called by the writer thread.
    void count(State before, RoundResult result) {
        for (var id : result.canisters()) {
            dirtyPages +=
                    StateRecords.deltaPages(result.state().subnet(), id) - StateRecords.deltaPages(before.subnet(), id);
        }
    }

    /// Asks for a checkpoint that holds at least the state as it is now. Called by the writer thread.
    void want() {
        isWanted = true;
    }

    /// {@return whether the last checkpoint that was tried could not be written}
    boolean hasFailed() {
        return hasFailed;
    }

    /// Begins a checkpoint of the latest state, if it is time for one. Called by the writer thread.
    void beginIfDue(State latest) {
        isWanted = isWanted && latest.height() > durableHeight;
        boolean isDue = latest.height() - attemptedHeight >= config.roundsPerCheckpoint()
                || (dirtyPages - attemptedPages) * PageMap.PAGE_BYTES >= config.dirtyBytesPerCheckpoint()
                || isWanted;
        boolean isIdle = !isWriting && finished.get().isEmpty();
        if (isDue && isIdle) {
            isWriting = true;
            isWanted = false;
            attemptedPages = dirtyPages;
            attemptedHeight = latest.height();
            writing = thread.submit(() -> tryWrite(latest));
        }
    }

    /// {@return whether no round may follow before a checkpoint, since as many pages are in memory alone as may be}
    boolean isRequired() {
        return dirtyPages * PageMap.PAGE_BYTES / 2 >= config.dirtyBytesPerCheckpoint();
    }

    /// Waits for the checkpoint that is being written, if one is required. Called by the writer thread.
    void awaitIfRequired() throws InterruptedException {
        if (isRequired()) {
            try {
                writing.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException("a checkpoint failed in another way than by its disk", e.getCause());
            }
        }
    }

    /// {@return the checkpoint that was finished since the last time this was asked}
    Optional<Finished> takeFinished() {
        return finished.getAndSet(Optional.empty());
    }

    /// Gives back the space of checkpoints before the one that was just taken over. Called by the writer thread.
    void reclaim() {
        if (!thread.isShutdown()) {
            thread.execute(store::reclaim);
        }
    }

    /// Writes a checkpoint now, on the caller's thread, after the one that may be on its way. Nothing may follow.
    void writeLast(State state) {
        close();
        if (state.height() > durableHeight) {
            tryWrite(state);
        }
    }

    /// Waits for the checkpoint that is being written, if there is one. The thread ends.
    @Override
    public void close() {
        thread.shutdown();
        boolean interrupted = false;
        while (!thread.isTerminated()) {
            try {
                thread.awaitTermination(1, TimeUnit.MINUTES);
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// A checkpoint that fails costs nothing but a longer log: the next one is tried when it is time again.
    private void tryWrite(State state) {
        try {
            finished.set(Optional.of(write(state)));
            hasFailed = false;
        } catch (StoreException e) {
            hasFailed = true;
            LOG.log(
                    Level.ERROR,
                    "the checkpoint of round " + state.height() + " could not be written, and the log stays longer: "
                            + e.getMessage());
        } catch (RuntimeException | Error e) {
            // Nobody waits for this thread, so an error that is thrown on is an error that nobody hears of.
            hasFailed = true;
            LOG.log(
                    Level.ERROR,
                    "the checkpoint of round " + state.height() + " could not be written, and the log stays longer",
                    e);
        } finally {
            isWriting = false;
            bell.run();
        }
    }

    private Finished write(State state) {
        Checkpoint checkpoint = StateRecords.encode(state);
        var durable = store.write(checkpoint);
        durableHeight = state.height();
        if (!config.keepsWholeLog()) {
            log.truncateThrough(state.height(), config.recordedBytesMax());
        }
        counters.checkpoints.increment();
        return new Finished(checkpoint.images(), durable);
    }
}
