package decant.cli.backup;

import decant.cli.json.Json;
import decant.cli.terminal.CommandFailure;
import decant.store.Archive;
import decant.store.Manifest;
import decant.store.StoreException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/// A directory with backups, and how what goes wrong with it is told.
public record BackupDirectory(Path path) {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /// Works on the backups that are there.
    public <T> T open(Function<Archive, T> work) {
        return with(() -> Archive.open(path), work);
    }

    /// Works on the backups that are there, or begins to have some.
    <T> T openOrCreate(Function<Archive, T> work) {
        return with(() -> Archive.openOrCreate(path), work);
    }

    private static <T> T with(Supplier<Archive> opening, Function<Archive, T> work) {
        try (var archive = opening.get()) {
            return work.apply(archive);
        } catch (StoreException | IllegalStateException | UncheckedIOException e) {
            throw new CommandFailure(e.getMessage() + ".", e);
        }
    }

    /// {@return the backup with the number, or the newest one}
    public Manifest chosen(Archive archive, Optional<Long> number) {
        var manifests = archive.manifests();
        if (manifests.isEmpty()) {
            throw new CommandFailure("There is no backup in " + path + " yet.");
        }
        return required(archive, number.isPresent() ? number.get() : manifests.lastKey());
    }

    /// {@return the backup with the number}
    static Manifest required(Archive archive, long number) {
        var manifest = archive.manifests().get(number);
        if (manifest == null) {
            throw new CommandFailure("There is no backup " + number + " in " + archive.directory()
                    + "; `decant backup list` shows those that there are.");
        }
        return manifest;
    }

    static Instant time(Manifest manifest) {
        return Instant.ofEpochSecond(
                Math.floorDiv(manifest.timeNanos(), NANOS_PER_SECOND),
                Math.floorMod(manifest.timeNanos(), NANOS_PER_SECOND));
    }

    static long nanos(Instant time) {
        return time.getEpochSecond() * NANOS_PER_SECOND + time.getNano();
    }

    static Json.Fields json(Manifest manifest) {
        return Json.fields()
                .with("number", Json.number(manifest.number()))
                .with("time", Json.text(time(manifest).toString()))
                .with("batch", Json.number(manifest.log().last()))
                .with("bytes", Json.number(manifest.bytes()))
                .with("new_blobs", Json.number(manifest.added().blobs()))
                .with("new_bytes", Json.number(manifest.added().bytes()))
                .with("stored_bytes", Json.number(manifest.added().storedBytes()));
    }
}
