package decant.store;

import decant.base.Hash;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A page held in memory: `PageMap.PAGE_BYTES` bytes that nobody writes to any more.
final class Page implements PageTree.Slot {
    static final Page ZERO = new Page(new byte[PageMap.PAGE_BYTES]);

    private final byte[] bytes;

    /// Computed when first asked for. The race is harmless: whoever loses it has computed the same immutable
    /// value.
    private @Nullable Hash hash;

    private Page(byte[] bytes) {
        this.bytes = bytes;
    }

    /// {@return the page that owns `bytes` from now on; all pages of zeros are one object}
    static Page owning(byte[] bytes) {
        if (bytes.length != PageMap.PAGE_BYTES) {
            throw new IllegalArgumentException(
                    "a page has " + PageMap.PAGE_BYTES + " bytes, found an array of " + bytes.length);
        }
        return Arrays.equals(bytes, ZERO.bytes) ? ZERO : new Page(bytes);
    }

    boolean isZero() {
        return this == ZERO;
    }

    byte[] bytes() {
        return bytes;
    }

    Hash hash() {
        var known = hash;
        if (known == null) {
            known = Hash.sha256(bytes);
            hash = known;
        }
        return known;
    }

    void copy(int offset, MemorySegment target) {
        MemorySegment.copy(MemorySegment.ofArray(bytes), offset, target, 0, target.byteSize());
    }

    boolean isSame(Page other) {
        return this == other || Arrays.equals(bytes, other.bytes);
    }
}
