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

    default byte[] sign(byte[] secret, byte[] message) {
        return sign(secret, message, CIPHER_SUITE);
    }

    byte[] sign(byte[] secret, byte[] message, String cipherSuite);

    /// {@return the point of G1 so many times: the scalar is big-endian}
    ///
    /// @throws ProtocolException if the bytes are no point of the group
    byte[] multiply(byte[] point, byte[] scalar);

    /// {@return the sum of two points of G1}
    ///
    /// @throws ProtocolException if the bytes of one are no point of the group
    byte[] add(byte[] point, byte[] other);

    static ProtocolException notAPoint() {
        return new ProtocolException(
                "the bytes are no point of the group G1 of BLS12-381, compressed to " + SIGNATURE_BYTES + " bytes");
    }

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
