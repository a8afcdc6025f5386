package decant.motoko;

import java.util.SortedMap;

/// What the stable variables of an actor hold, read from what its hook before an upgrade left in a memory.
///
/// Values are written as Motoko does, on one line each and cut short where they are long.
public final class StableValues {
    private StableValues() {}

    /// {@return the values of an actor with classical persistence, whose hook writes them to stable memory}
    ///
    /// @param charactersMax how long the text of a value may be
    /// @throws UnreadableValuesException if there are none, or in a form that is not known
    public static SortedMap<String, String> inStableMemory(
            StableSignature signature, MemoryView stable, int charactersMax) {
        return new SerializedValues(signature, stable, charactersMax).read();
    }

    /// {@return the values of an actor with enhanced orthogonal persistence, whose hook leaves them in the heap}
    ///
    /// @param charactersMax how long the text of a value may be
    /// @throws UnreadableValuesException if there are none, or in a form that is not known
    public static SortedMap<String, String> inHeap(StableSignature signature, MemoryView heap, int charactersMax) {
        return new HeapValues(signature, heap, charactersMax).read();
    }
}
