package decant.cli;

import decant.base.Hash;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;

/// A memory in a file, in blocks of a mebibyte: those that are not all zeros, by their numbers, each with its SHA-256.
///
/// Zeros are not among them, so that checking a sparse file costs what is in it.
final class FileBlocks {
    static final int BLOCK_BYTES = 1 << 20;
    static final int PAGE_BYTES = 4096;

    private static final byte[] ZEROS = new byte[PAGE_BYTES];

    private final long bytes;
    private final SortedMap<Long, Hash> hashes = new TreeMap<>();

    FileBlocks(long bytes) {
        this.bytes = bytes;
    }

    /// {@return the length of the file}
    long bytes() {
        return bytes;
    }

    /// {@return how many blocks there are, those of zeros included}
    long count() {
        return (bytes + BLOCK_BYTES - 1) / BLOCK_BYTES;
    }

    /// {@return the length of the block, which is shorter at the end of the file}
    int length(long block) {
        return (int) Math.min(BLOCK_BYTES, bytes - block * BLOCK_BYTES);
    }

    /// {@return the block as it is in the file; what lies behind the file's end is zeros}
    byte[] read(FileChannel channel, long block) throws IOException {
        var content = new byte[length(block)];
        var buffer = ByteBuffer.wrap(content);
        long position = block * BLOCK_BYTES;
        while (buffer.hasRemaining() && channel.read(buffer, position + buffer.position()) >= 0) {}
        return content;
    }

    synchronized void put(long block, Hash hash) {
        hashes.put(block, hash);
    }

    synchronized boolean contains(long block) {
        return hashes.containsKey(block);
    }

    /// {@return the blocks; to be asked when no more are put}
    SortedMap<Long, Hash> hashes() {
        return hashes;
    }

    static boolean isZero(byte[] content, int from, int length) {
        for (int at = from; at < from + length; at += PAGE_BYTES) {
            int end = Math.min(at + PAGE_BYTES, from + length);
            if (!Arrays.equals(content, at, end, ZEROS, 0, end - at)) {
                return false;
            }
        }
        return true;
    }
}
