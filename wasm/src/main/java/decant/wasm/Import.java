package decant.wasm;

/// Something the module needs from outside, under a name of two levels.
public record Import(String module, String name, ExternType type) {}
