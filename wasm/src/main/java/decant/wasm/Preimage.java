package decant.wasm;

import java.lang.foreign.MemorySegment;

/// What a memory held when a message began: for an embedder that keeps committed images anyway, and so spares the
/// memory a copy of its own.
@FunctionalInterface
public interface Preimage {
    /// Fills `target` with the bytes from `address` on, which lie within one page of {@link Memory#PAGE_BYTES}.
    void read(long address, MemorySegment target);
}
