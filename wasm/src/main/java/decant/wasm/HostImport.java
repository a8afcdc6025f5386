package decant.wasm;

/// A host function with its type.
public record HostImport(FunctionType type, HostFunction function) implements Extern {}
