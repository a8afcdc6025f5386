package decant.wasm.run;

import decant.wasm.DataSegment;
import decant.wasm.TrapCode;
import decant.wasm.TrapException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;

/// The instructions on whole memories, tables and segments.
///
/// Addresses, indices and sizes are unsigned 64-bit numbers: compiled code extends those of 32 bits. Each instruction
/// pays for its size, then checks, then works, so that a trap leaves nothing half done.
public final class Bulk {
    private Bulk() {}

    // Memory.

    public static long memorySize(InstanceState state) {
        return state.memoryBytes / LinearMemory.WASM_PAGE_BYTES;
    }

    public static long memoryGrow(long pages, InstanceState state) {
        return state.memory().grow(pages);
    }

    public static void memoryFill(long address, int value, long length, InstanceState state) {
        state.charge(length);
        LinearMemory memory = state.memory();
        memory.check(address, length);
        memory.fill(address, (byte) value, length);
    }

    public static void memoryCopy(long target, long source, long length, InstanceState state) {
        state.charge(length);
        LinearMemory memory = state.memory();
        memory.check(target, length);
        memory.check(source, length);
        memory.copy(target, source, length);
    }

    public static void memoryInit(long target, long source, long length, InstanceState state, int segment) {
        state.charge(length);
        LinearMemory memory = state.memory();
        DataSegment data = state.code().module().data().get(segment);
        int size = state.isDataDropped(segment) ? 0 : data.length();
        memory.check(target, length);
        if (source > size - length) {
            throw new TrapException(
                    TrapCode.MEMORY_OUT_OF_BOUNDS,
                    TrapCode.MEMORY_OUT_OF_BOUNDS + ": " + length + " bytes at " + source + " of data segment "
                            + segment + ", which has " + size + " bytes");
        }
        memory.write(
                target, MemorySegment.ofArray(state.code().module().bytes()).asSlice(data.start() + source, length));
    }

    /// Copies an active segment.
    public static void memoryInitial(long target, DataSegment segment, InstanceState state) {
        state.memory()
                .write(
                        target,
                        MemorySegment.ofArray(state.code().module().bytes())
                                .asSlice(segment.start(), segment.length()));
    }

    public static void dataDrop(InstanceState state, int segment) {
        state.dropData(segment);
    }

    // Tables. A reference is a number of the instance.

    public static int tableGet(long index, InstanceState state, int table) {
        return state.table(table).get(index, state);
    }

    public static void tableSet(long index, int element, InstanceState state, int table) {
        state.table(table).set(index, element, state);
    }

    public static long tableSize(InstanceState state, int table) {
        return state.table(table).size();
    }

    public static long tableGrow(int element, long count, InstanceState state, int table) {
        return state.table(table).grow(count, element, state);
    }

    public static void tableFill(long index, int element, long count, InstanceState state, int table) {
        state.charge(count);
        ReferenceTable target = state.table(table);
        target.check(index, count);
        for (long i = index; i < index + count; i++) {
            target.set(i, element, state);
        }
    }

    public static void tableCopy(
            long targetIndex, long sourceIndex, long count, InstanceState state, int targetTable, int sourceTable) {
        state.charge(count);
        ReferenceTable target = state.table(targetTable);
        ReferenceTable source = state.table(sourceTable);
        target.check(targetIndex, count);
        source.check(sourceIndex, count);
        if (targetIndex <= sourceIndex) {
            for (long i = 0; i < count; i++) {
                target.set(targetIndex + i, source.get(sourceIndex + i, state), state);
            }
        } else {
            for (long i = count - 1; i >= 0; i--) {
                target.set(targetIndex + i, source.get(sourceIndex + i, state), state);
            }
        }
    }

    public static void tableInit(
            long targetIndex, long sourceIndex, long count, InstanceState state, int table, int segment) {
        state.charge(count);
        ReferenceTable target = state.table(table);
        int[] elements = state.elementSegment(segment);
        target.check(targetIndex, count);
        if (sourceIndex > elements.length - count) {
            throw ReferenceTable.outOfBounds(sourceIndex, count, elements.length);
        }
        for (int i = 0; i < count; i++) {
            target.set(targetIndex + i, elements[(int) sourceIndex + i], state);
        }
    }

    /// Copies an active segment.
    public static void tableInitial(long targetIndex, int[] elements, InstanceState state, int table) {
        ReferenceTable target = state.table(table);
        target.check(targetIndex, elements.length);
        for (int i = 0; i < elements.length; i++) {
            target.set(targetIndex + i, elements[i], state);
        }
    }

    public static void elementsDrop(InstanceState state, int segment) {
        state.dropElements(segment);
    }

    // Indirect calls.

    /// {@return the funcref at an unsigned 32-bit index of a table that the instance itself defines}
    public static int element(int index, InstanceState state, int table) {
        int[] elements = state.table(table).elements();
        if (Integer.compareUnsigned(index, elements.length) >= 0) {
            throw undefined(Integer.toUnsignedLong(index), elements.length);
        }
        return elements[index];
    }

    /// {@return the funcref at an index of any table}
    public static int anyElement(long index, InstanceState state, int table) {
        ReferenceTable from = state.table(table);
        if (index < 0 || index >= from.size()) {
            throw undefined(index, from.size());
        }
        return from.get(index, state);
    }

    private static TrapException undefined(long index, int size) {
        return new TrapException(
                TrapCode.TABLE_OUT_OF_BOUNDS,
                "undefined element: index " + Long.toUnsignedString(index) + " of a table of " + size + " elements");
    }

    // Jumps by table.

    /// Bootstrap method of the arrays that compiled code passes to {@link #branchTarget}.
    ///
    /// @param offset where the table stands in the module of the class that asks
    public static int[] branchTable(MethodHandles.Lookup lookup, String name, Class<?> type, int offset) {
        if (lookup.lookupClass().getClassLoader() instanceof Code code) {
            return code.branchTable(offset);
        }
        throw new AssertionError("BUG: " + name + " of " + lookup + " as " + type);
    }

    /// {@return the target for an unsigned index; the last one is for all indices beyond}
    public static int branchTarget(int index, int[] targets) {
        return targets[Integer.compareUnsigned(index, targets.length) < 0 ? index : targets.length - 1];
    }
}
