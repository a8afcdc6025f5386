package decant.replica;

import decant.base.Hash;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/// Randomness that is the same in every run of a test.
final class SeededEntropy implements Entropy {
    private final AtomicLong next;

    SeededEntropy(long seed) {
        next = new AtomicLong(seed << 32);
    }

    @Override
    public byte[] bytes(int count) {
        var hash = Hash.sha256(
                ByteBuffer.allocate(Long.BYTES).putLong(next.getAndIncrement()).array());
        return Arrays.copyOf(hash.bytes(), count);
    }
}
