package decant.wasm.run;

import static decant.wasm.run.Raw.RAW;

/// A byte per page of a memory, which says whether and how the page was written, and a byte per page of 64 KiB, which
/// says whether it was read. The bytes lie in front of the memory, at distances that compiled code knows.
///
/// ```text
/// marks of reads | marks of writes | memory
/// ```
final class PageMarks {
    /// Compiled code stored to the page, and perhaps to the first bytes of the next one.
    static final byte STORED = 1;

    /// The host wrote to the page, and has marked every page that it wrote.
    static final byte WRITTEN = 2;

    /// How far in front of a memory the marks of writes begin.
    static final int BYTES = 1 << 22;

    /// How far in front of a memory the marks of reads begin, and with them all that belongs to it.
    static final int READS = BYTES + (BYTES >>> LinearMemory.WASM_PAGE_SHIFT - LinearMemory.PAGE_SHIFT);

    static final byte READ = 1;

    /// So many marks are looked at together: hardly any page of a large memory is written in one message.
    private static final int CHUNK_BYTES = 64;

    private PageMarks() {}

    /// Marks the page of a place to which compiled code stores.
    static void store(long memoryBase, long place) {
        RAW.putByte(memoryBase - BYTES + (place >>> LinearMemory.PAGE_SHIFT), STORED);
    }

    /// Marks a range of pages as written by the host.
    static void write(long memoryBase, long first, long last) {
        for (long page = first; page <= last; page++) {
            long at = memoryBase - BYTES + page;
            if (RAW.getByte(at) == 0) {
                RAW.putByte(at, WRITTEN);
            }
        }
    }

    /// Marks a range of pages of 64 KiB as read.
    static void read(long memoryBase, long first, long last) {
        for (long page = first; page <= last; page++) {
            RAW.putByte(memoryBase - READS + page, READ);
        }
    }

    /// {@return whether a page of 64 KiB was read}
    static boolean isRead(long memoryBase, int page) {
        return RAW.getByte(memoryBase - READS + page) != 0;
    }

    /// {@return how many of the first `pages` of 64 KiB were read, behind which none was}
    static int countRead(long memoryBase, int pages) {
        int count = 0;
        for (int page = 0; page < pages; page += Long.BYTES) {
            count += Long.bitCount(RAW.getLong(memoryBase - READS + page));
        }
        return count;
    }

    /// {@return the pages with a mark among the first `pages`, behind which there is none}
    static PageSet marked(long memoryBase, int pages) {
        var found = new PageSet();
        long marks = memoryBase - BYTES;
        for (int chunk = 0; chunk < pages; chunk += CHUNK_BYTES) {
            if (isEmpty(marks + chunk)) {
                continue;
            }
            for (int page = chunk; page < chunk + CHUNK_BYTES; page++) {
                if (RAW.getByte(marks + page) != 0) {
                    found.add(page);
                }
            }
        }
        return found;
    }

    private static boolean isEmpty(long chunk) {
        return (RAW.getLong(chunk)
                        | RAW.getLong(chunk + 8)
                        | RAW.getLong(chunk + 16)
                        | RAW.getLong(chunk + 24)
                        | RAW.getLong(chunk + 32)
                        | RAW.getLong(chunk + 40)
                        | RAW.getLong(chunk + 48)
                        | RAW.getLong(chunk + 56))
                == 0;
    }

    /// {@return whether compiled code stored to the page}
    static boolean isStored(long memoryBase, int page) {
        return RAW.getByte(memoryBase - BYTES + page) == STORED;
    }

    /// Takes the marks of these pages away.
    static void clear(long memoryBase, PageSet marked) {
        for (int i = 0; i < marked.size(); i++) {
            RAW.putByte(memoryBase - BYTES + marked.get(i), (byte) 0);
        }
    }
}
