package decant.store;

import static decant.store.OverlayFormat.BLOCK_BYTES;
import static decant.store.OverlayFormat.INT;
import static decant.store.OverlayFormat.LONG;

import decant.base.Hash;
import decant.store.OverlayFormat.Shape;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// An overlay file, open for reading by any number of threads.
///
/// Invariants:
/// - a byte is handed out only after the checksum of its block was found right, once per open file;
/// - the file exists for as long as this object is reachable: `Store` deletes no file that is still referred
///   to.
///
/// The file is mapped when first touched and unmapped when the garbage collector finds the last image that uses
/// it gone: images are values that nobody closes, so the arena that owns the mapping is an automatic one.
final class Overlay implements Layer {
    /// How many pages are read at once when a file is looked through.
    private static final long RUN_PAGES_MAX = 256;

    private final Path path;
    private final Shape shape;
    private final CheckedBlocks checked;
    private volatile @Nullable MemorySegment mapping;

    /// Counted when first asked for; racing threads count the same. 0 before that: a file without pages is not written.
    private volatile long coveredPages;

    Overlay(Path directory, Shape shape) {
        this.path = directory.resolve(StoreFormat.overlayName(shape.id()));
        this.shape = shape;
        this.checked = new CheckedBlocks(shape.blocks());
    }

    Path path() {
        return path;
    }

    Shape shape() {
        return shape;
    }

    /// Finds out early, without reading, whether the file is there and as long as it should be.
    void requirePresent() {
        long bytes;
        try {
            bytes = Files.size(path);
        } catch (IOException e) {
            throw StoreException.failed("find", path, e);
        }
        requireBytes(bytes);
    }

    /// Makes sure that the file can be read from now on, even if its name goes.
    void hold() {
        mapping();
    }

    @Override
    public @Nullable Extent extentFrom(long page) {
        long range = lastRangeFrom(page);
        if (range >= 0) {
            var extent = extent(range);
            if (extent.end() > page) {
                return extent;
            }
        }
        return range + 1 < shape.ranges() ? extent(range + 1) : null;
    }

    /// {@return how many pages this file has or hides}
    long coveredPages() {
        long known = coveredPages;
        if (known == 0) {
            for (long range = 0; range < shape.ranges(); range++) {
                var extent = extent(range);
                known += extent.end() - extent.first();
            }
            coveredPages = known;
        }
        return known;
    }

    /// {@return the range with number `range`, counted from 0}
    Extent extent(long range) {
        long at = checkedRange(range);
        var bytes = mapping();
        long first = bytes.get(LONG, at);
        long end = first + bytes.get(LONG, at + OverlayFormat.RANGE_COUNT_AT);
        long slot = bytes.get(LONG, at + OverlayFormat.RANGE_SLOT_AT);
        return slot == OverlayFormat.SLOT_OF_ZEROS
                ? new Extent.Zeros(first, end)
                : new Extent.Stored(first, end, this, slot);
    }

    /// Fills `target` with what begins at `offset` bytes behind the start of the first page.
    ///
    /// Of a page that is copied whole it is the copy that is compared with the checksum: the file is read once.
    void copy(long offset, MemorySegment target) {
        long end = offset + target.byteSize();
        long first = offset / BLOCK_BYTES;
        long last = (end + BLOCK_BYTES - 1) / BLOCK_BYTES;
        long firstWhole = (offset + BLOCK_BYTES - 1) / BLOCK_BYTES;
        long endWhole = Math.max(firstWhole, end / BLOCK_BYTES);
        check(first, Math.min(firstWhole, last));
        check(endWhole, last);
        try {
            MemorySegment.copy(mapping(), BLOCK_BYTES + offset, target, 0, target.byteSize());
        } catch (InternalError e) {
            throw unreadable(e);
        }
        for (long slot = nextUnchecked(firstWhole, endWhole);
                slot < endWhole;
                slot = nextUnchecked(slot + 1, endWhole)) {
            checkPage(slot, target.asSlice(slot * BLOCK_BYTES - offset, BLOCK_BYTES));
        }
    }

    /// {@return the SHA-256 of the page in `slot`}
    Hash hash(long slot) {
        var sum = new byte[OverlayFormat.SUM_BYTES];
        copySum(slot, MemorySegment.ofArray(sum));
        return Hash.of(Arrays.copyOfRange(sum, OverlayFormat.SUM_HASH_AT, OverlayFormat.SUM_BYTES));
    }

    /// Fills `target` with the sum of the page in `slot`, as it is in the file.
    void copySum(long slot, MemorySegment target) {
        MemorySegment.copy(mapping(), checkedSum(slot), target, 0, OverlayFormat.SUM_BYTES);
    }

    /// {@return whether the page in `slot` has the same SHA-256 as the page in slot `otherSlot` of `other`}
    boolean isSamePage(long slot, Overlay other, long otherSlot) {
        long hash = checkedSum(slot) + OverlayFormat.SUM_HASH_AT;
        long otherHash = other.checkedSum(otherSlot) + OverlayFormat.SUM_HASH_AT;
        int bytes = OverlayFormat.HASH_BYTES;
        return MemorySegment.mismatch(mapping(), hash, hash + bytes, other.mapping(), otherHash, otherHash + bytes)
                == -1;
    }

    /// Compares the pages in the slots from `first` to before `end` with their checksums, where that was not
    /// done before.
    void check(long first, long end) {
        byte @Nullable [] page = null;
        for (long slot = nextUnchecked(first, end); slot < end; slot = nextUnchecked(slot + 1, end)) {
            if (page == null) {
                page = new byte[BLOCK_BYTES];
            }
            readBlock(Shape.pageBlock(slot), page);
            checkPage(slot, MemorySegment.ofArray(page));
        }
    }

    /// Compares pages like `check`, but reads past the mapping: of what is only looked through, no page counts
    /// as memory of this process afterwards.
    void checkRun(long first, long end) {
        if (nextUnchecked(first, end) == end) {
            return;
        }
        try (var channel = FileChannel.open(path);
                var arena = Arena.ofConfined()) {
            var buffer = arena.allocate(Math.min(end - first, RUN_PAGES_MAX) * BLOCK_BYTES);
            for (long slot = nextUnchecked(first, end); slot < end; slot = nextUnchecked(slot, end)) {
                long count = Math.min(end - slot, RUN_PAGES_MAX);
                var pages = buffer.asSlice(0, count * BLOCK_BYTES);
                read(channel, pages.asByteBuffer(), Shape.pageBlock(slot) * BLOCK_BYTES);
                for (long i = 0; i < count; i++) {
                    checkPage(slot + i, pages.asSlice(i * BLOCK_BYTES, BLOCK_BYTES));
                }
            }
        } catch (IOException e) {
            throw StoreException.failed("read", path, e);
        }
    }

    private long nextUnchecked(long slot, long end) {
        return checked.nextMissing(Shape.pageBlock(slot), Shape.pageBlock(end)) - Shape.pageBlock(0);
    }

    private void checkPage(long slot, MemorySegment page) {
        long block = Shape.pageBlock(slot);
        int expected = mapping().get(INT, checkedSum(slot));
        int found = OverlayFormat.crc(page);
        if (found != expected) {
            throw damaged(
                    block,
                    "the page in slot " + slot + " has the checksum " + hex(found) + ", expected " + hex(expected));
        }
        checked.add(block);
    }

    private void read(FileChannel channel, ByteBuffer target, long offset) throws IOException {
        long at = offset;
        while (target.hasRemaining()) {
            int bytes = channel.read(target, at);
            if (bytes < 0) {
                throw StoreException.damaged(path, "it ends at offset " + at + ", expected " + shape.bytes());
            }
            at += bytes;
        }
    }

    /// Compares every block of the file with its checksum.
    void checkAll() {
        checkRun(0, shape.pages());
        for (long block = shape.rangeBlock(0); block <= shape.footerBlock(); block++) {
            checkIndexBlock(block);
        }
    }

    /// {@return the number of the last range that starts at or before `page`, or -1}
    private long lastRangeFrom(long page) {
        long low = 0;
        long high = shape.ranges() - 1;
        while (low <= high) {
            long middle = (low + high) >>> 1;
            if (mapping().get(LONG, checkedRange(middle)) <= page) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    private long checkedRange(long range) {
        checkIndexBlock(shape.rangeBlock(range));
        return shape.rangeOffset(range);
    }

    private long checkedSum(long slot) {
        checkIndexBlock(shape.sumBlock(slot));
        return shape.sumOffset(slot);
    }

    private void checkIndexBlock(long number) {
        if (checked.contains(number)) {
            return;
        }
        readIntact(number);
        checked.add(number);
    }

    private byte[] readIntact(long number) {
        var block = new byte[BLOCK_BYTES];
        readBlock(number, block);
        if (!OverlayFormat.isIntact(block, shape.id(), number)) {
            throw damaged(number, "the checksum of block " + number + " does not match its content");
        }
        return block;
    }

    private void readBlock(long number, byte[] block) {
        try {
            MemorySegment.copy(mapping(), number * BLOCK_BYTES, MemorySegment.ofArray(block), 0, BLOCK_BYTES);
        } catch (InternalError e) {
            throw unreadable(e);
        }
    }

    private MemorySegment mapping() {
        var mapped = mapping;
        return mapped != null ? mapped : map();
    }

    private synchronized MemorySegment map() {
        var mapped = mapping;
        if (mapped != null) {
            return mapped;
        }
        try (var channel = FileChannel.open(path)) {
            requireBytes(channel.size());
            mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, shape.bytes(), Arena.ofAuto());
        } catch (IOException e) {
            throw StoreException.failed("map", path, e);
        }
        mapping = mapped;
        try {
            requireFrame();
        } catch (StoreException e) {
            mapping = null;
            throw e;
        }
        return mapped;
    }

    /// Compares header and footer with what the metadata say of this file.
    private void requireFrame() {
        requireField(0, OverlayFormat.MAGIC_AT, OverlayFormat.MAGIC, "magic");
        requireVersion();
        long footer = shape.footerBlock();
        requireField(footer, OverlayFormat.MAGIC_AT, OverlayFormat.END_MAGIC, "end magic");
        requireField(footer, OverlayFormat.PAGES_AT, shape.pages(), "number of pages");
        requireField(footer, OverlayFormat.RANGES_AT, shape.ranges(), "number of ranges");
    }

    private void requireVersion() {
        int version = MemorySegment.ofArray(readIntact(0)).get(INT, OverlayFormat.VERSION_AT);
        if (version != OverlayFormat.VERSION) {
            throw StoreException.otherVersion(path, version, OverlayFormat.VERSION);
        }
    }

    private void requireField(long block, int at, long expected, String name) {
        long found = MemorySegment.ofArray(readIntact(block)).get(LONG, at);
        if (found != expected) {
            throw damaged(block, "its " + name + " is " + found + ", expected " + expected);
        }
    }

    private void requireBytes(long bytes) {
        if (bytes != shape.bytes()) {
            throw StoreException.damaged(path, "it has " + bytes + " bytes, expected " + shape.bytes());
        }
    }

    private StoreException damaged(long block, String what) {
        return StoreException.damaged(path, "at offset " + block * BLOCK_BYTES + ": " + what);
    }

    private StoreException unreadable(InternalError cause) {
        return new StoreException(
                "failed to read " + path + ": the disk reported an error, or the file was cut while in use",
                path,
                cause);
    }

    private static String hex(int checksum) {
        return "%08x".formatted(checksum);
    }
}
