package decant.base;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/// A SHA-256 digest: 32 bytes that name some content.
public final class Hash implements Comparable<Hash> {
    public static final int BYTES = 32;

    private final byte[] bytes;

    private Hash(byte[] bytes) {
        this.bytes = bytes;
    }

    /// {@return the hash whose digest is `digest`, which must be 32 bytes long}
    public static Hash of(byte[] digest) {
        if (digest.length != BYTES) {
            throw new IllegalArgumentException("a SHA-256 digest has 32 bytes, found " + digest.length);
        }
        return new Hash(digest.clone());
    }

    /// {@return the SHA-256 of the concatenation of `parts`}
    public static Hash sha256(byte[]... parts) {
        var digest = newSha256();
        for (byte[] part : parts) {
            digest.update(part);
        }
        return new Hash(digest.digest());
    }

    /// {@return a fresh SHA-256 computation}
    public static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("BUG: every Java platform has SHA-256", e);
        }
    }

    /// {@return the 32 bytes of this digest, a copy}
    public byte[] bytes() {
        return bytes.clone();
    }

    /// {@return 64 lower-case hexadecimal digits}
    public String hex() {
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public int compareTo(Hash other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Hash that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return hex();
    }
}
