package decant.cli.snapshot;

import decant.base.Hash;
import decant.cli.snapshot.SnapshotFolder.Part;
import decant.cli.terminal.CommandFailure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.LongPredicate;

/// A snapshot that a node has, asked for slice by slice. Zeros are not sent.
final class NodeSnapshot implements SnapshotSource {
    private final Snapshots snapshots;
    private final SnapshotName snapshot;
    private final SnapshotMetadata metadata;

    NodeSnapshot(Snapshots snapshots, SnapshotName snapshot) {
        this.snapshots = snapshots;
        this.snapshot = snapshot;
        this.metadata = snapshots.metadata(snapshot);
    }

    @Override
    public String name() {
        return snapshot.hex();
    }

    @Override
    public SnapshotMetadata metadata() {
        return metadata;
    }

    @Override
    public byte[] module() {
        var module = new ByteArrayOutputStream();
        while (module.size() < metadata.bytes(Part.MODULE)) {
            var slice = snapshots.nextData(snapshot, Part.MODULE, module.size());
            if (slice.bytes().length == 0) {
                throw new CommandFailure("The node tells no more than " + module.size() + " bytes of a module of "
                        + metadata.bytes(Part.MODULE) + ".");
            }
            module.writeBytes(slice.bytes());
        }
        return module.toByteArray();
    }

    @Override
    public byte[] chunk(Hash hash) {
        return snapshots.chunk(snapshot, hash);
    }

    @Override
    public void forEachBlock(Part memory, LongPredicate isWanted, BlockSink sink) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var file = new FileBlocks(metadata.bytes(memory));
            var blocks = new BlockAssembly(file, isWanted, sink, MemoryFile.buffer(arena));
            forEachSlice(memory, isWanted, blocks::add);
            blocks.end();
        }
    }

    @Override
    public Hash hash(Part memory, long block, MemorySegment content) {
        return FileBlocks.hash(content);
    }

    private void forEachSlice(Part memory, LongPredicate isWanted, SliceSink sink) throws IOException {
        long offset = 0;
        while (offset < metadata.bytes(memory)) {
            long block = offset / FileBlocks.BLOCK_BYTES;
            if (!isWanted.test(block)) {
                offset = (block + 1) * FileBlocks.BLOCK_BYTES;
                continue;
            }
            var slice = snapshots.nextData(snapshot, memory, offset);
            if (slice.bytes().length == 0) {
                break;
            }
            sink.add(slice.offset(), slice.bytes());
            offset = slice.offset() + slice.bytes().length;
        }
    }

    private interface SliceSink {
        void add(long offset, byte[] slice) throws IOException;
    }

    /// Puts slices together to blocks. What no slice has is zeros.
    private static final class BlockAssembly {
        private final FileBlocks file;
        private final LongPredicate isWanted;
        private final BlockSink sink;
        private final MemorySegment buffer;
        private long block = -1;

        BlockAssembly(FileBlocks file, LongPredicate isWanted, BlockSink sink, MemorySegment buffer) {
            this.file = file;
            this.isWanted = isWanted;
            this.sink = sink;
            this.buffer = buffer;
        }

        /// Adds a slice, which begins where the one before ended, or later.
        void add(long offset, byte[] slice) throws IOException {
            for (int done = 0; done < slice.length; ) {
                long at = offset + done;
                if (at / FileBlocks.BLOCK_BYTES != block) {
                    end();
                    block = at / FileBlocks.BLOCK_BYTES;
                    buffer.fill((byte) 0);
                }
                int within = (int) (at % FileBlocks.BLOCK_BYTES);
                int count = Math.min(slice.length - done, file.length(block) - within);
                MemorySegment.copy(slice, done, buffer, ValueLayout.JAVA_BYTE, within, count);
                done += count;
            }
        }

        void end() throws IOException {
            if (block >= 0 && isWanted.test(block)) {
                sink.put(block, buffer.asSlice(0, file.length(block)));
            }
            block = -1;
        }
    }
}
