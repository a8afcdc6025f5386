package decant.canister.state;

import decant.base.Hash;
import java.nio.ByteBuffer;

/// A source of random bytes that every replay draws again: SHA-256 of the round's seed and a counter.
public record Randomness(Hash seed, long drawn) {
    /// Thirty-two bytes and the source to draw the next ones from.
    public record Draw(byte[] bytes, Randomness next) {}

    /// {@return a fresh source for a round whose batch brought `entropy`; it depends on all that came before}
    public Randomness mixed(byte[] entropy) {
        return new Randomness(Hash.sha256(seed.bytes(), counter(), entropy), 0);
    }

    public Draw draw() {
        return new Draw(Hash.sha256(seed.bytes(), counter()).bytes(), new Randomness(seed, drawn + 1));
    }

    private byte[] counter() {
        return ByteBuffer.allocate(Long.BYTES).putLong(drawn).array();
    }
}
