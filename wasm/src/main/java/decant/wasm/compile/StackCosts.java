package decant.wasm.compile;

import static decant.wasm.binary.Opcode.CALL_INDIRECT;
import static decant.wasm.binary.Opcode.RETURN_CALL;
import static decant.wasm.binary.Opcode.RETURN_CALL_INDIRECT;

import decant.wasm.FunctionBody;

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

    /// An operand may lie in a JVM local and on the JVM's stack, each of two slots, and leave a gap of one.
    private static final int SLOTS_PER_OPERAND = 5;

    /// A method with loops may count instructions in a local.
    private static final int TALLY_SLOTS = 2;

    /// So large a function may be divided: then two of its methods are active at a time that keep values.
    private static final int DIVIDED_BODY_BYTES = 1200;

    private StackCosts() {}

    /// {@return the bytes for one frame, or 0 for a function that calls nothing and so cannot recurse}
    static int ofFrame(FunctionBody body, ModuleTypes types) {
        if (!CompiledModule.callsOthers(body, types.bytes)) {
            return 0;
        }
        var scan = new FunctionScan(body, types);
        long slots = TALLY_SLOTS + (long) SLOTS_PER_OPERAND * scan.heightMax();
        slots += Kinds.jvmSlots(scan.layout.kinds);
        int code = body.end() - body.start();
        long kept = SLOT_BYTES * slots * (code >= DIVIDED_BODY_BYTES ? 2 : 1);
        long spilled = 2L * Math.min(code, SPILLED_CODE_BYTES_MAX);
        return Math.toIntExact(
                FRAME_BYTES + kept + spilled + code / DIVIDED_CODE_BYTES + ofGlue(body, types, scan.heightMax()));
    }

    /// {@return the bytes for what may stand between this function and one that it calls}
    private static long ofGlue(FunctionBody body, ModuleTypes types, int heightMax) {
        boolean callsByTable = CompiledModule.contains(body, types.bytes, CALL_INDIRECT);
        boolean endsInCalls = CompiledModule.contains(body, types.bytes, RETURN_CALL, RETURN_CALL_INDIRECT);
        // Two dispatching methods, or three that run tail calls, each with the arguments in locals and on the stack.
        int methods = (callsByTable ? 2 : 0) + (endsInCalls ? 3 : 0);
        return methods * (FRAME_BYTES + 4L * SLOT_BYTES * heightMax);
    }
}
