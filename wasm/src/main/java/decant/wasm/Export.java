package decant.wasm;

/// Something the module offers under a name. The index counts imports first.
public record Export(String name, ExportKind kind, int index) {}
