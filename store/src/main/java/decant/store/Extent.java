package decant.store;

import decant.base.Hash;
import java.lang.foreign.MemorySegment;

/// Neighbouring pages, from `first` to before `end`, whose content lies in one place.
sealed interface Extent {
    long first();

    long end();

    /// {@return the part of this extent from page `from` to before page `to`, which must lie within it}
    Extent clip(long from, long to);

    /// Fills `target` with the bytes that start at `byteOffset` of the image.
    void copy(long byteOffset, MemorySegment target);

    /// {@return the SHA-256 of the bytes of `page`}
    Hash hash(long page);

    /// Pages of zeros, which are recorded only because they hide something below.
    record Zeros(long first, long end) implements Extent {
        @Override
        public Extent clip(long from, long to) {
            return new Zeros(from, to);
        }

        @Override
        public void copy(long byteOffset, MemorySegment target) {
            target.fill((byte) 0);
        }

        @Override
        public Hash hash(long page) {
            return Page.ZERO.hash();
        }
    }

    /// One page in memory.
    record Resident(long first, Page page) implements Extent {
        @Override
        public long end() {
            return first + 1;
        }

        @Override
        public Extent clip(long from, long to) {
            assert from == first;
            assert to == first + 1;
            return this;
        }

        @Override
        public void copy(long byteOffset, MemorySegment target) {
            page.copy((int) (byteOffset - first * PageMap.PAGE_BYTES), target);
        }

        @Override
        public Hash hash(long index) {
            return page.hash();
        }
    }

    /// A run of pages in an overlay file, of which the first is in slot `slot`.
    record Stored(long first, long end, Overlay overlay, long slot) implements Extent {
        @Override
        public Extent clip(long from, long to) {
            return from == first && to == end ? this : new Stored(from, to, overlay, slot + from - first);
        }

        @Override
        public void copy(long byteOffset, MemorySegment target) {
            overlay.copy(slot * PageMap.PAGE_BYTES + byteOffset - first * PageMap.PAGE_BYTES, target);
        }

        @Override
        public Hash hash(long page) {
            return overlay.hash(slot + page - first);
        }
    }
}
