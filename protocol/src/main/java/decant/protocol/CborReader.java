package decant.protocol;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/// Reads one item from bytes that nobody vouches for, at a cost bounded by the number of bytes and the limits.
///
/// A claimed length is checked against the bytes that are left before anything is allocated for it.
final class CborReader {
    private static final int INDEFINITE = 31;
    private static final int BREAK = 0xFF;

    /// Arithmetic on larger numbers, and printing them, would cost more than reading them.
    private static final int BIGNUM_BYTES_MAX = 64;

    private final byte[] bytes;
    private final Cbor.Limits limits;
    private int position;
    private int items;

    CborReader(byte[] bytes, Cbor.Limits limits) {
        this.bytes = bytes;
        this.limits = limits;
    }

    CborValue readAll() {
        var value = item(1);
        if (position != bytes.length) {
            throw malformed(position, "the item ends here but " + (bytes.length - position) + " more bytes follow");
        }
        return value;
    }

    private CborValue item(int depth) {
        if (depth > limits.depthMax()) {
            throw malformed(position, "items nest deeper than " + limits.depthMax());
        }
        if (++items > limits.itemsMax()) {
            throw malformed(position, "there are more than " + limits.itemsMax() + " items");
        }
        int start = position;
        int head = nextByte();
        int major = head >>> 5;
        int info = head & 31;
        return switch (major) {
            case 0 -> CborValue.nat(argument(start, info));
            case 1 ->
                new CborValue.Int(CborValue.nat(argument(start, info)).value().not());
            case 2 -> new CborValue.Bytes(string(start, major, info));
            case 3 -> new CborValue.Text(text(start, info));
            case 4 -> array(start, info, depth);
            case 5 -> map(start, info, depth);
            case 6 -> tagged(start, info, depth);
            default -> simple(start, info);
        };
    }

    private CborValue array(int start, int info, int depth) {
        var found = new ArrayList<CborValue>();
        if (info == INDEFINITE) {
            while (!atBreak()) {
                found.add(item(depth + 1));
            }
        } else {
            int count = count(start, info, 1);
            for (int i = 0; i < count; i++) {
                found.add(item(depth + 1));
            }
        }
        return new CborValue.Array(found);
    }

    private CborValue map(int start, int info, int depth) {
        var entries = new ArrayList<CborValue.Entry>();
        var keys = new HashSet<CborValue>();
        if (info == INDEFINITE) {
            while (!atBreak()) {
                entries.add(entry(keys, depth));
            }
        } else {
            int count = count(start, info, 2);
            for (int i = 0; i < count; i++) {
                entries.add(entry(keys, depth));
            }
        }
        return new CborValue.Map(entries);
    }

    private CborValue.Entry entry(Set<CborValue> keys, int depth) {
        int start = position;
        var key = item(depth + 1);
        // Other kinds of key have no use here, and these three compare in bounded time however their hashes collide.
        if (!(key instanceof CborValue.Text || key instanceof CborValue.Int || key instanceof CborValue.Bytes)) {
            throw malformed(start, "a map key is a text, an integer or a byte string, found " + key.kind());
        }
        if (!keys.add(key)) {
            throw malformed(start, "the map has this key twice");
        }
        return new CborValue.Entry(key, item(depth + 1));
    }

    private CborValue tagged(int start, int info, int depth) {
        long tag = argument(start, info);
        var content = item(depth + 1);
        if (tag != 2 && tag != 3) {
            return new CborValue.Tagged(tag, content);
        }
        if (!(content instanceof CborValue.Bytes(var magnitude))) {
            throw malformed(start, "a bignum is a tagged byte string, found " + content.kind());
        }
        if (magnitude.length > BIGNUM_BYTES_MAX) {
            throw malformed(start, "a bignum has at most " + BIGNUM_BYTES_MAX + " bytes, found " + magnitude.length);
        }
        var number = new BigInteger(1, magnitude);
        return new CborValue.Int(tag == 2 ? number : number.not());
    }

    private CborValue simple(int start, int info) {
        return switch (info) {
            case 20 -> new CborValue.Bool(false);
            case 21 -> new CborValue.Bool(true);
            case 22 -> CborValue.Simple.NULL;
            case 23 -> CborValue.Simple.UNDEFINED;
            case 25 -> new CborValue.Real(Float.float16ToFloat((short) big(2)));
            case 26 -> new CborValue.Real(Float.intBitsToFloat((int) big(4)));
            case 27 -> new CborValue.Real(Double.longBitsToDouble(big(8)));
            case INDEFINITE -> throw malformed(start, "a break stands where an item is expected");
            default -> throw malformed(start, "the simple value or head 0x%02x has no meaning".formatted(0xE0 | info));
        };
    }

    private byte[] string(int start, int major, int info) {
        if (info != INDEFINITE) {
            return slice(count(start, info, 1));
        }
        var whole = new ByteArrayOutputStream();
        while (!atBreak()) {
            whole.writeBytes(chunk(major));
        }
        return whole.toByteArray();
    }

    private byte[] chunk(int major) {
        int start = position;
        int head = nextByte();
        if (head >>> 5 != major || (head & 31) == INDEFINITE) {
            throw malformed(
                    start, "a chunk of a string has its kind and a definite length, found head 0x%02x".formatted(head));
        }
        return slice(count(start, head & 31, 1));
    }

    private String text(int start, int info) {
        if (info != INDEFINITE) {
            return utf8(start, slice(count(start, info, 1)));
        }
        var whole = new StringBuilder();
        while (!atBreak()) {
            int chunkStart = position;
            whole.append(utf8(chunkStart, chunk(3)));
        }
        return whole.toString();
    }

    private static String utf8(int start, byte[] encoded) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(encoded))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new ProtocolException("CBOR at byte " + start + ": the text is not UTF-8", e);
        }
    }

    private byte[] slice(int length) {
        byte[] slice = Arrays.copyOfRange(bytes, position, position + length);
        position += length;
        return slice;
    }

    /// {@return how many units of at least `bytesEach` follow, checked against what is left}
    private int count(int start, int info, int bytesEach) {
        long count = argument(start, info);
        int left = bytes.length - position;
        if (count < 0 || count > left / bytesEach) {
            throw malformed(
                    start,
                    "a length of " + Long.toUnsignedString(count) + " is claimed but only " + left + " bytes are left");
        }
        return (int) count;
    }

    private long argument(int start, int info) {
        if (info < 24) {
            return info;
        }
        if (info > 27) {
            throw malformed(start, "additional information " + info + " is not allowed here");
        }
        return big(1 << info - 24);
    }

    private long big(int width) {
        long value = 0;
        for (int i = 0; i < width; i++) {
            value = value << 8 | nextByte();
        }
        return value;
    }

    private boolean atBreak() {
        if (position < bytes.length && (bytes[position] & 0xFF) == BREAK) {
            position++;
            return true;
        }
        return false;
    }

    private int nextByte() {
        if (position == bytes.length) {
            throw malformed(position, "the bytes end inside an item");
        }
        return bytes[position++] & 0xFF;
    }

    private static ProtocolException malformed(int offset, String why) {
        return new ProtocolException("CBOR at byte " + offset + ": " + why);
    }
}
