package decant.cli.snapshot;

import decant.cli.json.Json;
import decant.cli.json.JsonText;
import decant.cli.terminal.CommandFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// How far an upload has come: the file that `icp canister snapshot upload` keeps in the folder, so that each of the
/// two commands goes on where the other was interrupted.
public final class UploadProgress {
    private final Path path;
    private final SnapshotName snapshot;
    private final Map<SnapshotFolder.Part, Long> offsets = new EnumMap<>(SnapshotFolder.Part.class);
    private final Set<String> chunks = new TreeSet<>();

    private UploadProgress(Path path, SnapshotName snapshot) {
        this.path = path;
        this.snapshot = snapshot;
        for (var part : SnapshotFolder.Part.values()) {
            offsets.put(part, 0L);
        }
    }

    public static UploadProgress begun(SnapshotFolder folder, SnapshotName snapshot) {
        var progress = new UploadProgress(folder.file(SnapshotFolder.UPLOAD_PROGRESS), snapshot);
        progress.save();
        return progress;
    }

    /// {@return how far the unfinished upload of the folder has come, if there is one}
    static Optional<UploadProgress> unfinished(SnapshotFolder folder) {
        var path = folder.file(SnapshotFolder.UPLOAD_PROGRESS);
        if (!Files.exists(path)) {
            return Optional.empty();
        }
        try {
            return parse(path, JsonText.parse(Files.readString(path)));
        } catch (JsonText.Malformed | NumberFormatException _) {
            return Optional.empty();
        } catch (IOException e) {
            throw new CommandFailure(path + " cannot be read: " + CommandFailure.reason(e) + ".", e);
        }
    }

    private static Optional<UploadProgress> parse(Path path, Json json) {
        if (!(json instanceof Json.Fields(var fields)
                && fields.get("snapshot_id") instanceof Json.Text(var id)
                && fields.get("wasm_chunks_uploaded") instanceof Json.Array(var chunks))) {
            return Optional.empty();
        }
        return SnapshotName.ofHex(id).map(snapshot -> {
            var progress = new UploadProgress(path, snapshot);
            for (var part : SnapshotFolder.Part.values()) {
                if (fields.get(part.kind() + "_offset") instanceof Json.NumberLiteral(var offset)) {
                    progress.offsets.put(part, Long.parseLong(offset));
                }
            }
            for (Json chunk : chunks) {
                if (chunk instanceof Json.Text(var hash)) {
                    progress.chunks.add(hash);
                }
            }
            return progress;
        });
    }

    SnapshotName snapshot() {
        return snapshot;
    }

    /// {@return up to where a file is uploaded}
    long offset(SnapshotFolder.Part part) {
        return offsets.getOrDefault(part, 0L);
    }

    boolean hasChunk(String hash) {
        return chunks.contains(hash);
    }

    void reached(SnapshotFolder.Part part, long offset) {
        offsets.put(part, offset);
        save();
    }

    void uploaded(String chunkHash) {
        chunks.add(chunkHash);
        save();
    }

    private void save() {
        var json =
                Json.fields().with("snapshot_id", Json.text(snapshot.hex())).with("metadata_uploaded", Json.bool(true));
        for (var part : SnapshotFolder.Part.values()) {
            json = json.with(part.kind() + "_offset", Json.number(offset(part)));
        }
        var text = json.with(
                        "wasm_chunks_uploaded",
                        Json.array(chunks.stream().map(Json::text).toList()))
                .print();
        try {
            var temporary = path.resolveSibling(path.getFileName() + ".part");
            Files.writeString(temporary, text);
            Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new CommandFailure(path + " cannot be written: " + CommandFailure.reason(e) + ".", e);
        }
    }

    /// The upload is whole.
    void delete() {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new CommandFailure(path + " cannot be deleted: " + CommandFailure.reason(e) + ".", e);
        }
    }
}
