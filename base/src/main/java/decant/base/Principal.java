package decant.base;

import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.zip.CRC32;

/// An identity on the Internet Computer: 0 to 29 bytes that name a canister, a user, a subnet or a node.
///
/// Principals are ordered by their bytes, unsigned, a prefix first. Interface specification, "Principals".
public final class Principal implements Comparable<Principal> {
    public static final int BYTES_MAX = 29;

    /// The management canister, `aaaaa-aa`: the empty principal.
    public static final Principal MANAGEMENT_CANISTER = new Principal(new byte[0]);

    /// The sender of requests that carry no signature, `2vxsx-fae`.
    public static final Principal ANONYMOUS = new Principal(new byte[] {4});

    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
    private static final int GROUP = 5;

    private final byte[] bytes;

    private Principal(byte[] bytes) {
        this.bytes = bytes;
    }

    /// {@return the principal with these bytes, at most 29}
    public static Principal of(byte[] bytes) {
        if (bytes.length > BYTES_MAX) {
            throw new IllegalArgumentException("a principal has at most 29 bytes, found " + bytes.length);
        }
        return new Principal(bytes.clone());
    }

    /// {@return the opaque principal of the canister with this number: eight bytes big-endian, 0x01, 0x01}
    public static Principal ofCanisterNumber(long number) {
        var bytes = new byte[10];
        for (int i = 0; i < 8; i++) {
            bytes[i] = (byte) (number >>> 56 - 8 * i);
        }
        bytes[8] = 1;
        bytes[9] = 1;
        return new Principal(bytes);
    }

    /// {@return the principal that owns the key: SHA-224 of its DER form, then 0x02}
    public static Principal selfAuthenticating(byte[] publicKeyDer) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-224").digest(publicKeyDer);
            var bytes = Arrays.copyOf(digest, BYTES_MAX);
            bytes[BYTES_MAX - 1] = 2;
            return new Principal(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("BUG: the JDK has SHA-224", e);
        }
    }

    /// Reads the textual form, such as `2vxsx-fae`. Accepts only the canonical spelling, in either case.
    public static Principal parse(String text) {
        var decoded = decodeBase32(text);
        if (decoded.length < 4 || decoded.length > 4 + BYTES_MAX) {
            throw malformed(text, "it must hold a checksum and 0 to 29 bytes");
        }
        var principal = new Principal(Arrays.copyOfRange(decoded, 4, decoded.length));
        if (!principal.toString().equals(text.toLowerCase(Locale.ROOT))) {
            throw malformed(text, "the checksum or the grouping is wrong; these bytes are written " + principal);
        }
        return principal;
    }

    private static byte[] decodeBase32(String text) {
        var out = new ByteArrayOutputStream();
        int buffer = 0;
        int bits = 0;
        for (char c : text.toLowerCase(Locale.ROOT).toCharArray()) {
            if (c == '-') {
                continue;
            }
            int digit = ALPHABET.indexOf(c);
            if (digit < 0) {
                throw malformed(text, "'" + c + "' is not a base32 digit");
            }
            buffer = (buffer << 5 | digit) & 0xFFFF;
            bits += 5;
            if (bits >= 8) {
                bits -= 8;
                out.write(buffer >>> bits);
            }
        }
        return out.toByteArray();
    }

    private static IllegalArgumentException malformed(String text, String why) {
        return new IllegalArgumentException("\"" + text + "\" is not a principal: " + why);
    }

    /// {@return the bytes, a copy}
    public byte[] bytes() {
        return bytes.clone();
    }

    /// {@return whether this is the sender of unsigned requests}
    public boolean isAnonymous() {
        return equals(ANONYMOUS);
    }

    /// {@return the bytes in hexadecimal}
    public String hex() {
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public int compareTo(Principal other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Principal that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /// {@return the textual form: groups of five base32 digits of CRC-32 and bytes}
    @Override
    public String toString() {
        var crc = new CRC32();
        crc.update(bytes);
        long checksum = crc.getValue();
        var text = new StringBuilder();
        long buffer = checksum;
        int bits = 32;
        int next = 0;
        while (bits > 0 || next < bytes.length) {
            if (bits < 5 && next < bytes.length) {
                buffer = buffer << 8 | bytes[next++] & 0xFF;
                bits += 8;
            }
            int digit = bits >= 5 ? (int) (buffer >>> bits - 5) & 31 : (int) (buffer << 5 - bits) & 31;
            bits = Math.max(bits - 5, 0);
            if (text.length() % (GROUP + 1) == GROUP) {
                text.append('-');
            }
            text.append(ALPHABET.charAt(digit));
        }
        return text.toString();
    }
}
