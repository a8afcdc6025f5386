package decant.candid;

import java.math.BigInteger;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;

/// A cursor over the bytes of one message. Every read is checked against the end and charged to the meter.
final class Input {
    private static final int GROUP_BITS = 7;
    private static final int LONG_GROUPS_MAX = 10;

    private final byte[] bytes;
    private final Meter meter;
    private int position;

    Input(byte[] bytes, Meter meter) {
        this.bytes = bytes;
        this.meter = meter;
    }

    int position() {
        return position;
    }

    void seek(int position) {
        this.position = position;
    }

    int remaining() {
        return bytes.length - position;
    }

    CandidException malformed(String message) {
        return CandidException.atByte(position, message);
    }

    int u8(String what) {
        if (position == bytes.length) {
            throw malformed("the message ends where " + what + " is expected");
        }
        return bytes[position++] & 0xFF;
    }

    /// Reads `length` little-endian bytes, at most 8, as an unsigned number.
    long fixed(int length, String what) {
        require(length, what);
        long value = 0;
        for (int i = length - 1; i >= 0; i--) {
            value = value << 8 | bytes[position + i] & 0xFF;
        }
        position += length;
        return value;
    }

    /// Reads an unsigned LEB128 number below 2^63. Leading zeros are allowed, to ten bytes in all.
    long unsigned(String what) {
        int start = position;
        long value = 0;
        for (int i = 0; i < LONG_GROUPS_MAX; i++) {
            int next = u8(what);
            long group = next & 0x7F;
            if (i == LONG_GROUPS_MAX - 1 && group > 0) {
                break;
            }
            value |= group << GROUP_BITS * i;
            if (next < 0x80) {
                return value;
            }
        }
        throw CandidException.atByte(start, what + " is too large: it must be below 2^63");
    }

    /// Reads a signed LEB128 number of at most 64 bits.
    long signed(String what) {
        int start = position;
        long value = 0;
        for (int i = 0; i < LONG_GROUPS_MAX; i++) {
            int next = u8(what);
            value |= (next & 0x7FL) << GROUP_BITS * i;
            if (next < 0x80) {
                int bits = GROUP_BITS * (i + 1);
                return bits >= Long.SIZE ? value : value << Long.SIZE - bits >> Long.SIZE - bits;
            }
        }
        throw CandidException.atByte(start, what + " is too large: it must fit 64 bits");
    }

    /// Reads a count of things of which each takes at least one byte of this message.
    int count(String what) {
        int start = position;
        long count = unsigned(what);
        if (count > remaining()) {
            throw CandidException.atByte(start, what + " is " + count + ", but only " + remaining() + " bytes follow");
        }
        return (int) count;
    }

    /// Reads an unsigned LEB128 number of any size.
    BigInteger natural() {
        return big(false);
    }

    /// Reads a signed LEB128 number of any size.
    BigInteger integer() {
        return big(true);
    }

    private BigInteger big(boolean signed) {
        int length = 1;
        while (u8("the rest of a number") >= 0x80) {
            length++;
        }
        int start = position - length;
        meter.charge(length);
        boolean negative = signed && (bytes[position - 1] & 0x40) != 0;
        return length < LONG_GROUPS_MAX ? small(start, length, negative) : large(start, length, negative);
    }

    private BigInteger small(int start, int length, boolean negative) {
        long value = negative ? -1L << GROUP_BITS * length : 0;
        for (int i = 0; i < length; i++) {
            value |= (bytes[start + i] & 0x7FL) << GROUP_BITS * i;
        }
        return BigInteger.valueOf(value);
    }

    /// Packs the groups of seven bits into one two's complement number, in time linear in their count.
    private BigInteger large(int start, int length, boolean negative) {
        var packed = new byte[(int) ((long) length * GROUP_BITS / 8) + 2];
        if (negative) {
            Arrays.fill(packed, (byte) 0xFF);
        }
        for (int i = 0; i < length; i++) {
            int group = bytes[start + i] & 0x7F;
            long bit = (long) i * GROUP_BITS;
            int at = packed.length - 1 - (int) (bit / 8);
            int shift = (int) (bit % 8);
            int mask = 0x7F << shift;
            int shifted = group << shift;
            packed[at] = (byte) (packed[at] & ~mask | shifted);
            packed[at - 1] = (byte) (packed[at - 1] & ~(mask >> 8) | shifted >> 8);
        }
        return new BigInteger(packed);
    }

    byte[] blob(int length) {
        require(length, "a blob of " + length + " bytes");
        meter.charge(length);
        position += length;
        return Arrays.copyOfRange(bytes, position - length, position);
    }

    void skipBytes(int length) {
        require(length, "a blob of " + length + " bytes");
        meter.charge(length);
        position += length;
    }

    String text(String what) {
        int length = count("the length of " + what);
        meter.charge(length);
        try {
            var text = Quoting.decodeUtf8(bytes, position, length);
            position += length;
            return text;
        } catch (CharacterCodingException e) {
            throw malformed(what + " is not UTF-8");
        }
    }

    private void require(int length, String what) {
        if (length > remaining()) {
            throw malformed("the message ends within " + what + ": " + remaining() + " of " + length + " bytes");
        }
    }
}
