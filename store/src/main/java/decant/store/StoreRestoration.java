package decant.store;

import decant.base.Hash;
import decant.store.OverlayFormat.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/// Makes a store of what an archive has.
///
/// Images that had files in common have files in common again: an image is written as what it has otherwise than the
/// image that is most like it, of those written before.
public final class StoreRestoration {
    private final OverlayFiles files;
    private final List<Written> written = new ArrayList<>();
    private final Map<Hash, List<Overlay>> known = new HashMap<>();

    /// An image that was written: what it is made of in the archive, and in files.
    private record Written(ArchivedImage image, List<Overlay> stack) {}

    private StoreRestoration(OverlayFiles files) {
        this.files = files;
    }

    /// Makes a store in `directory`, which must not be there, whose latest checkpoint is that of the backup.
    ///
    /// @param restored is told how many pages of the backup's images are written
    public static void restore(Archive archive, Manifest manifest, Path directory, LongConsumer restored) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw StoreException.failed("make", directory, e);
        }
        try (var _ = DirectoryLock.acquire(directory)) {
            SqliteLibrary.load(directory.resolve(StoreFormat.NATIVE));
            var files = OverlayFiles.in(directory.resolve(StoreFormat.OVERLAYS), Disk.REAL);
            var metadata = directory.resolve(StoreFormat.METADATA);
            if (!files.isEmpty() || Files.exists(metadata)) {
                throw new StoreException("there is a store in " + directory + " already", directory);
            }
            var catalog = new StoreRestoration(files).write(archive, manifest, restored);
            files.syncNames();
            Metadata.create(Disk.REAL, directory);
            try (var database = Metadata.open(metadata)) {
                database.write(Catalog.EMPTY, catalog, archive.records(manifest));
            }
        }
    }

    private Catalog write(Archive archive, Manifest manifest, LongConsumer restored) {
        var records = new TreeMap<String, Hash>();
        manifest.records().forEach((name, blob) -> records.put(name, blob.hash()));
        var images = new TreeMap<String, List<Long>>();
        var overlays = new TreeMap<Long, Shape>();
        long pages = 0;
        for (var entry : manifest.images().entrySet()) {
            var stack = stack(archive, entry.getValue());
            images.put(
                    entry.getKey(),
                    stack.stream().map(overlay -> overlay.shape().id()).toList());
            stack.forEach(overlay -> overlays.put(overlay.shape().id(), overlay.shape()));
            pages += entry.getValue().pages();
            restored.accept(pages);
        }
        return new Catalog(manifest.height(), records, images, overlays);
    }

    private List<Overlay> stack(Archive archive, Manifest.Image source) {
        var same = known.get(source.hash());
        if (same != null) {
            return same;
        }
        var image = ArchivedImage.open(archive, source);
        var base = nearest(image);
        var stack = new ArrayList<>(base.stack());
        var overlay = files.write(List.of(image.over(base.image())), base.stack());
        if (overlay != null) {
            stack.addFirst(overlay);
        }
        requireSame(stack, source.hash(), archive);
        written.add(new Written(image, stack));
        known.put(source.hash(), stack);
        return stack;
    }

    /// {@return the image that has most in common with this one, if that is most of it}
    private Written nearest(ArchivedImage image) {
        var nearest = new Written(ArchivedImage.EMPTY, List.of());
        int most = image.groups() / 2;
        for (var candidate : written) {
            int common = candidate.stack().size() < MergePolicy.OVERLAYS_MAX
                    ? candidate.image().groupsInCommon(image)
                    : 0;
            if (common > most) {
                most = common;
                nearest = candidate;
            }
        }
        return nearest;
    }

    private static void requireSame(List<Overlay> stack, Hash expected, Archive archive) {
        var found = GroupHashes.of(stack).imageHash();
        if (!found.equals(expected)) {
            throw new StoreException(
                    "an image of " + archive.directory() + " was written with the hash " + found + ", expected "
                            + expected + ": see whether the disk fails",
                    archive.directory());
        }
    }
}
