package decant.store;

import decant.base.Hash;
import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;

/// A SHA-256 computation over pairs of an index (u64, little-endian) and a hash.
final class IndexedDigest {
    private final MessageDigest digest = Hash.newSha256();
    private final byte[] index = new byte[Long.BYTES];

    void add(long at, Hash hash) {
        MemorySegment.ofArray(index).set(OverlayFormat.LONG, 0, at);
        digest.update(index);
        digest.update(hash.bytes());
    }

    /// {@return the hash of what was added since the last call}
    Hash finish() {
        return Hash.of(digest.digest());
    }
}
