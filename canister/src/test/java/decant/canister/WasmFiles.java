package decant.canister;

import decant.base.Leb128;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;

/// The modules beside the tests, and small changes of them.
final class WasmFiles {
    static final String PERSISTENCE = "icp:private enhanced-orthogonal-persistence";

    private WasmFiles() {}

    /// {@return the module assembled from `name.wat`}
    static byte[] wasm(String name) {
        try (var in = WasmFiles.class.getResourceAsStream(name + ".wasm")) {
            if (in == null) {
                throw new IllegalArgumentException("there is no " + name + ".wasm beside the tests; see build.sh");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// {@return the module with one more custom section}
    static byte[] withCustomSection(byte[] wasm, String name, byte[] content) {
        var section = new ByteArrayOutputStream();
        var nameBytes = name.getBytes(StandardCharsets.UTF_8);
        Leb128.writeUnsigned(section, nameBytes.length);
        section.writeBytes(nameBytes);
        section.writeBytes(content);
        var out = new ByteArrayOutputStream();
        out.writeBytes(wasm);
        out.write(0);
        Leb128.writeUnsigned(out, section.size());
        out.writeBytes(section.toByteArray());
        return out.toByteArray();
    }

    /// {@return the module, saying that its heap may be kept in upgrades}
    static byte[] withPersistence(byte[] wasm) {
        return withCustomSection(wasm, PERSISTENCE, new byte[0]);
    }

    static byte[] gzip(byte[] wasm) {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(wasm);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
