package decant.wasm.compile;

import static decant.wasm.binary.Opcode.*;

import decant.wasm.FunctionBody;
import decant.wasm.FunctionType;
import decant.wasm.ValueType;
import decant.wasm.binary.CodeReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A large function, taken apart: its instructions, what is on the operand stack before each, the blocks, and how much
/// bytecode each instruction will be, estimated from above.
///
/// Instructions that can never be reached have no size, and no stack.
final class FunctionScan {
    /// One operand and those below it.
    record Stack(Kind kind, @Nullable Stack below) {
        static Kind[] kinds(@Nullable Stack top, int height) {
            var kinds = new Kind[height];
            int i = height;
            for (Stack entry = top; entry != null; entry = entry.below) {
                kinds[--i] = entry.kind;
            }
            assert i == 0 : i;
            return kinds;
        }
    }

    /// Where a block begins and ends, as instruction indices; `otherwise` is that of its `else`, or -1.
    static final class Extent {
        final Block block;
        final int start;
        final @Nullable Extent parent;
        int otherwise = -1;
        int end = -1;

        /// Whether a branch leads to it, or from the first part of an `if` to its end.
        boolean isBranchedTo;

        /// Its place in {@link #extents}.
        int number = -1;

        Extent(Block block, int start, @Nullable Extent parent) {
            this.block = block;
            this.start = start;
            this.parent = parent;
        }
    }

    final FunctionBody body;
    final ModuleTypes types;
    final LocalLayout layout;

    /// The offset of each instruction in the module, and behind the last one the end of the body.
    final int[] offsets;

    final int[] opcodes;
    final int[] sizes;
    final int[] heights;

    /// The lowest height of the operand stack while the instruction runs.
    final int[] lows;

    /// For instructions on a local its index.
    final int[] locals;

    final boolean[] dead;

    /// Whether an instruction can be reached from the one before it.
    final boolean[] reached;

    final @Nullable Stack[] stacks;

    /// The innermost block around each instruction. `end` and `else` are within the block that they belong to, the
    /// instruction that begins a block is not.
    final Block[] blocks;

    /// For each branch its targets.
    final Map<Integer, Block[]> targets = new HashMap<>();

    /// All blocks, each behind those it contains; the function is the last.
    final List<Extent> extents = new ArrayList<>();

    final Map<Block, Extent> extentOfBlock = new HashMap<>();

    final int count;

    private @Nullable Stack top;
    private int height;
    private int low;
    private boolean unreachable;

    /// Whether what follows may be one of the {@link Cases}.
    private boolean hasCases;

    private Extent current;

    FunctionScan(FunctionBody body, ModuleTypes types) {
        this.body = body;
        this.types = types;
        FunctionType type = types.type(body.typeIndex());
        this.layout = LocalLayout.of(type, body.locals());
        int bound = body.end() - body.start() + 1;
        this.offsets = new int[bound];
        this.opcodes = new int[bound];
        this.sizes = new int[bound];
        this.heights = new int[bound];
        this.lows = new int[bound];
        this.locals = new int[bound];
        this.dead = new boolean[bound];
        this.reached = new boolean[bound];
        this.stacks = new Stack[bound];
        this.blocks = new Block[bound];
        this.current = new Extent(Block.function(Kinds.of(type.results())), -1, null);
        this.count = scan();
    }

    /// {@return how many operands there are at most, those that branches carry included}
    int heightMax() {
        int max = Arrays.stream(heights).max().orElse(0);
        for (Extent extent : extents) {
            Block block = extent.block;
            max = Math.max(max, block.height() + Math.max(block.parameters().length, block.results().length));
        }
        return max;
    }

    private int scan() {
        var reader = new CodeReader(types.bytes, body.start(), body.end());
        var open = new ArrayList<Extent>();
        int i = 0;
        for (; !reader.atEnd(); i++) {
            int offset = reader.position();
            int opcode = reader.opcode();
            offsets[i] = offset;
            opcodes[i] = opcode;
            reached[i] = !unreachable;
            dead[i] = unreachable && opcode != ELSE && opcode != END;
            stacks[i] = top;
            heights[i] = height;
            blocks[i] = current.block;
            low = height;
            switch (opcode) {
                case BLOCK, LOOP, IF -> {
                    open.add(current);
                    current = begin(reader, opcode, offset, i);
                }
                case ELSE -> otherwise(i);
                case END -> {
                    finish(i);
                    if (!open.isEmpty()) {
                        current = open.removeLast();
                    }
                }
                default -> {
                    if (unreachable) {
                        reader.skipImmediates(opcode);
                    } else {
                        sizes[i] = step(reader, opcode, i);
                    }
                }
            }
            lows[i] = low;
        }
        offsets[i] = body.end();
        return i;
    }

    private Extent begin(CodeReader reader, int opcode, int offset, int index) {
        int blockType = reader.blockType();
        boolean reached = !unreachable;
        if (reached && opcode == IF) {
            pop(1);
        }
        Kind[] parameters = types.blockParameters(blockType);
        int base = reached ? height - parameters.length : current.block.height();
        var block = new Block(offset, opcode, current.block, base, parameters, types.blockResults(blockType));
        var extent = new Extent(block, index, current);
        if (reached) {
            low = base;
            sizes[index] = 20 + 6 * parameters.length;
        }
        return extent;
    }

    /// Whether a block was entered; only then may what follows it be reachable.
    private boolean wasEntered(Extent extent) {
        return extent.start < 0 || !dead[extent.start];
    }

    private void otherwise(int index) {
        current.otherwise = index;
        if (wasEntered(current)) {
            sizes[index] = 12 + 6 * current.block.results().length;
            current.isBranchedTo |= !unreachable;
            reset(current.block.height(), current.block.parameters());
            unreachable = false;
        } else {
            dead[index] = true;
        }
    }

    private void finish(int index) {
        current.end = index;
        current.number = extents.size();
        extents.add(current);
        extentOfBlock.put(current.block, current);
        Block block = current.block;
        if (wasEntered(current)) {
            sizes[index] = 12 + 6 * block.results().length;
            boolean isReached = !unreachable
                    || (current.isBranchedTo && !block.isLoop())
                    || (block.opcode() == IF && current.otherwise < 0);
            reset(block.height(), block.results());
            unreachable = !isReached;
        } else {
            dead[index] = true;
        }
    }

    private void reset(int base, Kind[] operands) {
        // Everything above the block's base is dropped, which in unreachable code may already be gone.
        while (height > base && top != null) {
            top = top.below();
            height--;
        }
        push(operands);
    }

    private void pop(int operands) {
        for (int i = 0; i < operands; i++) {
            if (top == null) {
                throw new AssertionError("BUG: the operand stack is empty");
            }
            top = top.below();
        }
        height -= operands;
        low = Math.min(low, height);
    }

    private void push(Kind... operands) {
        for (Kind kind : operands) {
            top = new Stack(kind, top);
        }
        height += operands.length;
    }

    private void becomeUnreachable() {
        unreachable = true;
    }

    /// Follows one instruction that is reachable and begins or ends no block.
    ///
    /// @return how many bytes of bytecode it may be
    private int step(CodeReader reader, int opcode, int index) {
        Operation operation = Operation.of(opcode);
        if (operation != null) {
            return operation(reader, operation);
        }
        VectorOperation vector = VectorOperation.of(opcode);
        if (vector != null) {
            reader.skipImmediates(opcode);
            pop(vector.form().parameterCount);
            push(vector.results());
            return vector.form().bytesMax;
        }
        return switch (opcode) {
            case UNREACHABLE -> {
                becomeUnreachable();
                yield 5;
            }
            case NOP -> 0;
            case BR -> {
                Block target = branch(reader, index);
                pop(target.branchOperands().length);
                becomeUnreachable();
                yield 10 + 8 * target.branchOperands().length;
            }
            case BR_IF -> {
                pop(1);
                Block target = branch(reader, index);
                low = Math.min(low, height - target.branchOperands().length);
                yield 22 + 12 * target.branchOperands().length;
            }
            case BR_TABLE -> branchTable(reader, index);
            case RETURN -> {
                Block function = function();
                setTargets(index, function);
                pop(function.results().length);
                becomeUnreachable();
                yield 10 + 12 * function.results().length;
            }
            case CALL -> call(types.functionType(reader.u32()), 0);
            case CALL_INDIRECT -> {
                FunctionType type = types.type(reader.u32());
                reader.u32();
                yield call(type, 1) + 12;
            }
            case RETURN_CALL -> tailCall(types.functionType(reader.u32()), 0, index);
            case RETURN_CALL_INDIRECT -> {
                FunctionType type = types.type(reader.u32());
                reader.u32();
                yield tailCall(type, 1, index);
            }
            case DROP -> {
                pop(valueSize());
                yield 1;
            }
            case SELECT, SELECT_T -> {
                reader.skipImmediates(opcode);
                pop(1);
                int size = valueSize();
                pop(size);
                low = height - size;
                yield size == 1 ? 3 : 40;
            }
            case LOCAL_GET -> {
                int local = local(reader, index);
                for (int place = layout.first(local); place < layout.end(local); place++) {
                    push(layout.kinds[place]);
                }
                yield (hasCases ? 18 : 5) * (layout.end(local) - layout.first(local));
            }
            case LOCAL_SET -> {
                int local = local(reader, index);
                int size = layout.end(local) - layout.first(local);
                pop(size);
                yield 5 * size;
            }
            case LOCAL_TEE -> {
                int local = local(reader, index);
                int size = layout.end(local) - layout.first(local);
                low = height - size;
                yield size == 1 ? 6 : 20;
            }
            case GLOBAL_GET -> {
                Kind[] kinds = types.global(reader.u32());
                push(kinds);
                yield 8 * kinds.length;
            }
            case GLOBAL_SET -> {
                int size = types.global(reader.u32()).length;
                pop(size);
                yield 9 * size;
            }
            case I32_CONST -> {
                reader.s32();
                push(Kind.INT);
                yield 3;
            }
            case I64_CONST -> {
                reader.s64();
                push(Kind.LONG);
                yield 3;
            }
            case F32_CONST -> {
                reader.fixed32();
                push(Kind.FLOAT);
                yield 6;
            }
            case F64_CONST -> {
                reader.fixed64();
                push(Kind.DOUBLE);
                yield 6;
            }
            case MEMORY_SIZE -> {
                reader.u32();
                push(types.is64 ? Kind.LONG : Kind.INT);
                yield 7;
            }
            case MEMORY_GROW -> {
                reader.u32();
                low = height - 1;
                yield 10;
            }
            case MEMORY_FILL, MEMORY_COPY, MEMORY_INIT, TABLE_FILL, TABLE_COPY, TABLE_INIT -> {
                reader.skipImmediates(opcode);
                pop(3);
                yield 30;
            }
            case DATA_DROP, ELEM_DROP -> {
                reader.u32();
                yield 8;
            }
            case TABLE_GET -> {
                reader.u32();
                pop(1);
                push(Kind.INT);
                yield 10;
            }
            case TABLE_SET -> {
                reader.u32();
                pop(2);
                yield 14;
            }
            case TABLE_SIZE -> {
                push(types.table(reader.u32()).is64() ? Kind.LONG : Kind.INT);
                yield 10;
            }
            case TABLE_GROW -> {
                Kind size = types.table(reader.u32()).is64() ? Kind.LONG : Kind.INT;
                pop(2);
                push(size);
                yield 14;
            }
            case REF_NULL, REF_FUNC -> {
                reader.u32();
                push(Kind.INT);
                yield 3;
            }
            case REF_IS_NULL -> {
                pop(1);
                push(Kind.INT);
                yield 3;
            }
            default -> throw new AssertionError("BUG: instruction " + name(opcode) + " in a valid function");
        };
    }

    private int local(CodeReader reader, int index) {
        locals[index] = reader.u32();
        return locals[index];
    }

    /// {@return how many operands the value on top of the stack is}
    private int valueSize() {
        return top != null && top.kind == Kind.HIGH ? 2 : 1;
    }

    private int operation(CodeReader reader, Operation operation) {
        int size = 4;
        if (operation.accessBytes() > 0) {
            reader.memoryArgument();
            boolean isFar = reader.offset() > Short.MAX_VALUE || reader.offset() < 0;
            size = (isFar ? 30 : 17) + (operation.isStore() ? 12 : types.marksReads ? 8 : 0);
        }
        pop(operation.parameters().length);
        if (operation.result() != null) {
            push(operation.result());
        }
        return size;
    }

    private Block branch(CodeReader reader, int index) {
        Block target = current.block.target(reader.u32());
        setTargets(index, target);
        return target;
    }

    private void setTargets(int index, Block... blocks) {
        targets.put(index, blocks);
        for (Block block : blocks) {
            Extent extent = current;
            while (!extent.block.equals(block) && extent.parent != null) {
                extent = extent.parent;
            }
            extent.isBranchedTo = true;
        }
    }

    private int branchTable(CodeReader reader, int index) {
        pop(1);
        int entries = reader.u32() + 1;
        var reached = new LinkedHashSet<Block>();
        for (int i = 0; i < entries; i++) {
            reached.add(current.block.target(reader.u32()));
        }
        setTargets(index, reached.toArray(new Block[0]));
        hasCases |= reached.size() >= Cases.TARGETS_MIN;
        int operands = reached.getFirst().branchOperands().length;
        pop(operands);
        becomeUnreachable();
        int slots = entries > BranchTables.ENTRIES_DIRECT_MAX ? reached.size() : entries;
        return 40 + 4 * slots + operands * 8 * reached.size();
    }

    private Block function() {
        Block block = current.block;
        while (block.parent() != null) {
            block = block.parent();
        }
        return block;
    }

    private int call(FunctionType type, int indices) {
        int parameters = ValueType.slots(type.parameters());
        pop(parameters + indices);
        Kind[] results = Kinds.of(type.results());
        push(results);
        int packing = Kinds.areArgumentsPacked(type) ? 16 * parameters : 4;
        return 12 + packing + (results.length > 1 ? 12 * results.length : 0);
    }

    private int tailCall(FunctionType type, int indices, int index) {
        call(type, indices);
        pop(ValueType.slots(type.results()));
        setTargets(index, function());
        becomeUnreachable();
        return 40 + 16 * Math.max(ValueType.slots(type.parameters()), ValueType.slots(type.results()));
    }
}
