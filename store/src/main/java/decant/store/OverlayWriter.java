package decant.store;

import static decant.store.OverlayFormat.BLOCK_BYTES;
import static decant.store.OverlayFormat.INT;
import static decant.store.OverlayFormat.LONG;

import decant.store.OverlayFormat.Shape;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Writes an overlay file out of the layers that it replaces.
///
/// Two passes: the first reads indexes only, and finds out how many pages and ranges there will be, hence where
/// everything goes; the second writes pages, ranges and sums side by side. So memory in use does not depend on
/// the size of the image.
///
/// Then the file is read back and its checksums compared: a write that went wrong is found while the pages are still
/// elsewhere, and whoever maps the file later need not look through it first.
final class OverlayWriter {
    private static final long BUFFER_PAGES_MAX = 256;

    private final Disk disk;
    private final Path directory;

    OverlayWriter(Disk disk, Path directory) {
        this.disk = disk;
        this.directory = directory;
    }

    /// Writes what `layers` show (the topmost first) to the file with number `id`, and makes its content
    /// durable; its name is durable only when the directory was synchronised. Pages of zeros are recorded where
    /// they hide a page in the layers `below`, and dropped elsewhere.
    ///
    /// @return the file, or null when there is nothing to write
    @Nullable
    Overlay write(long id, List<? extends Layer> layers, List<? extends Layer> below) {
        var path = directory.resolve(StoreFormat.overlayName(id));
        try {
            var shape = measure(id, layers, below);
            if (shape.ranges() == 0) {
                return null;
            }
            writeFile(path, shape, layers, below);
            var overlay = new Overlay(directory, shape);
            requireKept(overlay);
            return overlay;
        } catch (IOException e) {
            throw discarded(path, StoreException.failed("write", path, e));
        } catch (StoreException e) {
            throw discarded(path, e);
        }
    }

    private static void requireKept(Overlay overlay) {
        try {
            overlay.checkAll();
        } catch (StoreException e) {
            throw new StoreException(
                    "the disk did not keep what was written to " + overlay.path()
                            + ": this checkpoint is given up, the one before is whole; see whether the disk fails",
                    overlay.path(),
                    e);
        }
    }

    private static Shape measure(long id, List<? extends Layer> layers, List<? extends Layer> below)
            throws IOException {
        var ranges = new RangeJoin((_, _, _) -> {});
        forEachExtent(layers, below, ranges::add);
        ranges.finish();
        return new Shape(id, ranges.pages, ranges.count);
    }

    private void writeFile(Path path, Shape shape, List<? extends Layer> layers, List<? extends Layer> below)
            throws IOException {
        try (var file = disk.create(path);
                var arena = Arena.ofConfined()) {
            file.write(ByteBuffer.wrap(OverlayFormat.header(shape.id())), 0);
            var pages = new PageWriter(file, shape, arena);
            var rangeBlocks = new EntryWriter(
                    file, shape.id(), shape.rangeBlock(0), OverlayFormat.RANGE_BYTES, OverlayFormat.RANGES_PER_BLOCK);
            var ranges = new RangeJoin((first, count, slot) -> {
                var entry = rangeBlocks.next();
                entry.set(LONG, 0, first);
                entry.set(LONG, OverlayFormat.RANGE_COUNT_AT, count);
                entry.set(LONG, OverlayFormat.RANGE_SLOT_AT, slot);
            });
            forEachExtent(layers, below, extent -> {
                ranges.add(extent);
                pages.add(extent);
            });
            ranges.finish();
            rangeBlocks.finish();
            pages.finish();
            assert ranges.pages == shape.pages();
            assert ranges.count == shape.ranges();
            file.write(ByteBuffer.wrap(OverlayFormat.footer(shape)), shape.footerBlock() * BLOCK_BYTES);
            file.sync();
        }
    }

    /// Deletes a file that is not whole; if even that fails, the next opening of the store sweeps it.
    private StoreException discarded(Path path, StoreException cause) {
        try {
            disk.delete(path);
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
        return cause;
    }

    private static void forEachExtent(List<? extends Layer> layers, List<? extends Layer> below, ExtentVisitor visitor)
            throws IOException {
        var walk = new LayerWalk(layers, 0, PageTree.PAGES_MAX);
        for (var extent = walk.next(); extent != null; extent = walk.next()) {
            switch (extent) {
                case Extent.Zeros zeros -> forEachHiding(zeros, below, visitor);
                case Extent.Resident resident -> visitor.visit(resident);
                case Extent.Stored stored -> visitor.visit(stored);
            }
        }
    }

    private static void forEachHiding(Extent.Zeros zeros, List<? extends Layer> below, ExtentVisitor visitor)
            throws IOException {
        var walk = new LayerWalk(below, zeros.first(), zeros.end());
        for (var hidden = walk.next(); hidden != null; hidden = walk.next()) {
            if (!(hidden instanceof Extent.Zeros)) {
                visitor.visit(new Extent.Zeros(hidden.first(), hidden.end()));
            }
        }
    }

    private interface ExtentVisitor {
        void visit(Extent extent) throws IOException;
    }

    private interface RangeVisitor {
        void visit(long first, long count, long slot) throws IOException;
    }

    /// Joins neighbouring extents of one kind to ranges, and counts.
    private static final class RangeJoin {
        private final RangeVisitor visitor;
        private long first;
        private long end;
        private boolean zeros;
        long pages;
        long count;

        RangeJoin(RangeVisitor visitor) {
            this.visitor = visitor;
        }

        void add(Extent extent) throws IOException {
            boolean isZeros = extent instanceof Extent.Zeros;
            if (extent.first() != end || isZeros != zeros) {
                finish();
                first = extent.first();
                zeros = isZeros;
            }
            end = extent.end();
        }

        void finish() throws IOException {
            if (end == first) {
                return;
            }
            visitor.visit(first, end - first, zeros ? OverlayFormat.SLOT_OF_ZEROS : pages);
            pages += zeros ? 0 : end - first;
            count++;
            first = end;
        }
    }

    /// Writes pages and their sums, in ascending order of slots.
    private static final class PageWriter {
        private final WritableFile file;
        private final EntryWriter sums;
        private final MemorySegment buffer;
        private long buffered;
        private long slot;

        PageWriter(WritableFile file, Shape shape, Arena arena) {
            this.file = file;
            this.sums = new EntryWriter(
                    file, shape.id(), shape.sumBlock(0), OverlayFormat.SUM_BYTES, OverlayFormat.SUMS_PER_BLOCK);
            this.buffer = arena.allocate(Math.min(shape.pages(), BUFFER_PAGES_MAX) * BLOCK_BYTES);
        }

        void add(Extent extent) throws IOException {
            switch (extent) {
                case Extent.Zeros _ -> {}
                case Extent.Resident resident -> {
                    resident.page().copy(0, reserve(1));
                    addSum(resident.page());
                }
                case Extent.Stored stored -> copy(stored);
            }
        }

        void finish() throws IOException {
            flush();
            sums.finish();
        }

        private void addSum(Page page) throws IOException {
            var sum = sums.next();
            sum.set(INT, 0, OverlayFormat.crc(page.bytes()));
            MemorySegment.copy(
                    page.hash().bytes(),
                    0,
                    sum,
                    OverlayFormat.BYTE,
                    OverlayFormat.SUM_HASH_AT,
                    OverlayFormat.HASH_BYTES);
        }

        private void copy(Extent.Stored stored) throws IOException {
            var source = stored.overlay();
            long end = stored.slot() + stored.end() - stored.first();
            for (long from = stored.slot(); from < end; ) {
                var target = reserve(end - from);
                long to = from + target.byteSize() / BLOCK_BYTES;
                source.copy(from * BLOCK_BYTES, target);
                for (; from < to; from++) {
                    source.copySum(from, sums.next());
                }
            }
        }

        /// {@return room in the buffer for as many of `pages` as there are places left, at least one}
        private MemorySegment reserve(long pages) throws IOException {
            long places = buffer.byteSize() / BLOCK_BYTES;
            if (buffered == places) {
                flush();
            }
            long reserved = Math.min(pages, places - buffered);
            var room = buffer.asSlice(buffered * BLOCK_BYTES, reserved * BLOCK_BYTES);
            buffered += reserved;
            return room;
        }

        private void flush() throws IOException {
            var bytes = buffer.asSlice(0, buffered * BLOCK_BYTES).asByteBuffer();
            file.write(bytes, Shape.pageBlock(slot) * BLOCK_BYTES);
            slot += buffered;
            buffered = 0;
        }
    }

    /// Packs entries of one size into blocks, from block `number` on.
    private static final class EntryWriter {
        private final WritableFile file;
        private final long id;
        private final int entryBytes;
        private final int entriesPerBlock;
        private byte[] block = new byte[BLOCK_BYTES];
        private long number;
        private int count;

        EntryWriter(WritableFile file, long id, long number, int entryBytes, int entriesPerBlock) {
            this.file = file;
            this.id = id;
            this.number = number;
            this.entryBytes = entryBytes;
            this.entriesPerBlock = entriesPerBlock;
        }

        /// {@return the place of the next entry, to be filled before the next call}
        MemorySegment next() throws IOException {
            if (count == entriesPerBlock) {
                finish();
            }
            return MemorySegment.ofArray(block).asSlice((long) count++ * entryBytes, entryBytes);
        }

        void finish() throws IOException {
            if (count == 0) {
                return;
            }
            file.write(ByteBuffer.wrap(OverlayFormat.sealed(block, id, number)), number * BLOCK_BYTES);
            block = new byte[BLOCK_BYTES];
            number++;
            count = 0;
        }
    }
}
