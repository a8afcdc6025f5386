package decant.store;

import static decant.store.LogFormat.BLOCK_BYTES;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A durable sequence of entries, appended at its end and dropped at its beginning.
///
/// Entries are numbered from 1, without gaps, for the whole life of the log. One thread appends; the other
/// methods may be called from any thread.
public final class AppendLog implements AutoCloseable {
    /* Design. What an append waits for is one write and one fdatasync. Both are only fast where the file already has
     * its size and its blocks: growing a file makes the file system write its journal as well. So the log is cut
     * into segments of a fixed size that are filled with zeros when they are made, and that are used again when
     * their entries are not needed any more.
     *
     *             make                     roll                    truncate
     *   (no file) -----> N.unfinished -----------> N.log -----------------> N.spare
     *                                               ^                          |
     *                                               +---------- roll ----------+
     *
     * An append that fails leaves the end of the file unknown, and after a failed fdatasync the kernel may have
     * forgotten what it did not write. So the log then refuses everything until it is opened again, which reads
     * what is really there. The exception is a disk that is full while a new segment is made: the old one is
     * untouched, and the append may be tried again. */

    private static final int SEGMENT_BYTES = 16 << 20;
    private static final int SPARES_MAX = 4;
    private static final int BUFFER_BYTES_MAX = 4 << 20;

    private final Disk disk;
    private final Path directory;
    private final int segmentBytes;
    private final DirectoryLock lock;

    /// Held while segments are given up, one after the other: a later one must not go before an earlier one.
    private final Object truncation = new Object();

    /// All segments, the oldest first; the last one is being written.
    private final Deque<LogSegment> segments = new ArrayDeque<>();

    private final Deque<Path> spares = new ArrayDeque<>();
    private long spareNumberNext = 1;
    private WritableFile file;
    private LogSegment.Tail tail;

    /// What the last batches were written from: outside the Java heap, where the kernel takes it without a copy.
    private ByteBuffer buffer = ByteBuffer.allocateDirect(0);

    private @Nullable String failure;
    private boolean isClosed;

    private AppendLog(Disk disk, Path directory, int segmentBytes, DirectoryLock lock, long firstSequence)
            throws IOException {
        this.disk = disk;
        this.directory = directory;
        this.segmentBytes = segmentBytes;
        this.lock = lock;
        findFiles();
        if (segments.isEmpty()) {
            makeFirstSegment(firstSequence);
        }
        this.tail = segments.getLast().tail();
        this.file = disk.open(segments.getLast().path());
    }

    /// Opens the log in `directory`, which is made if it is not there, and locks it until `close`.
    ///
    /// An append that a crash cut short, and that was therefore never acknowledged, is removed.
    ///
    /// @throws StoreException if another process has it open, or if it is damaged
    public static AppendLog open(Path directory) {
        return open(directory, Disk.REAL, SEGMENT_BYTES);
    }

    /// Makes a log in `directory` whose first entry will have the number `firstSequence`, and locks it until `close`.
    ///
    /// @throws StoreException if there is a log already
    public static AppendLog create(Path directory, long firstSequence) {
        var log = open(directory, Disk.REAL, SEGMENT_BYTES, firstSequence);
        if (log.lastSequence() != firstSequence - 1) {
            log.close();
            throw new StoreException("there is a log in " + directory + " already", directory);
        }
        return log;
    }

    static AppendLog open(Path directory, Disk disk, int segmentBytes) {
        return open(directory, disk, segmentBytes, 1);
    }

    private static AppendLog open(Path directory, Disk disk, int segmentBytes, long firstSequence) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw StoreException.failed("make", directory, e);
        }
        var lock = DirectoryLock.acquire(directory);
        try {
            return new AppendLog(disk, directory, segmentBytes, lock, firstSequence);
        } catch (IOException e) {
            lock.close();
            throw StoreException.failed("open the log in", directory, e);
        } catch (RuntimeException | Error e) {
            lock.close();
            throw e;
        }
    }

    /// Appends `entries`, all or none of them; they are durable when this returns.
    ///
    /// @return the sequence number of the last of them
    /// @throws StoreException if they could not be made durable; they may then be there or not when the log is
    ///   opened again, and until that happens nothing more can be appended, unless the disk was full: then they
    ///   are not there, and another try may be made
    public synchronized long append(List<byte[]> entries) {
        requireHealthy();
        if (!entries.isEmpty()) {
            writeBatch(entries);
        }
        return tail.sequence() - 1;
    }

    /// {@return whether another append may be made: none failed in a way that leaves the end of the log unknown}
    public synchronized boolean takesEntries() {
        return failure == null && !isClosed;
    }

    /// {@return the sequence number of the oldest entry still there; one more than `lastSequence` if there is
    /// none}
    public synchronized long firstSequence() {
        return segments.getFirst().firstSequence();
    }

    /// {@return the sequence number of the newest entry, 0 if there never was one}
    public synchronized long lastSequence() {
        return tail.sequence() - 1;
    }

    /// Calls `visitor` with every entry from `sequence` on, in order, up to the newest when the call was made.
    ///
    /// @throws StoreException if `sequence` is older than the oldest entry still there, or if the log is
    ///   damaged
    public void forEachFrom(long sequence, Visitor visitor) {
        var all = new ArrayList<LogSegment>();
        long end;
        synchronized (this) {
            all.addAll(segments);
            end = tail.sequence();
        }
        if (sequence < all.getFirst().firstSequence()) {
            throw new StoreException(
                    "the log in " + directory + " begins with entry "
                            + all.getFirst().firstSequence() + ", but entry " + sequence
                            + " is needed; restore the missing segments from a backup",
                    directory);
        }
        for (int i = 0; i < all.size(); i++) {
            long segmentEnd = i + 1 < all.size() ? all.get(i + 1).firstSequence() : end;
            if (segmentEnd > sequence) {
                all.get(i).forEach(sequence, segmentEnd, visitor);
            }
        }
    }

    /// Gives up entries older than `sequence`, as far as whole segments are free of younger ones. Their files
    /// are used again. An append that comes meanwhile does not wait for it.
    ///
    /// @throws StoreException if a file could not be renamed, made or deleted; no entry that is needed is lost
    ///   by that
    public void truncateBefore(long sequence) {
        truncateBefore(sequence, 0);
    }

    /// Gives up entries older than `sequence`, but for those in the newest files of `bytesKept` in all.
    ///
    /// @throws StoreException as above
    public void truncateBefore(long sequence, long bytesKept) {
        synchronized (truncation) {
            for (var free = takeFreeSegment(sequence, bytesKept);
                    free != null;
                    free = takeFreeSegment(sequence, bytesKept)) {
                recycle(free);
            }
            if (spareCount() == 0) {
                makeSpare();
            }
        }
    }

    /// Gives the directory free.
    @Override
    public synchronized void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        try (lock;
                var _ = file) {
            if (failure == null) {
                markClosed();
            }
        } catch (IOException e) {
            throw StoreException.failed("close", segments.getLast().path(), e);
        }
    }

    private void findFiles() throws IOException {
        var numbered = new TreeMap<Long, Path>();
        try (var paths = Files.newDirectoryStream(directory)) {
            for (var path : paths) {
                long number = LogFormat.number(path, LogFormat.SEGMENT_SUFFIX);
                if (number >= 0) {
                    numbered.put(number, path);
                } else if (LogFormat.number(path, LogFormat.SPARE_SUFFIX) >= 0) {
                    addOrDelete(path);
                    spareNumberNext = Math.max(spareNumberNext, LogFormat.number(path, LogFormat.SPARE_SUFFIX) + 1);
                } else if (LogFormat.number(path, LogFormat.UNFINISHED_SUFFIX) >= 0) {
                    disk.delete(path);
                }
            }
        }
        for (var entry : numbered.entrySet()) {
            addFound(LogSegment.of(entry.getValue(), entry.getKey()));
        }
        if (segments.isEmpty() && !spares.isEmpty()) {
            throw StoreException.damaged(directory, "it has spare segments, but none that is in use");
        }
    }

    /// A spare of another size was made by a version of this program with other segments.
    private void addOrDelete(Path spare) throws IOException {
        if (Files.size(spare) == segmentBytes) {
            spares.add(spare);
        } else {
            disk.delete(spare);
        }
    }

    private void addFound(LogSegment segment) {
        if (!segments.isEmpty()) {
            var last = segments.getLast();
            if (segment.number() != last.number() + 1) {
                throw StoreException.damaged(
                        directory.resolve(LogFormat.name(last.number() + 1, LogFormat.SEGMENT_SUFFIX)),
                        "it is missing");
            }
            if (segment.firstSequence() < last.firstSequence()) {
                throw StoreException.damaged(
                        segment.path(),
                        "it begins with entry " + segment.firstSequence() + ", the segment before it with "
                                + last.firstSequence());
            }
        }
        segments.add(segment);
    }

    private void requireHealthy() {
        if (failure != null) {
            throw new StoreException(
                    "the log in " + directory + " takes no entries since an append failed (" + failure
                            + "); open it again",
                    directory);
        }
        if (isClosed) {
            throw new IllegalStateException("the log in " + directory + " is closed");
        }
    }

    private void writeBatch(List<byte[]> entries) {
        long bytes = LogFormat.batchBytes(entries);
        if (bytes > LogFormat.BATCH_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "an append takes " + bytes + " bytes, at most " + LogFormat.BATCH_BYTES_MAX + " are possible");
        }
        if (tail.position() + bytes > segments.getLast().bytes()) {
            roll(bytes);
        }
        var segment = segments.getLast();
        var batch = buffer((int) bytes);
        LogFormat.fill(batch, segment.number(), tail.sequence(), entries);
        try {
            file.write(batch, tail.position());
            file.sync();
        } catch (IOException e) {
            failure = e.toString();
            throw StoreException.failed("append to", segment.path(), e);
        }
        tail = new LogSegment.Tail(tail.position() + bytes, tail.sequence() + entries.size());
    }

    private ByteBuffer buffer(int bytes) {
        if (bytes > BUFFER_BYTES_MAX) {
            return LogFormat.block(bytes);
        }
        if (bytes > buffer.capacity()) {
            int capacity = Math.min(BUFFER_BYTES_MAX, Math.max(bytes, 2 * buffer.capacity()));
            buffer = ByteBuffer.allocateDirect(capacity).order(ByteOrder.LITTLE_ENDIAN);
        }
        return buffer.clear().limit(bytes);
    }

    /// Says that everything before was acknowledged, so that damage to the last entry can be told from an
    /// append that was cut short. Without the mark nothing is lost but this distinction, so a disk that is full
    /// does not matter.
    private void markClosed() {
        try {
            writeBatch(List.of());
        } catch (StoreException _) {
            assert isClosed;
        }
    }

    private void makeFirstSegment(long firstSequence) throws IOException {
        var made = make(segmentBytes);
        use(made, segmentBytes, 1, firstSequence).close();
    }

    /// Starts the next segment, with room for a batch of `batchBytes`.
    private void roll(long batchBytes) {
        long bytes = Math.max(segmentBytes, BLOCK_BYTES + batchBytes);
        var source = takeSpare(bytes);
        if (source == null) {
            try {
                source = make(bytes);
            } catch (IOException e) {
                throw StoreException.failed("make a segment in", directory, e);
            }
        }
        try {
            var next = use(source, Files.size(source), segments.getLast().number() + 1, tail.sequence());
            file.close();
            file = next;
            tail = new LogSegment.Tail(BLOCK_BYTES, tail.sequence());
        } catch (IOException e) {
            failure = e.toString();
            throw StoreException.failed("start a segment in", directory, e);
        }
    }

    /// Makes the file `source` the segment with number `number`, and opens it.
    private WritableFile use(Path source, long bytes, long number, long firstSequence) throws IOException {
        var path = directory.resolve(LogFormat.name(number, LogFormat.SEGMENT_SUFFIX));
        var opened = disk.open(source);
        try {
            // The header goes first, so that a file of this name never has another one.
            opened.write(LogFormat.header(number, firstSequence), 0);
            opened.sync();
            disk.rename(source, path);
            disk.syncDirectory(directory);
        } catch (IOException e) {
            opened.close();
            throw e;
        }
        segments.add(new LogSegment(path, number, firstSequence, bytes));
        return opened;
    }

    /// {@return a new file of `bytes` zeros, all of them on disk}
    private Path make(long bytes) throws IOException {
        var path = directory.resolve(LogFormat.name(newSpareNumber(), LogFormat.UNFINISHED_SUFFIX));
        try (var made = disk.create(path)) {
            var zeros = ByteBuffer.allocate(1 << 20);
            for (long at = 0; at < bytes; at += zeros.capacity()) {
                made.write(zeros.clear().limit((int) Math.min(zeros.capacity(), bytes - at)), at);
            }
            made.sync();
        } catch (IOException e) {
            discard(path, e);
            throw e;
        }
        return path;
    }

    private void discard(Path path, IOException cause) {
        try {
            disk.delete(path);
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    private synchronized long newSpareNumber() {
        return spareNumberNext++;
    }

    private synchronized int spareCount() {
        return spares.size();
    }

    private synchronized void addSpare(Path path) {
        spares.add(path);
    }

    /// {@return a spare file of exactly `bytes`, or null if there is none}
    private synchronized @Nullable Path takeSpare(long bytes) {
        return bytes == segmentBytes ? spares.poll() : null;
    }

    private synchronized @Nullable LogSegment takeFreeSegment(long sequence, long bytesKept) {
        requireHealthy();
        if (segments.size() < 2) {
            return null;
        }
        var oldest = segments.removeFirst();
        long bytesLeft = segments.stream().mapToLong(LogSegment::bytes).sum();
        if (segments.getFirst().firstSequence() <= sequence && bytesLeft >= bytesKept) {
            return oldest;
        }
        segments.addFirst(oldest);
        return null;
    }

    private void recycle(LogSegment free) {
        try {
            if (free.bytes() == segmentBytes && spareCount() < SPARES_MAX) {
                var spare = directory.resolve(LogFormat.name(newSpareNumber(), LogFormat.SPARE_SUFFIX));
                disk.rename(free.path(), spare);
                disk.syncDirectory(directory);
                addSpare(spare);
            } else {
                disk.delete(free.path());
                disk.syncDirectory(directory);
            }
        } catch (IOException e) {
            fail(e);
            throw StoreException.failed("give up", free.path(), e);
        }
    }

    /// After this it is not known which files there are: the log must be opened again.
    private synchronized void fail(IOException cause) {
        failure = cause.toString();
    }

    private void makeSpare() {
        try {
            var made = make(segmentBytes);
            var spare = made.resolveSibling(LogFormat.name(newSpareNumber(), LogFormat.SPARE_SUFFIX));
            disk.rename(made, spare);
            addSpare(spare);
        } catch (IOException e) {
            var failed = StoreException.failed("make a spare segment in", directory, e);
            if (!failed.isDiskFull()) {
                throw failed;
            }
            // The append that finds no spare makes a segment itself, and says so if it cannot.
        }
    }

    /// Receives one entry.
    public interface Visitor {
        void visit(long sequence, byte[] entry);
    }
}
