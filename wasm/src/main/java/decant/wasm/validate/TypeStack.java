package decant.wasm.validate;

import decant.wasm.InvalidModuleException;
import decant.wasm.ValueType;
import decant.wasm.binary.ImplementationLimits;
import java.util.Arrays;

/// The types on the operand stack, and the blocks that are open, at one place in a function.
///
/// A type is the code of a {@link ValueType}, or {@link #UNKNOWN} for a value that unreachable code made up. Behind an
/// instruction that never falls through, a block's stack yields as many such values as are asked for.
/// WebAssembly specification, "Validation Algorithm".
final class TypeStack {
    static final byte UNKNOWN = 0;

    private byte[] operands = new byte[64];
    private int height;

    private int blocks;
    private int[] opcodes = new int[16];
    private int[] bases = new int[16];
    private boolean[] unreachable = new boolean[16];
    private byte[][] parameters = new byte[16][];
    private byte[][] results = new byte[16][];

    /// The base of the innermost block, where its operands begin.
    private int base;

    /// Where the instruction at hand begins, to be named in faults.
    private int at;

    /// Empties the stack.
    void clear() {
        height = 0;
        base = 0;
        blocks = 0;
    }

    /// Says where the instruction begins that works on the stack from now on.
    void at(int position) {
        at = position;
    }

    int openBlocks() {
        return blocks;
    }

    void push(int type) {
        if (height == operands.length) {
            grow(1);
        }
        operands[height++] = (byte) type;
    }

    void push(byte[] types) {
        if (types.length > operands.length - height) {
            grow(types.length);
        }
        System.arraycopy(types, 0, operands, height, types.length);
        height += types.length;
    }

    private void grow(int count) {
        long wanted = (long) height + count;
        if (wanted > ImplementationLimits.OPERANDS_MAX) {
            throw fault("too many values on the operand stack: at most " + ImplementationLimits.OPERANDS_MAX);
        }
        operands = Arrays.copyOf(operands, (int) Math.max(wanted, 2L * operands.length));
    }

    /// Pops any value. {@return its type}
    int pop() {
        if (height == base) {
            if (unreachable[blocks - 1]) {
                return UNKNOWN;
            }
            throw fault("type mismatch: a value is expected, the stack is empty");
        }
        return operands[--height];
    }

    /// Pops a value of this type.
    void pop(int expected) {
        if (height > base && operands[height - 1] == expected) {
            height--;
        } else {
            popUnusual(expected);
        }
    }

    private void popUnusual(int expected) {
        if (height == base && !unreachable[blocks - 1]) {
            throw fault("type mismatch: " + text(expected) + " is expected, the stack is empty");
        }
        int found = pop();
        if (found != expected && found != UNKNOWN && expected != UNKNOWN) {
            throw fault("type mismatch: %s is expected, found %s".formatted(text(expected), text(found)));
        }
    }

    /// Pops values of these types, the last one first.
    void pop(byte[] types) {
        int start = height - types.length;
        if (start >= base && Arrays.equals(operands, start, height, types, 0, types.length)) {
            height = start;
            return;
        }
        for (int i = types.length - 1; i >= 0; i--) {
            // Unreachable code makes up all the rest, however much it is.
            if (height == base && unreachable[blocks - 1]) {
                return;
            }
            pop(types[i]);
        }
    }

    /// Checks that values of these types are on top of the stack, and leaves the stack as it was.
    void require(byte[] types) {
        int before = height;
        pop(types);
        height = before;
    }

    /// Opens a block whose parameters have been popped.
    void open(int opcode, byte[] parameterTypes, byte[] resultTypes) {
        if (blocks == opcodes.length) {
            growBlocks();
        }
        opcodes[blocks] = opcode;
        bases[blocks] = height;
        unreachable[blocks] = false;
        parameters[blocks] = parameterTypes;
        results[blocks] = resultTypes;
        blocks++;
        base = height;
        push(parameterTypes);
    }

    private void growBlocks() {
        if (blocks >= ImplementationLimits.NESTING_MAX) {
            throw fault("blocks are nested too deeply: at most " + ImplementationLimits.NESTING_MAX);
        }
        int capacity = Math.min(2 * blocks, ImplementationLimits.NESTING_MAX);
        opcodes = Arrays.copyOf(opcodes, capacity);
        bases = Arrays.copyOf(bases, capacity);
        unreachable = Arrays.copyOf(unreachable, capacity);
        parameters = Arrays.copyOf(parameters, capacity);
        results = Arrays.copyOf(results, capacity);
    }

    /// {@return the instruction that opened the innermost block}
    int innermost() {
        return opcodes[blocks - 1];
    }

    byte[] innermostParameters() {
        return parameters[blocks - 1];
    }

    byte[] innermostResults() {
        return results[blocks - 1];
    }

    /// {@return the results of the function}
    byte[] outermostResults() {
        return results[0];
    }

    /// Closes the innermost block, which must leave exactly its results; they are popped.
    void close() {
        pop(results[blocks - 1]);
        if (height != base) {
            throw fault(
                    "type mismatch: %d values remain on the stack at the end of the block".formatted(height - base));
        }
        blocks--;
        base = blocks == 0 ? 0 : bases[blocks - 1];
    }

    /// {@return the types a branch to this label takes: a loop's parameters, any other block's results}
    byte[] label(int depth, int loop) {
        if (Integer.compareUnsigned(depth, blocks) >= 0) {
            throw fault("unknown label " + Integer.toUnsignedString(depth));
        }
        int block = blocks - 1 - depth;
        return opcodes[block] == loop ? parameters[block] : results[block];
    }

    /// Notes that nothing runs from here to the end of the block.
    void neverFallsThrough() {
        height = base;
        unreachable[blocks - 1] = true;
    }

    InvalidModuleException fault(String reason) {
        return new InvalidModuleException(reason, at);
    }

    static String text(int type) {
        return type == UNKNOWN ? "any value" : ValueType.ofCode(type).toString();
    }
}
