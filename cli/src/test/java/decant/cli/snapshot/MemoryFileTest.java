package decant.cli.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import decant.store.WritableFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MemoryFileTest {
    private static final int PAGE = FileBlocks.PAGE_BYTES;
    private static final int BLOCK = FileBlocks.BLOCK_BYTES;

    @TempDir
    Path folder;

    /// Notes what goes there, and fails if told to.
    private static final class NotedSink implements WritableFile {
        private final List<String> writes = new ArrayList<>();
        private Optional<IOException> failure = Optional.empty();

        @Override
        public void write(ByteBuffer bytes, long position) throws IOException {
            if (failure.isPresent()) {
                throw failure.get();
            }
            writes.add(bytes.remaining() + " at " + position);
        }

        @Override
        public void sync() {}

        @Override
        public void close() {}
    }

    private static MemorySegment block(Arena arena) {
        var content = MemoryFile.buffer(arena);
        content.fill((byte) 5);
        return content;
    }

    @Test
    void whatIsWrittenEitherWayIsInTheFile() throws IOException {
        var path = folder.resolve("memory");
        var random = new Random(3);
        var expected = new byte[8 * BLOCK + 65_536];
        var file = new FileBlocks(expected.length);
        try (var arena = Arena.ofConfined();
                var memory = MemoryFile.open(path, expected.length)) {
            for (int number = 8; number >= 0; number--) {
                var block = new byte[file.length(number)];
                random.nextBytes(block);
                for (int page = 0; number % 2 == 1 && page < block.length; page += PAGE * (1 + random.nextInt(9))) {
                    Arrays.fill(block, page, page + PAGE, (byte) 0);
                }
                System.arraycopy(block, 0, expected, number * BLOCK, block.length);
                var content = MemoryFile.buffer(arena).asSlice(0, block.length);
                MemorySegment.copy(block, 0, content, ValueLayout.JAVA_BYTE, 0, block.length);
                memory.write(content, (long) number * BLOCK);
            }
            memory.sync();
        }
        assertThat(path).hasBinaryContent(expected);
    }

    @Test
    void onlyBlocksWithoutHolesGoPastTheCache() throws IOException {
        var cached = new NotedSink();
        var uncached = new NotedSink();
        try (var arena = Arena.ofConfined();
                var memory = new MemoryFile(cached, Optional.of(uncached))) {
            var content = block(arena);
            memory.write(content, 0);
            content.asSlice(3 * PAGE, 2 * PAGE).fill((byte) 0);
            content.asSlice(BLOCK - PAGE, PAGE).fill((byte) 0);
            memory.write(content, BLOCK);
            memory.overwrite(content, 2L * BLOCK);
        }
        assertThat(uncached.writes).containsExactly(BLOCK + " at 0", BLOCK + " at " + 2 * BLOCK);
        assertThat(cached.writes).containsExactly(3 * PAGE + " at " + BLOCK, 250 * PAGE + " at " + (BLOCK + 5 * PAGE));
    }

    @Test
    void aFailingDiskDoesNotLookLikeASuccessInTheCache() throws IOException {
        var cached = new NotedSink();
        var uncached = new NotedSink();
        uncached.failure = Optional.of(new IOException("Input/output error"));
        try (var arena = Arena.ofConfined();
                var memory = new MemoryFile(cached, Optional.of(uncached))) {
            var content = block(arena);
            assertThatThrownBy(() -> memory.write(content, 0)).isSameAs(uncached.failure.get());
        }
        assertThat(cached.writes).isEmpty();
    }

    @Test
    void whereNothingGoesPastTheCacheItIsUsed() throws IOException {
        var cached = new NotedSink();
        try (var arena = Arena.ofConfined();
                var memory = new MemoryFile(cached, Optional.empty())) {
            memory.write(block(arena), 0);
        }
        assertThat(cached.writes).containsExactly(BLOCK + " at 0");
    }

    @Test
    void whatIsThereStaysWhenAFileIsOpenedAgain() throws IOException {
        var path = folder.resolve("memory");
        try (var arena = Arena.ofConfined()) {
            try (var memory = MemoryFile.open(path, BLOCK)) {
                memory.write(block(arena), 0);
            }
            MemoryFile.open(path, BLOCK).close();
            MemoryFile.open(folder.resolve("empty"), 0).close();
            assertThat(path).hasBinaryContent(block(arena).toArray(ValueLayout.JAVA_BYTE));
        }
        assertThat(Files.size(folder.resolve("empty"))).isZero();
    }
}
