package decant.canister.state;

import decant.store.PageDelta;
import decant.store.PageMap;

/// The content of one memory and its size, which may exceed the last page written.
///
/// @param pagesWritten how many pages executions wrote since the memory was empty, each counted as often as it was
public record MemoryImage(PageMap pages, long bytes, long pagesWritten) {
    public static final MemoryImage EMPTY = new MemoryImage(PageMap.empty(), 0);

    public MemoryImage {
        if (bytes < 0 || bytes % 65_536 != 0) {
            throw new IllegalArgumentException("a memory is a whole number of 64 KiB pages long, found " + bytes);
        }
    }

    /// A memory of which nobody knows how it came to be: every page may have been written.
    public MemoryImage(PageMap pages, long bytes) {
        this(pages, bytes, bytes / PageMap.PAGE_BYTES);
    }

    /// {@return this memory after an execution that wrote these pages and left it so large}
    public MemoryImage written(PageDelta delta, long bytesAfter) {
        return new MemoryImage(pages.with(delta), bytesAfter, pagesWritten + delta.size());
    }

    /// {@return at most how many bytes the pages have that are not empty}
    long contentBytesMax() {
        return Math.min(bytes, pagesWritten * PageMap.PAGE_BYTES);
    }

    /// {@return this memory as if it had come to be without writing}
    MemoryImage withoutCount() {
        return new MemoryImage(pages, bytes, 0);
    }

    /// {@return this memory with an equal image in place of its own}
    MemoryImage withPages(PageMap equal) {
        return equal == pages ? this : new MemoryImage(equal, bytes, pagesWritten);
    }
}
