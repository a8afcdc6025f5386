package decant.wasm.run;

import decant.wasm.Preimage;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/// A memory's own copy of what it held when a message began, for an embedder that keeps none.
///
/// Only pages that changed since the last message are copied again. Pages that were never written are absent, and zero.
final class Snapshot implements Preimage, AutoCloseable {
    private final Reservation.Kind kind;
    private final long bytesMax;
    private final BitSet stale = new BitSet();
    private boolean isStale;
    private @Nullable Reservation copies;

    Snapshot(Reservation.Kind kind, long bytesMax) {
        this.kind = kind;
        this.bytesMax = bytesMax;
    }

    /// These pages have changed, or may have.
    void expire(PageSet pages) {
        for (int i = 0; i < pages.size(); i++) {
            stale.set(pages.get(i));
        }
    }

    /// This page has changed.
    void expire(long page) {
        stale.set((int) page);
    }

    /// Any page may have changed.
    void expireAll() {
        isStale = true;
        stale.clear();
    }

    /// Makes the copy equal to the memory.
    void update(MemorySegment memory) {
        if (isStale) {
            clear();
            stale.set(0, (int) (memory.byteSize() / LinearMemory.PAGE_BYTES));
        }
        MemorySegment target = target(memory.byteSize());
        for (int page = stale.nextSetBit(0); page >= 0; page = stale.nextSetBit(page + 1)) {
            long at = (long) page * LinearMemory.PAGE_BYTES;
            if (at < memory.byteSize()) {
                MemorySegment.copy(memory, at, target, at, LinearMemory.PAGE_BYTES);
            }
        }
        stale.clear();
    }

    private MemorySegment target(long bytes) {
        if (copies == null) {
            copies = kind.reserve(bytesMax);
        }
        copies.ensure(bytes);
        return copies.segment();
    }

    /// Becomes the copy of a memory that is all zero.
    void clear() {
        close();
        copies = null;
        isStale = false;
        stale.clear();
    }

    @Override
    public void read(long address, MemorySegment target) {
        if (copies == null) {
            throw new AssertionError("BUG: a snapshot that was never taken");
        }
        MemorySegment.copy(copies.segment(), address, target, 0, target.byteSize());
    }

    @Override
    public void close() {
        if (copies != null) {
            copies.close();
        }
    }
}
