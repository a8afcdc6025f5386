package decant.base;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;

/// LEB128: the variable-length integers of WebAssembly, Candid and the representation-independent hash.
public final class Leb128 {
    private Leb128() {}

    /// Appends `value`, read as unsigned 64-bit, in its shortest form.
    public static void writeUnsigned(ByteArrayOutputStream out, long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.write((int) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    /// Appends a natural number of any size in its shortest form.
    public static void writeUnsigned(ByteArrayOutputStream out, BigInteger value) {
        if (value.signum() < 0) {
            throw new IllegalArgumentException("a natural number is expected, found " + value);
        }
        BigInteger rest = value;
        while (rest.bitLength() > 7) {
            out.write(rest.intValue() & 0x7F | 0x80);
            rest = rest.shiftRight(7);
        }
        out.write(rest.intValue());
    }

    /// Appends `value` as a signed number in its shortest form.
    public static void writeSigned(ByteArrayOutputStream out, long value) {
        long rest = value;
        while (rest < -0x40 || rest > 0x3F) {
            out.write((int) (rest & 0x7F | 0x80));
            rest >>= 7;
        }
        out.write((int) (rest & 0x7F));
    }

    /// Appends an integer of any size in its shortest form.
    public static void writeSigned(ByteArrayOutputStream out, BigInteger value) {
        BigInteger rest = value;
        while (rest.bitLength() > 6) {
            out.write(rest.intValue() & 0x7F | 0x80);
            rest = rest.shiftRight(7);
        }
        out.write(rest.intValue() & 0x7F);
    }

    /// {@return `value`, read as unsigned 64-bit, in its shortest form}
    public static byte[] unsigned(long value) {
        var out = new ByteArrayOutputStream(10);
        writeUnsigned(out, value);
        return out.toByteArray();
    }
}
