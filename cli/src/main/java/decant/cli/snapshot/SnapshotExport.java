package decant.cli.snapshot;

import decant.base.Hash;
import decant.cli.snapshot.SnapshotFolder.Part;
import decant.cli.terminal.CommandFailure;
import decant.cli.terminal.Progress;
import decant.cli.terminal.Progress.Meter;
import decant.cli.terminal.Surroundings;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/// Writes a snapshot into a folder. Zeros become holes in the files. What was interrupted goes on where it was.
final class SnapshotExport {
    /// The memories, each in a file of its own.
    static final List<Part> MEMORIES = List.of(Part.HEAP, Part.STABLE);

    private final Surroundings surroundings;
    private final SnapshotFolder folder;
    private final SnapshotSource source;
    private final ExportJournal.Header header;
    private final Disk disk;

    /// How the file of a memory is opened for writing, so that a test can put a disk in its place that fails.
    interface Disk {
        MemoryFile open(Path path, long bytes) throws IOException;
    }

    /// @param temporary whether the snapshot was taken for this export alone
    SnapshotExport(Surroundings surroundings, SnapshotFolder folder, SnapshotSource source, boolean temporary) {
        this(surroundings, folder, source, temporary, MemoryFile::open);
    }

    SnapshotExport(
            Surroundings surroundings, SnapshotFolder folder, SnapshotSource source, boolean temporary, Disk disk) {
        this.disk = disk;
        this.surroundings = surroundings;
        this.folder = folder;
        this.source = source;
        this.header = new ExportJournal.Header(
                source.name(), temporary, source.metadata().toJson());
    }

    /// {@return the checksums of what is in the folder now}
    SnapshotSidecar run() {
        requireFree();
        try {
            Files.createDirectories(folder.file(SnapshotFolder.CHUNKS));
            try (var journal = ExportJournal.open(folder, header)) {
                var sidecar = write(journal);
                journal.delete();
                return sidecar;
            }
        } catch (IOException e) {
            throw new CommandFailure(
                    folder.path() + " cannot be written: " + CommandFailure.reason(e)
                            + ". Run the same command again to go on.",
                    e);
        }
    }

    /// A folder is written only if it is empty, or has what was written of this snapshot before.
    private void requireFree() {
        var unfinished = ExportJournal.unfinished(folder);
        if (unfinished.isPresent()) {
            boolean isSame = unfinished.get().snapshot().equals(header.snapshot())
                    && unfinished
                            .get()
                            .metadata()
                            .print()
                            .equals(header.metadata().print());
            if (!isSame) {
                throw new CommandFailure(folder.path() + " has an unfinished export of something else, "
                        + unfinished.get().snapshot() + ". Finish that, or name another folder.");
            }
            return;
        }
        try (DirectoryStream<Path> files =
                Files.isDirectory(folder.path()) ? Files.newDirectoryStream(folder.path()) : null) {
            if (files != null && files.iterator().hasNext()) {
                throw new CommandFailure(folder.path() + " is not empty. Name a folder that is, or a new one.");
            }
        } catch (IOException e) {
            throw new CommandFailure(folder.path() + " cannot be read: " + CommandFailure.reason(e) + ".", e);
        }
    }

    private SnapshotSidecar write(ExportJournal journal) throws IOException {
        var metadata = source.metadata();
        var files = new TreeMap<String, Hash>();
        var memories = new TreeMap<String, FileBlocks>();
        byte[] module = source.module();
        Files.write(folder.file(Part.MODULE), module);
        files.put(Part.MODULE.fileName(), Hash.sha256(module));
        long bytes = MEMORIES.stream().mapToLong(metadata::bytes).sum();
        new Progress(surroundings).measured("Exporting", bytes, meter -> {
            long before = 0;
            for (Part memory : MEMORIES) {
                if (memory == Part.STABLE || metadata.bytes(memory) > 0) {
                    memories.put(memory.fileName(), memory(memory, journal, meter.behind(before)));
                }
                before += metadata.bytes(memory);
            }
        });
        for (Hash hash : metadata.chunks()) {
            var name = SnapshotFolder.chunkName(hash.hex());
            Files.write(folder.file(name), source.chunk(hash));
            files.put(name, hash);
        }
        // The file without which nobody takes the folder for a snapshot comes last but for our own.
        byte[] json = (metadata.toJson().printIndented() + "\n").getBytes(StandardCharsets.UTF_8);
        Files.write(folder.file(SnapshotFolder.METADATA), json);
        files.put(SnapshotFolder.METADATA, Hash.sha256(json));
        var sidecar = new SnapshotSidecar(source.name(), metadata.exactGlobals(), files, memories);
        replace(folder.file(SnapshotFolder.SIDECAR), sidecar.print());
        return sidecar;
    }

    private static void replace(Path file, String text) throws IOException {
        var temporary = file.resolveSibling(file.getFileName() + ".part");
        Files.writeString(temporary, text);
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private FileBlocks memory(Part memory, ExportJournal journal, Meter meter) throws IOException {
        var blocks = new FileBlocks(source.metadata().bytes(memory));
        try (var file = disk.open(folder.file(memory), blocks.bytes())) {
            var damaged = takeOver(memory, blocks);
            source.forEachBlock(memory, block -> !blocks.contains(block), (block, content) -> {
                if (!FileBlocks.isZero(content)) {
                    long position = block * FileBlocks.BLOCK_BYTES;
                    if (damaged.contains(block)) {
                        file.overwrite(content, position);
                    } else {
                        file.write(content, position);
                    }
                    var hash = source.hash(memory, block, content);
                    journal.written(memory.fileName(), block, hash);
                    blocks.put(block, hash);
                }
                meter.at(block * FileBlocks.BLOCK_BYTES);
            });
            file.sync();
        }
        return blocks;
    }

    /// Counts those blocks as done that an interrupted export wrote and that are still what they were.
    ///
    /// @return the other ones
    private Set<Long> takeOver(Part memory, FileBlocks blocks) throws IOException {
        Set<Long> damaged = ConcurrentHashMap.newKeySet();
        var written = ExportJournal.blocks(folder, memory.fileName());
        try (var channel = FileChannel.open(folder.file(memory))) {
            var numbers = written.keySet().stream().mapToLong(block -> block).iterator();
            BlockWork.forEach(blocks, numbers, (block, content) -> {
                blocks.read(channel, block, content);
                var hash = FileBlocks.hash(content);
                if (Objects.equals(written.get(block), hash)) {
                    blocks.put(block, hash);
                } else {
                    damaged.add(block);
                }
            });
        }
        return damaged;
    }
}
