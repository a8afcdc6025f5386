package decant.store;

import decant.base.Hash;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// An immutable image of one memory, in pages of `PAGE_BYTES`. Pages never written are absent and read as
/// zeros.
///
/// Invariants:
/// - whatever happens to other images, and whatever the store writes, an image reads the same for ever;
/// - a copy costs nothing, and a changed copy (`with`) costs what was changed;
/// - memory in use follows the pages changed since the last checkpoint and the pages read, not the size of the
///   image.
///
/// Any thread may use an image. It holds nothing that must be closed.
public final class PageMap {
    /* Design. What changed since a checkpoint is in memory, in a persistent tree; what a checkpoint wrote
     * is in a stack of overlay files below it. Reading looks through the tree, then through the files from the
     * newest to the oldest. When a checkpoint has written the tree, `rebase` exchanges it for a stack with one
     * more file (or fewer, when the store merged some), keeping what changed meanwhile:
     *
     *     before            while it is written       after rebase
     *     tree a            tree a + b                tree b
     *     files 2 1         files 2 1                 files 3(=a) 2 1
     *
     * The content never changes by that, so images of before and after may live side by side, and a fork or a
     * snapshot is nothing but a second reference. */

    /// The bytes of one page.
    public static final int PAGE_BYTES = 4096;

    /// How many pages `check` compares before it asks whether to go on.
    private static final long CHECKED_PAGES = 4096;

    private static final PageMap EMPTY = new PageMap(PageTree.EMPTY, OverlayStack.EMPTY);

    private final PageTree tree;
    private final OverlayStack stack;

    /// What this image has in common with those that were made of it without changing its content.
    private final Object identity;

    /// Computed when first asked for; racing threads compute the same.
    private volatile @Nullable Hash hash;

    PageMap(PageTree tree, OverlayStack stack) {
        this(tree, stack, new Object());
    }

    private PageMap(PageTree tree, OverlayStack stack, Object identity) {
        this.tree = tree;
        this.stack = stack;
        this.identity = identity;
    }

    /// {@return the image in which no page was ever written}
    public static PageMap empty() {
        return EMPTY;
    }

    /// {@return this image with the pages of `delta` written over it}
    public PageMap with(PageDelta delta) {
        return delta.isEmpty() ? this : new PageMap(tree.with(delta.sorted()), stack);
    }

    /// {@return this image with `bytes` written over it, from `byteOffset` on}
    public PageMap with(long byteOffset, byte[] bytes) {
        var delta = new PageDelta();
        long end = Math.addExact(byteOffset, bytes.length);
        for (long at = byteOffset; at < end; ) {
            long page = at / PAGE_BYTES;
            int within = (int) (at % PAGE_BYTES);
            int count = (int) Math.min(PAGE_BYTES - within, end - at);
            var content = new byte[PAGE_BYTES];
            if (count < PAGE_BYTES) {
                read(page * PAGE_BYTES, content, 0, PAGE_BYTES);
            }
            System.arraycopy(bytes, (int) (at - byteOffset), content, within, count);
            delta.put(page, content);
            at += count;
        }
        return with(delta);
    }

    /// Fills `length` bytes of `target`, from `targetOffset` on, with what begins at `byteOffset` of the image.
    public void read(long byteOffset, byte[] target, int targetOffset, int length) {
        read(byteOffset, MemorySegment.ofArray(target).asSlice(targetOffset, length));
    }

    /// Fills `target` with what begins at `byteOffset` of the image.
    ///
    /// @throws StoreException if a page is needed whose checksum in its file is wrong; `target` is then partly
    ///   filled
    public void read(long byteOffset, MemorySegment target) {
        long end = Math.addExact(byteOffset, target.byteSize());
        long page = byteOffset / PAGE_BYTES;
        if (end <= (page + 1) * PAGE_BYTES) {
            readWithin(page, byteOffset, target);
            return;
        }
        long done = byteOffset;
        var walk = new LayerWalk(layers(), page, pagesFor(end));
        for (var extent = walk.next(); extent != null; extent = walk.next()) {
            long from = Math.max(byteOffset, extent.first() * PAGE_BYTES);
            long to = Math.min(end, extent.end() * PAGE_BYTES);
            target.asSlice(done - byteOffset, from - done).fill((byte) 0);
            extent.copy(from, target.asSlice(from - byteOffset, to - from));
            done = to;
        }
        target.asSlice(done - byteOffset).fill((byte) 0);
    }

    /// {@return the SHA-256 of each page from `first` to before `end`, one behind the other}
    ///
    /// Of pages in files they are those that were computed when the pages were written, and the pages are not read:
    /// the hashes say what `read` gives, if it does not throw. Pages in memory are hashed, unless they were before.
    public byte[] pageHashes(long first, long end) {
        var hashes = ByteBuffer.allocate(Math.toIntExact(Math.multiplyExact(end - first, Hash.BYTES)));
        long done = first;
        var walk = new LayerWalk(layers(), first, end);
        for (var extent = walk.next(); extent != null; extent = walk.next()) {
            putHashes(new Extent.Zeros(done, extent.first()), hashes);
            putHashes(extent, hashes);
            done = extent.end();
        }
        putHashes(new Extent.Zeros(done, end), hashes);
        return hashes.array();
    }

    private static void putHashes(Extent extent, ByteBuffer hashes) {
        for (long page = extent.first(); page < extent.end(); page++) {
            hashes.put(extent.hash(page).bytes());
        }
    }

    /// Calls `page` with the index of every page whose content differs between this image and `other`,
    /// ascending.
    ///
    /// The cost follows the pages written since the two images parted; when a checkpoint came between them,
    /// also the pages in overlay files that only one of them has.
    public void forEachDifference(PageMap other, LongConsumer page) {
        var comparison = new ImageComparison(layers(), other.layers());
        if (stack == other.stack) {
            tree.forEachChange(other.tree, (index, _, _) -> comparison.forEachDifference(index, index + 1, page));
            return;
        }
        var walk = new LayerWalk(layersOfOneSide(other), 0, PageTree.PAGES_MAX);
        for (var extent = walk.next(); extent != null; extent = walk.next()) {
            comparison.forEachDifference(extent.first(), extent.end(), page);
        }
    }

    /// Calls `run` with the pages between `first` and `end` that were ever written, in ascending runs that do not
    /// overlap, until it has seen enough. All other pages are zeros; a page that is in a run may be zeros too.
    ///
    /// The cost follows the runs, not the pages that are left out.
    public void forEachRun(long first, long end, RunVisitor run) {
        var walk = new LayerWalk(layers(), first, Math.min(end, PageTree.PAGES_MAX));
        for (var extent = walk.next(); extent != null; extent = walk.next()) {
            if (!(extent instanceof Extent.Zeros) && !run.visit(extent.first(), extent.end())) {
                return;
            }
        }
    }

    /// Receives runs of pages.
    @FunctionalInterface
    public interface RunVisitor {
        /// Receives the pages from `first` to before `end`.
        ///
        /// @return whether there is interest in those that follow
        boolean visit(long first, long end);
    }

    /// {@return whether the other is this image, or the same content moved into files by a checkpoint; images that were
    /// written apart are not compared}
    public boolean isSame(PageMap other) {
        return identity.equals(other.identity);
    }

    /// {@return at most how many pages `forEachDifference` has to look at, those aside that were written since a
    /// checkpoint from which both come}
    public long pagesToCompare(PageMap other) {
        if (stack == other.stack) {
            return 0;
        }
        long pages = tree.size() + other.tree.size();
        for (var overlay : overlaysOfOneSide(other)) {
            pages += overlay.coveredPages();
        }
        return pages;
    }

    /// Copies this image into `target`, from its first byte on, as far as `target` reaches.
    ///
    /// @param target reads as zeros: pages that the image does not have are left alone
    /// @return how many pages were copied
    public long copyTo(MemorySegment target) {
        long copied = 0;
        var walk = new LayerWalk(layers(), 0, pagesFor(target.byteSize()));
        for (var extent = walk.next(); extent != null; extent = walk.next()) {
            long from = extent.first() * PAGE_BYTES;
            long to = Math.min(extent.end() * PAGE_BYTES, target.byteSize());
            extent.copy(from, target.asSlice(from, to - from));
            copied += extent.end() - extent.first();
        }
        return copied;
    }

    /// Puts this image into `target` like `copyTo`, but maps long runs of the files below it instead of copying
    /// them: the kernel then reads a page when it is first touched, and copies it when it is first written to.
    ///
    /// Checksums are compared before a run is mapped, unless this process did so before. The files may go while
    /// they are mapped; the mappings end with the range. Where a system cannot map, everything is copied.
    ///
    /// @param target reads as zeros, and is a range of addresses that the caller reserved with `mmap`, aligned
    ///   to pages: parts of it are replaced. When this throws, it is partly filled
    /// @return how many pages were copied: those in memory, and short runs of the files
    public long mapInto(MemorySegment target) {
        if (!FileMapper.isAvailable()) {
            return copyTo(target);
        }
        if (!target.isNative() || target.address() % PAGE_BYTES != 0 || target.byteSize() % PAGE_BYTES != 0) {
            throw new IllegalArgumentException("an image is mapped into whole pages of native memory, found " + target);
        }
        var painted = ImageMapping.paint(stack.overlays(), target);
        return painted.copiedPages() + new PageMap(tree, OverlayStack.EMPTY).copyTo(target);
    }

    /// Compares the pages that are in files with their checksums, but for those of which this process did so before.
    /// What was compared here `mapInto` need not look through; it may map meanwhile, and the two share the work.
    ///
    /// @param isWanted asked now and then whether to go on
    /// @throws StoreException if a page is damaged; nobody gets it after that, either
    public void check(BooleanSupplier isWanted) {
        for (var overlay : stack.overlays()) {
            // Whoever maps goes from the first page to the last, so that both meet.
            for (long end = overlay.shape().pages(); end > 0 && isWanted.getAsBoolean(); end -= CHECKED_PAGES) {
                overlay.checkRun(Math.max(0, end - CHECKED_PAGES), end);
            }
        }
    }

    /// {@return the bytes of the files below this image}
    public long fileBytes() {
        return stack.overlays().stream()
                .mapToLong(overlay -> overlay.shape().bytes())
                .sum();
    }

    /// {@return the hash of the content: equal for equal content, however it came about; pages of zeros do not
    /// count}
    public Hash hash() {
        var known = hash;
        if (known == null) {
            known = hashes().imageHash();
            hash = known;
        }
        return known;
    }

    /// {@return the number of pages that are only in memory and that the next checkpoint will write}
    public long deltaPages() {
        return tree.size();
    }

    /// {@return this image, with the pages left out of memory that a checkpoint has written}
    ///
    /// An image to which `checkpointed` did not lead is returned as it is: it stays correct, and is written in
    /// full when it is in a checkpoint itself.
    ///
    /// @param checkpointed the image that was given to `Store.write`, from which this one was derived
    /// @param durable what `Store.write` returned for it
    public PageMap rebase(PageMap checkpointed, PageMap durable) {
        boolean descends = stack == checkpointed.stack && tree.covers(checkpointed.tree);
        if (!descends || stack == durable.stack) {
            return this;
        }
        var rest = tree.minus(checkpointed.tree);
        if (rest.isEmpty() && isSame(durable)) {
            return durable;
        }
        var rebased = new PageMap(rest, durable.stack, identity);
        rebased.hash = hash;
        return rebased;
    }

    /// {@return this image, all of it in `files`}
    PageMap movedTo(OverlayStack files) {
        return new PageMap(PageTree.EMPTY, files, identity);
    }

    PageTree tree() {
        return tree;
    }

    OverlayStack stack() {
        return stack;
    }

    GroupHashes hashes() {
        return tree.isEmpty() ? stack.hashes() : stack.hashes().with(tree, layers());
    }

    List<Layer> layers() {
        var layers = new ArrayList<Layer>(stack.overlays().size() + 1);
        if (!tree.isEmpty()) {
            layers.add(tree);
        }
        layers.addAll(stack.overlays());
        return layers;
    }

    /// {@return the layers that this image and `other` do not share: only pages in these can differ}
    private List<Layer> layersOfOneSide(PageMap other) {
        var layers = new ArrayList<Layer>(List.of(tree, other.tree));
        layers.addAll(overlaysOfOneSide(other));
        return layers;
    }

    private List<Overlay> overlaysOfOneSide(PageMap other) {
        var overlays = new ArrayList<Overlay>();
        for (var overlay : stack.overlays()) {
            if (!other.stack.overlays().contains(overlay)) {
                overlays.add(overlay);
            }
        }
        for (var overlay : other.stack.overlays()) {
            if (!stack.overlays().contains(overlay)) {
                overlays.add(overlay);
            }
        }
        return overlays;
    }

    /// The usual read is small and within one page, so it looks no further than the topmost layer that has it.
    private void readWithin(long page, long byteOffset, MemorySegment target) {
        var inMemory = tree.get(page);
        if (inMemory != null) {
            inMemory.copy((int) (byteOffset % PAGE_BYTES), target);
            return;
        }
        for (var overlay : stack.overlays()) {
            var extent = overlay.extentFrom(page);
            if (extent != null && extent.first() <= page) {
                extent.copy(byteOffset, target);
                return;
            }
        }
        target.fill((byte) 0);
    }

    private static long pagesFor(long bytes) {
        return (bytes + PAGE_BYTES - 1) / PAGE_BYTES;
    }
}
