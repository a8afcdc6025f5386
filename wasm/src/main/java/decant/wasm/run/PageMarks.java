package decant.wasm.run;

import static decant.wasm.run.Raw.RAW;

import java.util.BitSet;

/// A byte per page of a memory, which says whether and how the page was written. The bytes lie in front of the memory,
/// at a distance that compiled code knows.
final class PageMarks {
    /// Compiled code stored to the page, and perhaps to the first bytes of the next one.
    static final byte STORED = 1;

    /// The host wrote to the page, and has marked every page that it wrote.
    static final byte WRITTEN = 2;

    /// What lies in front of a memory.
    static final int BYTES = 1 << 22;

    private static final int PER_WORD = Long.BYTES;

    private PageMarks() {}

    /// Marks a range of pages as written by the host.
    static void write(long memoryBase, long first, long last) {
        for (long page = first; page <= last; page++) {
            long at = memoryBase - BYTES + page;
            if (RAW.getByte(at) == 0) {
                RAW.putByte(at, WRITTEN);
            }
        }
    }

    /// {@return the pages with a mark among the first `pages`}
    static BitSet marked(long memoryBase, long pages) {
        return find(memoryBase, pages, false);
    }

    /// {@return the pages to which compiled code stored, among the first `pages`}
    static BitSet stored(long memoryBase, long pages) {
        return find(memoryBase, pages, true);
    }

    private static BitSet find(long memoryBase, long pages, boolean onlyStored) {
        var found = new BitSet();
        long marks = memoryBase - BYTES;
        for (long word = 0; word < pages; word += PER_WORD) {
            if (RAW.getLong(marks + word) == 0) {
                continue;
            }
            for (long page = word; page < word + PER_WORD; page++) {
                byte mark = RAW.getByte(marks + page);
                if (onlyStored ? mark == STORED : mark != 0) {
                    found.set((int) page);
                }
            }
        }
        return found;
    }

    /// Takes the marks of the first `pages` away.
    static void clear(long memoryBase, long pages) {
        long marks = memoryBase - BYTES;
        for (long word = 0; word < pages; word += PER_WORD) {
            if (RAW.getLong(marks + word) != 0) {
                RAW.putLong(marks + word, 0);
            }
        }
    }
}
