package decant.store;

import java.util.SortedMap;
import java.util.function.Supplier;

/// Everything a store holds at one height: named records and named images.
///
/// A name left out is gone from the store once the checkpoint is written. One image may stand under several
/// names.
///
/// Records are made when they are asked for, so that not all of them are in memory at once: each time the same
/// bytes. Those of a store's latest checkpoint are read then, and cannot be after the next one was written.
///
/// The maps and arrays must not change any more: another thread may be writing them.
///
/// @param height what the owner counts, such as the number of the last batch of input that is contained
/// @param records small things, stored as they are
/// @param images memories
public record Checkpoint(long height, SortedMap<String, Supplier<byte[]>> records, SortedMap<String, PageMap> images) {
    public Checkpoint {
        if (height < 0) {
            throw new IllegalArgumentException("the height of a checkpoint is at least 0, found " + height);
        }
    }
}
