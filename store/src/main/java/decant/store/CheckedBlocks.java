package decant.store;

import java.util.concurrent.atomic.AtomicReferenceArray;

/// The set of blocks of a file whose checksum was found right: a bitmap that grows where it is touched.
///
/// Any thread may use it. Two threads that add neighbours at once may lose one of them, which costs a second
/// check and nothing else, so there is no lock.
final class CheckedBlocks {
    private static final int CHUNK_BITS = 15;
    private static final int CHUNK_WORDS = 1 << (CHUNK_BITS - 6);

    private final AtomicReferenceArray<long[]> chunks;

    CheckedBlocks(long blocks) {
        chunks = new AtomicReferenceArray<>(Math.toIntExact((blocks >>> CHUNK_BITS) + 1));
    }

    boolean contains(long block) {
        var chunk = chunks.get((int) (block >>> CHUNK_BITS));
        return chunk != null && (chunk[word(block)] >>> block & 1) != 0;
    }

    /// {@return the first block from `block` on and before `end` that is not in the set; `end` if all of them are}
    long nextMissing(long block, long end) {
        long at = block;
        while (at < end) {
            var chunk = chunks.get((int) (at >>> CHUNK_BITS));
            long missing = (chunk == null ? -1L : ~chunk[word(at)]) & -1L << at;
            if (missing != 0) {
                return Math.min(end, (at & -Long.SIZE) + Long.numberOfTrailingZeros(missing));
            }
            at = (at & -Long.SIZE) + Long.SIZE;
        }
        return end;
    }

    void add(long block) {
        int index = (int) (block >>> CHUNK_BITS);
        var chunk = chunks.get(index);
        if (chunk == null) {
            var fresh = new long[CHUNK_WORDS];
            chunk = chunks.compareAndSet(index, null, fresh) ? fresh : chunks.get(index);
        }
        chunk[word(block)] |= 1L << block;
    }

    private static int word(long block) {
        return (int) (block >>> 6) & (CHUNK_WORDS - 1);
    }
}
