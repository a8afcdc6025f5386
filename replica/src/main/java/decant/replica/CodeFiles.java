package decant.replica;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import decant.base.Hash;
import decant.wasm.CodeCache;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/// Compiled modules in a directory, a file for each, so that a node that starts again need not compile them again.
///
/// Nothing else depends on these files: whatever is missing, torn or from another engine is compiled anew, and the
/// directory may be deleted. When the node starts, those that were not used for longest are deleted until no
/// more is left than a bound.
///
/// ```text
/// file    = header, class file*
/// header  = "decant code 1\n", SHA-256 of engine, Java version and access to memory
/// class   = length of the rest u32, CRC32C of the rest u32, length of the name u16, name, class file
/// ```
final class CodeFiles implements CodeCache {
    private static final Logger LOG = System.getLogger(CodeFiles.class.getName());
    private static final byte[] MAGIC = "decant code 1\n".getBytes(US_ASCII);
    private static final int HEADER_BYTES = MAGIC.length + Hash.BYTES;
    private static final int CHECKED_AT = 8;
    private static final int NAME_AT = 10;

    private final Path directory;
    private final byte[] header;
    private long bytesLeft;

    private CodeFiles(Path directory, Hash engine, long bytesMax) {
        this.directory = directory;
        this.header =
                ByteBuffer.allocate(HEADER_BYTES).put(MAGIC).put(engine.bytes()).array();
        this.bytesLeft = bytesMax;
    }

    /// Opens a directory, which is made if it is not there.
    ///
    /// @param engine what the classes depend on beside the module
    /// @param bytesMax how much is kept
    static CodeFiles open(Path directory, Hash engine, long bytesMax) throws IOException {
        Files.createDirectories(directory);
        var files = new CodeFiles(directory, engine, bytesMax);
        files.deleteUnused();
        return files;
    }

    /// {@return the cache of a node, which keeps nothing where the engine's own code cannot be told}
    static CodeCache of(Path directory, long bytesMax) {
        try {
            var engine = EngineCode.hash();
            if (engine.isEmpty()) {
                return NONE;
            }
            byte[] machine = (Runtime.version() + " " + CodeCache.memoryAccess()).getBytes(US_ASCII);
            return open(directory, Hash.sha256(engine.get().bytes(), machine), bytesMax);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "Compiled modules are not kept, so the next start is slower: " + e);
            return NONE;
        }
    }

    private record Aged(Path file, FileTime used, long bytes) {
        static Aged of(Path file) throws IOException {
            return new Aged(file, Files.getLastModifiedTime(file), Files.size(file));
        }
    }

    private void deleteUnused() throws IOException {
        var known = new ArrayList<Aged>();
        try (var files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                known.add(Aged.of(file));
            }
        }
        known.sort(Comparator.comparing(Aged::used).reversed().thenComparing(Aged::file));
        for (Aged each : known) {
            if (each.bytes() <= bytesLeft) {
                bytesLeft -= each.bytes();
            } else {
                Files.delete(each.file());
            }
        }
    }

    @Override
    public Classes of(Hash module) {
        var file = directory.resolve(module.hex());
        try {
            return read(file).<Classes>map(classes -> new Kept(file, classes)).orElseGet(() -> NONE.of(module));
        } catch (IOException e) {
            LOG.log(Level.WARNING, "The compiled code of module " + module + " cannot be kept: " + e);
            return NONE.of(module);
        }
    }

    /// {@return the class files by names, in a file that is begun anew if it is not whole; nothing, if there is no
    /// room}
    private synchronized Optional<Map<String, ByteBuffer>> read(Path file) throws IOException {
        if (Files.exists(file)) {
            try (var channel = FileChannel.open(file, READ)) {
                var content = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
                var classes = new HashMap<String, ByteBuffer>();
                if (startsWithHeader(content) && index(content, classes) == content.limit()) {
                    Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
                    return Optional.of(classes);
                }
                bytesLeft += content.limit();
            }
            Files.delete(file);
        }
        if (bytesLeft < HEADER_BYTES) {
            return Optional.empty();
        }
        Files.write(file, header, CREATE_NEW);
        bytesLeft -= HEADER_BYTES;
        return Optional.of(Map.of());
    }

    private boolean startsWithHeader(ByteBuffer content) {
        return content.limit() >= HEADER_BYTES && content.slice(0, HEADER_BYTES).equals(ByteBuffer.wrap(header));
    }

    /// {@return where the last whole class file ends}
    private static int index(ByteBuffer content, Map<String, ByteBuffer> classes) {
        int at = HEADER_BYTES;
        while (content.limit() - at >= NAME_AT) {
            int length = content.getInt(at);
            if (length < NAME_AT - CHECKED_AT || length > content.limit() - at - CHECKED_AT) {
                break;
            }
            var checked = content.slice(at + CHECKED_AT, length);
            if (crc(checked) != content.getInt(at + CHECKED_AT / 2)) {
                break;
            }
            byte[] name = new byte[checked.getShort()];
            checked.get(name);
            classes.put(new String(name, US_ASCII), checked.slice());
            at += CHECKED_AT + length;
        }
        return at;
    }

    private static int crc(ByteBuffer checked) {
        var crc = new CRC32C();
        crc.update(checked.duplicate());
        return (int) crc.getValue();
    }

    private synchronized void append(Path file, String name, byte[] classFile) {
        int length = NAME_AT - CHECKED_AT + name.length() + classFile.length;
        if (CHECKED_AT + length > bytesLeft) {
            return;
        }
        var entry = ByteBuffer.allocate(CHECKED_AT + length)
                .putInt(length)
                .putInt(0)
                .putShort((short) name.length())
                .put(name.getBytes(US_ASCII))
                .put(classFile)
                .flip();
        entry.putInt(CHECKED_AT / 2, crc(entry.slice(CHECKED_AT, length)));
        bytesLeft -= entry.limit();
        try (var channel = FileChannel.open(file, WRITE, APPEND)) {
            channel.write(entry);
        } catch (IOException e) {
            bytesLeft = 0;
            LOG.log(Level.WARNING, "Compiled modules are no longer kept, so the next start is slower: " + e);
        }
    }

    /// What was kept of a module when it was loaded; what is compiled since then goes to the file.
    private final class Kept implements Classes {
        private final Path file;
        private final Map<String, ByteBuffer> classes;

        Kept(Path file, Map<String, ByteBuffer> classes) {
            this.file = file;
            this.classes = classes;
        }

        @Override
        public Optional<byte[]> find(String name) {
            return Optional.ofNullable(classes.get(name)).map(kept -> {
                byte[] classFile = new byte[kept.limit()];
                kept.get(0, classFile);
                return classFile;
            });
        }

        @Override
        public void add(String name, byte[] classFile) {
            append(file, name, classFile);
        }
    }
}
