package decant.store;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32C;

/// The files of a log, and their bytes.
///
/// ```
/// lock           locked by the process that has the log open; empty
/// N.log          the segment with number N, ten digits; the numbers of all segments follow one another
/// N.spare        a segment that is free to be used again, whatever its content
/// N.unfinished   a file that was being made; deleted when the log is opened
///
/// segment = header batch* rest              in blocks of 4,096 bytes; numbers are little-endian
/// header  = magic u64, version u32, 0 u32, number of the segment u64, sequence number of its first entry u64, 0*,
///           CRC32C of the 4,092 bytes before u32
/// batch   = magic u32, CRC32C of all that follows up to the last entry u32, number of the segment u64,
///           sequence number of the first entry u64, number of entries u32, bytes of the entries u32, entry*,
///           0* up to a whole block
/// entry   = length u32, bytes
/// rest    = zeros, or whatever the file held when it was another segment
/// ```
///
/// A batch is what one append wrote, and starts a block of its own, so that nothing acknowledged shares a block
/// with something being written. The number of the segment in it tells it from what the file held before. A
/// batch without entries says that the log was closed there, hence that everything before it was acknowledged.
final class LogFormat {
    static final int VERSION = 1;
    static final long MAGIC = 0x474C_544E_4143_4544L; // "DECANTLG"
    static final int BATCH_MAGIC = 0x4843_5442; // "BTCH"

    static final int BLOCK_BYTES = 4096;
    static final int CHECK_AT = BLOCK_BYTES - Integer.BYTES;
    static final int BATCH_HEADER_BYTES = 32;
    static final long BATCH_BYTES_MAX = 1L << 30;

    static final String SEGMENT_SUFFIX = ".log";
    static final String SPARE_SUFFIX = ".spare";
    static final String UNFINISHED_SUFFIX = ".unfinished";

    private static final int VERSION_AT = 8;
    private static final int NUMBER_AT = 16;
    private static final int SEQUENCE_AT = 24;
    private static final int BATCH_CRC_AT = 4;
    private static final int BATCH_CHECKED_AT = 8;
    private static final int BATCH_SEQUENCE_AT = 16;
    private static final int BATCH_COUNT_AT = 24;
    private static final int BATCH_LENGTH_AT = 28;

    private LogFormat() {}

    static String name(long number, String suffix) {
        return "%010d%s".formatted(number, suffix);
    }

    /// {@return the number of a file whose name ends in `suffix`, or -1 when its name is not of that form}
    static long number(Path file, String suffix) {
        var name = file.getFileName().toString();
        return name.endsWith(suffix) && name.matches("\\d{10,18}\\.[a-z]+")
                ? Long.parseLong(name.substring(0, name.length() - suffix.length()))
                : -1;
    }

    static ByteBuffer header(long number, long firstSequence) {
        var block = block(BLOCK_BYTES).putLong(0, MAGIC).putInt(VERSION_AT, VERSION);
        block.putLong(NUMBER_AT, number).putLong(SEQUENCE_AT, firstSequence);
        return block.putInt(CHECK_AT, crc(block, 0, CHECK_AT));
    }

    /// {@return the sequence number of the first entry in the segment that `block` is the header of}
    static long firstSequence(ByteBuffer block, long number, Path path) {
        if (block.getLong(0) != MAGIC || block.getInt(CHECK_AT) != crc(block, 0, CHECK_AT)) {
            throw StoreException.damaged(path, "at offset 0: the checksum or magic of its header is wrong");
        }
        if (block.getInt(VERSION_AT) != VERSION) {
            throw StoreException.otherVersion(path, block.getInt(VERSION_AT), VERSION);
        }
        if (block.getLong(NUMBER_AT) != number) {
            throw StoreException.damaged(
                    path, "at offset 0: it is segment " + block.getLong(NUMBER_AT) + ", expected " + number);
        }
        return block.getLong(SEQUENCE_AT);
    }

    /// {@return the bytes that a batch of `entries` takes in its segment}
    static long batchBytes(List<byte[]> entries) {
        long bytes = BATCH_HEADER_BYTES;
        for (byte[] entry : entries) {
            bytes += Integer.BYTES + entry.length;
        }
        return (bytes + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
    }

    /// Fills `batch`, of as many bytes as `batchBytes` computed, with the batch of `entries`.
    static void fill(ByteBuffer batch, long number, long firstSequence, List<byte[]> entries) {
        batch.position(BATCH_HEADER_BYTES);
        for (byte[] entry : entries) {
            batch.putInt(entry.length).put(entry);
        }
        int end = batch.position();
        batch.put(new byte[batch.remaining()]);
        batch.putInt(0, BATCH_MAGIC).putLong(BATCH_CHECKED_AT, number).putLong(BATCH_SEQUENCE_AT, firstSequence);
        batch.putInt(BATCH_COUNT_AT, entries.size()).putInt(BATCH_LENGTH_AT, end - BATCH_HEADER_BYTES);
        batch.putInt(BATCH_CRC_AT, crc(batch, BATCH_CHECKED_AT, end)).rewind();
    }

    static ByteBuffer block(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    static int crc(ByteBuffer bytes, int from, int to) {
        var crc = new CRC32C();
        crc.update(bytes.slice(from, to - from));
        return (int) crc.getValue();
    }

    /// The fields at the start of a batch, as found, right or wrong.
    record BatchHeader(int magic, int crc, long number, long firstSequence, int count, int length) {
        static BatchHeader of(ByteBuffer block) {
            return new BatchHeader(
                    block.getInt(0),
                    block.getInt(BATCH_CRC_AT),
                    block.getLong(BATCH_CHECKED_AT),
                    block.getLong(BATCH_SEQUENCE_AT),
                    block.getInt(BATCH_COUNT_AT),
                    block.getInt(BATCH_LENGTH_AT));
        }

        /// {@return whether this may start a batch of segment `segment` of which `bytesLeft` bytes are there}
        boolean isPlausible(long segment, long bytesLeft) {
            return magic == BATCH_MAGIC
                    && number == segment
                    && count >= 0
                    && length >= 0
                    && length <= bytesLeft - BATCH_HEADER_BYTES;
        }

        /// {@return whether `batch`, header and entries, has the checksum that it should have}
        boolean fits(ByteBuffer batch) {
            return crc == LogFormat.crc(batch, BATCH_CHECKED_AT, BATCH_HEADER_BYTES + length);
        }

        long blockBytes() {
            return (BATCH_HEADER_BYTES + (long) length + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
        }
    }
}
