package decant.cli.snapshot;

import java.nio.file.Path;

/// A directory that holds a snapshot, in the format of `icp canister snapshot download` and `dfx`.
///
/// ```
/// metadata.json                  what is in the snapshot
/// wasm_module.bin                the module as it was uploaded
/// wasm_memory.bin                the heap; may be missing if it is empty
/// stable_memory.bin              the stable memory; may be missing if it is empty
/// wasm_chunk_store/<hash>.bin    a chunk
/// decant.json                    checksums of all these, written last: SnapshotSidecar
/// .decant_export                 while an export is not finished: ExportJournal
/// .upload_progress.json          while an upload is not finished, icp's format: UploadProgress
/// .download_progress.json        while a download of icp is not finished
/// ```
public record SnapshotFolder(Path path) {
    public static final String METADATA = "metadata.json";
    static final String CHUNKS = "wasm_chunk_store";
    static final String SIDECAR = "decant.json";
    static final String EXPORT_JOURNAL = ".decant_export";
    static final String UPLOAD_PROGRESS = ".upload_progress.json";
    static final String DOWNLOAD_PROGRESS = ".download_progress.json";

    /// The files that hold the bytes of a snapshot, each with its name in the interface of the management canister.
    enum Part {
        MODULE("wasm_module"),
        HEAP("wasm_memory"),
        STABLE("stable_memory");

        private final String kind;

        Part(String kind) {
            this.kind = kind;
        }

        String kind() {
            return kind;
        }

        String fileName() {
            return kind + ".bin";
        }
    }

    Path file(Part part) {
        return path.resolve(part.fileName());
    }

    Path file(String name) {
        return path.resolve(name);
    }

    static String chunkName(String hash) {
        return CHUNKS + "/" + hash + ".bin";
    }
}
