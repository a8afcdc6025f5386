package decant.cli.snapshot;

import decant.base.Hash;
import decant.canister.ModuleCache;
import decant.canister.SnapshotCode;
import decant.canister.management.SnapshotReply;
import decant.canister.state.Snapshot;
import decant.canister.state.Snapshot.Taken;
import decant.canister.state.Snapshot.Uploaded;
import decant.cli.snapshot.SnapshotFolder.Part;
import decant.store.PageMap;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
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

    @Override
    public void forEachBlock(Part memory, LongPredicate isWanted, BlockSink sink) throws IOException {
        var file = new FileBlocks(metadata.bytes(memory));
        var pages = pages(memory);
        var blocks = new BitSet();
        pages.forEachRun(0, file.bytes() / PageMap.PAGE_BYTES, (first, end) -> {
            blocks.set(block(first), block(end - 1) + 1);
            return true;
        });
        var wanted = blocks.stream().asLongStream().filter(isWanted).iterator();
        BlockWork.forEach(file, wanted, (block, content) -> {
            pages.read(block * FileBlocks.BLOCK_BYTES, content);
            sink.put(block, content);
        });
    }

    /// {@return the hash that follows from those of the pages}
    ///
    /// The store has had these since it wrote the pages, so the hash speaks for all the way from there to the file.
    @Override
    public Hash hash(Part memory, long block, MemorySegment content) {
        long first = block * PAGES_PER_BLOCK;
        return Hash.sha256(pages(memory).pageHashes(first, first + content.byteSize() / PageMap.PAGE_BYTES));
    }

    private static int block(long page) {
        return Math.toIntExact(page / PAGES_PER_BLOCK);
    }

    private PageMap pages(Part memory) {
        return switch (memory) {
            case HEAP -> snapshot.content().heap().pages();
            case STABLE -> snapshot.content().stable().pages();
            case MODULE -> throw new AssertionError("BUG: a module is no memory");
        };
    }
}
