package decant.protocol;

import java.math.BigInteger;
import org.bouncycastle.crypto.bls.BLS12_381BasicScheme;
import org.bouncycastle.crypto.bls.BLS12_381G1;
import org.bouncycastle.crypto.bls.BLS12_381G2;
import org.bouncycastle.crypto.bls.BLS12_381G2Point;
import org.bouncycastle.crypto.bls.BLS12_381Pairing;
import org.bouncycastle.crypto.bls.BLS12_381Serialization;
import org.bouncycastle.crypto.bls.BLS12_381SubgroupCheck;
import org.bouncycastle.crypto.bls.Fp12Element;
import org.bouncycastle.crypto.hash2curve.HashToCurveProfile;
import org.bouncycastle.crypto.hash2curve.HashToEllipticCurve;
import org.bouncycastle.math.ec.ECPoint;

/// BLS signatures in pure Java: some ten times slower than the native library, and at home everywhere.
final class BouncyCastleBlsScheme implements BlsScheme {
    @Override
    public byte[] secretFromSeed(byte[] seed) {
        byte[] number = BLS12_381BasicScheme.keyGen(seed, new byte[0]).toByteArray();
        var secret = new byte[SECRET_BYTES];
        int length = Math.min(number.length, SECRET_BYTES);
        System.arraycopy(number, number.length - length, secret, SECRET_BYTES - length, length);
        return secret;
    }

    @Override
    public byte[] publicKey(byte[] secret) {
        var point = BLS12_381G2.getGenerator().constantTimeMultiply(new BigInteger(1, secret));
        return BLS12_381Serialization.compressG2(point);
    }

    @Override
    public byte[] sign(byte[] secret, byte[] message, String cipherSuite) {
        var point = BLS12_381G1.constantTimeMultiply(hashToG1(message, cipherSuite), new BigInteger(1, secret));
        return BLS12_381Serialization.compressG1(point);
    }

    @Override
    public byte[] multiply(byte[] point, byte[] scalar) {
        return BLS12_381Serialization.compressG1(
                BLS12_381G1.constantTimeMultiply(pointOf(point), new BigInteger(1, scalar)));
    }

    @Override
    public byte[] add(byte[] point, byte[] other) {
        return BLS12_381Serialization.compressG1(
                pointOf(point).add(pointOf(other)).normalize());
    }

    private static ECPoint pointOf(byte[] bytes) {
        ECPoint point;
        try {
            if (bytes.length != SIGNATURE_BYTES) {
                throw BlsScheme.notAPoint();
            }
            point = BLS12_381Serialization.decompressG1(bytes, BLS12_381G1.createCurve());
        } catch (IllegalArgumentException e) {
            throw BlsScheme.notAPoint();
        }
        if (point.isInfinity() || !BLS12_381SubgroupCheck.isInG1Subgroup(point)) {
            throw BlsScheme.notAPoint();
        }
        return point;
    }

    @Override
    public boolean verify(byte[] publicKey, byte[] message, byte[] signature) {
        if (publicKey.length != PUBLIC_KEY_BYTES || signature.length != SIGNATURE_BYTES) {
            return false;
        }
        ECPoint point;
        BLS12_381G2Point key;
        try {
            point = BLS12_381Serialization.decompressG1(signature, BLS12_381G1.createCurve());
            key = BLS12_381Serialization.decompressG2(publicKey);
        } catch (IllegalArgumentException e) {
            return false;
        }
        if (point.isInfinity() || key.isInfinity()) {
            return false;
        }
        if (!BLS12_381SubgroupCheck.isInG1Subgroup(point) || !BLS12_381SubgroupCheck.isInG2Subgroup(key)) {
            return false;
        }
        // e(signature, generator) = e(H(message), key), asked as: does their quotient vanish?
        var product = BLS12_381Pairing.multiPair(
                new ECPoint[] {point, hashToG1(message, CIPHER_SUITE)},
                new BLS12_381G2Point[] {BLS12_381G2.getGenerator().negate(), key});
        return product.equals(Fp12Element.ONE);
    }

    private static ECPoint hashToG1(byte[] message, String cipherSuite) {
        return HashToEllipticCurve.getInstance(HashToCurveProfile.BLS12_381_G1_XMD_SHA_256_SSWU_RO, cipherSuite)
                .hashToCurve(message);
    }
}
