package decant.motoko;

/// The bytes of a memory of an actor.
public interface MemoryView {
    /// {@return how many bytes it has}
    long bytes();

    /// Copies `length` bytes from `offset` on to `target`, where they begin at `from`.
    void read(long offset, byte[] target, int from, int length);
}
