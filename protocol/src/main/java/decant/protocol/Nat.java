package decant.protocol;

import decant.base.Leb128;

/// A natural number below 2^64 as the state tree holds it: unsigned LEB128.
public final class Nat {
    private Nat() {}

    public static byte[] encode(long value) {
        return Leb128.unsigned(value);
    }

    /// {@return the number, as the bits of a long}
    public static long decode(byte[] leb128) {
        if (leb128.length == 0 || leb128.length > 10) {
            throw new ProtocolException("a number of the state tree has 1 to 10 bytes, found " + leb128.length);
        }
        long value = 0;
        for (int i = 0; i < leb128.length; i++) {
            boolean last = i == leb128.length - 1;
            if (last != leb128[i] >= 0 || i == 9 && leb128[i] > 1) {
                throw new ProtocolException("a number of the state tree is not LEB128 of 64 bits");
            }
            value |= (leb128[i] & 0x7FL) << 7 * i;
        }
        return value;
    }
}
