package decant.cli.snapshot;

import decant.base.Hash;
import decant.cli.json.Json;
import decant.cli.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// The checksums beside a snapshot in files, and what `metadata.json` has no place for: the file `decant.json`, which
/// `docs/snapshots.md` describes.
///
/// @param snapshot the id that the snapshot had, in hex; of a canister that was exported without one, its principal
/// @param globals their exact values, as `SnapshotMetadata#exactGlobals` has them
/// @param files the SHA-256 of files that are hashed whole, by their names
/// @param memories the blocks of the others
record SnapshotSidecar(
        String snapshot, List<String> globals, SortedMap<String, Hash> files, SortedMap<String, FileBlocks> memories) {
    private static final int VERSION = 2;
    private static final String CHECKSUM = "  \"sha256\": \"";

    /// Why a file is no `decant.json`.
    static final class Malformed extends RuntimeException {
        private static final long serialVersionUID = 1;

        private Malformed(String message) {
            super(message, null, false, false);
        }
    }

    /// {@return the text of the file: one field to a line, and in the last line the SHA-256 of all lines before it}
    String print() {
        var fields = new LinkedHashMap<String, Json>();
        fields.put("decant_snapshot", Json.number(VERSION));
        fields.put("snapshot", Json.text(snapshot));
        fields.put("block_bytes", Json.number(FileBlocks.BLOCK_BYTES));
        fields.put("globals", Json.array(globals.stream().map(Json::text).toList()));
        var hashed = Json.fields();
        for (var file : files.entrySet()) {
            hashed = hashed.with(file.getKey(), Json.text(file.getValue().hex()));
        }
        fields.put("files", hashed);
        for (var memory : memories.entrySet()) {
            fields.put(memory.getKey(), memory(memory.getValue()));
        }
        var text = new StringBuilder("{\n");
        fields.forEach((name, value) -> text.append("  ")
                .append(Json.text(name).print())
                .append(": ")
                .append(value.print())
                .append(",\n"));
        var above = text.toString();
        return above + CHECKSUM + hash(above).hex() + "\"\n}\n";
    }

    private static Hash hash(String text) {
        return Hash.sha256(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Json memory(FileBlocks blocks) {
        var runs = new ArrayList<Json>();
        var run = new ArrayList<Json>();
        long first = 0;
        for (var block : blocks.hashes().entrySet()) {
            if (block.getKey() != first + run.size()) {
                add(runs, first, run);
                run.clear();
                first = block.getKey();
            }
            run.add(Json.text(block.getValue().hex()));
        }
        add(runs, first, run);
        return Json.fields().with("bytes", Json.number(blocks.bytes())).with("blocks", Json.array(runs));
    }

    private static void add(List<Json> runs, long first, List<Json> hashes) {
        if (!hashes.isEmpty()) {
            runs.add(Json.fields().with("first", Json.number(first)).with("sha256", Json.array(List.copyOf(hashes))));
        }
    }

    /// {@return what the text says}
    ///
    /// @throws Malformed if it is damaged, or of another version
    static SnapshotSidecar parse(String text) {
        int last = text.lastIndexOf(CHECKSUM);
        if (last < 0
                || !text.substring(last)
                        .equals(CHECKSUM + hash(text.substring(0, last)).hex() + "\"\n}\n")) {
            throw new Malformed("its own checksum, in the last line, is not that of the lines above");
        }
        try {
            var fields = fields(JsonText.parse(text));
            long version = number(fields, "decant_snapshot");
            if (version != VERSION || number(fields, "block_bytes") != FileBlocks.BLOCK_BYTES) {
                throw new Malformed("it has the format version " + version + ", expected " + VERSION
                        + "; read it with the Decant that wrote it");
            }
            return new SnapshotSidecar(
                    text(required(fields, "snapshot")),
                    array(required(fields, "globals")).stream()
                            .map(SnapshotSidecar::text)
                            .toList(),
                    files(fields(required(fields, "files"))),
                    memories(fields));
        } catch (JsonText.Malformed | IllegalArgumentException e) {
            throw new Malformed(String.valueOf(e.getMessage()));
        }
    }

    private static SortedMap<String, Hash> files(Map<String, Json> fields) {
        var files = new TreeMap<String, Hash>();
        fields.forEach((name, hash) -> files.put(name, sha256(hash)));
        return files;
    }

    private static SortedMap<String, FileBlocks> memories(Map<String, Json> fields) {
        var memories = new TreeMap<String, FileBlocks>();
        for (var part : List.of(SnapshotFolder.Part.HEAP, SnapshotFolder.Part.STABLE)) {
            if (fields.containsKey(part.fileName())) {
                memories.put(part.fileName(), blocks(fields(required(fields, part.fileName()))));
            }
        }
        return memories;
    }

    private static FileBlocks blocks(Map<String, Json> fields) {
        var blocks = new FileBlocks(number(fields, "bytes"));
        for (Json item : array(required(fields, "blocks"))) {
            var run = fields(item);
            long block = number(run, "first");
            for (Json hash : array(required(run, "sha256"))) {
                blocks.put(block++, sha256(hash));
            }
        }
        return blocks;
    }

    private static Json required(Map<String, Json> fields, String name) {
        var value = fields.get(name);
        if (value == null) {
            throw new Malformed("the field \"" + name + "\" is missing");
        }
        return value;
    }

    private static long number(Map<String, Json> fields, String name) {
        return Long.parseLong(required(fields, name) instanceof Json.NumberLiteral(var literal) ? literal : "");
    }

    private static Hash sha256(Json hex) {
        return Hash.of(HexFormat.of().parseHex(text(hex)));
    }

    private static String text(Json json) {
        if (json instanceof Json.Text(var value)) {
            return value;
        }
        throw new Malformed("there must be a text, found " + json.print());
    }

    private static List<Json> array(Json json) {
        if (json instanceof Json.Array(var items)) {
            return items;
        }
        throw new Malformed("there must be an array, found " + json.print());
    }

    private static Map<String, Json> fields(Json json) {
        if (json instanceof Json.Fields(var fields)) {
            return fields;
        }
        throw new Malformed("there must be an object, found " + json.print());
    }
}
