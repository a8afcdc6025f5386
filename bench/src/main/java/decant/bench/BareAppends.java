package decant.bench;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.WRITE;

import decant.store.AppendLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The appends a node made for its calls, made again by nobody else: as many bytes, one `pwrite` and one `fdatasync`
/// each, to a file on the same file system that has its size already.
final class BareAppends {
    private static final int BLOCK_BYTES = 4096;
    private static final int BATCH_HEADER_BYTES = 32;
    private static final int ENTRY_HEADER_BYTES = 4;
    private static final int APPENDS_MIN = 1_000;

    private BareAppends() {}

    /// {@return how many bytes the log wrote for each of its batches}
    static List<Integer> batches(Path log) throws IOException {
        var copy = Files.createTempDirectory("log");
        try (var files = Files.newDirectoryStream(log, "*.{log,spare}")) {
            for (var file : files) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        var batches = new ArrayList<Integer>();
        try (var opened = AppendLog.open(copy)) {
            opened.forEachFrom(opened.firstSequence(), (_, entry) -> batches.add(bytes(entry.length)));
        }
        try (var files = Files.newDirectoryStream(copy)) {
            for (var file : files) {
                Files.delete(file);
            }
        }
        Files.delete(copy);
        return batches;
    }

    private static int bytes(int entryBytes) {
        int bytes = BATCH_HEADER_BYTES + ENTRY_HEADER_BYTES + entryBytes;
        return (bytes + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
    }

    /// {@return how long each append took, in nanoseconds; few batches are appended more than once}
    static long[] measure(Path log, List<Integer> batches) throws IOException {
        int rounds = Math.max(1, (APPENDS_MIN + batches.size() - 1) / batches.size());
        var nanos = new long[rounds * batches.size()];
        long bytes = rounds * batches.stream().mapToLong(Integer::longValue).sum();
        var file = log.resolveSibling("bare-appends");
        try (var channel = FileChannel.open(file, CREATE_NEW, WRITE, DELETE_ON_CLOSE)) {
            fill(channel, bytes);
            long position = 0;
            for (int i = 0; i < nanos.length; i++) {
                var buffer = content(batches.get(i % batches.size()));
                long before = System.nanoTime();
                position += channel.write(buffer, position);
                channel.force(false);
                nanos[i] = System.nanoTime() - before;
            }
        }
        return nanos;
    }

    private static void fill(FileChannel channel, long bytes) throws IOException {
        var zeros = ByteBuffer.allocateDirect(1 << 20);
        for (long position = 0; position < bytes; position += zeros.capacity()) {
            channel.write(zeros.clear(), position);
        }
        channel.force(true);
    }

    private static ByteBuffer content(int bytes) {
        var buffer = ByteBuffer.allocateDirect(bytes);
        while (buffer.hasRemaining()) {
            buffer.put((byte) 0x5A);
        }
        return buffer.flip();
    }
}
