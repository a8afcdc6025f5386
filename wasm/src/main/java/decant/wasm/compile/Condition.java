package decant.wasm.compile;

import static decant.wasm.binary.Opcode.*;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Opcode;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import org.jspecify.annotations.Nullable;

/// A comparison together with the conditional jump that follows it.
///
/// @param comparison what turns the operands into an int to compare with zero, or nothing when the jump takes them as
///     they are
/// @param jump jumps when the condition holds
record Condition(Comparison comparison, Opcode jump) {
    enum Comparison {
        NONE,
        UNSIGNED_INT,
        ZERO_LONG,
        LONG,
        UNSIGNED_LONG,
        /// NaN compares as less.
        FLOAT_LOW,
        /// NaN compares as greater.
        FLOAT_HIGH,
        DOUBLE_LOW,
        DOUBLE_HIGH
    }

    /// An int is not zero.
    static final Condition NOT_ZERO = new Condition(Comparison.NONE, Opcode.IFNE);

    private static final ClassDesc INTEGER_BOX = ConstantDescs.CD_Integer;
    private static final ClassDesc LONG_BOX = ConstantDescs.CD_Long;
    private static final MethodTypeDesc COMPARE_INTS =
            MethodTypeDesc.of(ConstantDescs.CD_int, ConstantDescs.CD_int, ConstantDescs.CD_int);
    private static final MethodTypeDesc COMPARE_LONGS =
            MethodTypeDesc.of(ConstantDescs.CD_int, ConstantDescs.CD_long, ConstantDescs.CD_long);

    /// {@return the condition that an instruction tests, or null when it is no comparison}
    static @Nullable Condition of(int opcode) {
        if (opcode < I32_EQZ || opcode > F64_GE) {
            return null;
        }
        return switch (opcode) {
            case I32_EQZ -> new Condition(Comparison.NONE, Opcode.IFEQ);
            case I32_EQ -> new Condition(Comparison.NONE, Opcode.IF_ICMPEQ);
            case I32_NE -> new Condition(Comparison.NONE, Opcode.IF_ICMPNE);
            case I32_LT_S -> new Condition(Comparison.NONE, Opcode.IF_ICMPLT);
            case I32_LT_U -> new Condition(Comparison.UNSIGNED_INT, Opcode.IFLT);
            case I32_GT_S -> new Condition(Comparison.NONE, Opcode.IF_ICMPGT);
            case I32_GT_U -> new Condition(Comparison.UNSIGNED_INT, Opcode.IFGT);
            case I32_LE_S -> new Condition(Comparison.NONE, Opcode.IF_ICMPLE);
            case I32_LE_U -> new Condition(Comparison.UNSIGNED_INT, Opcode.IFLE);
            case I32_GE_S -> new Condition(Comparison.NONE, Opcode.IF_ICMPGE);
            case I32_GE_U -> new Condition(Comparison.UNSIGNED_INT, Opcode.IFGE);
            case I64_EQZ -> new Condition(Comparison.ZERO_LONG, Opcode.IFEQ);
            case I64_EQ -> new Condition(Comparison.LONG, Opcode.IFEQ);
            case I64_NE -> new Condition(Comparison.LONG, Opcode.IFNE);
            case I64_LT_S -> new Condition(Comparison.LONG, Opcode.IFLT);
            case I64_LT_U -> new Condition(Comparison.UNSIGNED_LONG, Opcode.IFLT);
            case I64_GT_S -> new Condition(Comparison.LONG, Opcode.IFGT);
            case I64_GT_U -> new Condition(Comparison.UNSIGNED_LONG, Opcode.IFGT);
            case I64_LE_S -> new Condition(Comparison.LONG, Opcode.IFLE);
            case I64_LE_U -> new Condition(Comparison.UNSIGNED_LONG, Opcode.IFLE);
            case I64_GE_S -> new Condition(Comparison.LONG, Opcode.IFGE);
            case I64_GE_U -> new Condition(Comparison.UNSIGNED_LONG, Opcode.IFGE);
            case F32_EQ -> new Condition(Comparison.FLOAT_LOW, Opcode.IFEQ);
            case F32_NE -> new Condition(Comparison.FLOAT_LOW, Opcode.IFNE);
            case F32_LT -> new Condition(Comparison.FLOAT_HIGH, Opcode.IFLT);
            case F32_GT -> new Condition(Comparison.FLOAT_LOW, Opcode.IFGT);
            case F32_LE -> new Condition(Comparison.FLOAT_HIGH, Opcode.IFLE);
            case F32_GE -> new Condition(Comparison.FLOAT_LOW, Opcode.IFGE);
            case F64_EQ -> new Condition(Comparison.DOUBLE_LOW, Opcode.IFEQ);
            case F64_NE -> new Condition(Comparison.DOUBLE_LOW, Opcode.IFNE);
            case F64_LT -> new Condition(Comparison.DOUBLE_HIGH, Opcode.IFLT);
            case F64_GT -> new Condition(Comparison.DOUBLE_LOW, Opcode.IFGT);
            case F64_LE -> new Condition(Comparison.DOUBLE_HIGH, Opcode.IFLE);
            case F64_GE -> new Condition(Comparison.DOUBLE_LOW, Opcode.IFGE);
            default -> null;
        };
    }

    /// {@return what holds when this does not; NaN included, since the comparison stays the same}
    Condition negated() {
        return new Condition(
                comparison,
                switch (jump) {
                    case IFEQ -> Opcode.IFNE;
                    case IFNE -> Opcode.IFEQ;
                    case IFLT -> Opcode.IFGE;
                    case IFGE -> Opcode.IFLT;
                    case IFGT -> Opcode.IFLE;
                    case IFLE -> Opcode.IFGT;
                    case IF_ICMPEQ -> Opcode.IF_ICMPNE;
                    case IF_ICMPNE -> Opcode.IF_ICMPEQ;
                    case IF_ICMPLT -> Opcode.IF_ICMPGE;
                    case IF_ICMPGE -> Opcode.IF_ICMPLT;
                    case IF_ICMPGT -> Opcode.IF_ICMPLE;
                    case IF_ICMPLE -> Opcode.IF_ICMPGT;
                    default -> throw new AssertionError("BUG: condition " + jump);
                });
    }

    /// Emits what comes between the operands and the jump.
    void emitComparison(CodeBuilder code) {
        switch (comparison) {
            case NONE -> {}
            case UNSIGNED_INT -> code.invokestatic(INTEGER_BOX, "compareUnsigned", COMPARE_INTS);
            case ZERO_LONG -> code.lconst_0().lcmp();
            case LONG -> code.lcmp();
            case UNSIGNED_LONG -> code.invokestatic(LONG_BOX, "compareUnsigned", COMPARE_LONGS);
            case FLOAT_LOW -> code.fcmpl();
            case FLOAT_HIGH -> code.fcmpg();
            case DOUBLE_LOW -> code.dcmpl();
            case DOUBLE_HIGH -> code.dcmpg();
        }
    }
}
