package decant.wasm.compile;

import static decant.wasm.binary.Opcode.LOCAL_GET;
import static decant.wasm.binary.Opcode.LOCAL_SET;
import static decant.wasm.binary.Opcode.LOCAL_TEE;

import decant.wasm.FunctionBody;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;

/// How a large function is divided into regions, and which locals they share.
///
/// Shared locals live in a frame, an array of slots that every region gets. A region without inner ones keeps the
/// shared locals that it uses in JVM locals between its beginning and its ends; others use the frame directly. Behind
/// the locals the frame has a place for each operand that crosses a region's border.
final class Plan {
    private static final int NOT_SHARED = -1;

    /// By number; 0 is the whole function.
    final List<Region> regions;

    /// Locals that some path reads before it writes them.
    final BitSet liveAtEntry;

    private final int[] frameIndices;
    private final int sharedCount;
    private final int heightMax;

    private Plan(List<Region> regions, BitSet liveAtEntry, int[] frameIndices, int sharedCount, int heightMax) {
        this.regions = regions;
        this.liveAtEntry = liveAtEntry;
        this.frameIndices = frameIndices;
        this.sharedCount = sharedCount;
        this.heightMax = heightMax;
    }

    static Plan of(FunctionBody body, ModuleTypes types, int methodBytesMax) {
        var scan = new FunctionScan(body, types);
        List<Outliner.Cut> cuts = new ArrayList<>(Outliner.cuts(scan, methodBytesMax));
        cuts.sort(Comparator.comparingInt(Outliner.Cut::start)
                .thenComparing(Comparator.comparingInt(Outliner.Cut::end).reversed()));
        var positions = new BitSet();
        positions.set(0);
        for (Outliner.Cut cut : cuts) {
            positions.set(cut.start());
            positions.set(cut.end());
        }
        var liveness = new Liveness(scan, positions);
        var regions = new ArrayList<Region>();
        regions.add(whole(scan));
        for (Outliner.Cut cut : cuts) {
            regions.add(region(scan, cut, liveness, regions.size()));
        }
        nest(regions);
        int[] frameIndices = new int[scan.layout.count()];
        int shared = share(regions, frameIndices);
        return new Plan(regions, liveness.before(0), frameIndices, shared, scan.heightMax());
    }

    /// {@return whether blocks with many ways out, such as an interpreter's cases, are divided over methods}
    boolean isJumpDivided() {
        return regions.stream().anyMatch(region -> region.exits.size() > Outliner.EXITS_FEW);
    }

    private static Region whole(FunctionScan scan) {
        Block function = scan.extents.getLast().block;
        return new Region(
                0,
                scan.body.start(),
                scan.body.end(),
                function,
                new Kind[0],
                new Kind[0],
                false,
                0,
                List.of(),
                new BitSet(),
                List.of(),
                Region.Payment.NONE,
                Region.Payment.NONE);
    }

    private static Region region(FunctionScan scan, Outliner.Cut cut, Liveness liveness, int number) {
        int start = cut.start();
        int end = cut.end();
        List<Block> exits = exits(scan, start, end);
        BitSet used = used(scan, start, end, true);
        BitSet written = used(scan, start, end, false);
        var loads = (BitSet) liveness.before(start).clone();
        loads.and(used);
        var stores = new ArrayList<BitSet>();
        stores.add(intersection(written, liveness.before(end)));
        for (Block exit : exits) {
            stores.add(intersection(written, liveness.atBranch(exit)));
        }
        boolean endReached = scan.reached[end];
        return new Region(
                number,
                scan.offsets[start],
                scan.offsets[end],
                scan.blocks[start],
                FunctionScan.Stack.kinds(scan.stacks[start], scan.heights[start]),
                endReached ? FunctionScan.Stack.kinds(scan.stacks[end], scan.heights[end]) : new Kind[0],
                endReached,
                Outliner.lowest(scan, start, end),
                exits,
                loads,
                stores,
                start == 0 ? Region.Payment.NONE : Region.Payment.behind(scan.opcodes[start - 1]),
                Region.Payment.behind(scan.opcodes[end - 1]));
    }

    private static BitSet intersection(BitSet a, BitSet b) {
        var both = (BitSet) a.clone();
        both.and(b);
        return both;
    }

    /// {@return the blocks around the instructions to which these branch, in the order of the first branch}
    private static List<Block> exits(FunctionScan scan, int start, int end) {
        var exits = new ArrayList<Block>();
        for (int i = start; i < end; i++) {
            Block[] targets = scan.dead[i] ? null : scan.targets.get(i);
            if (targets == null) {
                continue;
            }
            for (Block target : targets) {
                if (target.offset() < scan.offsets[start] && !exits.contains(target)) {
                    exits.add(target);
                }
            }
        }
        return exits;
    }

    private static BitSet used(FunctionScan scan, int start, int end, boolean alsoRead) {
        var used = new BitSet();
        for (int i = start; i < end; i++) {
            int opcode = scan.opcodes[i];
            boolean writes = opcode == LOCAL_SET || opcode == LOCAL_TEE;
            if (!scan.dead[i] && (writes || alsoRead && opcode == LOCAL_GET)) {
                scan.layout.addTo(used, scan.locals[i]);
            }
        }
        return used;
    }

    private static void nest(List<Region> regions) {
        var around = new ArrayList<Region>();
        around.add(regions.getFirst());
        for (Region region : regions.subList(1, regions.size())) {
            while (around.getLast().end < region.end || around.getLast().end <= region.start) {
                around.removeLast();
            }
            around.getLast().inner.add(region);
            around.add(region);
        }
    }

    private static int share(List<Region> regions, int[] frameIndices) {
        var shared = new BitSet();
        for (Region region : regions) {
            shared.or(region.loads);
            region.stores.forEach(shared::or);
        }
        Arrays.fill(frameIndices, NOT_SHARED);
        int next = 0;
        for (int local = shared.nextSetBit(0); local >= 0; local = shared.nextSetBit(local + 1)) {
            frameIndices[local] = next++;
        }
        return next;
    }

    boolean isShared(int local) {
        return frameIndices[local] != NOT_SHARED;
    }

    /// {@return where in the frame a shared local lives}
    int frameIndex(int local) {
        assert isShared(local) : local;
        return frameIndices[local];
    }

    /// {@return where in the frame an operand travels}
    int frameIndexOfOperand(int height) {
        return sharedCount + height;
    }

    int frameSize() {
        return sharedCount + heightMax + 1;
    }

    @Override
    public String toString() {
        return "Plan[" + regions.size() + " regions, " + sharedCount + " shared locals]";
    }
}
