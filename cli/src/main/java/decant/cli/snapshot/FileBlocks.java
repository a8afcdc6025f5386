package decant.cli.snapshot;

import decant.base.Hash;
import decant.store.PageMap;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.util.SortedMap;
import java.util.TreeMap;

/// A memory in a file, in blocks of a mebibyte: those that are not all zeros, by their numbers, each with its hash.
///
/// The hash of a block is the SHA-256 of the SHA-256s of its pages, one behind the other, so that whoever knows those
/// of the pages need not hash the content. Blocks of zeros are left out, so that checking a sparse file costs what is
/// in it.
final class FileBlocks {
    static final int BLOCK_BYTES = 1 << 20;
    static final int PAGE_BYTES = PageMap.PAGE_BYTES;

    private static final MemorySegment ZEROS = MemorySegment.ofArray(new byte[PAGE_BYTES]);

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

    /// Fills `target`, which is as long as the block, with what is in the file, and with zeros behind the file's end.
    void read(FileChannel channel, long block, MemorySegment target) throws IOException {
        var buffer = target.asByteBuffer();
        long position = block * BLOCK_BYTES;
        while (buffer.hasRemaining() && channel.read(buffer, position + buffer.position()) >= 0) {}
        target.asSlice(buffer.position()).fill((byte) 0);
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

    /// {@return the hash of a block that has this content}
    static Hash hash(MemorySegment content) {
        var page = Hash.newSha256();
        var block = Hash.newSha256();
        for (long from = 0; from < content.byteSize(); from += PAGE_BYTES) {
            long length = Math.min(PAGE_BYTES, content.byteSize() - from);
            page.update(content.asSlice(from, length).asByteBuffer());
            block.update(page.digest());
        }
        return Hash.of(block.digest());
    }

    static boolean isZero(MemorySegment content) {
        for (long from = 0; from < content.byteSize(); from += PAGE_BYTES) {
            long to = Math.min(from + PAGE_BYTES, content.byteSize());
            if (MemorySegment.mismatch(content, from, to, ZEROS, 0, to - from) >= 0) {
                return false;
            }
        }
        return true;
    }
}
