package decant.protocol;

/// The secret key of a subnet, with which its certificates are signed.
public final class BlsSecretKey {
    public static final int SEED_BYTES_MIN = 32;

    private final byte[] secret;
    private final BlsPublicKey publicKey;

    private BlsSecretKey(byte[] secret) {
        this.secret = secret;
        publicKey = new BlsPublicKey(BlsScheme.fastest().publicKey(secret));
    }

    /// {@return the key that belongs to `seed`, the same on every machine}
    public static BlsSecretKey fromSeed(byte[] seed) {
        if (seed.length < SEED_BYTES_MIN) {
            throw new IllegalArgumentException(
                    "a seed of a BLS key has at least " + SEED_BYTES_MIN + " bytes, found " + seed.length);
        }
        return new BlsSecretKey(BlsScheme.fastest().secretFromSeed(seed));
    }

    public BlsPublicKey publicKey() {
        return publicKey;
    }

    /// {@return the signature of `message`: 48 bytes, always the same}
    public byte[] sign(byte[] message) {
        return BlsScheme.fastest().sign(secret, message);
    }
}
