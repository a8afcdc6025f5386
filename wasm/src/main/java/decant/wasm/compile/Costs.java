package decant.wasm.compile;

import static decant.wasm.binary.Opcode.*;

import decant.wasm.binary.CodeReader;
import java.util.Arrays;

/// What instructions cost, in the instruction counter of the Internet Computer.
///
/// Code is cut into straight-line blocks, each paid for as a whole when it is entered. A block ends behind the
/// instruction that is a boundary.
final class Costs {
    /// The cost of a function's first block before its instructions.
    static final int FUNCTION_ENTRY = 1;

    private static final byte[] CORE = new byte[256];
    private static final byte[] VECTOR = new byte[256];
    private static final int TABLE_OR_MEMORY = 100;
    private static final int GROW_OR_DROP = 300;
    private static final int REF_FUNC_COST = 130;

    static {
        Arrays.fill(CORE, (byte) 1);
        Arrays.fill(VECTOR, (byte) 1);
        set(0, BLOCK, LOOP, ELSE, END);
        set(2, IF, BR, BR_IF, BR_TABLE, GLOBAL_GET, GLOBAL_SET);
        set(3, RETURN_CALL);
        set(5, CALL, TABLE_GET, TABLE_SET, REF_IS_NULL);
        set(10, CALL_INDIRECT, I32_DIV_S, I32_DIV_U, I32_REM_S, I32_REM_U);
        set(10, I64_DIV_S, I64_DIV_U, I64_REM_S, I64_REM_U);
        set(20, MEMORY_SIZE);
        set(60, RETURN_CALL_INDIRECT);
        set(2, F32_ADD, F32_SUB, F32_MUL, F32_CEIL, F32_FLOOR, F32_TRUNC, F32_NEAREST, F32_COPYSIGN);
        set(2, F64_ADD, F64_SUB, F64_MUL, F64_CEIL, F64_FLOOR, F64_TRUNC, F64_NEAREST);
        set(3, F32_DIV, F64_COPYSIGN);
        set(3, F32_EQ, F32_NE, F32_LT, F32_GT, F32_LE, F32_GE, F64_EQ, F64_NE, F64_LT, F64_GT, F64_LE, F64_GE);
        set(5, F64_DIV, F32_SQRT);
        set(8, F64_SQRT);
        set(18, F32_MIN, F32_MAX, F64_MIN, F64_MAX);
        set(3, F32_CONVERT_I32_S, F32_CONVERT_I64_S, F64_CONVERT_I32_S, F64_CONVERT_I64_S);
        set(16, F32_CONVERT_I32_U, F32_CONVERT_I64_U, F64_CONVERT_I32_U, F64_CONVERT_I64_U);
        set(20, I32_TRUNC_F32_S, I32_TRUNC_F32_U, I32_TRUNC_F64_S, I32_TRUNC_F64_U);
        set(20, I64_TRUNC_F32_S, I64_TRUNC_F32_U, I64_TRUNC_F64_S, I64_TRUNC_F64_U);

        set(2, I8X16_LT_U, I8X16_GT_U, I16X8_LT_U, I16X8_GT_U, I32X4_LT_U, I32X4_GT_U);
        set(2, I8X16_SHR_U, I16X8_SHL, I16X8_SHR_S, I16X8_SHR_U, I32X4_SHL, I32X4_SHR_S, I32X4_SHR_U);
        set(2, I64X2_SHL, I64X2_SHR_U, I16X8_EXTADD_PAIRWISE_I8X16_U);
        set(2, I16X8_EXTMUL_HIGH_I8X16_S, I16X8_EXTMUL_HIGH_I8X16_U, I32X4_MUL);
        set(2, I32X4_EXTMUL_LOW_I16X8_S, I32X4_EXTMUL_HIGH_I16X8_S);
        set(2, I32X4_EXTMUL_LOW_I16X8_U, I32X4_EXTMUL_HIGH_I16X8_U);
        set(2, F32X4_CEIL, F32X4_FLOOR, F32X4_TRUNC, F32X4_NEAREST, F32X4_ABS, F32X4_NEG);
        set(2, F64X2_CEIL, F64X2_FLOOR, F64X2_TRUNC, F64X2_NEAREST, F64X2_ABS, F64X2_NEG);
        set(2, F32X4_ADD, F32X4_SUB, F32X4_MUL, F64X2_ADD, F64X2_SUB, F64X2_MUL);
        set(2, I32X4_TRUNC_SAT_F32X4_S, I32X4_TRUNC_SAT_F64X2_S_ZERO);
        set(3, I8X16_SHUFFLE, I8X16_POPCNT, I8X16_SHL, I8X16_SHR_S, I64X2_SHR_S);
        set(3, I32X4_EXTADD_PAIRWISE_I16X8_U, I32X4_TRUNC_SAT_F64X2_U_ZERO);
        set(4, I64X2_MUL, F32X4_MIN, F32X4_MAX, F64X2_MIN, I32X4_TRUNC_SAT_F32X4_U, F32X4_CONVERT_I32X4_U);
        set(5, F64X2_MAX, F32X4_SQRT);
        set(10, F32X4_DIV);
        set(12, F64X2_DIV);
        set(14, F64X2_SQRT);
    }

    private Costs() {}

    private static void set(int cost, int... opcodes) {
        for (int opcode : opcodes) {
            byte[] costs = opcode > 0xFF ? VECTOR : CORE;
            costs[opcode & 0xFF] = (byte) cost;
        }
    }

    /// {@return the cost of an instruction in a module whose memory is addressed by i64 or not}
    static int of(int opcode, boolean is64) {
        VectorOperation vector = VectorOperation.of(opcode);
        if (opcode >= I32_LOAD && opcode <= I64_STORE32 || vector != null && vector.accessesMemory()) {
            return is64 ? 2 : 1;
        }
        if (vector != null) {
            return VECTOR[opcode & 0xFF];
        }
        return switch (opcode) {
            case MEMORY_GROW, TABLE_GROW, DATA_DROP, ELEM_DROP -> GROW_OR_DROP;
            case REF_FUNC -> REF_FUNC_COST;
            case TABLE_SIZE, MEMORY_FILL, MEMORY_COPY, MEMORY_INIT, TABLE_FILL, TABLE_COPY, TABLE_INIT ->
                TABLE_OR_MEMORY;
            case I32_TRUNC_SAT_F32_S,
                    I32_TRUNC_SAT_F32_U,
                    I32_TRUNC_SAT_F64_S,
                    I32_TRUNC_SAT_F64_U,
                    I64_TRUNC_SAT_F32_S,
                    I64_TRUNC_SAT_F32_U,
                    I64_TRUNC_SAT_F64_S,
                    I64_TRUNC_SAT_F64_U -> 20;
            default -> CORE[opcode];
        };
    }

    /// {@return whether a block ends with this instruction}
    static boolean isBoundary(int opcode) {
        return switch (opcode) {
            case LOOP, IF, ELSE, END, BR, BR_IF, BR_TABLE, RETURN, UNREACHABLE, RETURN_CALL, RETURN_CALL_INDIRECT ->
                true;
            default -> false;
        };
    }

    /// {@return the cost of the block that begins at the reader's position, to which it is returned}
    static int ofBlock(CodeReader reader, boolean is64) {
        int start = reader.position();
        long cost = 0;
        while (!reader.atEnd()) {
            int opcode = reader.opcode();
            cost += of(opcode, is64);
            if (isBoundary(opcode)) {
                break;
            }
            reader.skipImmediates(opcode);
        }
        reader.seek(start);
        return Math.toIntExact(cost);
    }
}
