package decant.replica;

import java.security.SecureRandom;

/// Where a node gets its randomness: for its keys, once, and 32 bytes for each batch.
@FunctionalInterface
public interface Entropy {
    /// {@return this many unpredictable bytes}
    byte[] bytes(int count);

    /// {@return the operating system's randomness}
    static Entropy system() {
        var random = new SecureRandom();
        return count -> {
            var bytes = new byte[count];
            random.nextBytes(bytes);
            return bytes;
        };
    }
}
