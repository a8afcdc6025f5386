package decant.wasm.link;

import static java.nio.charset.StandardCharsets.UTF_8;

import decant.base.Leb128;
import decant.wasm.ValueType;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.function.BiConsumer;

/// Writes what the binary format is made of, every number in its shortest form.
final class BinaryOutput {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    BinaryOutput u8(int value) {
        out.write(value);
        return this;
    }

    /// Writes an unsigned 32-bit number.
    BinaryOutput u32(int value) {
        Leb128.writeUnsigned(out, value & 0xFFFF_FFFFL);
        return this;
    }

    BinaryOutput u64(long value) {
        Leb128.writeUnsigned(out, value);
        return this;
    }

    BinaryOutput signed(long value) {
        Leb128.writeSigned(out, value);
        return this;
    }

    /// Writes the low bytes of a number, little-endian.
    BinaryOutput fixed(long value, int bytes) {
        for (int i = 0; i < bytes; i++) {
            u8((int) (value >>> 8 * i));
        }
        return this;
    }

    BinaryOutput raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    BinaryOutput raw(byte[] bytes, int start, int end) {
        out.write(bytes, start, end - start);
        return this;
    }

    /// Writes bytes and, before them, how many there are.
    BinaryOutput sized(byte[] bytes) {
        return u32(bytes.length).raw(bytes);
    }

    BinaryOutput name(String name) {
        return sized(name.getBytes(UTF_8));
    }

    /// Writes an instruction's code.
    BinaryOutput opcode(int opcode) {
        return opcode > 0xFF ? u8(opcode >>> 8).u32(opcode & 0xFF) : u8(opcode);
    }

    /// Writes an instruction with operands that are unsigned 32-bit numbers.
    BinaryOutput instruction(int opcode, int... operands) {
        opcode(opcode);
        for (int operand : operands) {
            u32(operand);
        }
        return this;
    }

    BinaryOutput valueTypes(List<ValueType> types) {
        return vector(types, (type, target) -> target.u8(type.code()));
    }

    /// Writes things and, before them, how many there are.
    <T> BinaryOutput vector(List<T> items, BiConsumer<T, BinaryOutput> writer) {
        u32(items.size());
        items.forEach(item -> writer.accept(item, this));
        return this;
    }

    byte[] bytes() {
        return out.toByteArray();
    }
}
