package decant.wasm.compile;

import static decant.wasm.binary.Opcode.*;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import decant.wasm.TrapException;
import decant.wasm.binary.CodeReader;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Emits what counts instructions in a method.
///
/// The counter is a field of the instance's state. In the outermost of nested loops that call nothing it is kept in a
/// JVM local, the *tally*: taken from the field before the loop, put back wherever control leaves it, by a trap as
/// well.
final class Meter {
    /* Design. A counter in memory makes a chain through memory of a loop's iterations, each of which waits some cycles for
     * what the one before has stored; it was a third of a sieve's time. In a local it is a register. Around calls it
     * would have to be put back and taken again, which gains nothing, so loops with calls are left alone. */

    private static final int LARGE_TABLE_ENTRIES = 32;

    private static final ClassDesc TRAP =
            TrapException.class.describeConstable().orElseThrow();
    private static final MethodTypeDesc PAY = MethodTypeDesc.of(CD_void, CD_int);
    private static final MethodTypeDesc PAY_FROM = MethodTypeDesc.of(CD_long, CD_long, CD_int, Kinds.STATE);
    private static final MethodTypeDesc SETTLE = MethodTypeDesc.of(TRAP, TRAP, CD_long, Kinds.STATE);

    private final CodeBuilder code;
    private final Operands operands;
    private final int state;
    private final Supplier<Set<Integer>> findLoops;

    private @Nullable Set<Integer> callFreeLoops;
    private int tally = -1;

    /// How many blocks are around the loop in which the tally counts; -1 outside of such loops.
    private int depth = -1;

    private @Nullable Label begin;
    private @Nullable Label handler;

    /// @param state the JVM local with the state
    /// @param findLoops gives {@link #callFreeLoops} of the method when it has loops at all
    Meter(CodeBuilder code, Operands operands, int state, Supplier<Set<Integer>> findLoops) {
        this.code = code;
        this.operands = operands;
        this.state = state;
        this.findLoops = findLoops;
    }

    /// {@return the offsets of the loops that call nothing and contain no beginning of a region}
    ///
    /// @param reader at the first instruction
    static Set<Integer> callFreeLoops(CodeReader reader, Set<Integer> regions) {
        var found = new HashSet<Integer>();
        var open = new ArrayList<Integer>();
        while (!reader.atEnd()) {
            int at = reader.position();
            int opcode = reader.opcode();
            switch (opcode) {
                case BLOCK, IF -> open.add(-1);
                case LOOP -> {
                    open.add(at);
                    found.add(at);
                }
                case END -> {
                    if (!open.isEmpty()) {
                        open.removeLast();
                    }
                }
                default -> {}
            }
            if (mayUseCounter(opcode) || regions.contains(at) || opcode == BR_TABLE && isLarge(reader)) {
                open.forEach(found::remove);
                open.replaceAll(_ -> -1);
            }
            reader.skipImmediates(opcode);
        }
        return found;
    }

    /// {@return whether the table of a jump to be read next may lead to many places outside of a loop, each of which
    /// needs code on the way}
    private static boolean isLarge(CodeReader reader) {
        int at = reader.position();
        int entries = reader.u32();
        reader.seek(at);
        return entries > LARGE_TABLE_ENTRIES;
    }

    private static boolean mayUseCounter(int opcode) {
        return switch (opcode) {
            case CALL, CALL_INDIRECT, RETURN_CALL, RETURN_CALL_INDIRECT -> true;
            case MEMORY_GROW, MEMORY_FILL, MEMORY_COPY, MEMORY_INIT, DATA_DROP -> true;
            case TABLE_GROW, TABLE_FILL, TABLE_COPY, TABLE_INIT, ELEM_DROP, TABLE_GET, TABLE_SET -> true;
            default -> false;
        };
    }

    /// Pays where a lack of instructions is noticed.
    void enter(int cost) {
        if (depth < 0) {
            code.aload(state).loadConstant(cost).invokevirtual(Kinds.STATE, "enter", PAY);
        } else {
            code.lload(tally)
                    .loadConstant(cost)
                    .aload(state)
                    .invokestatic(Kinds.STATE, "enter", PAY_FROM)
                    .lstore(tally);
        }
    }

    /// Pays where it is not.
    void spend(int cost) {
        if (cost == 0) {
            return;
        }
        if (depth < 0) {
            code.aload(state).loadConstant(cost).invokevirtual(Kinds.STATE, "spend", PAY);
        } else {
            code.lload(tally).loadConstant((long) cost).lsub().lstore(tally);
        }
    }

    /// Called before the label of a loop.
    ///
    /// @param blocksAround how many blocks there are around the loop
    void beginLoop(int offset, int blocksAround) {
        if (callFreeLoops == null) {
            callFreeLoops = findLoops.get();
        }
        if (depth >= 0 || !callFreeLoops.contains(offset)) {
            return;
        }
        if (tally < 0) {
            tally = operands.newSlot(Kind.LONG);
        }
        depth = blocksAround;
        code.aload(state).getfield(Kinds.STATE, "fuel", CD_long).lstore(tally);
        begin = code.newLabel();
        code.labelBinding(begin);
    }

    /// Called at the end of a block.
    ///
    /// @param blocksAround how many blocks there are around the block
    /// @param isReached whether control arrives there
    void endBlock(int blocksAround, boolean isReached) {
        if (depth != blocksAround || begin == null) {
            return;
        }
        if (isReached) {
            putBack();
        }
        Label end = code.newLabel();
        code.labelBinding(end);
        if (handler == null) {
            handler = code.newLabel();
        }
        code.exceptionCatch(begin, end, handler, TRAP);
        begin = null;
        depth = -1;
    }

    /// {@return whether a branch out of so many blocks needs {@link #leave} before it}
    boolean isLeft(int blocksAroundTarget) {
        return depth > blocksAroundTarget;
    }

    /// Called before control goes to a place outside of so many blocks.
    void leave(int blocksAroundTarget) {
        if (isLeft(blocksAroundTarget)) {
            putBack();
        }
    }

    private void putBack() {
        code.aload(state).lload(tally).putfield(Kinds.STATE, "fuel", CD_long);
    }

    /// Emits what puts the tally back behind a trap; called behind the last instruction of the method.
    void emitHandler() {
        if (handler != null) {
            code.labelBinding(handler)
                    .lload(tally)
                    .aload(state)
                    .invokestatic(Kinds.STATE, "settle", SETTLE)
                    .athrow();
        }
    }
}
