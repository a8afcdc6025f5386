package decant.store;

import static decant.store.LogFormat.BATCH_HEADER_BYTES;
import static decant.store.LogFormat.BLOCK_BYTES;

import decant.store.LogFormat.BatchHeader;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A segment of a log: what is known of its file, and how to read it.
///
/// @param number its place among the segments
/// @param firstSequence the sequence number of the first entry in it, or of the entry that will be the first
/// @param bytes the length of the file
record LogSegment(Path path, long number, long firstSequence, long bytes) {
    /// {@return the segment in the file `path`, whose name says that it has `number`}
    static LogSegment of(Path path, long number) {
        try (var channel = FileChannel.open(path)) {
            long bytes = channel.size();
            if (bytes < BLOCK_BYTES || bytes % BLOCK_BYTES != 0) {
                throw StoreException.damaged(
                        path, "it has " + bytes + " bytes, expected a multiple of " + BLOCK_BYTES + ", not 0");
            }
            var header = LogFormat.block(BLOCK_BYTES);
            readFully(channel, header, 0);
            return new LogSegment(path, number, LogFormat.firstSequence(header, number, path), bytes);
        } catch (IOException e) {
            throw StoreException.failed("read", path, e);
        }
    }

    /// {@return where the log goes on in this segment, which is the last; what an append left half written is
    /// passed over}
    Tail tail() {
        try (var reader = reader()) {
            long sequence = firstSequence;
            long position = BLOCK_BYTES;
            for (var batch = reader.read(position, sequence); batch != null; batch = reader.read(position, sequence)) {
                sequence += batch.entries().size();
                position = batch.end();
            }
            // An append is written when the one before is durable. So a batch that is not whole is the last one, or
            // else it was whole once, and was acknowledged.
            long later = reader.positionOfBatchAfter(position);
            if (later >= 0) {
                throw damaged(position, "there is no entry " + sequence + ", although a later batch is at " + later);
            }
            return new Tail(position, sequence);
        } catch (IOException e) {
            throw StoreException.failed("read", path, e);
        }
    }

    /// Calls `visitor` with the entries from `from` to before `end`, of which `end` is the first that is not in
    /// this segment.
    void forEach(long from, long end, AppendLog.Visitor visitor) {
        try (var reader = reader()) {
            long sequence = firstSequence;
            long position = BLOCK_BYTES;
            while (sequence < end) {
                var batch = reader.read(position, sequence);
                if (batch == null) {
                    throw damaged(position, "there is no whole batch that starts with entry " + sequence);
                }
                for (byte[] entry : batch.entries()) {
                    if (sequence >= from) {
                        visitor.visit(sequence, entry);
                    }
                    sequence++;
                }
                position = batch.end();
            }
        } catch (IOException e) {
            throw StoreException.failed("read", path, e);
        }
    }

    /// Calls `visitor` with the entries from `from` on, as far as they are whole, while somebody may be appending.
    ///
    /// @return the number of the first entry that is not there
    long forEachWhole(long from, AppendLog.Visitor visitor) {
        try (var reader = reader()) {
            long sequence = firstSequence;
            long position = BLOCK_BYTES;
            while (true) {
                var batch = reader.read(position, sequence);
                if (batch == null) {
                    long later = reader.positionOfBatchAfter(position);
                    if (later < 0) {
                        return sequence;
                    }
                    // It may have been finished, and the later one begun, after it was looked at.
                    batch = reader.read(position, sequence);
                    if (batch == null) {
                        throw damaged(
                                position, "there is no entry " + sequence + ", although a later batch is at " + later);
                    }
                }
                for (byte[] entry : batch.entries()) {
                    if (sequence >= from) {
                        visitor.visit(sequence, entry);
                    }
                    sequence++;
                }
                position = batch.end();
            }
        } catch (IOException e) {
            throw StoreException.failed("read", path, e);
        }
    }

    private Reader reader() throws IOException {
        return new Reader(FileChannel.open(path));
    }

    private StoreException damaged(long offset, String what) {
        return StoreException.damaged(path, "at offset " + offset + ": " + what);
    }

    private static void readFully(FileChannel channel, ByteBuffer target, long position) throws IOException {
        long at = position;
        while (target.hasRemaining()) {
            int count = channel.read(target, at);
            if (count < 0) {
                throw new EOFException("the file ends at " + at);
            }
            at += count;
        }
        target.rewind();
    }

    /// Where the next batch goes.
    ///
    /// @param position its offset in the segment
    /// @param sequence the number of its first entry
    record Tail(long position, long sequence) {}

    /// A batch that was read.
    ///
    /// @param end the offset behind its last block
    private record Batch(List<byte[]> entries, long end) {}

    /// The file, open for reading.
    private final class Reader implements AutoCloseable {
        private final FileChannel channel;
        private final ByteBuffer header = LogFormat.block(BATCH_HEADER_BYTES);

        Reader(FileChannel channel) {
            this.channel = channel;
        }

        /// {@return the batch at `position`, or null if there is no whole one whose first entry has the number
        /// `sequence`}
        @Nullable
        Batch read(long position, long sequence) throws IOException {
            var found = wholeBatch(position);
            if (found == null) {
                return null;
            }
            var batchHeader = BatchHeader.of(found);
            if (batchHeader.firstSequence() != sequence) {
                return null;
            }
            var entries = new ArrayList<byte[]>();
            found.position(BATCH_HEADER_BYTES);
            for (int i = 0; i < batchHeader.count(); i++) {
                if (found.remaining() < Integer.BYTES) {
                    return null;
                }
                int length = found.getInt();
                if (length < 0 || length > found.remaining()) {
                    return null;
                }
                var entry = new byte[length];
                found.get(entry);
                entries.add(entry);
            }
            return new Batch(entries, position + batchHeader.blockBytes());
        }

        /// {@return the offset of a whole batch of this segment behind `position`, or -1}
        long positionOfBatchAfter(long position) throws IOException {
            for (long at = position + BLOCK_BYTES; at < bytes; at += BLOCK_BYTES) {
                if (wholeBatch(at) != null) {
                    return at;
                }
            }
            return -1;
        }

        private @Nullable ByteBuffer wholeBatch(long position) throws IOException {
            if (position + BLOCK_BYTES > bytes) {
                return null;
            }
            header.clear();
            readFully(channel, header, position);
            var batchHeader = BatchHeader.of(header);
            if (!batchHeader.isPlausible(number, bytes - position)) {
                return null;
            }
            var batch = LogFormat.block(BATCH_HEADER_BYTES + batchHeader.length());
            readFully(channel, batch, position);
            return batchHeader.fits(batch) ? batch : null;
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
