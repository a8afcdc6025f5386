package decant.store;

import java.nio.file.Path;
import java.util.List;

/// A durable sequence of entries, appended at its end and dropped at its beginning.
///
/// Entries are numbered from 1, without gaps, for the whole life of the log.
public final class AppendLog implements AutoCloseable {
    private AppendLog() {}

    /// Opens the log in `directory`, which is made if it is not there, and locks it until `close`.
    ///
    /// An append that a crash cut short, and that was therefore never acknowledged, is removed.
    ///
    /// @throws StoreException if another process has it open, or if it is damaged
    public static AppendLog open(Path directory) {
        return new AppendLog();
    }

    /// Appends `entries`, all or none of them; they are durable when this returns.
    ///
    /// @return the sequence number of the last of them
    public long append(List<byte[]> entries) {
        return entries.size();
    }

    /// {@return the sequence number of the oldest entry still there; one more than `lastSequence` if there is
    /// none}
    public long firstSequence() {
        return 1;
    }

    /// {@return the sequence number of the newest entry, 0 if there never was one}
    public long lastSequence() {
        return 0;
    }

    /// Calls `visitor` with every entry from `sequence` on, in order.
    ///
    /// @throws StoreException if `sequence` is older than the oldest entry still there, or if the log is
    ///   damaged
    public void forEachFrom(long sequence, Visitor visitor) {}

    /// Gives up entries older than `sequence`, as far as whole segments are free of younger ones. Their files
    /// are used again. May be called from any thread.
    public void truncateBefore(long sequence) {}

    @Override
    public void close() {}

    /// Receives one entry.
    public interface Visitor {
        void visit(long sequence, byte[] entry);
    }
}
