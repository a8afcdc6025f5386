package decant.wasm;

/// A memory: addressed by i64 when `is64`, else by i32. The limits count pages of 65,536 bytes.
public record MemoryType(boolean is64, Limits limits) {
    /// {@return the type of its addresses and sizes}
    public ValueType addressType() {
        return is64 ? ValueType.I64 : ValueType.I32;
    }
}
