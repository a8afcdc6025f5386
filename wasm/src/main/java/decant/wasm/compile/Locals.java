package decant.wasm.compile;

import java.lang.classfile.CodeBuilder;
import java.util.Arrays;
import java.util.BitSet;

/// Where the locals of a function live while one of its methods is emitted: in JVM locals, or in the frame that the
/// methods of a divided function share.
final class Locals {
    private static final int NOWHERE = -1;

    private final CodeBuilder code;
    private final Kind[] kinds;
    private final int[] slots;
    private final int[] frameIndices;
    private int frameSlot = NOWHERE;

    Locals(CodeBuilder code, Kind[] kinds) {
        this.code = code;
        this.kinds = kinds;
        this.slots = new int[kinds.length];
        this.frameIndices = new int[kinds.length];
        Arrays.fill(slots, NOWHERE);
        Arrays.fill(frameIndices, NOWHERE);
    }

    Kind kind(int local) {
        return kinds[local];
    }

    void putInSlot(int local, int slot) {
        slots[local] = slot;
    }

    /// The JVM local with the frame.
    void setFrame(int slot) {
        frameSlot = slot;
    }

    /// From now on the local lives in the frame only.
    void putInFrame(int local, int index) {
        frameIndices[local] = index;
    }

    void load(int local, Operands operands) {
        if (frameIndices[local] != NOWHERE) {
            loadFromFrame(frameIndices[local], kinds[local]);
        } else {
            code.loadLocal(kinds[local].type, slot(local, operands));
        }
    }

    void store(int local, Operands operands) {
        if (frameIndices[local] != NOWHERE) {
            storeToFrame(frameIndices[local], kinds[local], operands);
        } else {
            code.storeLocal(kinds[local].type, slot(local, operands));
        }
    }

    /// Copies locals from the frame into JVM locals.
    void loadAll(BitSet locals, Plan plan, Operands operands) {
        for (int local = locals.nextSetBit(0); local >= 0; local = locals.nextSetBit(local + 1)) {
            if (frameIndices[local] == NOWHERE) {
                loadFromFrame(plan.frameIndex(local), kinds[local]);
                code.storeLocal(kinds[local].type, slot(local, operands));
            }
        }
    }

    /// Copies locals from JVM locals to the frame.
    void storeAll(BitSet locals, Plan plan, Operands operands) {
        for (int local = locals.nextSetBit(0); local >= 0; local = locals.nextSetBit(local + 1)) {
            if (frameIndices[local] == NOWHERE) {
                copyToFrame(plan.frameIndex(local), kinds[local], slot(local, operands));
            }
        }
    }

    /// Copies a JVM local to a place of the frame.
    void copyToFrame(int index, Kind kind, int slot) {
        code.aload(frameSlot).loadConstant(index).loadLocal(kind.type, slot);
        Kinds.toSlot(code, kind);
        code.lastore();
    }

    void loadFromFrame(int index, Kind kind) {
        code.aload(frameSlot).loadConstant(index).laload();
        Kinds.fromSlot(code, kind);
    }

    private void storeToFrame(int index, Kind kind, Operands operands) {
        Kinds.toSlot(code, kind);
        int spare = operands.spareLong();
        code.lstore(spare).aload(frameSlot).loadConstant(index).lload(spare).lastore();
    }

    private int slot(int local, Operands operands) {
        if (slots[local] == NOWHERE) {
            slots[local] = operands.newSlot(kinds[local]);
        }
        return slots[local];
    }
}
