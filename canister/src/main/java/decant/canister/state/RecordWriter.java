package decant.canister.state;

import decant.base.Hash;
import decant.base.Leb128;
import decant.base.Principal;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/// Writes the primitives that records are made of; `RecordReader` reads them.
///
/// ```
/// number   = LEB128, unsigned 64 bits
/// bytes    = number (length), the bytes
/// text     = bytes (UTF-8)
/// cycles   = number (high), number (low)
/// constant = text (name of the enum constant)
/// optional = 0 | 1, the value
/// list     = number (size), the elements
/// ```
final class RecordWriter {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    void number(long value) {
        Leb128.writeUnsigned(out, value);
    }

    void flag(boolean value) {
        out.write(value ? 1 : 0);
    }

    void bytes(byte[] value) {
        number(value.length);
        out.writeBytes(value);
    }

    void text(String value) {
        bytes(value.getBytes(StandardCharsets.UTF_8));
    }

    void principal(Principal value) {
        bytes(value.bytes());
    }

    void hash(Hash value) {
        out.writeBytes(value.bytes());
    }

    void cycles(Cycles value) {
        number(value.high());
        number(value.low());
    }

    void constant(Enum<?> value) {
        text(value.name());
    }

    <T> void optional(Optional<T> value, Consumer<T> write) {
        flag(value.isPresent());
        value.ifPresent(write);
    }

    void optional(OptionalLong value) {
        flag(value.isPresent());
        value.ifPresent(this::number);
    }

    <T> void list(Collection<T> values, Consumer<T> write) {
        number(values.size());
        values.forEach(write);
    }

    byte[] record() {
        return out.toByteArray();
    }
}
