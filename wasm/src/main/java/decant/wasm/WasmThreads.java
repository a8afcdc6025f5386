package decant.wasm;

import java.util.concurrent.ThreadFactory;

/// Threads with a stack large enough for the deepest recursion that an instance allows.
///
/// Instances count the stack that their frames may need, so that overflow is a trap at the same depth on every machine.
/// The count is an upper estimate for interpreted and compiled frames alike; what is left of the thread's stack is for
/// host functions and for compiling functions on their first call.
public final class WasmThreads {
    /// The stack of each thread. Untouched stack costs addresses, not memory.
    public static final long STACK_BYTES = 512L << 20;

    /// The part of the stack that is for frames of Wasm functions.
    public static final int STACK_BYTES_FOR_FRAMES = 448 << 20;

    private WasmThreads() {}

    /// {@return a factory of daemon threads named `name-0`, `name-1` and so on}
    public static ThreadFactory factory(String name) {
        return Thread.ofPlatform()
                .daemon()
                .stackSize(STACK_BYTES)
                .name(name + "-", 0)
                .factory();
    }
}
