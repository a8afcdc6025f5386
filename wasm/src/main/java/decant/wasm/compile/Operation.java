package decant.wasm.compile;

import static decant.wasm.binary.Opcode.*;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import decant.wasm.run.Numeric;
import decant.wasm.run.Raw;
import decant.wasm.run.UnsafeAccess;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.ConvertInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// An instruction that only takes values from the operand stack and puts at most one there: arithmetic, comparisons,
/// conversions, loads and stores.
///
/// It is one JVM instruction, or else a call of the method in {@link Numeric} that is named like it; a load or store is
/// some calls, see {@link UnsafeAccess}.
///
/// @param direct the one JVM instruction
/// @param method the method's name, without the instruction's dots and underscores
/// @param accessBytes how many bytes a load or store touches, 0 for all else
record Operation(
        Kind[] parameters,
        @Nullable Kind result,
        @Nullable Opcode direct,
        String method,
        MethodTypeDesc type,
        int accessBytes,
        boolean canTrap) {
    private static final ClassDesc NUMERIC = Numeric.class.describeConstable().orElseThrow();
    private static final ClassDesc ACCESS = Raw.ACCESS.describeConstable().orElseThrow();
    private static final MethodTypeDesc MARK = MethodTypeDesc.of(CD_void, CD_long, Kinds.STATE, CD_int);

    /// Not an instruction, but the first step of loads and stores of whole vectors: from the address to the place of
    /// the vector in our process, checked.
    static final Operation VECTOR_PLACE = new Operation(
            new Kind[] {Kind.INT},
            Kind.LONG,
            null,
            "v128Place",
            MethodTypeDesc.of(CD_long, CD_long, Kinds.STATE, CD_int),
            16,
            true);

    private static final @Nullable Operation[] CORE = new Operation[256];
    private static final @Nullable Operation[] SATURATING = new Operation[8];

    static {
        range(I32_EQZ, I32_EQZ, "i", "i");
        range(I32_EQ, I32_GE_U, "ii", "i");
        range(I64_EQZ, I64_EQZ, "l", "i");
        range(I64_EQ, I64_GE_U, "ll", "i");
        range(F32_EQ, F32_GE, "ff", "i");
        range(F64_EQ, F64_GE, "dd", "i");
        range(I32_CLZ, I32_POPCNT, "i", "i");
        range(I32_ADD, I32_ROTR, "ii", "i");
        range(I64_CLZ, I64_POPCNT, "l", "l");
        range(I64_ADD, I64_ROTR, "ll", "l");
        range(F32_ABS, F32_SQRT, "f", "f");
        range(F32_ADD, F32_COPYSIGN, "ff", "f");
        range(F64_ABS, F64_SQRT, "d", "d");
        range(F64_ADD, F64_COPYSIGN, "dd", "d");
        range(I32_WRAP_I64, I32_WRAP_I64, "l", "i");
        range(I32_TRUNC_F32_S, I32_TRUNC_F32_U, "f", "i");
        range(I32_TRUNC_F64_S, I32_TRUNC_F64_U, "d", "i");
        range(I64_EXTEND_I32_S, I64_EXTEND_I32_U, "i", "l");
        range(I64_TRUNC_F32_S, I64_TRUNC_F32_U, "f", "l");
        range(I64_TRUNC_F64_S, I64_TRUNC_F64_U, "d", "l");
        range(F32_CONVERT_I32_S, F32_CONVERT_I32_U, "i", "f");
        range(F32_CONVERT_I64_S, F32_CONVERT_I64_U, "l", "f");
        range(F32_DEMOTE_F64, F32_DEMOTE_F64, "d", "f");
        range(F64_CONVERT_I32_S, F64_CONVERT_I32_U, "i", "d");
        range(F64_CONVERT_I64_S, F64_CONVERT_I64_U, "l", "d");
        range(F64_PROMOTE_F32, F64_PROMOTE_F32, "f", "d");
        range(I32_REINTERPRET_F32, I32_REINTERPRET_F32, "f", "i");
        range(I64_REINTERPRET_F64, I64_REINTERPRET_F64, "d", "l");
        range(F32_REINTERPRET_I32, F32_REINTERPRET_I32, "i", "f");
        range(F64_REINTERPRET_I64, F64_REINTERPRET_I64, "l", "d");
        range(I32_EXTEND8_S, I32_EXTEND16_S, "i", "i");
        range(I64_EXTEND8_S, I64_EXTEND32_S, "l", "l");
        range(I32_TRUNC_SAT_F32_S, I32_TRUNC_SAT_F32_U, "f", "i");
        range(I32_TRUNC_SAT_F64_S, I32_TRUNC_SAT_F64_U, "d", "i");
        range(I64_TRUNC_SAT_F32_S, I64_TRUNC_SAT_F32_U, "f", "l");
        range(I64_TRUNC_SAT_F64_S, I64_TRUNC_SAT_F64_U, "d", "l");
        accesses("ilfdiiiillllll", new int[] {4, 8, 4, 8, 1, 1, 2, 2, 1, 1, 2, 2, 4, 4}, "ilfdiilll", new int[] {
            4, 8, 4, 8, 1, 2, 1, 2, 4
        });

        direct(I32_ADD, Opcode.IADD, Opcode.ISUB, Opcode.IMUL);
        direct(I32_AND, Opcode.IAND, Opcode.IOR, Opcode.IXOR, Opcode.ISHL, Opcode.ISHR, Opcode.IUSHR);
        direct(I64_ADD, Opcode.LADD, Opcode.LSUB, Opcode.LMUL);
        direct(I64_AND, Opcode.LAND, Opcode.LOR, Opcode.LXOR);
        direct(I32_WRAP_I64, Opcode.L2I);
        direct(I64_EXTEND_I32_S, Opcode.I2L);
        direct(I32_EXTEND8_S, Opcode.I2B, Opcode.I2S);
        direct(F32_ADD, Opcode.FADD, Opcode.FSUB, Opcode.FMUL, Opcode.FDIV);
        direct(F64_ADD, Opcode.DADD, Opcode.DSUB, Opcode.DMUL, Opcode.DDIV);
        direct(F32_CONVERT_I32_S, Opcode.I2F);
        direct(F32_CONVERT_I64_S, Opcode.L2F);
        direct(F64_CONVERT_I32_S, Opcode.I2D);
        direct(F64_CONVERT_I64_S, Opcode.L2D);
        direct(I32_TRUNC_SAT_F32_S, Opcode.F2I);
        direct(I32_TRUNC_SAT_F64_S, Opcode.D2I);
        direct(I64_TRUNC_SAT_F32_S, Opcode.F2L);
        direct(I64_TRUNC_SAT_F64_S, Opcode.D2L);
    }

    /// {@return the operation with this code, or null when the instruction is none}
    static @Nullable Operation of(int opcode) {
        if (opcode < CORE.length) {
            return CORE[opcode];
        }
        return opcode <= I64_TRUNC_SAT_F64_U && opcode >= I32_TRUNC_SAT_F32_S
                ? SATURATING[opcode - I32_TRUNC_SAT_F32_S]
                : null;
    }

    /// {@return the operation with this code, which there is}
    static Operation numeric(int opcode) {
        Operation operation = of(opcode);
        if (operation == null) {
            throw new AssertionError("BUG: " + name(opcode) + " is not an operation");
        }
        return operation;
    }

    /// {@return whether what the instruction gives may be any NaN, where WebAssembly on the Internet Computer has one}
    static boolean givesAnyNan(int opcode) {
        return opcode >= F32_ADD && opcode <= F32_DIV || opcode >= F64_ADD && opcode <= F64_DIV;
    }

    /// {@return whether an instruction does not tell one NaN from another}
    static boolean takesAnyNan(int opcode) {
        return opcode >= F32_EQ && opcode <= F64_GE
                || opcode >= F32_CEIL && opcode <= F32_MAX
                || opcode >= F64_CEIL && opcode <= F64_MAX
                || opcode >= I32_TRUNC_F32_S && opcode <= I32_TRUNC_F64_U
                || opcode >= I64_TRUNC_F32_S && opcode <= I64_TRUNC_F64_U
                || opcode == F32_DEMOTE_F64
                || opcode == F64_PROMOTE_F32;
    }

    /// Emits an operation that is no load or store.
    void emit(CodeBuilder code) {
        if (direct == null) {
            code.invokestatic(NUMERIC, method, type);
        } else if (direct.kind() == Opcode.Kind.CONVERT) {
            code.with(ConvertInstruction.of(direct));
        } else {
            code.with(OperatorInstruction.of(direct));
        }
    }

    boolean isStore() {
        return accessBytes > 0 && parameters.length == 2;
    }

    /// Emits a load or store whose operands are on the stack.
    ///
    /// @param state the JVM local with the state
    /// @param displacement not negative, and still to be added to the address; 0 if that is an i64
    /// @param is64 whether the address is an i64
    /// @param mustMark whether the page has to be marked, as written by a store or as read by a load
    void emitAccess(CodeBuilder code, int state, int offset, int displacement, boolean is64, boolean mustMark) {
        if (isStore()) {
            swap(code, is64, parameters[1].slotSize() == 2);
        }
        int behind = displacement + offset;
        code.aload(state);
        if (displacement != 0) {
            code.loadConstant(displacement)
                    .loadConstant(behind + accessBytes)
                    .invokestatic(
                            Kinds.STATE, "place32", MethodTypeDesc.of(CD_long, CD_int, Kinds.STATE, CD_int, CD_int));
        } else {
            code.loadConstant(behind + accessBytes)
                    .invokestatic(
                            Kinds.STATE,
                            is64 ? "place64" : "place32",
                            MethodTypeDesc.of(CD_long, is64 ? CD_long : CD_int, Kinds.STATE, CD_int));
        }
        if (mustMark) {
            String mark = (isStore() ? "mark" : "read") + (is64 ? "64" : "32");
            code.dup2().aload(state).loadConstant(behind).invokestatic(ACCESS, mark, MARK);
        }
        code.aload(state).loadConstant(behind).invokestatic(ACCESS, method, type);
    }

    private static void swap(CodeBuilder code, boolean isWideBelow, boolean isWideAbove) {
        if (isWideBelow && isWideAbove) {
            code.dup2_x2().pop2();
        } else if (isWideBelow) {
            code.dup_x2().pop();
        } else if (isWideAbove) {
            code.dup2_x1().pop2();
        } else {
            code.swap();
        }
    }

    private static void range(int first, int last, String parameters, String result) {
        for (int opcode = first; opcode <= last; opcode++) {
            boolean canTrap = opcode >= I32_DIV_S && opcode <= I32_REM_U
                    || opcode >= I64_DIV_S && opcode <= I64_REM_U
                    || opcode >= I32_TRUNC_F32_S && opcode <= I32_TRUNC_F64_U
                    || opcode >= I64_TRUNC_F32_S && opcode <= I64_TRUNC_F64_U;
            Kind[] kinds = kinds(parameters);
            Kind kind = Kinds.of(result.charAt(0));
            var type = MethodTypeDesc.of(
                    kind.descriptor(),
                    Arrays.stream(kinds).map(Kind::descriptor).toList());
            put(opcode, new Operation(kinds, kind, null, methodName(opcode), type, 0, canTrap));
        }
    }

    private static void accesses(String loaded, int[] loadedBytes, String stored, int[] storedBytes) {
        for (int i = 0; i < loadedBytes.length; i++) {
            Kind result = Kinds.of(loaded.charAt(i));
            var type = MethodTypeDesc.of(result.descriptor(), CD_long, Kinds.STATE, CD_int);
            access(I32_LOAD + i, "i", result, type, loadedBytes[i]);
        }
        for (int i = 0; i < storedBytes.length; i++) {
            Kind value = Kinds.of(stored.charAt(i));
            var type = MethodTypeDesc.of(CD_void, value.descriptor(), CD_long, Kinds.STATE, CD_int);
            access(I32_STORE + i, "i" + stored.charAt(i), null, type, storedBytes[i]);
        }
    }

    private static void access(int opcode, String parameters, @Nullable Kind result, MethodTypeDesc type, int bytes) {
        put(opcode, new Operation(kinds(parameters), result, null, methodName(opcode), type, bytes, true));
    }

    private static void direct(int firstOpcode, Opcode... instructions) {
        for (int i = 0; i < instructions.length; i++) {
            Operation general = numeric(firstOpcode + i);
            put(
                    firstOpcode + i,
                    new Operation(
                            general.parameters,
                            general.result,
                            instructions[i],
                            general.method,
                            general.type,
                            0,
                            false));
        }
    }

    private static void put(int opcode, Operation operation) {
        if (opcode < CORE.length) {
            CORE[opcode] = operation;
        } else {
            SATURATING[opcode - I32_TRUNC_SAT_F32_S] = operation;
        }
    }

    private static Kind[] kinds(String letters) {
        return letters.chars().mapToObj(letter -> Kinds.of((char) letter)).toArray(Kind[]::new);
    }

    private static String methodName(int opcode) {
        return methodName(decant.wasm.binary.Opcode.name(opcode));
    }

    /// {@return `i32TruncF32S` for `i32.trunc_f32_s`}
    static String methodName(String instruction) {
        var name = new StringBuilder();
        boolean capital = false;
        for (int i = 0; i < instruction.length(); i++) {
            char c = instruction.charAt(i);
            if (c == '.' || c == '_') {
                capital = true;
            } else {
                name.append(capital ? Character.toUpperCase(c) : c);
                capital = false;
            }
        }
        return name.toString();
    }
}
