package decant.wasm.compile;

import static java.lang.constant.ConstantDescs.CD_int;

import decant.wasm.run.Opaque;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/// The places to which a jump by table leads, each of which computes its addresses for itself.
final class Cases {
    /* Design. HotSpot computes equal terms once, and does so before all of their uses. For terms in two cases of a jump that
     * is before the jump: each turn of an interpreter's loop computed the addresses of all cases, with hardly a register
     * left, and took more than twice its time. So a case adds a zero of its own to a local when it first reads it, of
     * which the just-in-time compiler does not know that it is one. */

    /// For fewer places it is not worth it.
    static final int TARGETS_MIN = 4;

    private static final ClassDesc OPAQUE = Opaque.class.describeConstable().orElseThrow();
    private static final int OUTSIDE = -1;

    private final CodeBuilder code;
    private final Locals locals;
    private final Operands operands;
    private final Map<Integer, Integer> copies = new HashMap<>();
    private final BitSet copied = new BitSet();
    private int current = OUTSIDE;
    private int count;

    Cases(CodeBuilder code, Locals locals, Operands operands) {
        this.code = code;
        this.locals = locals;
        this.operands = operands;
    }

    /// What comes now is a case.
    void begin() {
        current = count % Opaque.COUNT;
        count++;
        copied.clear();
    }

    /// What comes now is no part of a case.
    void end() {
        current = OUTSIDE;
        copied.clear();
    }

    /// Control may come here from elsewhere.
    void forget() {
        copied.clear();
    }

    /// A local is set.
    void assign(int local) {
        copied.clear(local);
    }

    /// Puts a local that may be an address on the JVM's stack.
    void load(int local) {
        if (current == OUTSIDE) {
            locals.load(local, operands);
            return;
        }
        Kind kind = locals.kind(local);
        int copy = copies.computeIfAbsent(local, _ -> operands.newSlot(kind));
        if (!copied.get(local)) {
            locals.load(local, operands);
            code.loadConstant(current).invokestatic(OPAQUE, "zero", MethodTypeDesc.of(CD_int, CD_int));
            if (kind == Kind.LONG) {
                code.i2l().ladd();
            } else {
                code.iadd();
            }
            code.storeLocal(kind.type, copy);
            copied.set(local);
        }
        code.loadLocal(kind.type, copy);
    }
}
