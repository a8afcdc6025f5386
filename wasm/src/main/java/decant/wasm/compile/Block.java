package decant.wasm.compile;

import static decant.wasm.binary.Opcode.LOOP;

import org.jspecify.annotations.Nullable;

/// A structured instruction, or the function itself, as the place that branches refer to.
///
/// @param offset where in the module its instruction stands, which names it; -1 for the function
/// @param opcode `block`, `loop` or `if`; the function is a `block`
/// @param height how many operands lie below its parameters
record Block(int offset, int opcode, @Nullable Block parent, int height, Kind[] parameters, Kind[] results) {
    static final int FUNCTION = -1;

    private static final Kind[] NONE = {};

    /// {@return the body of a function with these results}
    static Block function(Kind[] results) {
        return new Block(FUNCTION, decant.wasm.binary.Opcode.BLOCK, null, 0, NONE, results);
    }

    boolean isFunction() {
        return offset == FUNCTION;
    }

    boolean isLoop() {
        return opcode == LOOP;
    }

    /// {@return what a branch to here carries}
    Kind[] branchOperands() {
        return isLoop() ? parameters : results;
    }

    /// {@return the block that a branch of this depth refers to, from within this block}
    Block target(int depth) {
        Block block = this;
        for (int i = depth; i > 0; i--) {
            if (block.parent == null) {
                throw new AssertionError("BUG: branch depth " + depth);
            }
            block = block.parent;
        }
        return block;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return offset;
    }
}
