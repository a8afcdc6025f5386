package decant.store;

import decant.base.Hash;
import decant.store.OverlayFormat.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/// A directory that holds the latest checkpoint, whole, whatever happens while the next one is written.
///
/// One process has it open at a time. All methods may be called from any thread; they take turns.
public final class Store implements AutoCloseable {
    /* How a checkpoint becomes the latest. What must hold on disk, in the order in which it comes to hold:
     *
     *   1. Every overlay file that the metadata refer to is there, whole, content and name synchronised.
     *   2. A file that the metadata refer to is never written to and never deleted.
     *   3. The metadata change in one transaction, from one checkpoint to the next.
     *
     *              write                     sync directory              commit                  sweep
     *   LATEST ------------> FILES WRITTEN ----------------> FILES NAMED --------> NEW LATEST ------------> LATEST
     *      ^                       |                             |
     *      +------ delete ---------+--------- failure -----------+
     *
     *   LATEST          The metadata refer to the files of the old checkpoint. Other files may lie about that reachable
     *                   images use, or that a crash left behind; `open` and `sweep` delete those that nobody uses.
     *   FILES WRITTEN   New files are whole, perhaps without a durable name. A crash leaves files that nobody refers to.
     *   FILES NAMED     As before, and (1) holds for the new checkpoint.
     *   NEW LATEST      The metadata refer to the new checkpoint, which is durable: from here on `write` cannot fail.
     *
     * If the commit itself fails, nobody can say which of the two the disk would show after a crash. So the new files
     * are left in place (either answer is then a whole checkpoint), and before anything else is written the database is
     * asked which it has, the old one but where an error came right behind the commit, and that is written again: when
     * that succeeds, the question is settled. */

    private static final long RECLAIMED_BYTES_MIN = 64L << 20;

    private final Path directory;
    private final DirectoryLock lock;
    private final OverlayFiles files;
    private final Metadata metadata;
    private Catalog catalog;
    private SortedMap<String, PageMap> images;

    /// For images that were written, the image in files of the same content: the same image may come again,
    /// under another name, in a second attempt, or because its owner has not exchanged it yet.
    private final Map<PageMap, PageMap> written = new WeakHashMap<>();

    /// How many bytes images used beside the latest checkpoint when that was last found out.
    private long bytesInUseBeside;

    /// A commit that failed, or may have.
    private @Nullable Commit uncertain;

    private boolean isClosed;

    /// What is to be the latest checkpoint.
    private record Commit(Catalog catalog, SortedMap<String, PageMap> images) {}

    private Store(Path directory, DirectoryLock lock, OverlayFiles files, Metadata metadata) {
        this.directory = directory;
        this.lock = lock;
        this.files = files;
        this.metadata = metadata;
        this.catalog = metadata.readCatalog();
        this.images = openImages();
    }

    /// Opens the store in `directory`, which is made if it is not there, and locks it until `close`.
    ///
    /// @throws StoreException if another process has it open, or if it is damaged
    public static Store open(Path directory) {
        return open(directory, Disk.REAL);
    }

    static Store open(Path directory, Disk disk) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw StoreException.failed("make", directory, e);
        }
        var lock = DirectoryLock.acquire(directory);
        try {
            SqliteLibrary.load(directory.resolve(StoreFormat.NATIVE));
            var files = OverlayFiles.in(directory.resolve(StoreFormat.OVERLAYS), disk);
            var store = new Store(directory, lock, files, openMetadata(directory, files, disk));
            store.sweep();
            return store;
        } catch (RuntimeException | Error e) {
            lock.close();
            throw e;
        }
    }

    /// {@return the checkpoint last written, or nothing in a fresh store}
    public synchronized Optional<Checkpoint> latest() {
        requireOpen();
        return catalog.isEmpty()
                ? Optional.empty()
                : Optional.of(new Checkpoint(catalog.height(), metadata.records(catalog), images));
    }

    /// Makes `checkpoint` the latest; when this returns it is durable. Records and images that are the same as
    /// in the checkpoint before are not written again. The owner may meanwhile go on deriving images from those
    /// it gave.
    ///
    /// @return for every image of the checkpoint the same content, in files: give it to `PageMap.rebase`
    /// @throws StoreException if it could not be written; another try may be made. The checkpoint before is
    ///   then still the latest
    public synchronized SortedMap<String, PageMap> write(Checkpoint checkpoint) {
        requireOpen();
        settle();
        var durable = writeImages(checkpoint.images());
        var next = catalogOf(checkpoint, durable);
        var commit = new Commit(next, durable);
        uncertain = commit;
        metadata.write(catalog, next, checkpoint.records());
        adopt(commit);
        sweep();
        return durable;
    }

    /// Gives back the space of files that only images used which nobody reaches any more, once that is much.
    ///
    /// Images are values that nobody closes, so it is the garbage collector that knows: it is asked to look.
    public void reclaim() {
        if (isReclaimingDue()) {
            System.gc();
            sweepAndCount();
        }
    }

    private synchronized boolean isReclaimingDue() {
        requireOpen();
        long beside = files.bytesBeside(catalog.overlays().keySet()) - bytesInUseBeside;
        long latest =
                catalog.overlays().values().stream().mapToLong(Shape::bytes).sum();
        return beside >= Math.max(RECLAIMED_BYTES_MIN, latest / 4);
    }

    private synchronized void sweepAndCount() {
        if (!isClosed) {
            sweep();
            bytesInUseBeside = files.bytesBeside(catalog.overlays().keySet());
        }
    }

    /// Gives the directory free. Images of this store must not be read any more.
    @Override
    public synchronized void close() {
        if (!isClosed) {
            isClosed = true;
            try (lock) {
                metadata.close();
            }
        }
    }

    private static Metadata openMetadata(Path directory, OverlayFiles files, Disk disk) {
        var path = directory.resolve(StoreFormat.METADATA);
        if (!Files.exists(path)) {
            if (!files.isEmpty()) {
                throw StoreException.damaged(path, "it is missing, although there are overlay files");
            }
            Metadata.create(disk, directory);
        }
        return Metadata.open(path, disk);
    }

    private SortedMap<String, PageMap> openImages() {
        var overlays = new TreeMap<Long, Overlay>();
        for (Shape shape : catalog.overlays().values()) {
            overlays.put(shape.id(), files.open(shape));
        }
        var opened = new TreeMap<String, PageMap>();
        catalog.images().forEach((name, ids) -> {
            var stack = ids.stream().map(overlays::get).toList();
            opened.put(name, new PageMap(PageTree.EMPTY, new OverlayStack(stack, null)));
        });
        return opened;
    }

    private void requireOpen() {
        if (isClosed) {
            throw new IllegalStateException("the store in " + directory + " is closed");
        }
    }

    private void adopt(Commit commit) {
        catalog = commit.catalog();
        images = commit.images();
        uncertain = null;
    }

    /// After a commit that failed: makes the checkpoint that the database has the latest beyond doubt.
    private void settle() {
        var commit = uncertain;
        if (commit != null) {
            boolean isThere =
                    metadata.readCatalog().digest().equals(commit.catalog().digest());
            var latest = isThere ? commit : new Commit(catalog, images);
            metadata.write(latest.catalog(), latest.catalog(), new TreeMap<>());
            adopt(latest);
            sweep();
        }
    }

    private SortedMap<String, PageMap> writeImages(SortedMap<String, PageMap> sources) {
        var writer = new ImageWriter(files, written);
        try {
            var durable = new TreeMap<String, PageMap>();
            sources.forEach((name, source) -> durable.put(name, writer.durable(source)));
            if (!writer.fresh.isEmpty()) {
                files.syncNames();
            }
            written.putAll(writer.freshImages);
            return Collections.unmodifiableSortedMap(durable);
        } catch (RuntimeException e) {
            files.delete(writer.fresh);
            throw e;
        }
    }

    private static Catalog catalogOf(Checkpoint checkpoint, SortedMap<String, PageMap> durable) {
        var records = new TreeMap<String, Hash>();
        checkpoint.records().forEach((name, record) -> records.put(name, Hash.sha256(record.get())));
        var images = new TreeMap<String, List<Long>>();
        var overlays = new TreeMap<Long, Shape>();
        durable.forEach((name, image) -> {
            var shapes = image.stack().overlays().stream().map(Overlay::shape).toList();
            images.put(name, shapes.stream().map(Shape::id).toList());
            shapes.forEach(shape -> overlays.put(shape.id(), shape));
        });
        return new Catalog(checkpoint.height(), records, images, overlays);
    }

    private void sweep() {
        files.sweep(catalog.overlays().keySet());
    }

    /// Turns images into images in files, and remembers which files it made.
    private static final class ImageWriter {
        private final OverlayFiles files;
        private final Map<PageMap, PageMap> written;
        final Map<PageMap, PageMap> freshImages = new HashMap<>();
        final List<Overlay> fresh = new ArrayList<>();

        ImageWriter(OverlayFiles files, Map<PageMap, PageMap> written) {
            this.files = files;
            this.written = written;
        }

        PageMap durable(PageMap source) {
            boolean isOurs = source.stack().overlays().stream().allMatch(files::contains);
            if (source.tree().isEmpty() && isOurs) {
                return source;
            }
            var known = written.get(source);
            return known != null ? known : freshImages.computeIfAbsent(source, _ -> write(source, isOurs));
        }

        /// Files of another store are copied, since this one cannot keep them.
        private PageMap write(PageMap source, boolean isOurs) {
            var overlays = source.stack().overlays();
            int merged = isOurs ? MergePolicy.mergedCount(source.tree().size(), overlays) : overlays.size();
            var layers = new ArrayList<Layer>(List.of(source.tree()));
            layers.addAll(overlays.subList(0, merged));
            var below = overlays.subList(merged, overlays.size());
            var stack = new ArrayList<>(below);
            var overlay = files.write(layers, below);
            if (overlay != null) {
                fresh.add(overlay);
                stack.addFirst(overlay);
            }
            // The content is the same, so what is known of its hashes stays true.
            var hashes = source.stack().hasHashes() ? source.hashes() : null;
            return source.movedTo(new OverlayStack(stack, hashes));
        }
    }
}
