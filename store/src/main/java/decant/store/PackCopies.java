package decant.store;

import java.nio.file.Path;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/// New packs with what is still used of old ones of which less than half is.
final class PackCopies implements AutoCloseable {
    private final Disk disk;
    private final Path directory;
    private final long packBytes;
    private long numberNext;
    private @Nullable PackWriter writer;
    private long writtenBytes;

    PackCopies(Disk disk, Path directory, long packBytes, long numberNext) {
        this.disk = disk;
        this.directory = directory;
        this.packBytes = packBytes;
        this.numberNext = numberNext;
    }

    /// Copies what is used of `pack`, if that is less than half of it.
    ///
    /// @param first the number of the pack's first blob in `used`
    /// @return whether the pack may be deleted once `finish` has returned
    boolean takeOver(Pack pack, BitSet used, int first) {
        long all = 0;
        long left = 0;
        for (int blob = 0; blob < pack.blobs(); blob++) {
            all += pack.length(blob);
            left += used.get(first + blob) ? pack.length(blob) : 0;
        }
        if (left * 2 >= all && left > 0) {
            return false;
        }
        for (int blob = used.nextSetBit(first); blob >= 0 && blob < first + pack.blobs(); ) {
            copy(pack, blob - first);
            blob = used.nextSetBit(blob + 1);
        }
        return true;
    }

    private void copy(Pack pack, int blob) {
        var open = writer;
        if (open == null) {
            open = new PackWriter(disk, directory, numberNext++);
            writer = open;
        }
        open.add(pack.hash(blob), pack.read(blob));
        if (open.bytes() >= packBytes) {
            finish();
        }
    }

    /// Makes all copies durable.
    ///
    /// @return the bytes of all new packs
    long finish() {
        var open = writer;
        if (open != null) {
            writer = null;
            writtenBytes += open.finish().bytes();
        }
        return writtenBytes;
    }

    /// Gives up what is not durable yet.
    @Override
    public void close() {
        if (writer != null) {
            writer.discard();
        }
    }
}
