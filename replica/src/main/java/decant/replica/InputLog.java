package decant.replica;

import decant.store.AppendLog;
import decant.store.StoreException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/// The batches of all rounds since the last checkpoint, durable before they are worked on. Batch h is entry h.
final class InputLog implements AutoCloseable {
    private final AppendLog log;

    private InputLog(AppendLog log) {
        this.log = log;
    }

    static InputLog open(Path directory) {
        return new InputLog(AppendLog.open(directory));
    }

    boolean isEmpty() {
        return log.lastSequence() == 0;
    }

    /// {@return whether batch `height` is the last one}
    boolean endsWith(long height) {
        return log.lastSequence() == height;
    }

    /// Makes the batch durable.
    ///
    /// @throws StoreException if that failed; see `mayBeTriedAgain`
    void append(Batch batch) {
        long sequence = log.append(List.of(BatchFormat.encode(batch)));
        if (sequence != batch.height()) {
            throw new AssertionError("BUG: batch " + batch.height() + " became entry " + sequence + " of the log");
        }
    }

    /// {@return whether an append that failed with `failure` left the log as it was, for lack of space}
    boolean mayBeTriedAgain(StoreException failure) {
        return failure.isDiskFull() && log.takesEntries();
    }

    /// Calls `visitor` with every batch after `height`, in order.
    void forEachAfter(long height, Consumer<Batch> visitor) {
        long last = log.lastSequence();
        if (last < height) {
            throw new IllegalStateException(
                    "the input log ends with batch " + last + " but the checkpoint already holds " + height
                            + ": the log's files were removed or belong to another state directory; put them back");
        }
        if (endsWith(height)) {
            return;
        }
        visit(height + 1, visitor);
    }

    /// Calls `visitor` with every batch that is still there, in order. Any thread may ask.
    void forEach(Consumer<Batch> visitor) {
        long first = log.firstSequence();
        if (first <= log.lastSequence()) {
            visit(first, visitor);
        }
    }

    private void visit(long first, Consumer<Batch> visitor) {
        log.forEachFrom(first, (sequence, entry) -> {
            var batch = BatchFormat.decode(sequence, entry);
            if (batch.height() != sequence) {
                throw new IllegalStateException(
                        "entry " + sequence + " of the input log holds batch " + batch.height());
            }
            visitor.accept(batch);
        });
    }

    /// Gives up the batches up to `height`, which a checkpoint holds, but for the newest in `bytesKept` of files.
    void truncateThrough(long height, long bytesKept) {
        log.truncateBefore(height + 1, bytesKept);
    }

    @Override
    public void close() {
        log.close();
    }
}
