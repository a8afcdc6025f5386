package decant.wasm;

import java.util.function.LongPredicate;

/// How much an instance may use.
///
/// @param memoryBytesMax the memory never grows beyond it; so many addresses are reserved
/// @param tableElementsMax no table grows beyond it
/// @param stackBytesMax what the frames of active functions may need, counted the same on every machine: see
///     {@link WasmThreads}
/// @param memoryGrowth asked before the memory grows, with its size in bytes afterwards; it may also trap
public record InstanceLimits(long memoryBytesMax, int tableElementsMax, int stackBytesMax, LongPredicate memoryGrowth) {
    /// 16 GiB of memory, ten million table elements, and the stack that a thread of {@link WasmThreads} has.
    public static final InstanceLimits DEFAULT =
            new InstanceLimits(16L << 30, 10_000_000, WasmThreads.STACK_BYTES_FOR_FRAMES, _ -> true);

    public InstanceLimits {
        if (stackBytesMax > WasmThreads.STACK_BYTES_FOR_FRAMES) {
            throw new IllegalArgumentException("stackBytesMax is " + stackBytesMax + ", but threads have room for "
                    + WasmThreads.STACK_BYTES_FOR_FRAMES);
        }
    }

    public InstanceLimits withMemoryBytesMax(long bytes) {
        return new InstanceLimits(bytes, tableElementsMax, stackBytesMax, memoryGrowth);
    }

    public InstanceLimits withStackBytesMax(int bytes) {
        return new InstanceLimits(memoryBytesMax, tableElementsMax, bytes, memoryGrowth);
    }

    public InstanceLimits withMemoryGrowth(LongPredicate allowed) {
        return new InstanceLimits(memoryBytesMax, tableElementsMax, stackBytesMax, allowed);
    }
}
