package decant.wasm;

/// Bytes under a name that mean nothing to WebAssembly itself.
public record CustomSection(String name, byte[] content) {}
