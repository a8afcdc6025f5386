package decant.wasm;

import static decant.wasm.ValueType.F32;
import static decant.wasm.ValueType.F64;
import static decant.wasm.ValueType.I32;
import static decant.wasm.ValueType.I64;
import static decant.wasm.ValueType.V128;

import decant.wasm.binary.Opcode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Writes valid modules with one random function, which ends and traps not: vectors and scalars in locals, globals,
/// memory, nested blocks, branches of all kinds, loops, and on the stack meanwhile.
///
/// No NaN is seen as bits but the canonical one, so every engine agrees on the results.
final class RandomVectorFunction {
    /// What the function takes; it returns a vector, an i64 and a vector.
    static final List<ValueType> PARAMETERS = List.of(V128, I32, I64, V128);

    static final List<ValueType> RESULTS = List.of(V128, I64, V128);

    private static final List<ValueType> TYPES = List.of(I32, I64, F32, F64, V128);
    private static final List<VectorInstruction> INSTRUCTIONS = VectorInstruction.all();
    private static final int LOCALS_PER_TYPE = 3;
    private static final int COUNTERS = 4;
    private static final int NESTING_MAX = 4;

    private final Random random;
    private final WasmBuilder builder = new WasmBuilder();
    private final List<ValueType> locals = new ArrayList<>();
    private final int firstCounter;
    private int counters;
    private int nesting;

    private RandomVectorFunction(long seed) {
        this.random = new Random(seed);
        for (ValueType type : TYPES) {
            for (int i = 0; i < LOCALS_PER_TYPE; i++) {
                locals.add(type);
            }
        }
        this.firstCounter = PARAMETERS.size() + locals.size();
        for (int i = 0; i < COUNTERS; i++) {
            locals.add(I32);
        }
    }

    /// {@return the bytes of a module whose function 0 is exported as `run` and whose memory as `memory`}
    static byte[] module(long seed, int statements) {
        return new RandomVectorFunction(seed).build(statements);
    }

    private byte[] build(int statements) {
        int type = builder.type(PARAMETERS, RESULTS);
        builder.memory(1, 1);
        builder.global(V128, true, code -> code.op(Opcode.V128_CONST).raw(new byte[16]));
        int function = builder.function(type, locals, code -> {
            code.open(Opcode.BLOCK);
            for (int i = 0; i < statements; i++) {
                statement(code);
            }
            code.end();
            RESULTS.forEach(result -> expression(code, result, 2));
        });
        return builder.exportFunction("run", function)
                .export("memory", ExportKind.MEMORY, 0)
                .build();
    }

    private int local(ValueType type) {
        var found = new ArrayList<Integer>();
        for (int i = 0; i < firstCounter; i++) {
            if ((i < PARAMETERS.size() ? PARAMETERS.get(i) : locals.get(i - PARAMETERS.size())) == type) {
                found.add(i);
            }
        }
        return found.get(random.nextInt(found.size()));
    }

    private ValueType type() {
        return random.nextInt(3) > 0 ? V128 : TYPES.get(random.nextInt(TYPES.size()));
    }

    private void statements(WasmBuilder.Code code) {
        nesting++;
        for (int count = 1 + random.nextInt(4); count > 0; count--) {
            statement(code);
        }
        nesting--;
    }

    private void statement(WasmBuilder.Code code) {
        switch (nesting < NESTING_MAX ? random.nextInt(11) : random.nextInt(7)) {
            case 0, 1, 2, 3 -> {
                ValueType type = type();
                expression(code, type, 3);
                code.localSet(local(type));
            }
            case 4 -> store(code);
            case 5 -> {
                expression(code, V128, 2);
                code.op(Opcode.GLOBAL_SET, 0);
            }
            case 6 -> {
                expression(code, type(), 1);
                code.op(Opcode.DROP);
            }
            case 7 -> {
                expression(code, I32, 1);
                code.open(Opcode.IF);
                statements(code);
                if (random.nextBoolean()) {
                    code.op(Opcode.ELSE);
                    statements(code);
                }
                code.end();
            }
            case 8 -> {
                code.open(Opcode.BLOCK);
                statements(code);
                expression(code, I32, 1);
                // Out of this block or of one around it, but never back into a loop.
                code.op(Opcode.BR_IF, 0);
                statements(code);
                code.end();
            }
            case 9 -> loop(code);
            default -> choice(code);
        }
    }

    private void loop(WasmBuilder.Code code) {
        if (counters == COUNTERS) {
            return;
        }
        int counter = firstCounter + counters++;
        code.i32(1 + random.nextInt(3)).localSet(counter);
        code.open(Opcode.LOOP);
        statements(code);
        code.localGet(counter).i32(1).op(Opcode.I32_SUB).op(Opcode.LOCAL_TEE, counter);
        code.op(Opcode.BR_IF, 0).end();
        counters--;
    }

    /// A jump by table out of nested blocks, some with a vector in hand.
    private void choice(WasmBuilder.Code code) {
        ValueType type = type();
        code.open(Opcode.BLOCK, type).open(Opcode.BLOCK, type).open(Opcode.BLOCK, type);
        expression(code, type(), 1);
        expression(code, type, 2);
        expression(code, I32, 1);
        code.op(Opcode.BR_TABLE, 3, 0, 1, 2, 1);
        for (int i = 0; i < 3; i++) {
            code.end();
            if (i < 2) {
                code.localSet(local(type));
                statements(code);
                expression(code, type, 1);
            }
        }
        code.localSet(local(type));
    }

    private void address(WasmBuilder.Code code) {
        expression(code, I32, 1);
        code.i32(0x7FFF).op(Opcode.I32_AND);
    }

    private void store(WasmBuilder.Code code) {
        var stores = INSTRUCTIONS.stream()
                .filter(instruction -> instruction.accessBytes() > 0 && instruction.isStore())
                .toList();
        address(code);
        expression(code, V128, 2);
        var store = stores.get(random.nextInt(stores.size()));
        store.emit(code, random.nextInt(5000), store.immediates(random));
    }

    private void expression(WasmBuilder.Code code, ValueType type, int depth) {
        if (depth == 0) {
            leaf(code, type);
            return;
        }
        switch (random.nextInt(12)) {
            case 0 -> leaf(code, type);
            case 1 -> {
                expression(code, type, depth - 1);
                expression(code, type, depth - 1);
                expression(code, I32, depth - 1);
                if (random.nextBoolean()) {
                    code.op(Opcode.SELECT);
                } else {
                    code.op(Opcode.SELECT_T, 1).u8(type.code());
                }
            }
            case 2 -> {
                expression(code, type, depth - 1);
                code.op(Opcode.LOCAL_TEE, local(type));
            }
            case 3 -> {
                if (nesting == NESTING_MAX) {
                    leaf(code, type);
                    return;
                }
                expression(code, I32, depth - 1);
                code.open(Opcode.IF, type);
                statements(code);
                expression(code, type, depth - 1);
                code.op(Opcode.ELSE);
                expression(code, type, depth - 1);
                code.end();
            }
            case 4 -> {
                code.open(Opcode.BLOCK, type);
                expression(code, type, depth - 1);
                expression(code, I32, depth - 1);
                code.op(Opcode.BR_IF, 0);
                if (random.nextBoolean()) {
                    code.op(Opcode.DROP);
                    expression(code, type, depth - 1);
                }
                code.end();
            }
            default -> instruction(code, type, depth);
        }
    }

    private void leaf(WasmBuilder.Code code, ValueType type) {
        if (random.nextInt(3) > 0) {
            code.localGet(local(type));
            return;
        }
        switch (type) {
            case I32 -> code.i32(random.nextInt());
            case I64 -> code.i64(random.nextLong());
            case F32 -> code.f32((float) random.nextGaussian());
            case F64 -> code.f64(random.nextGaussian() * (1L << random.nextInt(40)));
            case V128 -> {
                if (random.nextBoolean()) {
                    code.op(Opcode.GLOBAL_GET, 0);
                } else {
                    var bytes = new byte[16];
                    random.nextBytes(bytes);
                    code.op(Opcode.V128_CONST).raw(bytes);
                }
            }
            case FUNCREF, EXTERNREF -> throw new AssertionError(type);
        }
    }

    private void instruction(WasmBuilder.Code code, ValueType type, int depth) {
        var fitting = INSTRUCTIONS.stream()
                .filter(instruction -> instruction.results().equals(List.of(type)))
                .toList();
        var instruction = fitting.get(random.nextInt(fitting.size()));
        if (instruction.accessBytes() > 0) {
            address(code);
            if (instruction.parameters().size() > 1) {
                expression(code, V128, depth - 1);
            }
        } else {
            instruction.parameters().forEach(parameter -> expression(code, parameter, depth - 1));
        }
        instruction.emit(code, random.nextInt(5000), instruction.immediates(random));
        canonicalise(code, instruction);
    }

    /// Replaces every NaN that an instruction gave by the canonical one.
    private void canonicalise(WasmBuilder.Code code, VectorInstruction instruction) {
        boolean isWide = instruction.name().startsWith("f64x2");
        if (!isWide && !instruction.name().startsWith("f32x4")) {
            return;
        }
        ValueType result = instruction.results().getFirst();
        if (result == V128) {
            int local = local(V128);
            code.op(Opcode.LOCAL_TEE, local);
            if (isWide) {
                code.f64(Double.NaN).op(Opcode.F64X2_SPLAT);
            } else {
                code.f32(Float.NaN).op(Opcode.F32X4_SPLAT);
            }
            code.localGet(local).localGet(local).op(isWide ? Opcode.F64X2_EQ : Opcode.F32X4_EQ);
            code.op(Opcode.V128_BITSELECT);
        } else {
            int local = local(result);
            code.op(Opcode.LOCAL_TEE, local);
            if (isWide) {
                code.f64(Double.NaN);
            } else {
                code.f32(Float.NaN);
            }
            code.localGet(local).localGet(local).op(isWide ? Opcode.F64_EQ : Opcode.F32_EQ);
            code.op(Opcode.SELECT);
        }
    }
}
