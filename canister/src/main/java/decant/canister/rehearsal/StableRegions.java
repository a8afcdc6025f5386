package decant.canister.rehearsal;

import decant.canister.state.MemoryImage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SortedMap;
import java.util.TreeMap;

/// Which virtual memory of a memory manager each place of stable memory belongs to.
///
/// The layout is that of the memory manager of the library stable-structures, version 1:
/// ```
/// bytes 0..3       "MGR"
/// byte  3          1, the version
/// bytes 4..6       number of buckets that are given out
/// bytes 6..8       pages of 64 KiB in a bucket
/// bytes 40..2080   sizes of 255 memories in pages, 8 bytes each
/// bytes 2080..     for each bucket the number of its memory, 255 for none
/// page  1..        the buckets
/// ```
final class StableRegions {
    private static final int WASM_PAGE_BYTES = 65_536;
    private static final int MEMORIES = 255;
    private static final int SIZES_AT = 40;
    private static final int BUCKETS_AT = SIZES_AT + 8 * MEMORIES;
    private static final int BUCKETS_MAX = 32_768;

    private final byte[] header;
    private final int buckets;
    private final long bucketBytes;

    private StableRegions(byte[] header) {
        this.header = header;
        var words = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
        buckets = Math.min(BUCKETS_MAX, Short.toUnsignedInt(words.getShort(4)));
        bucketBytes = (long) Short.toUnsignedInt(words.getShort(6)) * WASM_PAGE_BYTES;
    }

    /// {@return the regions of a stable memory; none where there is no memory manager}
    static StableRegions of(MemoryImage stable) {
        var header = new byte[WASM_PAGE_BYTES];
        if (stable.bytes() > 0) {
            stable.pages().read(0, header, 0, header.length);
        }
        boolean isManaged = header[0] == 'M' && header[1] == 'G' && header[2] == 'R' && header[3] == 1;
        return new StableRegions(isManaged ? header : new byte[WASM_PAGE_BYTES]);
    }

    boolean isEmpty() {
        return buckets == 0 || bucketBytes == 0;
    }

    /// {@return the sizes of the memories in pages of 64 KiB, by their numbers; those without a bucket are left out}
    SortedMap<Integer, Long> sizes() {
        var sizes = new TreeMap<Integer, Long>();
        var words = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
        for (int bucket = 0; bucket < buckets; bucket++) {
            int memory = Byte.toUnsignedInt(header[BUCKETS_AT + bucket]);
            if (memory < MEMORIES) {
                sizes.put(memory, words.getLong(SIZES_AT + 8 * memory));
            }
        }
        return sizes;
    }

    /// {@return the number of the memory that the byte belongs to, or -1}
    int memoryAt(long offset) {
        if (isEmpty() || offset < WASM_PAGE_BYTES) {
            return -1;
        }
        long bucket = (offset - WASM_PAGE_BYTES) / bucketBytes;
        if (bucket >= buckets) {
            return -1;
        }
        int memory = Byte.toUnsignedInt(header[BUCKETS_AT + (int) bucket]);
        return memory < MEMORIES ? memory : -1;
    }
}
