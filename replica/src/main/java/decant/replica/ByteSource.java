package decant.replica;

import decant.base.Hash;
import decant.base.Principal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Takes fields out of bytes in the order in which a `ByteSink` put them in.
final class ByteSource {
    private final String what;
    private final byte[] bytes;
    private int next;

    /// `what` is how error messages name the bytes.
    ByteSource(String what, byte[] bytes) {
        this.what = what;
        this.bytes = bytes;
    }

    long number() {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            int part = bytes[need(1)];
            value |= (part & 0x7FL) << shift;
            if (part >= 0) {
                return value;
            }
        }
        throw damaged("a number of more than 64 bits");
    }

    int count() {
        long value = number();
        if (value < 0 || value > bytes.length - next) {
            throw damaged("a length of " + Long.toUnsignedString(value) + " where " + (bytes.length - next)
                    + " bytes are left");
        }
        return (int) value;
    }

    boolean flag() {
        return number() != 0;
    }

    byte[] bytes() {
        int length = count();
        int from = need(length);
        return Arrays.copyOfRange(bytes, from, from + length);
    }

    String text() {
        return new String(bytes(), StandardCharsets.UTF_8);
    }

    Principal principal() {
        return Principal.of(bytes());
    }

    Hash hash() {
        int from = need(Hash.BYTES);
        return Hash.of(Arrays.copyOfRange(bytes, from, from + Hash.BYTES));
    }

    void end() {
        if (next != bytes.length) {
            throw damaged((bytes.length - next) + " bytes after the last field");
        }
    }

    IllegalStateException damaged(String found) {
        return new IllegalStateException(what + " is damaged: at byte " + next + " there is " + found);
    }

    private int need(int length) {
        if (length > bytes.length - next) {
            throw damaged("the end, and " + length + " bytes more are expected");
        }
        int from = next;
        next += length;
        return from;
    }
}
