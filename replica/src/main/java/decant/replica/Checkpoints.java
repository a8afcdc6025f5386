package decant.replica;

import decant.store.Checkpoint;
import decant.store.PageMap;
import decant.store.Store;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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
    private long attemptedHeight;
    private long dirtyPages;

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

    /// Begins a checkpoint of the round's state, if it is time for one. Called by the writer thread after each round.
    void offer(State before, RoundResult result) {
        for (var id : result.canisters()) {
            dirtyPages +=
                    StateRecords.deltaPages(result.state().subnet(), id) - StateRecords.deltaPages(before.subnet(), id);
        }
        boolean isDue = result.state().height() - attemptedHeight >= config.roundsPerCheckpoint()
                || dirtyPages * PageMap.PAGE_BYTES >= config.dirtyBytesPerCheckpoint();
        boolean isIdle = !isWriting && finished.get().isEmpty();
        if (isDue && isIdle) {
            isWriting = true;
            dirtyPages = 0;
            attemptedHeight = result.state().height();
            thread.execute(() -> tryWrite(result.state()));
        }
    }

    /// {@return the checkpoint that was finished since the last time this was asked}
    Optional<Finished> takeFinished() {
        return finished.getAndSet(Optional.empty());
    }

    /// Writes a checkpoint now, on the caller's thread, after the one that may be on its way. Nothing may follow.
    void writeLast(State state) {
        close();
        if (state.height() > durableHeight) {
            write(state);
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
            bell.run();
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "the checkpoint of round " + state.height() + " could not be written", e);
        } finally {
            isWriting = false;
        }
    }

    private Finished write(State state) {
        Checkpoint checkpoint = StateRecords.encode(state);
        var durable = store.write(checkpoint);
        durableHeight = state.height();
        if (!config.keepsWholeLog()) {
            log.truncateThrough(state.height());
        }
        counters.checkpoints.increment();
        return new Finished(checkpoint.images(), durable);
    }
}
