package decant.cli;

import decant.base.Hash;
import decant.canister.ModuleCache;
import decant.canister.SnapshotCode;
import decant.canister.management.SnapshotReply;
import decant.canister.state.Snapshot;
import decant.canister.state.Snapshot.Taken;
import decant.canister.state.Snapshot.Uploaded;
import decant.cli.SnapshotFolder.Part;
import decant.store.PageMap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.TreeSet;
import java.util.function.LongPredicate;

/// A snapshot in the state of a node that does not run, read from the node's files.
final class StateSnapshot implements SnapshotSource {
    private static final int PAGES_PER_BLOCK = FileBlocks.BLOCK_BYTES / PageMap.PAGE_BYTES;

    private final String name;
    private final Snapshot snapshot;
    private final SnapshotMetadata metadata;

    StateSnapshot(String name, Snapshot snapshot) {
        this.name = name;
        this.snapshot = snapshot;
        var globals = switch (snapshot.content()) {
            case Taken(var code) -> new SnapshotCode(new ModuleCache(1)).globals(code);
            case Uploaded uploaded -> uploaded.globals();
        };
        this.metadata = new SnapshotMetadata(SnapshotReply.metadata(snapshot, globals));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public SnapshotMetadata metadata() {
        return metadata;
    }

    @Override
    public byte[] module() {
        return snapshot.content().module(0, snapshot.content().moduleBytes());
    }

    @Override
    public byte[] chunk(Hash hash) {
        var chunk = snapshot.chunkStore().get(hash);
        if (chunk == null) {
            throw new AssertionError("BUG: a snapshot without its chunk " + hash);
        }
        return chunk;
    }

    /// Blocks are read, hashed and written side by side: none depends on another.
    @Override
    public void forEachBlock(Part memory, LongPredicate isWanted, BlockSink sink) throws IOException {
        var file = new FileBlocks(metadata.bytes(memory));
        var pages = pages(memory);
        var blocks = new TreeSet<Long>();
        pages.forEachRun(0, file.bytes() / PageMap.PAGE_BYTES, (first, end) -> {
            for (long block = first / PAGES_PER_BLOCK; block * PAGES_PER_BLOCK < end; block++) {
                blocks.add(block);
            }
            return true;
        });
        try {
            blocks.stream()
                    .mapToLong(block -> block)
                    .filter(isWanted)
                    .parallel()
                    .forEach(block -> {
                        var content = new byte[file.length(block)];
                        pages.read(block * FileBlocks.BLOCK_BYTES, content, 0, content.length);
                        put(sink, block, content);
                    });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static void put(BlockSink sink, long block, byte[] content) {
        try {
            sink.put(block, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private PageMap pages(Part memory) {
        return switch (memory) {
            case HEAP -> snapshot.content().heap().pages();
            case STABLE -> snapshot.content().stable().pages();
            case MODULE -> throw new AssertionError("BUG: a module is no memory");
        };
    }
}
