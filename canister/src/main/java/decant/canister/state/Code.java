package decant.canister.state;

/// The installed module and what it has made of its memories: raw bits of its globals, heap and stable memory.
public record Code(ModuleBinary module, long[] globals, MemoryImage heap, MemoryImage stable) {
    public Code withMemory(long[] nextGlobals, MemoryImage nextHeap, MemoryImage nextStable) {
        return new Code(module, nextGlobals, nextHeap, nextStable);
    }
}
