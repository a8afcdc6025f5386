package decant.cli.modules;

import decant.base.Hash;
import decant.cli.terminal.CommandFailure;
import decant.cli.terminal.Surroundings;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import java.util.zip.GZIPInputStream;

/// A Wasm module about to be installed, and the metadata that it brings for its users.
///
/// @param bytes what is sent and hashed: the file as it is, also where it is compressed
/// @param wasm what runs: the same, not compressed
/// @param metadata the custom sections named `icp:public X` or `icp:private X`, by X
public record ModuleFile(byte[] bytes, byte[] wasm, Map<String, byte[]> metadata) {
    private static final int HEADER_BYTES = 8;
    private static final int UNPACKED_BYTES_MAX = 256 << 20;

    /// @throws CommandFailure if there is no such file, or no Wasm module in it
    static ModuleFile read(Surroundings surroundings, Path file) {
        var path = surroundings.folder().resolve(file);
        if (!Files.isRegularFile(path)) {
            throw new CommandFailure(
                    Files.isDirectory(path) ? file + " is a folder, not a file." : "There is no file " + file + ".");
        }
        try {
            return of(file.toString(), Files.readAllBytes(path));
        } catch (IOException e) {
            throw new CommandFailure(file + " cannot be read: " + CommandFailure.reason(e) + ".", e);
        }
    }

    /// {@return the module that a file holds}
    ///
    /// @throws CommandFailure if the bytes are no Wasm module, compressed with gzip or not
    public static ModuleFile of(String file, byte[] bytes) {
        byte[] wasm = isGzip(bytes) ? unpacked(file, bytes) : bytes;
        if (wasm.length < HEADER_BYTES || wasm[0] != 0 || wasm[1] != 'a' || wasm[2] != 's' || wasm[3] != 'm') {
            throw new CommandFailure(
                    file + " is not a Wasm module: it does not start with the bytes 00 61 73 6d, and is no gzip file.");
        }
        return new ModuleFile(bytes, wasm, new Sections(wasm).metadata());
    }

    public Hash hash() {
        return Hash.sha256(bytes);
    }

    public Optional<String> text(String name) {
        return Optional.ofNullable(metadata.get(name)).map(content -> new String(content, StandardCharsets.UTF_8));
    }

    /// {@return whether browsers can look at a canister with this code}
    public boolean servesPages() {
        var exports = new Sections(wasm).exports();
        return exports.contains("canister_query http_request")
                || exports.contains("canister_composite_query http_request");
    }

    private static boolean isGzip(byte[] bytes) {
        return bytes.length > 2 && bytes[0] == 0x1F && bytes[1] == (byte) 0x8B;
    }

    private static byte[] unpacked(String file, byte[] bytes) {
        try (var stream = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            byte[] wasm = stream.readNBytes(UNPACKED_BYTES_MAX + 1);
            if (wasm.length > UNPACKED_BYTES_MAX) {
                throw new CommandFailure(file + " unpacks to more than " + (UNPACKED_BYTES_MAX >> 20) + " MiB.");
            }
            return wasm;
        } catch (IOException e) {
            throw new CommandFailure(
                    file + " is a damaged gzip file" + (e.getMessage() == null ? "." : ": " + e.getMessage() + "."), e);
        }
    }

    /// A walk over the sections of a module. It stops without complaint where the module is cut short: the node, not
    /// this command, judges modules.
    private static final class Sections {
        private static final int CUSTOM = 0;
        private static final int EXPORTS = 7;
        private static final String PUBLIC = "icp:public ";
        private static final String PRIVATE = "icp:private ";

        private final byte[] wasm;
        private int at = HEADER_BYTES;

        Sections(byte[] wasm) {
            this.wasm = wasm;
        }

        Map<String, byte[]> metadata() {
            var found = new TreeMap<String, byte[]>();
            forEach(CUSTOM, end -> addCustom(found, end));
            return found;
        }

        Set<String> exports() {
            var found = new HashSet<String>();
            forEach(EXPORTS, end -> addExports(found, end));
            return found;
        }

        private void forEach(int wanted, IntConsumer section) {
            while (at < wasm.length) {
                int id = wasm[at++];
                long size = leb128();
                long end = at + size;
                if (size < 0 || end > wasm.length) {
                    break;
                }
                if (id == wanted) {
                    section.accept((int) end);
                }
                at = (int) end;
            }
        }

        private void addExports(Set<String> found, int end) {
            long count = leb128();
            for (long i = 0; i < count && at < end; i++) {
                long length = leb128();
                if (length < 0 || at + length >= end) {
                    return;
                }
                found.add(new String(wasm, at, (int) length, StandardCharsets.UTF_8));
                at += (int) length + 1; // a byte says of which kind the export is
                leb128();
            }
        }

        private void addCustom(Map<String, byte[]> found, int end) {
            long length = leb128();
            if (length < 0 || at + length > end) {
                return;
            }
            var name = new String(wasm, at, (int) length, StandardCharsets.UTF_8);
            byte[] content = Arrays.copyOfRange(wasm, at + (int) length, end);
            if (name.startsWith(PUBLIC)) {
                found.put(name.substring(PUBLIC.length()), content);
            } else if (name.startsWith(PRIVATE)) {
                found.put(name.substring(PRIVATE.length()), content);
            }
        }

        private long leb128() {
            long value = 0;
            for (int shift = 0; shift < 35 && at < wasm.length; shift += 7) {
                byte b = wasm[at++];
                value |= (long) (b & 0x7F) << shift;
                if (b >= 0) {
                    return value;
                }
            }
            return -1;
        }
    }
}
