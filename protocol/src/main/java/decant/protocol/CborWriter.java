package decant.protocol;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Writes items in the deterministic encoding of RFC 8949, section 4.2.1.
final class CborWriter {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private CborWriter() {}

    static byte[] write(CborValue value) {
        var writer = new CborWriter();
        writer.item(value);
        return writer.out.toByteArray();
    }

    private void item(CborValue value) {
        switch (value) {
            case CborValue.Int(var number) -> integer(number);
            case CborValue.Bytes(var bytes) -> string(2, bytes);
            case CborValue.Text(var text) -> string(3, text.getBytes(StandardCharsets.UTF_8));
            case CborValue.Array(var items) -> {
                head(4, items.size());
                items.forEach(this::item);
            }
            case CborValue.Map(var entries) -> map(entries);
            case CborValue.Tagged(long tag, var content) -> {
                head(6, tag);
                item(content);
            }
            case CborValue.Bool(boolean truth) -> out.write(truth ? 0xF5 : 0xF4);
            case CborValue.Real(double number) -> real(number);
            case CborValue.Simple.NULL -> out.write(0xF6);
            case CborValue.Simple.UNDEFINED -> out.write(0xF7);
        }
    }

    private void integer(BigInteger number) {
        boolean negative = number.signum() < 0;
        BigInteger magnitude = negative ? number.not() : number;
        if (magnitude.bitLength() <= Long.SIZE) {
            head(negative ? 1 : 0, magnitude.longValue());
        } else {
            head(6, negative ? 3 : 2);
            string(2, withoutLeadingZero(magnitude.toByteArray()));
        }
    }

    private static byte[] withoutLeadingZero(byte[] bigEndian) {
        return bigEndian[0] == 0 ? Arrays.copyOfRange(bigEndian, 1, bigEndian.length) : bigEndian;
    }

    private void string(int major, byte[] bytes) {
        head(major, bytes.length);
        out.writeBytes(bytes);
    }

    private void map(List<CborValue.Entry> entries) {
        record Encoded(byte[] key, CborValue value) {}
        var encoded = new ArrayList<Encoded>(entries.size());
        for (var entry : entries) {
            encoded.add(new Encoded(write(entry.key()), entry.value()));
        }
        encoded.sort((a, b) -> Arrays.compareUnsigned(a.key(), b.key()));
        head(5, encoded.size());
        for (var entry : encoded) {
            out.writeBytes(entry.key());
            item(entry.value());
        }
    }

    private void real(double number) {
        if (Double.isNaN(number)) {
            out.write(0xF9);
            big(Float.floatToFloat16(Float.NaN), 2);
        } else if ((double) (float) number == number) {
            single((float) number);
        } else {
            out.write(0xFB);
            big(Double.doubleToRawLongBits(number), 8);
        }
    }

    private void single(float number) {
        short half = Float.floatToFloat16(number);
        if (Float.float16ToFloat(half) == number) {
            out.write(0xF9);
            big(half, 2);
        } else {
            out.write(0xFA);
            big(Float.floatToRawIntBits(number), 4);
        }
    }

    /// Appends the head of an item: major type and argument, the argument read as unsigned.
    private void head(int major, long argument) {
        int high = major << 5;
        if (Long.compareUnsigned(argument, 24) < 0) {
            out.write(high | (int) argument);
        } else if (Long.compareUnsigned(argument, 0xFF) <= 0) {
            out.write(high | 24);
            big(argument, 1);
        } else if (Long.compareUnsigned(argument, 0xFFFF) <= 0) {
            out.write(high | 25);
            big(argument, 2);
        } else if (Long.compareUnsigned(argument, 0xFFFF_FFFFL) <= 0) {
            out.write(high | 26);
            big(argument, 4);
        } else {
            out.write(high | 27);
            big(argument, 8);
        }
    }

    private void big(long value, int bytes) {
        for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
            out.write((int) (value >>> shift));
        }
    }
}
