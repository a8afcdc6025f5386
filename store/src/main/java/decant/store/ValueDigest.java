package decant.store;

import decant.base.Hash;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/// A SHA-256 computation over numbers (64 bits, little-endian), texts (length, then UTF-8) and hashes.
final class ValueDigest {
    private final MessageDigest digest = Hash.newSha256();
    private final byte[] number = new byte[Long.BYTES];

    ValueDigest add(long value) {
        MemorySegment.ofArray(number).set(OverlayFormat.LONG, 0, value);
        digest.update(number);
        return this;
    }

    ValueDigest add(String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        add(bytes.length);
        digest.update(bytes);
        return this;
    }

    ValueDigest add(Hash hash) {
        digest.update(hash.bytes());
        return this;
    }

    /// {@return the hash of what was added since the last call}
    Hash finish() {
        return Hash.of(digest.digest());
    }
}
