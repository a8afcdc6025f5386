package decant.cli.snapshot;

import decant.base.Hash;
import decant.canister.SnapshotCode;
import decant.cli.json.JsonText;
import decant.cli.snapshot.SnapshotFolder.Part;
import decant.cli.terminal.CommandFailure;
import decant.cli.terminal.Progress;
import decant.cli.terminal.Progress.Meter;
import decant.cli.terminal.Surroundings;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.LongStream;

/// A snapshot that lies in a folder, written by `decant`, `icp` or `dfx`, and found to be whole.
///
/// With `decant.json` beside it, whole means that every byte is what it was; without, that the sizes, the chunks and
/// the globals agree with `metadata.json`.
public final class StoredSnapshot {
    private static final int WASM_PAGE_BYTES = 65_536;

    private final SnapshotFolder folder;
    private final Optional<SnapshotSidecar> sidecar;
    private final SnapshotMetadata metadata;

    private StoredSnapshot(SnapshotFolder folder, Optional<SnapshotSidecar> sidecar, SnapshotMetadata metadata) {
        this.folder = folder;
        this.sidecar = sidecar;
        this.metadata = metadata;
    }

    /// {@return the snapshot in the folder, every file of it checked}
    ///
    /// @throws CommandFailure that names the file, where something is missing or damaged
    public static StoredSnapshot read(Surroundings surroundings, SnapshotFolder folder) {
        requireFinished(folder);
        try {
            var sidecar = sidecar(folder);
            var stored = new StoredSnapshot(folder, sidecar, metadata(folder, sidecar));
            stored.checkSizes();
            stored.checkFiles();
            stored.checkModule();
            long bytes = SnapshotExport.MEMORIES.stream()
                    .mapToLong(stored.metadata::bytes)
                    .sum();
            new Progress(surroundings).measured("Checking", bytes, stored::checkMemories);
            return stored;
        } catch (IOException e) {
            throw new CommandFailure(folder.path() + " cannot be read: " + reason(folder, e) + ".", e);
        }
    }

    private static String reason(SnapshotFolder folder, IOException e) {
        return e instanceof NoSuchFileException missing
                ? "there is no " + folder.path().relativize(Path.of(missing.getFile()))
                : CommandFailure.reason(e);
    }

    private static void requireFinished(SnapshotFolder folder) {
        if (Files.exists(folder.file(SnapshotFolder.EXPORT_JOURNAL))) {
            throw new CommandFailure(
                    folder.path() + " has an export that is not finished. Run `decant snapshot export` with it again.");
        }
        if (Files.exists(folder.file(SnapshotFolder.DOWNLOAD_PROGRESS))) {
            throw new CommandFailure(folder.path()
                    + " has a download that is not finished. Run `icp canister snapshot download --resume` with it.");
        }
        if (!Files.exists(folder.file(SnapshotFolder.METADATA))) {
            throw new CommandFailure(
                    folder.path() + " has no snapshot: there is no " + SnapshotFolder.METADATA + " in it.");
        }
    }

    private static Optional<SnapshotSidecar> sidecar(SnapshotFolder folder) throws IOException {
        var path = folder.file(SnapshotFolder.SIDECAR);
        if (!Files.exists(path)) {
            return Optional.empty();
        }
        try {
            return Optional.of(SnapshotSidecar.parse(Files.readString(path)));
        } catch (SnapshotSidecar.Malformed e) {
            throw new CommandFailure(
                    path + " is damaged: " + e.getMessage() + ". Take another copy of the directory; or delete this"
                            + " file, and do without its checksums.",
                    e);
        }
    }

    private static SnapshotMetadata metadata(SnapshotFolder folder, Optional<SnapshotSidecar> sidecar)
            throws IOException {
        var path = folder.file(SnapshotFolder.METADATA);
        var text = Files.readString(path);
        try {
            return SnapshotMetadata.ofJson(JsonText.parse(text), sidecar.map(SnapshotSidecar::globals));
        } catch (JsonText.Malformed | SnapshotMetadata.Malformed e) {
            throw new CommandFailure(path + " is not understood: " + e.getMessage() + ".", e);
        }
    }

    public SnapshotMetadata metadata() {
        return metadata;
    }

    boolean hasChecksums() {
        return sidecar.isPresent();
    }

    private void checkSizes() throws IOException {
        for (Part part : Part.values()) {
            long expected = metadata.bytes(part);
            var path = folder.file(part);
            long found = Files.exists(path) ? Files.size(path) : 0;
            if (found != expected) {
                throw new CommandFailure(path + (Files.exists(path) ? " has " + found + " bytes" : " is missing")
                        + ", expected " + expected + " bytes by the " + part.kind() + "_size in "
                        + SnapshotFolder.METADATA + ". Take another copy of the directory.");
            }
        }
        for (Part memory : SnapshotExport.MEMORIES) {
            if (metadata.bytes(memory) % WASM_PAGE_BYTES != 0) {
                throw new CommandFailure(folder.file(memory) + " has " + metadata.bytes(memory)
                        + " bytes, but a memory is a whole number of " + WASM_PAGE_BYTES + " bytes long.");
            }
        }
    }

    /// Compares files that are hashed whole: of a chunk the name says the hash.
    private void checkFiles() throws IOException {
        for (Hash hash : metadata.chunks()) {
            checkFile(SnapshotFolder.chunkName(hash.hex()), hash);
        }
        if (sidecar.isPresent()) {
            for (var file : sidecar.get().files().entrySet()) {
                checkFile(file.getKey(), file.getValue());
            }
        }
    }

    private void checkFile(String name, Hash expected) throws IOException {
        var found = Hash.sha256(Files.readAllBytes(folder.file(name)));
        if (!found.equals(expected)) {
            throw new CommandFailure(folder.file(name) + " is damaged: its SHA-256 is " + found.hex() + ", expected "
                    + expected.hex() + ". Take another copy of the directory.");
        }
    }

    private void checkModule() throws IOException {
        List<String> expected;
        try {
            expected = SnapshotCode.lastingGlobals(module()).stream()
                    .map(type -> type.name().toLowerCase(Locale.ROOT))
                    .toList();
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(
                    folder.file(Part.MODULE) + " is no module of a canister: " + e.getMessage() + ".", e);
        }
        if (!metadata.globalTypes().equals(expected)) {
            throw new CommandFailure("The globals in " + folder.file(SnapshotFolder.METADATA) + " are of the types "
                    + metadata.globalTypes() + ", but those of the module are " + expected
                    + ". The files are not of one snapshot.");
        }
    }

    private void checkMemories(Meter meter) throws IOException {
        long before = 0;
        for (Part memory : SnapshotExport.MEMORIES) {
            var blocks = sidecar.map(found -> found.memories().get(memory.fileName()));
            if (blocks.isPresent()) {
                checkMemory(memory, blocks.get(), meter.behind(before));
            }
            before += metadata.bytes(memory);
        }
    }

    private void checkMemory(Part memory, FileBlocks blocks, Meter meter) throws IOException {
        if (blocks.bytes() != metadata.bytes(memory)) {
            throw new CommandFailure(SnapshotFolder.SIDECAR + " is of another snapshot than "
                    + SnapshotFolder.METADATA + ": it says that " + memory.fileName() + " has " + blocks.bytes()
                    + " bytes.");
        }
        var numbers =
                blocks.hashes().keySet().stream().mapToLong(block -> block).iterator();
        try (var channel = FileChannel.open(folder.file(memory))) {
            BlockWork.forEach(blocks, numbers, (block, content) -> {
                blocks.read(channel, block, content);
                if (!Objects.equals(blocks.hashes().get(block), FileBlocks.hash(content))) {
                    throw damaged(memory, blocks, block);
                }
                meter.at(block * FileBlocks.BLOCK_BYTES);
            });
        }
    }

    private CommandFailure damaged(Part memory, FileBlocks blocks, long block) {
        long from = block * FileBlocks.BLOCK_BYTES;
        return new CommandFailure(
                folder.file(memory) + " is damaged between the bytes " + from + " and " + (from + blocks.length(block))
                        + ": their checksum is not that in decant.json. Take another copy of the directory.");
    }

    byte[] module() throws IOException {
        return Files.readAllBytes(folder.file(Part.MODULE));
    }

    byte[] chunk(Hash hash) throws IOException {
        return Files.readAllBytes(folder.file(SnapshotFolder.chunkName(hash.hex())));
    }

    /// Calls `sink` with the blocks of a memory from `first` on that are not known to be zeros, ascending.
    void forEachBlock(Part memory, long first, SnapshotSource.BlockSink sink) throws IOException {
        long bytes = metadata.bytes(memory);
        if (bytes == 0) {
            return;
        }
        var file = new FileBlocks(bytes);
        var numbers = sidecar.map(found -> found.memories().get(memory.fileName()))
                .map(blocks -> blocks.hashes().tailMap(first).keySet().stream().mapToLong(block -> block))
                .orElseGet(() -> LongStream.range(first, file.count()));
        try (var channel = FileChannel.open(folder.file(memory));
                var arena = Arena.ofConfined()) {
            var buffer = MemoryFile.buffer(arena);
            for (var block = numbers.iterator(); block.hasNext(); ) {
                long number = block.nextLong();
                var content = buffer.asSlice(0, file.length(number));
                file.read(channel, number, content);
                sink.put(number, content);
            }
        }
    }
}
