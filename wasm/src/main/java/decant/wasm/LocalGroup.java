package decant.wasm;

/// Some neighbouring locals of the same type.
public record LocalGroup(int count, ValueType type) {}
