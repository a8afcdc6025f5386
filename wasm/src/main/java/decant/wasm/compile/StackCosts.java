package decant.wasm.compile;

import decant.wasm.FunctionBody;
import decant.wasm.LocalGroup;
import decant.wasm.ValueType;

/// How much stack a call of a function is taken to need: an upper estimate for interpreted and compiled frames alike.
///
/// It depends on the function's bytes only, so recursion ends at the same depth on every machine.
final class StackCosts {
    /// What the interpreter keeps per frame, and the frames of the helper that may be running in it.
    private static final int FRAME_BYTES = 160;

    private static final int SLOT_BYTES = 8;

    /// Intermediate results that a compiler may spill grow with the code, but not for ever.
    private static final int SPILLED_CODE_BYTES_MAX = 2000;

    /// Beyond, a function may be divided into methods that call each other: one byte of stack per so many.
    private static final int DIVIDED_CODE_BYTES = 8;

    private StackCosts() {}

    /// {@return the bytes for one frame, or 0 for a function that calls nothing and so cannot recurse}
    static int ofFrame(FunctionBody body, ModuleTypes types) {
        if (!CompiledModule.callsOthers(body, types.bytes)) {
            return 0;
        }
        long slots = 0;
        for (ValueType parameter : types.type(body.typeIndex()).parameters()) {
            slots += Kinds.of(parameter).slotSize();
        }
        for (LocalGroup group : body.locals()) {
            slots += (long) group.count() * Kinds.of(group.type()).slotSize();
        }
        int code = body.end() - body.start();
        long spilled = 2L * Math.min(code, SPILLED_CODE_BYTES_MAX);
        return Math.toIntExact(FRAME_BYTES + SLOT_BYTES * slots + spilled + code / DIVIDED_CODE_BYTES);
    }
}
