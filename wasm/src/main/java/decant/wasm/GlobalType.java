package decant.wasm;

/// A global variable, which only code may change, and only when it is mutable.
public record GlobalType(ValueType type, boolean mutable) {}
