package decant.wasm.differential;

import static decant.wasm.ValueType.F32;
import static decant.wasm.ValueType.F64;
import static decant.wasm.ValueType.I32;
import static decant.wasm.ValueType.I64;
import static decant.wasm.ValueType.V128;

import decant.wasm.ValueType;
import decant.wasm.WasmBuilder.Code;
import decant.wasm.Weights;
import decant.wasm.binary.Opcode;
import decant.wasm.differential.Draft.Function;
import decant.wasm.differential.Draft.Global;
import decant.wasm.differential.Draft.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// Makes a module count its own instructions, as the Internet Computer does, and its NaNs canonical, so that an engine
/// that does neither must come to what ours comes to.
///
/// The counter is an exported global. For each slot of a global there is an exported function that returns it as i64.
final class Instrumentation {
    private static final Pattern MAKES_NAN = Pattern.compile(
            "(f32|f64|f32x4|f64x2)\\.(add|sub|mul|div|sqrt|min|max|ceil|floor|trunc|nearest|demote_.*|promote_.*)");
    private static final int FUNCTION_ENTRY = 1;

    private final Draft draft;
    private final int counter;
    private final List<Function> functions = new ArrayList<>();
    private final List<Code> exports = new ArrayList<>();

    /// The function that pays for a size of 32 bits; the one for 64 bits is next.
    private final int charge32;

    private Instrumentation(Draft draft) {
        this.draft = draft;
        this.counter = draft.globals.size();
        int charge32Type = draft.type(List.of(I32), List.of(I32));
        int charge64Type = draft.type(List.of(I64), List.of(I64));
        this.charge32 = Draft.IMPORTED + draft.functions.size();
        draft.functions.forEach(function -> functions.add(instrumented(function)));
        functions.add(charge(charge32Type, I32));
        functions.add(charge(charge64Type, I64));
    }

    /// {@return the module's bytes}
    static byte[] of(Draft draft) {
        return new Instrumentation(draft).bytes();
    }

    private byte[] bytes() {
        var globals = new ArrayList<>(draft.globals);
        globals.add(new Global(I64, true, new Code().i64(0).bytes()));
        exports.add(new Code().name("counter").u8(3).u32(counter));
        int getter = draft.type(List.of(), List.of(I64));
        int slot = 0;
        for (int i = 0; i < draft.globals.size(); i++) {
            ValueType type = draft.globals.get(i).type();
            for (int part = 0; part < type.slots(); part++) {
                exports.add(new Code().name("slot" + slot++).u8(0).u32(Draft.IMPORTED + functions.size()));
                functions.add(
                        new Function(getter, List.of(), List.of(step(get(i, type, part)), step(new Code().end()))));
            }
        }
        return draft.bytes(functions, globals, exports);
    }

    private static Code get(int global, ValueType type, int part) {
        var code = new Code().op(Opcode.GLOBAL_GET, global);
        return switch (type) {
            case I32 -> code.op(Opcode.I64_EXTEND_I32_U);
            case I64 -> code;
            case F32 -> code.op(Opcode.I32_REINTERPRET_F32).op(Opcode.I64_EXTEND_I32_U);
            case F64 -> code.op(Opcode.I64_REINTERPRET_F64);
            case V128 -> code.op(Opcode.I64X2_EXTRACT_LANE).u8(part);
            case FUNCREF, EXTERNREF -> code.op(Opcode.REF_IS_NULL).op(Opcode.I64_EXTEND_I32_U);
        };
    }

    private static Step step(Code code) {
        return new Step(Opcode.NOP, code.bytes());
    }

    /// {@return a function that pays for a size, and gives it back}
    private Function charge(int type, ValueType size) {
        var code = new Code().op(Opcode.GLOBAL_GET, counter).localGet(0);
        if (size == I32) {
            code.op(Opcode.I64_EXTEND_I32_U);
        }
        code.op(Opcode.I64_SUB).localSet(1);
        if (size == I64) {
            code.localGet(0)
                    .i64(0)
                    .op(Opcode.I64_LT_S)
                    .localGet(1)
                    .op(Opcode.GLOBAL_GET, counter)
                    .op(Opcode.I64_GT_S)
                    .op(Opcode.I32_OR)
                    .open(Opcode.IF)
                    .i64(Long.MIN_VALUE)
                    .localSet(1)
                    .end();
        }
        code.localGet(1).op(Opcode.GLOBAL_SET, counter);
        check(code);
        return new Function(type, List.of(I64), List.of(step(code.localGet(0).end())));
    }

    private void check(Code code) {
        code.op(Opcode.GLOBAL_GET, counter)
                .i64(0)
                .op(Opcode.I64_LT_S)
                .open(Opcode.IF)
                .call(Draft.OUT)
                .end();
    }

    private Function instrumented(Function function) {
        int parameters = draft.types.get(function.type()).parameters().size();
        var locals = new ArrayList<>(function.locals());
        int spare = parameters + locals.size();
        locals.addAll(List.of(F32, F64, V128));
        var steps = new ArrayList<Step>();
        enterBlock(steps, function.steps(), 0, true);
        for (int i = 0; i < function.steps().size(); i++) {
            Step step = function.steps().get(i);
            if (isSized(step.opcode())) {
                steps.add(step(new Code().call(isSizeWide(step) ? charge32 + 1 : charge32)));
            }
            steps.add(step);
            if (isBoundary(step.opcode()) && i + 1 < function.steps().size()) {
                enterBlock(steps, function.steps(), i + 1, step.opcode() == Opcode.LOOP);
            }
            makeCanonical(steps, step, spare);
        }
        return new Function(function.type(), locals, steps);
    }

    private void enterBlock(List<Step> out, List<Step> steps, int first, boolean isReentrant) {
        long cost = first == 0 ? FUNCTION_ENTRY : 0;
        for (int i = first; i < steps.size(); i++) {
            cost += Weights.of(steps.get(i).opcode(), draft.is64());
            if (isBoundary(steps.get(i).opcode())) {
                break;
            }
        }
        var code = new Code();
        if (cost != 0) {
            code.op(Opcode.GLOBAL_GET, counter).i64(cost).op(Opcode.I64_SUB).op(Opcode.GLOBAL_SET, counter);
        }
        if (isReentrant) {
            check(code);
        }
        out.add(step(code));
    }

    private static boolean isBoundary(int opcode) {
        return switch (opcode) {
            case Opcode.LOOP,
                    Opcode.IF,
                    Opcode.ELSE,
                    Opcode.END,
                    Opcode.BR,
                    Opcode.BR_IF,
                    Opcode.BR_TABLE,
                    Opcode.RETURN,
                    Opcode.UNREACHABLE,
                    Opcode.RETURN_CALL,
                    Opcode.RETURN_CALL_INDIRECT -> true;
            default -> false;
        };
    }

    /// Whether the instruction works on as much as the operand on top says.
    private static boolean isSized(int opcode) {
        return switch (opcode) {
            case Opcode.MEMORY_FILL,
                    Opcode.MEMORY_COPY,
                    Opcode.MEMORY_INIT,
                    Opcode.TABLE_FILL,
                    Opcode.TABLE_COPY,
                    Opcode.TABLE_INIT -> true;
            default -> false;
        };
    }

    private boolean isSizeWide(Step step) {
        return switch (step.opcode()) {
            case Opcode.MEMORY_FILL, Opcode.MEMORY_COPY -> draft.is64();
            // Tables have few elements, and so small indices: each is one byte.
            case Opcode.TABLE_FILL -> draft.tables.get(step.bytes()[2]).is64();
            case Opcode.TABLE_COPY ->
                draft.tables.get(step.bytes()[2]).is64()
                        && draft.tables.get(step.bytes()[3]).is64();
            default -> false;
        };
    }

    private static void makeCanonical(List<Step> out, Step step, int spare) {
        var made = MAKES_NAN.matcher(Opcode.name(step.opcode()));
        if (!made.matches()) {
            return;
        }
        switch (made.group(1)) {
            case "f32" ->
                out.add(step(new Code()
                        .localSet(spare)
                        .localGet(spare)
                        .f32(Float.NaN)
                        .localGet(spare)
                        .localGet(spare)
                        .op(Opcode.F32_EQ)
                        .op(Opcode.SELECT)));
            case "f64" ->
                out.add(step(new Code()
                        .localSet(spare + 1)
                        .localGet(spare + 1)
                        .f64(Double.NaN)
                        .localGet(spare + 1)
                        .localGet(spare + 1)
                        .op(Opcode.F64_EQ)
                        .op(Opcode.SELECT)));
            default -> {
                boolean isDouble = made.group(1).equals("f64x2");
                var code = new Code().localSet(spare + 2).localGet(spare + 2);
                code.op(Opcode.V128_CONST);
                for (int i = 0; i < 16; i += isDouble ? 8 : 4) {
                    long bits = isDouble ? Double.doubleToLongBits(Double.NaN) : Float.floatToIntBits(Float.NaN);
                    for (int k = 0; k < (isDouble ? 8 : 4); k++) {
                        code.u8((int) (bits >>> 8 * k));
                    }
                }
                out.add(step(code.localGet(spare + 2)
                        .localGet(spare + 2)
                        .op(isDouble ? Opcode.F64X2_EQ : Opcode.F32X4_EQ)
                        .op(Opcode.V128_BITSELECT)));
            }
        }
    }
}
