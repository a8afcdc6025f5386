package decant.conformance.wasm;

import static java.nio.charset.StandardCharsets.UTF_8;

import decant.base.Leb128;
import java.io.ByteArrayOutputStream;
import java.util.List;

/// Bytes of the binary format, in the making.
final class Bytes {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Bytes u8(int value) {
        out.write(value);
        return this;
    }

    Bytes u32(long value) {
        Leb128.writeUnsigned(out, value & 0xFFFF_FFFFL);
        return this;
    }

    Bytes u64(long value) {
        Leb128.writeUnsigned(out, value);
        return this;
    }

    Bytes signed(long value) {
        Leb128.writeSigned(out, value);
        return this;
    }

    Bytes fixed(long value, int size) {
        for (int i = 0; i < size; i++) {
            out.write((int) (value >>> 8 * i));
        }
        return this;
    }

    Bytes raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    Bytes raw(Bytes bytes) {
        return raw(bytes.array());
    }

    Bytes sized(byte[] bytes) {
        return u32(bytes.length).raw(bytes);
    }

    Bytes name(String name) {
        return sized(name.getBytes(UTF_8));
    }

    Bytes vector(List<Bytes> items) {
        u32(items.size());
        items.forEach(this::raw);
        return this;
    }

    Bytes section(int id, List<Bytes> items) {
        return items.isEmpty() ? this : u8(id).sized(new Bytes().vector(items).array());
    }

    byte[] array() {
        return out.toByteArray();
    }
}
