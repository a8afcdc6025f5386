package decant.canister.state;

/// The content of one memory and its size, which may exceed the last page written.
public record MemoryImage(long bytes) {
    public static final MemoryImage EMPTY = new MemoryImage(0);

    public MemoryImage {
        if (bytes < 0 || bytes % 65_536 != 0) {
            throw new IllegalArgumentException("a memory is a whole number of 64 KiB pages long, found " + bytes);
        }
    }
}
