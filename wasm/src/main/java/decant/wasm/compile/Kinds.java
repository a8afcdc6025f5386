package decant.wasm.compile;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import decant.wasm.FunctionType;
import decant.wasm.ValueType;
import decant.wasm.run.InstanceState;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.List;

/// How values of WebAssembly are represented in JVM bytecode: references are ints, all else is as expected.
final class Kinds {
    static final ClassDesc STATE = InstanceState.class.describeConstable().orElseThrow();
    static final ClassDesc LONGS = CD_long.arrayType();

    /// The JVM allows 255 slots of arguments.
    private static final int ARGUMENT_SLOTS_MAX = 250;

    private static final ClassDesc FLOAT_BOX = ConstantDescs.CD_Float;
    private static final ClassDesc DOUBLE_BOX = ConstantDescs.CD_Double;

    private Kinds() {}

    static TypeKind of(ValueType type) {
        return switch (type) {
            case I32, FUNCREF, EXTERNREF -> TypeKind.INT;
            case I64 -> TypeKind.LONG;
            case F32 -> TypeKind.FLOAT;
            case F64 -> TypeKind.DOUBLE;
            case V128 -> throw new AssertionError("BUG: vectors are refused when a module is instantiated");
        };
    }

    static TypeKind[] of(List<ValueType> types) {
        return types.stream().map(Kinds::of).toArray(TypeKind[]::new);
    }

    static TypeKind of(char signatureLetter) {
        return switch (signatureLetter) {
            case 'i' -> TypeKind.INT;
            case 'l' -> TypeKind.LONG;
            case 'f' -> TypeKind.FLOAT;
            case 'd' -> TypeKind.DOUBLE;
            default -> throw new AssertionError("BUG: kind " + signatureLetter);
        };
    }

    /// {@return whether the arguments are too many for the JVM and travel in an array of slots}
    static boolean areArgumentsPacked(FunctionType type) {
        int slots = 0;
        for (ValueType parameter : type.parameters()) {
            slots += of(parameter).slotSize();
        }
        return slots > ARGUMENT_SLOTS_MAX;
    }

    /// {@return the descriptor of a function's method}
    static MethodTypeDesc methodType(FunctionType type) {
        return methodType(type, List.of());
    }

    /// {@return the descriptor of a method that takes `more` between the function's parameters and the usual last ones}
    static MethodTypeDesc methodType(FunctionType type, List<ClassDesc> more) {
        var parameters = new ArrayList<ClassDesc>();
        if (areArgumentsPacked(type)) {
            parameters.add(LONGS);
        } else {
            type.parameters().forEach(parameter -> parameters.add(of(parameter).upperBound()));
        }
        parameters.addAll(more);
        parameters.add(CD_int);
        parameters.add(StateClass.NAME);
        return MethodTypeDesc.of(returnType(type), parameters);
    }

    private static ClassDesc returnType(FunctionType type) {
        return type.results().size() == 1 ? of(type.results().getFirst()).upperBound() : CD_void;
    }

    /// Turns the value on top of the operand stack into a slot.
    static void toSlot(CodeBuilder code, TypeKind kind) {
        switch (kind) {
            case INT -> code.i2l();
            case FLOAT ->
                code.invokestatic(FLOAT_BOX, "floatToRawIntBits", MethodTypeDesc.of(CD_int, ConstantDescs.CD_float))
                        .i2l();
            case DOUBLE ->
                code.invokestatic(
                        DOUBLE_BOX, "doubleToRawLongBits", MethodTypeDesc.of(CD_long, ConstantDescs.CD_double));
            default -> {}
        }
    }

    /// Turns the slot on top of the operand stack into a value.
    static void fromSlot(CodeBuilder code, TypeKind kind) {
        switch (kind) {
            case INT -> code.l2i();
            case FLOAT ->
                code.l2i().invokestatic(FLOAT_BOX, "intBitsToFloat", MethodTypeDesc.of(ConstantDescs.CD_float, CD_int));
            case DOUBLE ->
                code.invokestatic(DOUBLE_BOX, "longBitsToDouble", MethodTypeDesc.of(ConstantDescs.CD_double, CD_long));
            default -> {}
        }
    }
}
