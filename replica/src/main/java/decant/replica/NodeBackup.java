package decant.replica;

import decant.base.Hash;
import decant.base.Principal;
import decant.canister.state.StateFormat;
import decant.canister.state.SubnetState;
import decant.store.AppendLog;
import decant.store.Archive;
import decant.store.Checkpoint;
import decant.store.CheckpointView;
import decant.store.LogView;
import decant.store.Manifest;
import decant.store.Manifest.Blob;
import decant.store.PageMap;
import decant.store.StoreException;
import decant.store.StoreRestoration;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/// Backups of a node: its latest checkpoint, the log behind it, and its keys, taken of its state directory whether it
/// runs or not.
///
/// What is backed up is the node's state after one batch: every call that had an answer when the backup began is in it.
public final class NodeBackup {
    /// The files of a state directory that are neither store nor log.
    private static final List<String> FILES = List.of("keys", "operator.pem");

    private static final int ATTEMPTS = 20;
    private static final String UNFINISHED = ".unfinished";

    private NodeBackup() {}

    /// Is told how far a backup or its restoration has come.
    @FunctionalInterface
    public interface Progress {
        /// Says that of so many bytes so many are behind; the whole is an estimate that is never too small.
        void at(long bytes, long bytesAll);
    }

    /// Takes a backup, and adds it to the archive.
    ///
    /// @param timeNanos the time now
    /// @throws IllegalStateException if there is no state of a node
    /// @throws StoreException if a file of the node is damaged, or the archive cannot be written
    public static Manifest create(Path stateDirectory, Archive archive, long timeNanos, Progress progress) {
        requireState(stateDirectory);
        for (int attempt = 1; ; attempt++) {
            var checkpoint = CheckpointView.of(
                    stateDirectory.resolve("store"), archive.directory().resolve("native"));
            try {
                // The log is read first: it is cut when the node has written another checkpoint.
                var log = putLog(stateDirectory.resolve("log"), checkpoint.height(), archive);
                return finish(stateDirectory, archive, timeNanos, checkpoint, log, progress);
            } catch (StoreException e) {
                if (attempt == ATTEMPTS || !isCut(e, stateDirectory)) {
                    throw e;
                }
            }
        }
    }

    private static boolean isCut(StoreException e, Path stateDirectory) {
        return e.path().startsWith(stateDirectory.resolve("log"));
    }

    private static void requireState(Path stateDirectory) {
        if (!StoppedNode.isStateDirectory(stateDirectory)) {
            throw new IllegalStateException(stateDirectory
                    + " is not the state directory of a node: it has no keys and no store; name the folder that was"
                    + " given to the node with --state");
        }
    }

    private static Manifest.Entries putLog(Path directory, long height, Archive archive) {
        var hashes = new ByteArrayOutputStream();
        long last = LogView.forEachAfter(
                directory,
                height,
                (_, entry) -> hashes.writeBytes(archive.put(entry).bytes()));
        return new Manifest.Entries(last, archive.put(hashes.toByteArray()));
    }

    private static Manifest finish(
            Path stateDirectory,
            Archive archive,
            long timeNanos,
            Checkpoint checkpoint,
            Manifest.Entries log,
            Progress progress) {
        var files = new TreeMap<String, Blob>();
        for (String name : FILES) {
            var path = stateDirectory.resolve(name);
            if (Files.exists(path)) {
                files.put(name, put(read(path), archive));
            }
        }
        var records = new TreeMap<String, Blob>();
        checkpoint.records().forEach((name, record) -> records.put(name, put(record.get(), archive)));
        var images = putImages(checkpoint.images(), archive, progress);
        archive.finishPack();
        var manifest = new Manifest(
                archive.nextNumber(), timeNanos, checkpoint.height(), log, archive.added(), files, records, images);
        archive.add(manifest);
        return manifest;
    }

    private static Blob put(byte[] bytes, Archive archive) {
        return new Blob(archive.put(bytes), bytes.length);
    }

    private static SortedMap<String, Manifest.Image> putImages(
            SortedMap<String, PageMap> images, Archive archive, Progress progress) {
        var put = new HashMap<PageMap, Manifest.Image>();
        long all = images.values().stream()
                .distinct()
                .mapToLong(image -> image.pagesToCompare(PageMap.empty()) * PageMap.PAGE_BYTES)
                .sum();
        long behind = 0;
        for (var image : images.values()) {
            if (!put.containsKey(image)) {
                long before = behind;
                put.put(image, archive.put(image, pages -> progress.at(before + pages * PageMap.PAGE_BYTES, all)));
                behind += image.pagesToCompare(PageMap.empty()) * PageMap.PAGE_BYTES;
            }
        }
        var named = new TreeMap<String, Manifest.Image>();
        images.forEach((name, image) -> named.put(name, Objects.requireNonNull(put.get(image))));
        return named;
    }

    /// Makes a state directory of a backup. It has its name only when it is whole.
    ///
    /// @param target a directory that is not there yet, or is empty
    /// @throws IllegalStateException if there is something in the directory
    /// @throws StoreException if the backup is damaged, or the directory cannot be written
    public static void restore(Archive archive, Manifest manifest, Path target, Progress progress) {
        var draft = target.resolveSibling(target.getFileName() + UNFINISHED);
        try {
            requireFree(target, draft);
            Files.createDirectories(draft);
            writeOrClear(archive, manifest, draft, progress);
            Files.deleteIfExists(target);
            Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
            forceNames(Objects.requireNonNull(target.toAbsolutePath().getParent()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + target, e);
        }
    }

    /// {@return the canisters of a backup as its checkpoint has them, without their memories}
    private static SubnetState canisters(Archive archive, Manifest manifest) {
        var images = new TreeMap<String, PageMap>();
        manifest.images().keySet().forEach(name -> images.put(name, PageMap.empty()));
        return StateFormat.read(archive.records(manifest), images);
    }

    /// Makes a state directory of a backup, for one canister to be looked at: of others the memories are left out where
    /// nothing came behind the checkpoint, so that the state need not be computed. No node runs on it.
    ///
    /// @param choice finds the canister
    /// @param target a directory that is not there yet, or is empty
    /// @return what is in it
    public static Part restorePart(
            Archive archive,
            Manifest manifest,
            Function<SubnetState, Principal> choice,
            Path target,
            Progress progress) {
        var images = new TreeMap<>(manifest.images());
        if (manifest.log().last() <= manifest.height()) {
            var own = "canister/" + choice.apply(canisters(archive, manifest)) + "/";
            images.keySet().removeIf(name -> !name.startsWith(own));
        }
        var part = new Manifest(
                manifest.number(),
                manifest.timeNanos(),
                manifest.height(),
                manifest.log(),
                manifest.added(),
                manifest.files(),
                manifest.records(),
                images);
        restore(archive, part, target, progress);
        var left = new TreeSet<>(manifest.images().keySet());
        left.removeAll(images.keySet());
        return new Part(target, left);
    }

    /// A state directory, and the names of the images that are left out of it.
    public record Part(Path directory, SortedSet<String> imagesLeftOut) {}

    private static void requireFree(Path target, Path draft) throws IOException {
        if (Files.exists(draft)) {
            throw new IllegalStateException(
                    draft + " is there, the remains of a restoration that was interrupted; delete it, and try again");
        }
        if (Files.isDirectory(target)) {
            try (var files = Files.newDirectoryStream(target)) {
                if (!files.iterator().hasNext()) {
                    return;
                }
            }
        }
        if (Files.exists(target)) {
            throw new IllegalStateException(target + " is not empty; name a directory that is, or a new one");
        }
    }

    private static void writeOrClear(Archive archive, Manifest manifest, Path draft, Progress progress)
            throws IOException {
        try {
            write(archive, manifest, draft, progress);
        } catch (IOException | RuntimeException e) {
            clear(draft, e);
            throw e;
        }
    }

    private static void clear(Path draft, Exception cause) {
        try (var files = Files.walk(draft)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    private static void write(Archive archive, Manifest manifest, Path draft, Progress progress) throws IOException {
        long all = manifest.images().values().stream()
                .mapToLong(image -> image.pages() * PageMap.PAGE_BYTES)
                .sum();
        StoreRestoration.restore(
                archive, manifest, draft.resolve("store"), pages -> progress.at(pages * PageMap.PAGE_BYTES, all));
        try (var log = AppendLog.create(draft.resolve("log"), manifest.height() + 1)) {
            for (Hash entry : Archive.hashes(archive.get(manifest.log().hashes()))) {
                log.append(List.of(archive.get(entry)));
            }
        }
        for (Map.Entry<String, Blob> file : manifest.files().entrySet()) {
            KeyFile.write(
                    draft.resolve(file.getKey()), archive.get(file.getValue().hash()));
        }
        forceNames(draft);
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    private static void forceNames(Path directory) throws IOException {
        try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
