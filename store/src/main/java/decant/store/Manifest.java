package decant.store;

import decant.base.Hash;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a backup consists of: the checkpoint of a store, the entries of a log behind it, and some files.
///
/// ```
/// backup = line*, each ended by a line feed; words are separated by one space, and a name reaches to the end of its
/// line
///
/// decant backup 1                          the version of the format
/// number N                                 of the backup
/// time NANOSECONDS                         when it was made, since 1970
/// height N                                 of the checkpoint
/// log LAST SHA-256                         the number of the last entry, and a blob with the SHA-256 of each entry
/// added BLOBS BYTES STORED                 what was not in the archive before, and the bytes of its packs
/// file SHA-256 BYTES NAME                  a file, as a blob
/// record SHA-256 BYTES NAME                a record, as a blob
/// image SHA-256 SHA-256 PAGES NAME         the hash of an image, and the blob that it is read from (`ArchiveFormat`)
/// sha256 SHA-256                           of all lines before
/// ```
///
/// @param number the number of the backup
/// @param timeNanos when it was made
/// @param height the height of the checkpoint
/// @param log the entries behind the checkpoint
/// @param added what had to be stored for it
/// @param files by their names
/// @param records by their names
/// @param images by their names
public record Manifest(
        long number,
        long timeNanos,
        long height,
        Entries log,
        Archive.Added added,
        SortedMap<String, Blob> files,
        SortedMap<String, Blob> records,
        SortedMap<String, Image> images) {
    private static final String VERSION = "decant backup 1";
    private static final String CHECKSUM = "sha256 ";

    public Manifest {
        files = Collections.unmodifiableSortedMap(files);
        records = Collections.unmodifiableSortedMap(records);
        images = Collections.unmodifiableSortedMap(images);
    }

    /// Entries of a log.
    ///
    /// @param last the number of the last one; that of the checkpoint's height if there is none
    /// @param hashes the blob that has the hashes of all
    public record Entries(long last, Hash hashes) {}

    /// A blob.
    ///
    /// @param bytes its length
    public record Blob(Hash hash, long bytes) {}

    /// An image.
    ///
    /// @param hash that of its content
    /// @param sections the blob that it is read from
    /// @param pages how many pages are not all zeros
    public record Image(Hash hash, Hash sections, long pages) {}

    /// {@return the bytes of everything in the checkpoint and of the files, were each stored by itself}
    public long bytes() {
        long bytes = images.values().stream()
                .mapToLong(image -> image.pages() * PageMap.PAGE_BYTES)
                .sum();
        bytes += records.values().stream().mapToLong(Blob::bytes).sum();
        return bytes + files.values().stream().mapToLong(Blob::bytes).sum();
    }

    String print() {
        var text = new StringBuilder(VERSION).append('\n');
        text.append("number ").append(number).append('\n');
        text.append("time ").append(timeNanos).append('\n');
        text.append("height ").append(height).append('\n');
        text.append("log %d %s%n".formatted(log.last(), log.hashes()));
        text.append("added %d %d %d%n".formatted(added.blobs(), added.bytes(), added.storedBytes()));
        files.forEach((name, blob) -> text.append(line("file", name, blob)));
        records.forEach((name, blob) -> text.append(line("record", name, blob)));
        images.forEach((name, image) ->
                text.append("image %s %s %d %s%n".formatted(image.hash(), image.sections(), image.pages(), name)));
        var above = text.toString().replace("\r\n", "\n");
        return above + CHECKSUM + hash(above) + "\n";
    }

    private static String line(String kind, String name, Blob blob) {
        return "%s %s %d %s%n".formatted(kind, blob.hash(), blob.bytes(), name);
    }

    private static Hash hash(String text) {
        return Hash.sha256(text.getBytes(StandardCharsets.UTF_8));
    }

    static Manifest read(Path path, long number) {
        try {
            return parse(Files.readString(path), number, path);
        } catch (IOException e) {
            throw StoreException.failed("read", path, e);
        }
    }

    private static Manifest parse(String text, long number, Path path) {
        int last = text.lastIndexOf(CHECKSUM);
        if (last < 0 || !text.substring(last).equals(CHECKSUM + hash(text.substring(0, last)) + "\n")) {
            throw StoreException.damaged(path, "its last line is not the SHA-256 of the lines above");
        }
        if (!text.startsWith(VERSION + "\n")) {
            throw new StoreException(
                    path + " begins with \"" + text.lines().findFirst().orElse("") + "\", this program reads \""
                            + VERSION + "\"; use the version of the program that wrote it",
                    path);
        }
        try {
            return new Lines(text.substring(VERSION.length() + 1, last)).manifest(number);
        } catch (IllegalArgumentException e) {
            throw StoreException.damaged(path, String.valueOf(e.getMessage()));
        }
    }

    /// The lines between the first and the last one.
    private static final class Lines {
        private final SortedMap<String, Long> numbers = new TreeMap<>();
        private final SortedMap<String, Blob> files = new TreeMap<>();
        private final SortedMap<String, Blob> records = new TreeMap<>();
        private final SortedMap<String, Image> images = new TreeMap<>();
        private Optional<Entries> log = Optional.empty();
        private Optional<Archive.Added> added = Optional.empty();

        Lines(String text) {
            text.lines().forEach(this::add);
        }

        private void add(String line) {
            var words = line.split(" ", 2);
            switch (words[0]) {
                case "number", "time", "height" -> numbers.put(words[0], Long.valueOf(words[1]));
                case "log" -> {
                    var parts = parts(line, 3);
                    log = Optional.of(new Entries(Long.parseLong(parts[1]), sha256(parts[2])));
                }
                case "added" -> {
                    var parts = parts(line, 4);
                    added = Optional.of(new Archive.Added(
                            Long.parseLong(parts[1]), Long.parseLong(parts[2]), Long.parseLong(parts[3])));
                }
                case "file" -> addBlob(files, parts(line, 4));
                case "record" -> addBlob(records, parts(line, 4));
                case "image" -> {
                    var parts = parts(line, 5);
                    images.put(parts[4], new Image(sha256(parts[1]), sha256(parts[2]), Long.parseLong(parts[3])));
                }
                default -> throw new IllegalArgumentException("it has the line \"" + line + "\"");
            }
        }

        private static void addBlob(SortedMap<String, Blob> blobs, String[] parts) {
            blobs.put(parts[3], new Blob(sha256(parts[1]), Long.parseLong(parts[2])));
        }

        private static String[] parts(String line, int count) {
            var parts = line.split(" ", count);
            if (parts.length != count) {
                throw new IllegalArgumentException("it has the line \"" + line + "\"");
            }
            return parts;
        }

        private static Hash sha256(String hex) {
            return Hash.of(HexFormat.of().parseHex(hex));
        }

        Manifest manifest(long number) {
            if (number("number") != number) {
                throw new IllegalArgumentException("it is backup " + number("number") + ", expected " + number);
            }
            return new Manifest(
                    number,
                    number("time"),
                    number("height"),
                    log.orElseThrow(() -> new IllegalArgumentException("it says nothing of a log")),
                    added.orElseThrow(() -> new IllegalArgumentException("it does not say what was added")),
                    files,
                    records,
                    images);
        }

        private long number(String name) {
            var number = numbers.get(name);
            if (number == null) {
                throw new IllegalArgumentException("it has no line \"" + name + "\"");
            }
            return number;
        }
    }
}
