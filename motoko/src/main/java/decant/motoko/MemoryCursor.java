package decant.motoko;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// A place in a memory, from which values are read one after the other. Reads through a small buffer.
final class MemoryCursor {
    private static final int BUFFER_BYTES = 4_096;
    private static final int NUMBER_BYTES_MAX = 1 << 20;

    private final MemoryView memory;
    private final long end;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private final ByteBuffer words = ByteBuffer.wrap(buffer).order(ByteOrder.LITTLE_ENDIAN);
    private long bufferAt = -1;
    private long at;

    /// @param end where the part of the memory ends that may be read
    MemoryCursor(MemoryView memory, long at, long end) {
        if (at < 0 || at > end || end > memory.bytes()) {
            throw new UnreadableValuesException(
                    "the values would lie in the bytes " + at + " to " + end + " of a memory of " + memory.bytes());
        }
        this.memory = memory;
        this.at = at;
        this.end = end;
    }

    long at() {
        return at;
    }

    MemoryCursor goTo(long place) {
        at = place;
        return this;
    }

    void skip(long bytes) {
        need(bytes);
        at += bytes;
    }

    private void need(long bytes) {
        if (bytes < 0 || at < 0 || at > end || bytes > end - at) {
            throw new UnreadableValuesException("what is there at byte " + at + " is not of the form that is known: it"
                    + " would have " + bytes + " bytes");
        }
    }

    /// {@return where in the buffer the next bytes are, which it holds then}
    private int hold(int bytes) {
        need(bytes);
        if (bufferAt < 0 || at < bufferAt || at + bytes > bufferAt + BUFFER_BYTES) {
            bufferAt = at;
            memory.read(at, buffer, 0, (int) Math.min(BUFFER_BYTES, end - at));
        }
        int index = (int) (at - bufferAt);
        at += bytes;
        return index;
    }

    int u8() {
        return buffer[hold(1)] & 0xFF;
    }

    int u16() {
        return Short.toUnsignedInt(words.getShort(hold(2)));
    }

    int i32() {
        return words.getInt(hold(4));
    }

    long u32() {
        return Integer.toUnsignedLong(i32());
    }

    long i64() {
        return words.getLong(hold(8));
    }

    byte[] bytes(int count) {
        need(count);
        var bytes = new byte[count];
        memory.read(at, bytes, 0, count);
        at += count;
        return bytes;
    }

    /// {@return an unsigned number that fits 63 bits}
    long leb() {
        var value = natural();
        if (value.bitLength() > 63) {
            throw new UnreadableValuesException("a length of " + value + " is too large");
        }
        return value.longValue();
    }

    BigInteger natural() {
        return number(false);
    }

    BigInteger integer() {
        return number(true);
    }

    /// Seven bits to a byte, the least first.
    private BigInteger number(boolean isSigned) {
        long low = 0;
        int shift = 0;
        var high = BigInteger.ZERO;
        for (int count = 1; ; count++) {
            int next = u8();
            if (shift < 56) {
                low |= (long) (next & 0x7F) << shift;
            } else {
                high = high.or(BigInteger.valueOf(next & 0x7F).shiftLeft(shift));
            }
            shift += 7;
            if ((next & 0x80) == 0) {
                var value = high.or(BigInteger.valueOf(low));
                boolean isNegative = isSigned && (next & 0x40) != 0;
                return isNegative ? value.subtract(BigInteger.ONE.shiftLeft(shift)) : value;
            }
            if (count > NUMBER_BYTES_MAX) {
                throw new UnreadableValuesException("a number of more than " + NUMBER_BYTES_MAX + " bytes");
            }
        }
    }
}
