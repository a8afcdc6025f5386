package decant.wasm;

/// A table of references: indexed by i64 when `is64`, else by i32.
public record TableType(ValueType element, boolean is64, Limits limits) {
    /// {@return the type of its indices and sizes}
    public ValueType addressType() {
        return is64 ? ValueType.I64 : ValueType.I32;
    }
}
