package decant.protocol;

/// One implementation of BLS signatures on BLS12-381 with signatures in G1 and public keys in G2, points
/// compressed.
///
/// Implementations agree in every byte: the signature of a message under a key is unique.
sealed interface BlsScheme permits BlstScheme, BouncyCastleBlsScheme {
    String CIPHER_SUITE = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";

    int SECRET_BYTES = 32;
    int SIGNATURE_BYTES = 48;
    int PUBLIC_KEY_BYTES = 96;

    /// {@return the secret key, big-endian, that KeyGen of the IETF draft makes of `seed`}
    byte[] secretFromSeed(byte[] seed);

    byte[] publicKey(byte[] secret);

    byte[] sign(byte[] secret, byte[] message);

    /// {@return whether key and signature are points of the right subgroups and the signature is that of the
    /// message}
    boolean verify(byte[] publicKey, byte[] message, byte[] signature);

    /// {@return the native implementation where its library loads, otherwise the portable one}
    static BlsScheme fastest() {
        return Chosen.SCHEME;
    }

    /// Chooses once, when the first key is used.
    final class Chosen {
        private static final BlsScheme SCHEME = choose();

        private Chosen() {}

        private static BlsScheme choose() {
            try {
                var blst = new BlstScheme();
                blst.secretFromSeed(new byte[SECRET_BYTES]);
                BlstLibrary.unlinkLoadedFile();
                return blst;
            } catch (LinkageError | RuntimeException e) {
                System.getLogger(BlsScheme.class.getName())
                        .log(
                                System.Logger.Level.INFO,
                                "no native BLS library for this platform, using the portable one",
                                e);
                return new BouncyCastleBlsScheme();
            }
        }
    }
}
