package decant.wasm;

/// How the first value of a global, an element or an offset is found. Floats are raw bits.
public sealed interface ConstantExpression {
    record I32Const(int value) implements ConstantExpression {}

    record I64Const(long value) implements ConstantExpression {}

    record F32Const(int bits) implements ConstantExpression {}

    record F64Const(long bits) implements ConstantExpression {}

    record V128Const(long low, long high) implements ConstantExpression {}

    record RefNull(ValueType type) implements ConstantExpression {}

    record RefFunc(int functionIndex) implements ConstantExpression {}

    /// The value of an immutable global that comes before.
    record GlobalGet(int globalIndex) implements ConstantExpression {}
}
