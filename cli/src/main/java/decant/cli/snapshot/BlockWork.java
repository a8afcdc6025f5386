package decant.cli.snapshot;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.PrimitiveIterator;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/// Work on blocks of a memory that do not depend on each other, by a few threads side by side.
///
/// Memory in use is a buffer for each thread, however many blocks there are. When a block fails, no other is begun,
/// and the caller gets the failure once those that were begun have ended. Blocks are begun in their order, so of
/// several that fail it is always the first one whose failure is thrown.
final class BlockWork {
    /// While some threads wait for the disk, the others keep the processors busy.
    private static final int THREADS = Math.min(16, Runtime.getRuntime().availableProcessors() + 2);

    private final FileBlocks file;
    private final PrimitiveIterator.OfLong blocks;
    private final Step step;
    private @Nullable Failure failure;

    private record Failure(long block, Throwable cause) {}

    private BlockWork(FileBlocks file, PrimitiveIterator.OfLong blocks, Step step) {
        this.file = file;
        this.blocks = blocks;
        this.step = step;
    }

    /// What is done with a block.
    @FunctionalInterface
    interface Step {
        /// Does it.
        ///
        /// @param buffer as long as the block, of any content, from `MemoryFile#buffer`
        void run(long block, MemorySegment buffer) throws IOException;
    }

    /// Calls `step` for each of the blocks, which ascend, from several threads.
    ///
    /// @throws IOException if that is what a step threw; other exceptions are thrown on as well
    static void forEach(FileBlocks file, PrimitiveIterator.OfLong blocks, Step step) throws IOException {
        var work = new BlockWork(file, blocks, step);
        var names = Thread.ofPlatform().name("blocks-", 1).daemon().factory();
        try (var threads = Executors.newFixedThreadPool(THREADS, names)) {
            for (int i = 0; i < THREADS; i++) {
                threads.execute(work::run);
            }
        }
        work.requireDone();
    }

    private void run() {
        long block = -1;
        try (var arena = Arena.ofConfined()) {
            var buffer = MemoryFile.buffer(arena);
            for (block = next(); block >= 0; block = next()) {
                step.run(block, buffer.asSlice(0, file.length(block)));
            }
        } catch (Throwable e) {
            fail(block, e);
        }
    }

    /// {@return the next block, or -1 when there is none, or one has failed}
    private synchronized long next() {
        return failure == null && blocks.hasNext() ? blocks.nextLong() : -1;
    }

    private synchronized void fail(long block, Throwable cause) {
        if (failure == null || block < failure.block()) {
            failure = new Failure(block, cause);
        }
    }

    private synchronized void requireDone() throws IOException {
        if (failure != null) {
            switch (failure.cause()) {
                case IOException e -> throw e;
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                case Throwable e -> throw new AssertionError("BUG: a step threw what it does not declare", e);
            }
        }
    }
}
