package decant.store;

import decant.store.OverlayFormat.Shape;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The overlay files of a store: gives new ones their numbers, and deletes those that nobody needs.
///
/// A file is needed while the latest checkpoint refers to it, or an image that is still reachable in this
/// process; of the latter the garbage collector knows, hence the weak references. Used under the lock of
/// `Store`.
final class OverlayFiles {
    private final Disk disk;
    private final Path directory;
    private final OverlayWriter writer;
    private final SortedMap<Long, WeakReference<@Nullable Overlay>> files = new TreeMap<>();
    private long idNext = 1;

    private OverlayFiles(Disk disk, Path directory) {
        this.disk = disk;
        this.directory = directory;
        this.writer = new OverlayWriter(disk, directory);
    }

    /// Finds the files in `directory`.
    static OverlayFiles in(Path directory, Disk disk) {
        var found = new OverlayFiles(disk, directory);
        try {
            Files.createDirectories(directory);
            try (var paths = Files.newDirectoryStream(directory)) {
                for (var path : paths) {
                    long id = StoreFormat.overlayId(path);
                    if (id >= 0) {
                        found.files.put(id, new WeakReference<>(null));
                        found.idNext = Math.max(found.idNext, id + 1);
                    }
                }
            }
        } catch (IOException e) {
            throw StoreException.failed("list", directory, e);
        }
        return found;
    }

    boolean isEmpty() {
        return files.isEmpty();
    }

    /// {@return the file of `shape`, which the metadata refer to}
    Overlay open(Shape shape) {
        var overlay = new Overlay(directory, shape);
        overlay.requirePresent();
        files.put(shape.id(), new WeakReference<>(overlay));
        idNext = Math.max(idNext, shape.id() + 1);
        return overlay;
    }

    boolean contains(Overlay overlay) {
        var reference = files.get(overlay.shape().id());
        return reference != null && reference.refersTo(overlay);
    }

    /// Writes what `layers` show to a new file; see `OverlayWriter.write`.
    @Nullable
    Overlay write(List<? extends Layer> layers, List<Overlay> below) {
        var overlay = writer.write(idNext, layers, below);
        if (overlay != null) {
            files.put(idNext, new WeakReference<>(overlay));
            idNext++;
        }
        return overlay;
    }

    void syncNames() {
        try {
            disk.syncDirectory(directory);
        } catch (IOException e) {
            throw StoreException.failed("synchronise", directory, e);
        }
    }

    /// Deletes `overlays`, which nobody refers to.
    void delete(Collection<Overlay> overlays) {
        overlays.forEach(overlay -> delete(overlay.shape().id()));
    }

    /// {@return the bytes of the files that are not in `referenced`: images use them, or did}
    long bytesBeside(Set<Long> referenced) {
        long bytes = 0;
        for (long id : files.keySet()) {
            if (!referenced.contains(id)) {
                bytes += directory.resolve(StoreFormat.overlayName(id)).toFile().length();
            }
        }
        return bytes;
    }

    /// Deletes every file that is neither in `referenced` nor used by a reachable image.
    void sweep(Set<Long> referenced) {
        for (long id : List.copyOf(files.keySet())) {
            var reference = files.get(id);
            if (!referenced.contains(id) && reference != null && reference.refersTo(null)) {
                delete(id);
            }
        }
    }

    private void delete(long id) {
        try {
            disk.delete(directory.resolve(StoreFormat.overlayName(id)));
            files.remove(id);
        } catch (IOException _) {
            // The file is useless, not harmful: it stays known, and the next sweep tries again.
        }
    }
}
