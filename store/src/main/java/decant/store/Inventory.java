package decant.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/// What every file beneath a directory is, who needs it, and whether it is whole, after all of it was read.
///
/// Stores, logs and archives are known. Nothing is locked or changed, so a process may go on writing meanwhile.
public final class Inventory {
    private final Path scratch;
    private final List<Item> items = new ArrayList<>();

    private Inventory(Path scratch) {
        this.scratch = scratch;
    }

    /// A file.
    ///
    /// @param what what it is, or nothing if it is none of a store, a log or an archive
    /// @param bytes its length
    /// @param diskBytes what it takes on its disk, less where it has holes; nothing if the system does not tell
    /// @param usedBy the names of the images that have pages in it
    /// @param damage what is wrong with it
    public record Item(
            Path path,
            Optional<String> what,
            long bytes,
            OptionalLong diskBytes,
            List<String> usedBy,
            Optional<String> damage) {}

    /// {@return the files beneath the directory, in the order of their names}
    ///
    /// @param scratch a directory that only this process uses, for a copy of a store's metadata
    /// @throws StoreException if a file cannot be read
    public static List<Item> of(Path directory, Path scratch) {
        var inventory = new Inventory(scratch);
        try {
            inventory.addDirectory(directory);
        } catch (IOException e) {
            throw StoreException.failed("inspect", directory, e);
        }
        return List.copyOf(inventory.items);
    }

    private void addDirectory(Path directory) throws IOException {
        var files = list(directory);
        if (Files.exists(directory.resolve(StoreFormat.METADATA))) {
            addStore(directory);
        } else if (files.stream().anyMatch(file -> LogFormat.number(file, LogFormat.SEGMENT_SUFFIX) >= 0)) {
            addLog(files);
        } else if (Archive.isArchive(directory)) {
            addArchive(directory);
        } else {
            for (Path file : files) {
                if (Files.isDirectory(file)) {
                    addDirectory(file);
                } else if (file.endsWith(StoreFormat.LOCK)) {
                    add(file, "locked by the process that has the directory open", List.of(), Optional.empty());
                } else {
                    addUnknown(file);
                }
            }
        }
    }

    private void addStore(Path directory) throws IOException {
        SortedMap<Long, Overlay> overlays = new TreeMap<>();
        SortedMap<Long, List<String>> users = new TreeMap<>();
        var metadata = directory.resolve(StoreFormat.METADATA);
        var damage = Optional.<String>empty();
        var what = "which files the latest checkpoint consists of, and its records";
        try {
            var checkpoint = CheckpointView.of(directory, scratch);
            what += "; the checkpoint of batch " + checkpoint.height();
            checkpoint
                    .images()
                    .forEach((name, image) -> image.stack().overlays().forEach(overlay -> {
                        overlays.put(overlay.shape().id(), overlay);
                        users.computeIfAbsent(overlay.shape().id(), _ -> new ArrayList<>())
                                .add(name);
                    }));
        } catch (StoreException e) {
            damage = message(e);
        }
        add(metadata, what, List.of(), damage);
        for (Path file : list(directory.resolve(StoreFormat.OVERLAYS))) {
            var overlay = overlays.remove(StoreFormat.overlayId(file));
            if (overlay == null) {
                add(file, "pages that no checkpoint needs; deleted when the node starts", List.of(), Optional.empty());
            } else {
                add(
                        file,
                        overlay.shape().pages() + " pages",
                        users.getOrDefault(overlay.shape().id(), List.of()),
                        damageOf(overlay::checkAll));
            }
        }
        addOthers(directory, List.of(StoreFormat.METADATA, StoreFormat.OVERLAYS, StoreFormat.NATIVE));
    }

    private void addLog(List<Path> files) throws IOException {
        for (Path file : files) {
            long number = LogFormat.number(file, LogFormat.SEGMENT_SUFFIX);
            if (number >= 0) {
                addSegment(file, number);
            } else if (LogFormat.number(file, LogFormat.SPARE_SUFFIX) >= 0) {
                add(file, "a segment of the log that is free to be used again", List.of(), Optional.empty());
            } else if (file.endsWith(StoreFormat.LOCK)) {
                add(file, "locked by the process that has the log open", List.of(), Optional.empty());
            } else {
                addUnknown(file);
            }
        }
    }

    private void addSegment(Path file, long number) throws IOException {
        try {
            var segment = LogSegment.of(file, number);
            long end = segment.forEachWhole(Long.MAX_VALUE, (_, _) -> {});
            add(
                    file,
                    end == segment.firstSequence()
                            ? "a segment of the log, without entries"
                            : "a segment of the log: the batches " + segment.firstSequence() + " to " + (end - 1),
                    List.of(),
                    Optional.empty());
        } catch (StoreException e) {
            add(file, "a segment of the log", List.of(), message(e));
        }
    }

    private void addArchive(Path directory) throws IOException {
        for (Path file : list(directory.resolve(ArchiveFormat.PACKS))) {
            long number = ArchiveFormat.number(file, ArchiveFormat.PACK_SUFFIX);
            if (number >= 0) {
                addPack(file, number);
            } else {
                add(file, "a pack that was not finished; deleted by the next backup", List.of(), Optional.empty());
            }
        }
        for (Path file : list(directory.resolve(ArchiveFormat.BACKUPS))) {
            long number = ArchiveFormat.number(file, ArchiveFormat.BACKUP_SUFFIX);
            add(file, "what backup " + number + " consists of", List.of(), damageOf(() -> Manifest.read(file, number)));
        }
        addOthers(directory, List.of(ArchiveFormat.PACKS, ArchiveFormat.BACKUPS, ArchiveFormat.NATIVE));
    }

    private void addPack(Path file, long number) throws IOException {
        try {
            var pack = Pack.open(file, number);
            add(
                    file,
                    pack.blobs() + " pages, lists and records in " + pack.frames() + " compressed frames",
                    List.of(),
                    damageOf(() -> readAll(pack)));
        } catch (StoreException e) {
            add(file, "pages, lists and records", List.of(), message(e));
        }
    }

    private static void readAll(Pack pack) {
        for (int blob = 0; blob < pack.blobs(); blob++) {
            pack.read(blob);
        }
    }

    private void addOthers(Path directory, List<String> known) throws IOException {
        var names = new HashSet<>(known);
        for (Path file : list(directory)) {
            var name = file.getFileName().toString();
            if (name.equals(StoreFormat.LOCK)) {
                add(file, "locked by the process that has the directory open", List.of(), Optional.empty());
            } else if (name.startsWith(StoreFormat.METADATA + "-")) {
                add(file, "what is not yet moved into " + StoreFormat.METADATA, List.of(), Optional.empty());
            } else if (!names.contains(name)) {
                addUnknown(file);
            }
        }
    }

    private void add(Path file, String what, List<String> usedBy, Optional<String> damage) throws IOException {
        items.add(new Item(file, Optional.of(what), size(file), FileSpace.of(file), List.copyOf(usedBy), damage));
    }

    private void addUnknown(Path file) throws IOException {
        items.add(new Item(file, Optional.empty(), size(file), FileSpace.of(file), List.of(), Optional.empty()));
    }

    /// {@return the length of the file; 0 of one that went meanwhile}
    private static long size(Path file) throws IOException {
        try {
            return Files.size(file);
        } catch (NoSuchFileException _) {
            return 0;
        }
    }

    private static Optional<String> damageOf(Runnable check) {
        try {
            check.run();
            return Optional.empty();
        } catch (StoreException e) {
            return message(e);
        }
    }

    private static Optional<String> message(StoreException e) {
        return Optional.of(String.valueOf(e.getMessage()));
    }

    private static List<Path> list(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (var files = Files.list(directory)) {
            return files.sorted().toList();
        }
    }
}
