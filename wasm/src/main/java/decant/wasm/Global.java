package decant.wasm;

/// A global that the module itself defines.
public record Global(GlobalType type, ConstantExpression initializer) {}
