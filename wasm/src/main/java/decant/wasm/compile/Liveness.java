package decant.wasm.compile;

import static decant.wasm.binary.Opcode.*;

import decant.wasm.compile.FunctionScan.Extent;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/// Which locals may still be read, at chosen instructions of a function.
///
/// The usual backward analysis, on structured code: what is live at the beginning of a loop is first taken to be
/// nothing, and the walk is repeated until it no longer grows.
final class Liveness {
    private final FunctionScan scan;
    private final BitSet[] atBranch;
    private final BitSet[] atElse;
    private final Map<Integer, BitSet> chosen = new HashMap<>();
    private final Extent[] extentAtStart;
    private final Extent[] extentAtEnd;
    private final Extent[] extentAtElse;

    /// @param positions indices of the instructions before which {@link #before} may be asked
    Liveness(FunctionScan scan, BitSet positions) {
        this.scan = scan;
        this.atBranch = new BitSet[scan.extents.size()];
        this.atElse = new BitSet[scan.extents.size()];
        this.extentAtStart = new Extent[scan.count];
        this.extentAtEnd = new Extent[scan.count];
        this.extentAtElse = new Extent[scan.count];
        for (Extent extent : scan.extents) {
            atBranch[extent.number] = new BitSet();
            atElse[extent.number] = new BitSet();
            extentAtEnd[extent.end] = extent;
            if (extent.start >= 0) {
                extentAtStart[extent.start] = extent;
            }
            if (extent.otherwise >= 0) {
                extentAtElse[extent.otherwise] = extent;
            }
        }
        while (walk(positions)) {
            // Another loop header has grown.
        }
    }

    /// {@return the locals that are live before the instruction with this index, one of the positions}
    BitSet before(int index) {
        BitSet live = chosen.get(index);
        if (live == null) {
            throw new AssertionError("BUG: liveness before instruction " + index + " was not asked for");
        }
        return live;
    }

    /// {@return the locals that are live where a branch to the block continues}
    BitSet atBranch(Block block) {
        return atBranch[number(block)];
    }

    /// Goes through all instructions once, {@return whether that must be repeated}
    private boolean walk(BitSet positions) {
        boolean grown = false;
        var live = new BitSet();
        for (int i = scan.count - 1; i >= 0; i--) {
            if (!scan.dead[i]) {
                grown |= step(i, live);
            }
            if (positions.get(i)) {
                chosen.put(i, (BitSet) live.clone());
            }
        }
        return grown;
    }

    private boolean step(int i, BitSet live) {
        switch (scan.opcodes[i]) {
            case LOCAL_GET -> scan.layout.addTo(live, scan.locals[i]);
            case LOCAL_SET, LOCAL_TEE -> scan.layout.removeFrom(live, scan.locals[i]);
            case END -> {
                Extent extent = extentAtEnd[i];
                if (!extent.block.isLoop()) {
                    replace(atBranch[extent.number], live);
                }
            }
            case ELSE -> {
                Extent extent = extentAtElse[i];
                replace(atElse[extent.number], live);
                replace(live, atBranch[extent.number]);
            }
            case IF -> {
                Extent extent = extentAtStart[i];
                live.or(extent.otherwise >= 0 ? atElse[extent.number] : atBranch[extent.number]);
            }
            case LOOP -> {
                BitSet header = atBranch[extentAtStart[i].number];
                if (!header.equals(live)) {
                    replace(header, live);
                    return true;
                }
            }
            case BR, BR_TABLE, RETURN, RETURN_CALL, RETURN_CALL_INDIRECT -> {
                live.clear();
                addTargets(i, live);
            }
            case BR_IF -> addTargets(i, live);
            case UNREACHABLE -> live.clear();
            default -> {}
        }
        return false;
    }

    private void addTargets(int i, BitSet live) {
        Block[] targets = scan.targets.get(i);
        if (targets == null) {
            throw new AssertionError("BUG: a branch without targets");
        }
        for (Block target : targets) {
            live.or(atBranch[number(target)]);
        }
    }

    private int number(Block block) {
        Extent extent = scan.extentOfBlock.get(block);
        if (extent == null) {
            throw new AssertionError("BUG: a block that is not in the function");
        }
        return extent.number;
    }

    private static void replace(BitSet target, BitSet source) {
        target.clear();
        target.or(source);
    }
}
