package decant.protocol;

import decant.base.Hash;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECNamedDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;

/// A curve for ECDSA with SHA-256. Signatures are r and s, 32 bytes each; points are uncompressed, 65 bytes.
public enum EcdsaCurve {
    P256("secp256r1", "3059301306072a8648ce3d020106082a8648ce3d030107034200"),
    SECP256K1("secp256k1", "3056301006072a8648ce3d020106052b8104000a034200");

    static final int POINT_BYTES = 65;
    private static final int SCALAR_BYTES = 32;

    @SuppressWarnings("ImmutableEnumChecker")
    private final byte[] derPrefix;

    @SuppressWarnings("ImmutableEnumChecker")
    private final ECNamedDomainParameters domain;

    EcdsaCurve(String curveName, String derPrefix) {
        this.derPrefix = HexFormat.of().parseHex(derPrefix);
        X9ECParameters parameters = CustomNamedCurves.getByName(curveName);
        domain = new ECNamedDomainParameters(CustomNamedCurves.getOID(curveName), parameters);
    }

    /// {@return what stands before the point in the DER form of a key on this curve}
    byte[] derPrefix() {
        return derPrefix;
    }

    /// {@return the curve with its generator and its object identifier}
    ECNamedDomainParameters domain() {
        return domain;
    }

    BigInteger order() {
        return domain.getN();
    }

    byte[] publicPoint(BigInteger secret) {
        return new FixedPointCombMultiplier()
                .multiply(domain.getG(), secret)
                .normalize()
                .getEncoded(false);
    }

    byte[] sign(BigInteger secret, byte[] message) {
        return signHash(secret, sha256(message));
    }

    /// {@return the signature of what has this hash}
    byte[] signHash(BigInteger secret, byte[] hash) {
        var signer = new ECDSASigner(new HMacDSAKCalculator(new SHA256Digest()));
        signer.init(true, new ECPrivateKeyParameters(secret, domain));
        BigInteger[] rs = signer.generateSignature(hash);
        var signature = new byte[2 * SCALAR_BYTES];
        // Of s and its negation, both valid, the smaller one is sent: some verifiers insist on it.
        write(rs[0], signature, 0);
        write(rs[1].min(order().subtract(rs[1])), signature, SCALAR_BYTES);
        return signature;
    }

    /// {@return whether the 64 bytes are the signature of `message` under the key whose point is given}
    boolean verify(byte[] point, byte[] message, byte[] signature) {
        if (signature.length != 2 * SCALAR_BYTES) {
            return false;
        }
        var r = new BigInteger(1, Arrays.copyOf(signature, SCALAR_BYTES));
        var s = new BigInteger(1, Arrays.copyOfRange(signature, SCALAR_BYTES, signature.length));
        return verify(point, message, r, s);
    }

    boolean verify(byte[] point, byte[] message, BigInteger r, BigInteger s) {
        if (point.length != POINT_BYTES || point[0] != 4) {
            return false;
        }
        try {
            var verifier = new ECDSASigner();
            verifier.init(false, new ECPublicKeyParameters(domain.getCurve().decodePoint(point), domain));
            return verifier.verifySignature(sha256(message), r, s);
        } catch (IllegalArgumentException e) {
            return false; // The bytes are no point of the curve.
        }
    }

    private static byte[] sha256(byte[] message) {
        return Hash.sha256(message).bytes();
    }

    private static void write(BigInteger scalar, byte[] target, int offset) {
        byte[] number = scalar.toByteArray();
        int length = Math.min(number.length, SCALAR_BYTES);
        System.arraycopy(number, number.length - length, target, offset + SCALAR_BYTES - length, length);
    }
}
