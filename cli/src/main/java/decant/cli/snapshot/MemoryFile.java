package decant.cli.snapshot;

import decant.store.WritableFile;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.stream.Stream;

/// A memory's file while it is written, by any number of threads: pages of zeros are holes.
final class MemoryFile implements AutoCloseable {
    /* Design. A block without holes goes past the kernel's cache, from the buffer to the disk. Nobody reads it soon, and
     * a copy in the cache takes time, and the place of what somebody does read. A block with holes has pieces as short
     * as a page, which the kernel gathers better. The two ways do not meet in a page, and `sync` makes durable what went
     * either way. */

    private static final int PAGE_BYTES = FileBlocks.PAGE_BYTES;
    private static final Optional<OpenOption> DIRECT = direct();

    private final WritableFile cached;
    private final Optional<WritableFile> uncached;

    MemoryFile(WritableFile cached, Optional<WritableFile> uncached) {
        this.cached = cached;
        this.uncached = uncached;
    }

    /// Opens the file, which is made if it is not there, and as long as it has to be. What was never written is a hole.
    static MemoryFile open(Path path, long bytes) throws IOException {
        try (var file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(bytes);
        }
        return new MemoryFile(WritableFile.of(FileChannel.open(path, StandardOpenOption.WRITE)), uncached(path));
    }

    /// {@return the way past the cache, where the file system has one that takes single pages: reading one tells}
    private static Optional<WritableFile> uncached(Path path) throws IOException {
        if (DIRECT.isEmpty()) {
            return Optional.empty();
        }
        FileChannel channel;
        try {
            channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, DIRECT.get());
        } catch (IOException | UnsupportedOperationException _) {
            // There is no such way here. What else may be wrong with the file shows on the way through the cache.
            return Optional.empty();
        }
        try (var arena = Arena.ofConfined()) {
            channel.read(arena.allocate(PAGE_BYTES, PAGE_BYTES).asByteBuffer(), 0);
            return Optional.of(WritableFile.of(channel));
        } catch (IOException _) {
            channel.close();
            return Optional.empty();
        }
    }

    /// {@return the option to go past the cache, found by its name, since javac warns of its class in any case}
    private static Optional<OpenOption> direct() {
        try {
            return Stream.of(
                            Class.forName("com.sun.nio.file.ExtendedOpenOption").getEnumConstants())
                    .map(OpenOption.class::cast)
                    .filter(option -> option.toString().equals("DIRECT"))
                    .findFirst();
        } catch (ClassNotFoundException _) {
            return Optional.empty();
        }
    }

    /// {@return room for a block that can be written past the kernel's cache}
    static MemorySegment buffer(Arena arena) {
        return arena.allocate(FileBlocks.BLOCK_BYTES, PAGE_BYTES);
    }

    /// Writes a block but for its pages of zeros, where there must be zeros already.
    void write(MemorySegment content, long position) throws IOException {
        for (long from = 0; from < content.byteSize(); ) {
            long to = from;
            while (to < content.byteSize() && !isHole(content, to)) {
                to = pageEnd(content, to);
            }
            if (to - from == content.byteSize()) {
                overwrite(content, position);
            } else if (to > from) {
                cached.write(content.asSlice(from, to - from).asByteBuffer(), position + from);
            }
            from = to == from ? pageEnd(content, from) : to;
        }
    }

    /// Writes all of a block.
    void overwrite(MemorySegment content, long position) throws IOException {
        uncached.orElse(cached).write(content.asByteBuffer(), position);
    }

    private static boolean isHole(MemorySegment content, long from) {
        return FileBlocks.isZero(content.asSlice(from, pageEnd(content, from) - from));
    }

    private static long pageEnd(MemorySegment content, long from) {
        return Math.min(from + PAGE_BYTES, content.byteSize());
    }

    /// Makes everything written durable.
    void sync() throws IOException {
        cached.sync();
    }

    @Override
    public void close() throws IOException {
        try {
            if (uncached.isPresent()) {
                uncached.get().close();
            }
        } finally {
            cached.close();
        }
    }
}
