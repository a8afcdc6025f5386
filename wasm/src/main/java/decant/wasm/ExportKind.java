package decant.wasm;

/// The kinds of things a module can offer, in the order of their codes.
public enum ExportKind {
    FUNCTION,
    TABLE,
    MEMORY,
    GLOBAL
}
