package decant.wasm;

/// What an instance can import from outside, and what it exports.
public sealed interface Extern permits HostImport, Memory, Table, GlobalVariable {}
