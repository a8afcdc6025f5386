package decant.canister;

import decant.wasm.FunctionBody;
import decant.wasm.Module;
import decant.wasm.binary.CodeReader;
import decant.wasm.binary.Opcode;
import java.util.Arrays;

/// How many instructions a function has, and how hard they are to compile: the weights of the Internet Computer.
record Complexity(long instructions, long weight) {
    private static final int[] WEIGHTS = weights();

    static Complexity of(Module module, FunctionBody body) {
        var reader = new CodeReader(module.bytes(), body.start(), body.end());
        long instructions = 0;
        long weight = 0;
        while (!reader.atEnd()) {
            int opcode = reader.opcode();
            reader.skipImmediates(opcode);
            instructions++;
            weight += weightOf(opcode);
        }
        return new Complexity(instructions, weight);
    }

    private static int weightOf(int opcode) {
        if (opcode < WEIGHTS.length) {
            return WEIGHTS[opcode];
        }
        if (opcode >= Opcode.I32_TRUNC_SAT_F32_S && opcode <= Opcode.I64_TRUNC_SAT_F64_U) {
            return 3;
        }
        return switch (opcode) {
            case Opcode.MEMORY_COPY -> 4;
            case Opcode.MEMORY_FILL -> 3;
            default -> 1;
        };
    }

    private static int[] weights() {
        var weights = new int[256];
        Arrays.fill(weights, 1);
        set(weights, 50, Opcode.BLOCK, Opcode.LOOP, Opcode.IF, Opcode.BR, Opcode.BR_IF, Opcode.BR_TABLE);
        set(weights, 50, Opcode.CALL, Opcode.CALL_INDIRECT, Opcode.MEMORY_GROW);
        set(weights, 14, Opcode.TABLE_GET);
        set(weights, 8, Opcode.REF_FUNC);
        set(weights, 6, Opcode.REF_IS_NULL);
        set(weights, 2, Opcode.GLOBAL_GET, Opcode.GLOBAL_SET, Opcode.SELECT, Opcode.SELECT_T, Opcode.MEMORY_SIZE);
        setAll(weights, 3, Opcode.I32_LOAD, Opcode.I64_LOAD32_U);
        setAll(weights, 2, Opcode.I32_STORE, Opcode.I64_STORE32);
        setAll(weights, 2, Opcode.I32_EQZ, Opcode.F64_GE);
        set(weights, 3, Opcode.F64_EQ);
        set(weights, 2, Opcode.I32_POPCNT, Opcode.I64_POPCNT);
        setAll(weights, 3, Opcode.I32_DIV_S, Opcode.I32_REM_U);
        setAll(weights, 3, Opcode.I64_DIV_S, Opcode.I64_REM_U);
        set(weights, 4, Opcode.F32_ABS, Opcode.F32_NEG, Opcode.F64_ABS, Opcode.F64_NEG);
        set(weights, 2, Opcode.F32_CEIL, Opcode.F32_FLOOR, Opcode.F32_TRUNC, Opcode.F32_SQRT);
        set(weights, 2, Opcode.F64_CEIL, Opcode.F64_FLOOR, Opcode.F64_TRUNC, Opcode.F64_SQRT);
        set(weights, 3, Opcode.F32_COPYSIGN, Opcode.F64_COPYSIGN);
        setAll(weights, 5, Opcode.I32_TRUNC_F32_S, Opcode.F64_CONVERT_I64_U);
        set(weights, 2, Opcode.I32_WRAP_I64, Opcode.F64_PROMOTE_F32);
        setAll(weights, 2, Opcode.I32_REINTERPRET_F32, Opcode.I64_EXTEND32_S);
        return weights;
    }

    private static void set(int[] weights, int weight, int... opcodes) {
        for (int opcode : opcodes) {
            weights[opcode] = weight;
        }
    }

    private static void setAll(int[] weights, int weight, int first, int last) {
        Arrays.fill(weights, first, last + 1, weight);
    }
}
