package decant.canister.state;

import decant.store.PageMap;

/// The content of one memory and its size, which may exceed the last page written.
public record MemoryImage(PageMap pages, long bytes) {
    public static final MemoryImage EMPTY = new MemoryImage(PageMap.empty(), 0);

    public MemoryImage {
        if (bytes < 0 || bytes % 65_536 != 0) {
            throw new IllegalArgumentException("a memory is a whole number of 64 KiB pages long, found " + bytes);
        }
    }

    /// {@return this memory with an equal image in place of its own}
    MemoryImage withPages(PageMap equal) {
        return equal == pages ? this : new MemoryImage(equal, bytes);
    }
}
