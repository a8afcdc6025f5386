package decant.wasm.run;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// What pages of a memory held before the message wrote to them, in the order of the first writes.
///
/// Each entry also holds the first bytes of the page behind, because a store that begins in the page may end there
/// without having been noticed as a write to it. Restoring from the newest entry to the oldest puts every byte back:
/// the
/// page behind, too, was whole when the oldest entry that holds a part of it was made.
final class UndoLog implements AutoCloseable {
    /// How far a store can reach into the next page, rounded up.
    static final int TAIL_BYTES = 16;

    private static final int ENTRY_BYTES = LinearMemory.PAGE_BYTES + TAIL_BYTES;

    /// What a cleared log keeps for the next message. A memory that made it so large holds at least as much itself.
    private static final long KEPT_BYTES_MAX = 4 << 20;

    /// What is added at once beyond that: to touch a new page of the system costs more than to fill it.
    private static final long STEP_BYTES = 1 << 20;

    private final Reservation entries;
    private long readyBytes = KEPT_BYTES_MAX;
    private int[] pages = new int[16];
    private int count;

    /// A log for at most `pagesMax` pages.
    UndoLog(Reservation.Kind kind, long pagesMax) {
        this.entries = kind.reserve(Math.multiplyExact(pagesMax, ENTRY_BYTES));
    }

    /// Saves the page and what follows it. `memory` must reach beyond the page.
    void save(MemorySegment memory, int page) {
        long at = (long) count * ENTRY_BYTES;
        entries.ensure(at + ENTRY_BYTES);
        if (at + ENTRY_BYTES > readyBytes) {
            makeReady();
        }
        if (count == pages.length) {
            pages = Arrays.copyOf(pages, count * 2);
        }
        MemorySegment.copy(memory, (long) page * LinearMemory.PAGE_BYTES, entries.segment(), at, ENTRY_BYTES);
        pages[count] = page;
        count++;
    }

    private void makeReady() {
        long end = Math.min(readyBytes + STEP_BYTES, entries.reservedBytes);
        entries.populate(readyBytes, end);
        readyBytes = end;
    }

    /// Puts every page back, newest first.
    void restore(MemorySegment memory) {
        for (int entry = count - 1; entry >= 0; entry--) {
            long to = (long) pages[entry] * LinearMemory.PAGE_BYTES;
            MemorySegment.copy(entries.segment(), (long) entry * ENTRY_BYTES, memory, to, ENTRY_BYTES);
        }
    }

    int count() {
        return count;
    }

    int page(int entry) {
        return pages[entry];
    }

    /// {@return whether the bytes behind the entry's page are no longer what they were}
    boolean tailChanged(int entry, MemorySegment memory) {
        long behind = ((long) pages[entry] + 1) * LinearMemory.PAGE_BYTES;
        long tail = (long) entry * ENTRY_BYTES + LinearMemory.PAGE_BYTES;
        return MemorySegment.mismatch(memory, behind, behind + TAIL_BYTES, entries.segment(), tail, tail + TAIL_BYTES)
                >= 0;
    }

    /// Forgets all entries.
    void clear() {
        long used = (long) count * ENTRY_BYTES;
        if (used > KEPT_BYTES_MAX) {
            entries.discard(KEPT_BYTES_MAX, entries.segment().byteSize());
            readyBytes = KEPT_BYTES_MAX;
            pages = new int[16];
        }
        count = 0;
    }

    @Override
    public void close() {
        entries.close();
    }
}
