package decant.canister;

import decant.base.Leb128;
import decant.wasm.Export;
import decant.wasm.Features;
import decant.wasm.Module;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.IntStream;
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

    /// {@return the module in which a function, which returns nothing, does nothing}
    ///
    /// @param function its name, or that of an export
    static byte[] withEmptied(byte[] wasm, String function) {
        var module = Module.parse(wasm, Features.IC);
        int index = module.exports().stream()
                .filter(export -> export.name().equals(function))
                .map(Export::index)
                .findFirst()
                .orElseGet(() -> named(module, function));
        var body = module.bodies().get(index - module.importedFunctionCount());
        var emptied = wasm.clone();
        Arrays.fill(emptied, body.start(), body.end() - 1, (byte) 0x01);
        return emptied;
    }

    private static int named(Module module, String function) {
        return IntStream.range(0, module.functionCount())
                .filter(index -> module.functionName(index).equals(function))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the module has no function " + function));
    }

    /// {@return the module with an export under another name}
    static byte[] withExportRenamed(byte[] wasm, String name, String other) {
        var in = ByteBuffer.wrap(wasm).position(8);
        while (true) {
            int start = in.position();
            boolean isExports = in.get() == 7;
            int size = number(in);
            int content = in.position();
            if (isExports) {
                var section = renamed(Arrays.copyOfRange(wasm, content, content + size), name, other);
                var out = new ByteArrayOutputStream();
                out.write(wasm, 0, start);
                out.write(7);
                Leb128.writeUnsigned(out, section.length);
                out.writeBytes(section);
                out.write(wasm, content + size, wasm.length - content - size);
                return out.toByteArray();
            }
            in.position(content + size);
        }
    }

    private static byte[] renamed(byte[] exports, String name, String other) {
        var in = ByteBuffer.wrap(exports);
        var out = new ByteArrayOutputStream();
        int count = number(in);
        Leb128.writeUnsigned(out, count);
        for (int i = 0; i < count; i++) {
            var found = new byte[number(in)];
            in.get(found);
            var text = new String(found, StandardCharsets.UTF_8);
            var kept = (text.equals(name) ? other : text).getBytes(StandardCharsets.UTF_8);
            Leb128.writeUnsigned(out, kept.length);
            out.writeBytes(kept);
            out.write(in.get());
            Leb128.writeUnsigned(out, number(in));
        }
        return out.toByteArray();
    }

    private static int number(ByteBuffer in) {
        int value = 0;
        for (int shift = 0; ; shift += 7) {
            int next = in.get();
            value |= (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
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
