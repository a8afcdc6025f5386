package decant.wasm.run;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// A range of addresses outside the Java heap, all zero at first, of which only the touched part costs memory.
///
/// Where the system has no `mmap` only the part that is in use is there, and making it larger may move it.
abstract sealed class Reservation implements AutoCloseable {
    final long reservedBytes;

    private Reservation(long reservedBytes) {
        this.reservedBytes = reservedBytes;
    }

    /// How the system gives a range.
    enum Kind {
        MAPPED,
        PLAIN;

        /// The best kind that this system has.
        static final Kind BEST = SystemMemory.AVAILABLE ? MAPPED : PLAIN;

        Reservation reserve(long bytes) {
            return switch (this) {
                case MAPPED -> new Mapped(bytes);
                case PLAIN -> new Plain(bytes);
            };
        }
    }

    /// {@return the part that may be used}
    abstract MemorySegment segment();

    /// Makes at least the first `bytes` usable.
    abstract void ensure(long bytes);

    /// Makes a range zero again and gives its memory back. Both ends are multiples of 64 KiB.
    abstract void discard(long from, long to);

    /// Gives a range its memory at once, which is much cheaper than page by page. Both ends are multiples of 64 KiB.
    abstract void populate(long from, long to);

    /// {@return whether the range may be replaced by mappings of files, and never moves}
    abstract boolean mappable();

    /// Gives everything back. Later use of the segment is an exception.
    @Override
    public abstract void close();

    static final class Mapped extends Reservation {
        private final Arena arena = Arena.ofShared();
        private final MemorySegment segment;

        Mapped(long requested) {
            long bytes = -Math.floorDiv(-requested, SystemMemory.GRANULE_BYTES) * SystemMemory.GRANULE_BYTES;
            super(bytes);
            long address = SystemMemory.reserve(bytes);
            this.segment = MemorySegment.ofAddress(address)
                    .reinterpret(bytes, arena, _ -> SystemMemory.release(address, bytes));
        }

        @Override
        MemorySegment segment() {
            return segment;
        }

        @Override
        void ensure(long bytes) {
            assert bytes <= reservedBytes : bytes;
        }

        @Override
        void discard(long from, long to) {
            // Never beyond our own range: what lies behind it belongs to somebody else.
            MemorySegment discarded = segment.asSlice(from, to - from);
            if (to > from) {
                SystemMemory.replaceByZeros(discarded.address(), discarded.byteSize());
            }
        }

        @Override
        void populate(long from, long to) {
            MemorySegment populated = segment.asSlice(from, to - from);
            SystemMemory.populate(populated.address(), populated.byteSize());
        }

        @Override
        boolean mappable() {
            return true;
        }

        @Override
        public void close() {
            arena.close();
        }
    }

    static final class Plain extends Reservation {
        private static final long BYTES_MIN = 1 << 16;

        private Range range;

        Plain(long bytes) {
            super(bytes);
            this.range = new Range(Math.min(bytes, BYTES_MIN));
        }

        @Override
        MemorySegment segment() {
            return range.segment;
        }

        @Override
        void ensure(long bytes) {
            assert bytes <= reservedBytes : bytes;
            MemorySegment segment = range.segment;
            if (bytes <= segment.byteSize()) {
                return;
            }
            long larger = Math.min(reservedBytes, Math.max(bytes, segment.byteSize() + (segment.byteSize() >> 1)));
            var moved = new Range(larger);
            moved.segment.copyFrom(segment);
            range.arena.close();
            range = moved;
        }

        @Override
        void discard(long from, long to) {
            long end = Math.min(to, range.segment.byteSize());
            if (end > from) {
                range.segment.asSlice(from, end - from).fill((byte) 0);
            }
        }

        @Override
        void populate(long from, long to) {
            ensure(to);
        }

        @Override
        boolean mappable() {
            return false;
        }

        @Override
        public void close() {
            range.arena.close();
        }

        private static final class Range {
            final Arena arena = Arena.ofShared();
            final MemorySegment segment;

            Range(long bytes) {
                this.segment = arena.allocate(bytes, 8);
            }
        }
    }
}
