package decant.wasm.compile;

import static decant.wasm.binary.Opcode.BLOCK;
import static decant.wasm.binary.Opcode.IF;
import static decant.wasm.binary.Opcode.LOOP;

import decant.wasm.compile.FunctionScan.Extent;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Chooses which parts of a large function become methods of their own, so that no method is too large for the JVM and
/// its just-in-time compilers.
final class Outliner {
    /* Design. HotSpot compiles no method of more than 8000 bytes, and the class file holds none of more than 65535. A
     * function is a tree of blocks; from the leaves to the root, each block is reduced until its own method would be small
     * enough. Reducing cuts out runs of neighbouring instructions, the largest first, until the rest fits.
     *
     * The shape that matters is an interpreter's: a loop around a nest of blocks, one per case, with the jump by table in
     * the innermost. Its blocks have hundreds of ways out. They stay open: what is cut are the runs in between, that is the
     * cases, and the jump stays in the loop's own method, one call away from every case. Only when that is not enough is an
     * open block cut out as a whole; its ways out then become the codes that its method returns, over which the caller
     * jumps again. */

    /// The largest method we want.
    static final int METHOD_BYTES_AIMED = 6000;

    /// What is tried where the jump of an interpreter is divided otherwise: sizes are estimated from above, often by
    /// half.
    static final int[] METHOD_BYTES_TRIED = {20_000, 14_000, 10_000};

    /// The largest method that may come of such a try.
    static final int METHOD_BYTES_MAX = 7500;

    private static final int RUN_BYTES_MAX = 4500;

    /// Blocks with more ways out stay open.
    static final int EXITS_FEW = 6;

    /// Less is not worth a call.
    private static final int SAVING_MIN = 40;

    private final FunctionScan scan;
    private final int methodBytesMax;
    private final int[] residual;
    private final BitSet[] exits;
    private final Extent[] extentAt;

    /// By first instruction, the outermost cut that begins there.
    private final Map<Integer, Cut> outermost = new HashMap<>();

    private final List<Cut> cuts = new ArrayList<>();

    /// Instructions `[start, end)` of the block `within`, as indices in the scan.
    record Cut(int start, int end, Extent within, int saving, int callSize) {}

    private Outliner(FunctionScan scan, int methodBytesMax) {
        this.scan = scan;
        this.methodBytesMax = methodBytesMax;
        this.residual = new int[scan.extents.size()];
        this.exits = new BitSet[scan.extents.size()];
        this.extentAt = new Extent[scan.count];
        for (Extent extent : scan.extents) {
            if (extent.start >= 0) {
                extentAt[extent.start] = extent;
            }
        }
    }

    /// {@return the parts to cut out, in no order; they contain each other or are apart}
    static List<Cut> cuts(FunctionScan scan, int methodBytesMax) {
        var outliner = new Outliner(scan, methodBytesMax);
        for (Extent extent : scan.extents) {
            outliner.exits[extent.number] = outliner.exitsOf(extent);
            outliner.residual[extent.number] = outliner.measure(extent);
            outliner.reduce(extent);
        }
        return outliner.cuts;
    }

    /// {@return the blocks outside of `extent` to which it branches, by number}
    private BitSet exitsOf(Extent extent) {
        var found = new BitSet();
        for (int i = firstOf(extent); i < extent.end; i = behind(i)) {
            found.or(exitsOfItem(i));
        }
        found.clear(extent.number);
        return found;
    }

    private BitSet exitsOfItem(int index) {
        Extent child = childAt(index);
        if (child != null) {
            return exits[child.number];
        }
        var found = new BitSet();
        Block[] targets = scan.dead[index] ? null : scan.targets.get(index);
        if (targets != null) {
            for (Block target : targets) {
                found.set(numberOf(target));
            }
        }
        return found;
    }

    private int numberOf(Block block) {
        Extent extent = scan.extentOfBlock.get(block);
        if (extent == null) {
            throw new AssertionError("BUG: a branch to a block that is not in the function");
        }
        return extent.number;
    }

    private static int firstOf(Extent extent) {
        return extent.start + 1;
    }

    private @Nullable Extent childAt(int index) {
        int opcode = scan.opcodes[index];
        return opcode == BLOCK || opcode == LOOP || opcode == IF ? extentAt[index] : null;
    }

    /// {@return the index behind the instruction, or behind the block that begins with it}
    private int behind(int index) {
        Extent child = childAt(index);
        return child == null ? index + 1 : child.end + 1;
    }

    private int sizeOfItem(int index) {
        Extent child = childAt(index);
        return child == null ? scan.sizes[index] : residual[child.number];
    }

    /// {@return the size of a block's code without what has been cut out}
    private int measure(Extent extent) {
        int size = (extent.start < 0 ? 60 + 8 * scan.layout.parameterCount : scan.sizes[extent.start])
                + scan.sizes[extent.end];
        for (int i = firstOf(extent); i < extent.end; ) {
            Cut cut = outermost.get(i);
            if (cut != null) {
                size += cut.callSize;
                i = cut.end;
            } else {
                size += sizeOfItem(i);
                i = behind(i);
            }
        }
        return size;
    }

    private void reduce(Extent extent) {
        while (residual[extent.number] > methodBytesMax) {
            List<Cut> runs = runs(extent);
            runs.sort(Comparator.comparingInt(Cut::saving).reversed().thenComparingInt(Cut::start));
            int before = residual[extent.number];
            for (Cut run : runs) {
                if (residual[extent.number] > methodBytesMax) {
                    apply(run, extent);
                }
            }
            if (residual[extent.number] > methodBytesMax) {
                Cut open = largestOpenBlock(extent);
                if (open != null) {
                    apply(open, extent);
                }
            }
            if (residual[extent.number] >= before) {
                return;
            }
        }
    }

    private void apply(Cut cut, Extent root) {
        cuts.add(cut);
        outermost.put(cut.start, cut);
        for (Extent around = cut.within; around != null; around = around.parent) {
            residual[around.number] = measure(around);
            if (around == root) {
                return;
            }
        }
    }

    /// {@return the runs of neighbouring instructions in a block, and in the open blocks within, that can be cut out}
    private List<Cut> runs(Extent root) {
        var found = new ArrayList<Cut>();
        var open = new ArrayList<Extent>();
        open.add(root);
        while (!open.isEmpty()) {
            Extent extent = open.removeLast();
            if (extent.otherwise < 0) {
                addRuns(found, open, extent, firstOf(extent), extent.end);
            } else {
                addRuns(found, open, extent, firstOf(extent), extent.otherwise);
                addRuns(found, open, extent, extent.otherwise + 1, extent.end);
            }
        }
        return found;
    }

    private void addRuns(List<Cut> found, List<Extent> open, Extent within, int from, int to) {
        int start = from;
        int size = 0;
        int best = -1;
        for (int i = from; i < to; ) {
            Cut cut = outermost.get(i);
            Extent child = cut == null ? childAt(i) : null;
            int itemSize = cut == null ? sizeOfItem(i) : cut.callSize;
            int next = cut == null ? behind(i) : cut.end;
            if (child != null && isOpen(child)) {
                addRun(found, within, start, i);
                if (!scan.dead[i]) {
                    open.add(child);
                }
                start = next;
                size = 0;
                best = -1;
                i = next;
                continue;
            }
            if (i > start && size + itemSize > RUN_BYTES_MAX) {
                int end = best > start ? best : i;
                addRun(found, within, start, end);
                start = end;
                size = 0;
                best = -1;
                i = end;
                continue;
            }
            size += itemSize;
            boolean isBetter = best < 0 || scan.heights[next] <= scan.heights[best];
            if (size > RUN_BYTES_MAX / 2 && next < to && isBetter && !scan.dead[next]) {
                best = next;
            }
            i = next;
        }
        addRun(found, within, start, to);
    }

    private boolean isOpen(Extent extent) {
        return exits[extent.number].cardinality() > EXITS_FEW;
    }

    private void addRun(List<Cut> found, Extent within, int from, int to) {
        int start = from;
        while (start < to && scan.dead[start]) {
            start = behind(start);
        }
        if (start >= to) {
            return;
        }
        Cut whole = outermost.get(start);
        if (whole != null && whole.end >= to) {
            return;
        }
        int size = 0;
        for (int i = start; i < to; ) {
            Cut cut = outermost.get(i);
            size += cut == null ? sizeOfItem(i) : cut.callSize;
            i = cut == null ? behind(i) : cut.end;
        }
        int callSize = callSize(start, to);
        int saving = size - callSize;
        if (saving >= SAVING_MIN) {
            found.add(new Cut(start, to, within, saving, callSize));
        }
    }

    private @Nullable Cut largestOpenBlock(Extent extent) {
        Cut largest = null;
        for (int i = firstOf(extent); i < extent.end; ) {
            Cut cut = outermost.get(i);
            Extent child = cut == null ? childAt(i) : null;
            int next = cut == null ? behind(i) : cut.end;
            if (child != null && isOpen(child) && !scan.dead[i]) {
                int callSize = callSize(i, next);
                int saving = residual[child.number] - callSize;
                if (saving >= SAVING_MIN && (largest == null || saving > largest.saving)) {
                    largest = new Cut(i, next, extent, saving, callSize);
                }
            }
            i = next;
        }
        return largest;
    }

    /// {@return how much code calls a region and takes its ways out, at most}
    private int callSize(int start, int end) {
        int low = lowest(scan, start, end);
        int after = scan.reached[end] ? scan.heights[end] - low : 0;
        return 24
                + 14 * (scan.heights[start] - low + after)
                + 6 * exitsOfRun(start, end).cardinality();
    }

    private BitSet exitsOfRun(int start, int end) {
        var found = new BitSet();
        for (int i = start; i < end; i = behind(i)) {
            found.or(exitsOfItem(i));
        }
        return found;
    }

    /// {@return the lowest height of the operand stack in a run}
    static int lowest(FunctionScan scan, int start, int end) {
        int low = scan.heights[start];
        for (int i = start; i < end; i++) {
            if (!scan.dead[i]) {
                low = Math.min(low, scan.lows[i]);
            }
        }
        return low;
    }
}
