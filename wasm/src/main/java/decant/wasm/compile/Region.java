package decant.wasm.compile;

import decant.wasm.binary.Opcode;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// Part of a large function that becomes a method of its own, called where it stood: some neighbouring instructions of
/// one block, with all that they contain. The whole function is the outermost region.
///
/// Invariants: no branch leads into the middle of a region; regions contain each other or are apart.
final class Region {
    /// 0 is the whole function.
    final int number;

    /// Offsets in the module.
    final int start;

    final int end;

    /// The block in which the region stands.
    final Block block;

    /// The operand stack before the region and, unless its end cannot be reached, behind it.
    final Kind[] stackBefore;

    final Kind[] stackAfter;
    final boolean endReached;

    /// Operands from this height on belong to the region: those below it are left alone.
    final int low;

    /// Where it may leave to other than its end, in the order of their codes from 1.
    final List<Block> exits;

    /// Locals that the region reads from the frame before anything else.
    final BitSet loads;

    /// Locals it writes back to the frame, at its end and then at each exit.
    final List<BitSet> stores;

    /// What has to be paid when the region begins, and what behind its end.
    final Payment paymentBefore;

    final Payment paymentAfter;

    final List<Region> inner = new ArrayList<>();

    /// A block of instructions whose cost is due.
    enum Payment {
        NONE,
        BLOCK,
        LOOP_BODY;

        /// {@return what is due behind an instruction}
        static Payment behind(int opcode) {
            if (!Costs.isBoundary(opcode)) {
                return NONE;
            }
            return opcode == Opcode.LOOP ? LOOP_BODY : BLOCK;
        }
    }

    Region(
            int number,
            int start,
            int end,
            Block block,
            Kind[] stackBefore,
            Kind[] stackAfter,
            boolean endReached,
            int low,
            List<Block> exits,
            BitSet loads,
            List<BitSet> stores,
            Payment paymentBefore,
            Payment paymentAfter) {
        this.number = number;
        this.start = start;
        this.end = end;
        this.block = block;
        this.stackBefore = stackBefore;
        this.stackAfter = stackAfter;
        this.endReached = endReached;
        this.low = low;
        this.exits = exits;
        this.loads = loads;
        this.stores = stores;
        this.paymentBefore = paymentBefore;
        this.paymentAfter = paymentAfter;
    }
}
