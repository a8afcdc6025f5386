package decant.protocol;

import java.math.BigInteger;
import java.util.random.RandomGenerator;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/// A secret key that signs requests, delegations or query responses.
public sealed interface SigningKey {
    PublicKey publicKey();

    /// {@return the signature of `message`, the same each time}
    byte[] sign(byte[] message);

    /// A secret key of Ed25519: 32 bytes.
    final class Ed25519SigningKey implements SigningKey {
        private final byte[] seed;
        private final PublicKey.Ed25519Key publicKey;

        public Ed25519SigningKey(byte[] seed) {
            if (seed.length != Ed25519.SECRET_KEY_SIZE) {
                throw new IllegalArgumentException(
                        "an Ed25519 secret key has " + Ed25519.SECRET_KEY_SIZE + " bytes, found " + seed.length);
            }
            this.seed = seed.clone();
            var key = new byte[Ed25519.PUBLIC_KEY_SIZE];
            Ed25519.generatePublicKey(seed, 0, key, 0);
            publicKey = new PublicKey.Ed25519Key(key);
        }

        /// {@return a fresh key; pass a cryptographically secure source}
        public static Ed25519SigningKey generate(RandomGenerator secureSource) {
            var seed = new byte[Ed25519.SECRET_KEY_SIZE];
            secureSource.nextBytes(seed);
            return new Ed25519SigningKey(seed);
        }

        byte[] seed() {
            return seed;
        }

        @Override
        public PublicKey.Ed25519Key publicKey() {
            return publicKey;
        }

        @Override
        public byte[] sign(byte[] message) {
            var signature = new byte[Ed25519.SIGNATURE_SIZE];
            Ed25519.sign(seed, 0, publicKey.bytes(), 0, message, 0, message.length, signature, 0);
            return signature;
        }
    }

    /// A secret key of ECDSA: a number below the order of the curve.
    final class EcdsaSigningKey implements SigningKey {
        private final EcdsaCurve curve;
        private final BigInteger secret;
        private final PublicKey.EcdsaKey publicKey;

        public EcdsaSigningKey(EcdsaCurve curve, BigInteger secret) {
            if (secret.signum() <= 0 || secret.compareTo(curve.order()) >= 0) {
                throw new IllegalArgumentException("an ECDSA secret key lies between 0 and the order of its curve");
            }
            this.curve = curve;
            this.secret = secret;
            publicKey = new PublicKey.EcdsaKey(curve, curve.publicPoint(secret));
        }

        EcdsaCurve curve() {
            return curve;
        }

        BigInteger secret() {
            return secret;
        }

        @Override
        public PublicKey.EcdsaKey publicKey() {
            return publicKey;
        }

        @Override
        public byte[] sign(byte[] message) {
            return curve.sign(secret, message);
        }
    }
}
