package decant.cli.snapshot;

import decant.base.Hash;
import decant.cli.snapshot.SnapshotFolder.Part;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.function.LongPredicate;

/// Where an export has a snapshot from.
interface SnapshotSource {
    /// {@return the id of the snapshot in hex, or the principal of a canister that is exported without one}
    String name();

    SnapshotMetadata metadata();

    byte[] module();

    byte[] chunk(Hash hash);

    /// Gives `sink` all blocks of a memory that are not known to be zeros, in any order.
    ///
    /// @param isWanted whether a block is to be given at all
    void forEachBlock(Part memory, LongPredicate isWanted, BlockSink sink) throws IOException;

    /// {@return the hash of a block that was given, as `FileBlocks` defines it}
    ///
    /// @param content the block as it was given
    Hash hash(Part memory, long block, MemorySegment content);

    /// Takes blocks of a memory; several threads may give them.
    @FunctionalInterface
    interface BlockSink {
        /// Takes one block.
        ///
        /// @param content as long as the block, from `MemoryFile#buffer`; the sink's until it returns
        void put(long block, MemorySegment content) throws IOException;
    }
}
