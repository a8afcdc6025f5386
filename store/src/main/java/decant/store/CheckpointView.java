package decant.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/// The latest checkpoint of a store that somebody else may have open, and may be writing to.
///
/// Nothing is asked of the store's owner, and nothing in its directory is changed.
public final class CheckpointView {
    /* How a store is read past its owner. Overlay files are never changed, only deleted when no checkpoint refers to them any
     * more, and a file that is mapped stays readable when its name goes. So it is enough to know which files there are, and to
     * map them all while they are there:
     *
     *   1. The database and its -wal file are copied, and the copy is opened. The owner has the database for itself, but
     *      files can be read. What the -wal file had is in the database before the file is emptied, and a new one has
     *      another header: with the same header before and after, the copy misses nothing that was there when it was
     *      begun. A copy of a database that was half written is found by the digest, which covers all of it.
     *   2. Every overlay file that the catalog names is mapped. If one is gone, a new checkpoint has come meanwhile.
     *
     * Either is begun again when it fails. Only damage fails each time. */

    private static final int ATTEMPTS = 50;
    private static final String WAL = "-wal";
    private static final int WAL_HEADER_BYTES = 32;

    private CheckpointView() {}

    /// {@return the checkpoint; its images stay readable whatever the store's owner does}
    ///
    /// @param directory that of the store
    /// @param scratch a directory that only this process uses, for a copy of the metadata
    /// @throws StoreException if there is none, or if it is damaged
    public static Checkpoint of(Path directory, Path scratch) {
        var metadata = directory.resolve(StoreFormat.METADATA);
        if (!Files.exists(metadata)) {
            throw new StoreException(
                    "there is no store in " + directory + ": it has no " + StoreFormat.METADATA, directory);
        }
        try {
            Files.createDirectories(scratch);
        } catch (IOException e) {
            throw StoreException.failed("make", scratch, e);
        }
        SqliteLibrary.load(scratch);
        for (int attempt = 1; ; attempt++) {
            try {
                return read(directory, scratch);
            } catch (StoreException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private static Checkpoint read(Path directory, Path scratch) {
        var copy = scratch.resolve(StoreFormat.METADATA);
        var wal = directory.resolve(StoreFormat.METADATA + WAL);
        try {
            var header = header(wal);
            copy(directory.resolve(StoreFormat.METADATA), copy);
            copy(wal, scratch.resolve(StoreFormat.METADATA + WAL));
            if (!Arrays.equals(header, header(wal))) {
                throw new StoreException(wal + " was emptied or begun while it was copied; try again", wal);
            }
            try (var metadata = Metadata.open(copy)) {
                return mapped(directory.resolve(StoreFormat.OVERLAYS), metadata);
            }
        } catch (IOException e) {
            throw StoreException.failed("copy the metadata of", directory, e);
        } finally {
            for (String suffix : List.of("", WAL, "-shm", "-journal")) {
                delete(scratch.resolve(StoreFormat.METADATA + suffix));
            }
        }
    }

    private static byte[] header(Path wal) throws IOException {
        try (var in = Files.newInputStream(wal)) {
            return in.readNBytes(WAL_HEADER_BYTES);
        } catch (NoSuchFileException _) {
            return new byte[0];
        }
    }

    private static void copy(Path source, Path target) throws IOException {
        try {
            Files.copy(source, target, StandardCopyOption.REPLACE_EXISTING);
        } catch (NoSuchFileException _) {
            Files.deleteIfExists(target);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException _) {
            // It is a copy, and is replaced by the next one.
        }
    }

    private static Checkpoint mapped(Path overlayDirectory, Metadata metadata) {
        var catalog = metadata.readCatalog();
        if (catalog.isEmpty()) {
            throw new StoreException(
                    "the store in " + overlayDirectory.getParent() + " has no checkpoint yet", overlayDirectory);
        }
        var overlays = new TreeMap<Long, Overlay>();
        catalog.overlays().forEach((id, shape) -> {
            var overlay = new Overlay(overlayDirectory, shape);
            overlay.hold();
            overlays.put(id, overlay);
        });
        // Images of the same files are one image, so that what is found out of one is known of all.
        var distinct = new TreeMap<String, PageMap>();
        var images = new TreeMap<String, PageMap>();
        catalog.images().forEach((name, ids) -> {
            var image = distinct.computeIfAbsent(ids.toString(), _ -> image(ids, overlays));
            images.put(name, image);
        });
        return new Checkpoint(catalog.height(), kept(metadata.records(catalog)), images);
    }

    /// {@return the same, no longer in need of the database}
    private static SortedMap<String, Supplier<byte[]>> kept(SortedMap<String, Supplier<byte[]>> records) {
        records.replaceAll((_, record) -> {
            byte[] bytes = record.get();
            return () -> bytes;
        });
        return records;
    }

    private static PageMap image(List<Long> ids, Map<Long, Overlay> overlays) {
        return new PageMap(
                PageTree.EMPTY, new OverlayStack(ids.stream().map(overlays::get).toList(), null));
    }
}
