package decant.canister.ic0;

import java.util.HashMap;
import java.util.Map;

/// A set of page indices that counts its members; cheap for long runs of neighbours.
final class PageSet {
    private static final int CHUNK_BITS = 12;
    private static final int WORDS = (1 << CHUNK_BITS) / Long.SIZE;

    private final Map<Long, long[]> chunks = new HashMap<>();
    private long size;

    /// {@return whether the page was not in the set before}
    boolean add(long page) {
        var words = chunks.computeIfAbsent(page >>> CHUNK_BITS, _ -> new long[WORDS]);
        int bit = (int) page & (1 << CHUNK_BITS) - 1;
        long mask = 1L << bit;
        if ((words[bit >>> 6] & mask) == 0) {
            words[bit >>> 6] |= mask;
            size++;
            return true;
        }
        return false;
    }

    long size() {
        return size;
    }
}
