package decant.cli.snapshot;

import decant.base.Hash;
import decant.cli.json.Json;
import decant.cli.json.JsonText;
import decant.cli.terminal.CommandFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// How far an export has come, in a file beside the snapshot, so that an interrupted one goes on where it was.
///
/// ```
/// {"snapshot":ID,"temporary":BOOLEAN,"metadata":{...}}       what is exported
/// wasm_memory.bin 17 HASH                                    a block that is in its file, one line each
/// ```
///
/// A line that was cut is as good as none, and a block counts only if it has its hash: nothing need be synchronised.
final class ExportJournal implements AutoCloseable {
    private final FileChannel channel;
    private final Path path;

    private ExportJournal(FileChannel channel, Path path) {
        this.channel = channel;
        this.path = path;
    }

    /// What is exported.
    ///
    /// @param temporary whether the snapshot was taken for the export, and is deleted after it
    record Header(String snapshot, boolean temporary, Json metadata) {
        private Json toJson() {
            return Json.fields()
                    .with("snapshot", Json.text(snapshot))
                    .with("temporary", Json.bool(temporary))
                    .with("metadata", metadata);
        }

        private static Optional<Header> parse(String line) {
            try {
                return JsonText.parse(line) instanceof Json.Fields(var fields)
                                && fields.get("snapshot") instanceof Json.Text(var snapshot)
                                && fields.get("temporary") instanceof Json.Bool(boolean temporary)
                                && fields.get("metadata") instanceof Json.Fields metadata
                        ? Optional.of(new Header(snapshot, temporary, metadata))
                        : Optional.empty();
            } catch (JsonText.Malformed _) {
                return Optional.empty();
            }
        }
    }

    /// {@return what the unfinished export in the folder is of, if there is one}
    static Optional<Header> unfinished(SnapshotFolder folder) {
        return lines(folder).stream().findFirst().flatMap(Header::parse);
    }

    /// {@return the blocks of a file that the unfinished export in the folder had written}
    static Map<Long, Hash> blocks(SnapshotFolder folder, String fileName) {
        var blocks = new TreeMap<Long, Hash>();
        for (String line : lines(folder)) {
            var words = line.split(" ", -1);
            if (words.length == 3 && words[0].equals(fileName) && words[2].length() == 2 * Hash.BYTES) {
                blocks.put(Long.parseLong(words[1]), Hash.of(HexFormat.of().parseHex(words[2])));
            }
        }
        return blocks;
    }

    private static List<String> lines(SnapshotFolder folder) {
        var path = folder.file(SnapshotFolder.EXPORT_JOURNAL);
        try {
            return Files.exists(path) ? Files.readAllLines(path) : List.of();
        } catch (IOException e) {
            throw new CommandFailure(path + " cannot be read: " + CommandFailure.reason(e) + ".", e);
        }
    }

    /// {@return the journal of an export that begins, or goes on}
    static ExportJournal open(SnapshotFolder folder, Header header) throws IOException {
        var path = folder.file(SnapshotFolder.EXPORT_JOURNAL);
        boolean isNew = !Files.exists(path);
        var channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        var journal = new ExportJournal(channel, path);
        // The line that was being written when an export was interrupted is ended, so that the next one is whole.
        journal.write(isNew ? header.toJson().print() : "");
        return journal;
    }

    void written(String fileName, long block, Hash hash) throws IOException {
        write(fileName + " " + block + " " + hash.hex());
    }

    private synchronized void write(String line) throws IOException {
        var bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /// The export is whole.
    void delete() throws IOException {
        channel.close();
        Files.delete(path);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
