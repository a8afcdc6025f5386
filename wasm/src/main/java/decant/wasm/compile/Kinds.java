package decant.wasm.compile;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import decant.wasm.FunctionType;
import decant.wasm.ValueType;
import decant.wasm.run.InstanceState;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.List;

/// How values of WebAssembly are represented in JVM bytecode.
final class Kinds {
    static final ClassDesc STATE = InstanceState.class.describeConstable().orElseThrow();
    static final ClassDesc LONGS = CD_long.arrayType();

    /// The JVM allows 255 slots of arguments.
    private static final int ARGUMENT_SLOTS_MAX = 250;

    private static final ClassDesc FLOAT_BOX = ConstantDescs.CD_Float;
    private static final ClassDesc DOUBLE_BOX = ConstantDescs.CD_Double;

    private Kinds() {}

    /// {@return the operands that a value of this type is}
    static Kind[] of(ValueType type) {
        return of(List.of(type));
    }

    /// {@return the operands that values of these types are, the first one lowest}
    static Kind[] of(List<ValueType> types) {
        var kinds = new Kind[ValueType.slots(types)];
        int next = 0;
        for (ValueType type : types) {
            next = put(kinds, next, type);
        }
        return kinds;
    }

    private static int put(Kind[] kinds, int at, ValueType type) {
        kinds[at] = switch (type) {
            case I32, FUNCREF, EXTERNREF -> Kind.INT;
            case I64, V128 -> Kind.LONG;
            case F32 -> Kind.FLOAT;
            case F64 -> Kind.DOUBLE;
        };
        if (type == ValueType.V128) {
            kinds[at + 1] = Kind.HIGH;
        }
        return at + type.slots();
    }

    static Kind of(char signatureLetter) {
        return switch (signatureLetter) {
            case 'i' -> Kind.INT;
            case 'l' -> Kind.LONG;
            case 'f' -> Kind.FLOAT;
            case 'd' -> Kind.DOUBLE;
            default -> throw new AssertionError("BUG: kind " + signatureLetter);
        };
    }

    /// {@return whether the arguments are too many for the JVM and travel in an array of slots}
    static boolean areArgumentsPacked(FunctionType type) {
        return jvmSlots(of(type.parameters())) > ARGUMENT_SLOTS_MAX;
    }

    /// {@return how many slots of the JVM these take}
    static int jvmSlots(Kind[] kinds) {
        int slots = 0;
        for (Kind kind : kinds) {
            slots += kind.slotSize();
        }
        return slots;
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
            for (Kind parameter : of(type.parameters())) {
                parameters.add(parameter.descriptor());
            }
        }
        parameters.addAll(more);
        parameters.add(CD_int);
        parameters.add(StateClass.NAME);
        return MethodTypeDesc.of(returnType(type), parameters);
    }

    private static ClassDesc returnType(FunctionType type) {
        Kind[] results = of(type.results());
        return results.length == 1 ? results[0].descriptor() : CD_void;
    }

    /// Turns the value on top of the operand stack into a slot.
    static void toSlot(CodeBuilder code, Kind kind) {
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
    static void fromSlot(CodeBuilder code, Kind kind) {
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
