package decant.protocol;

import supranational.blst.BLST_ERROR;
import supranational.blst.P1;
import supranational.blst.P1_Affine;
import supranational.blst.P2;
import supranational.blst.P2_Affine;
import supranational.blst.Scalar;
import supranational.blst.SecretKey;

/// BLS signatures by the native library blst. Constructing it does not load the library; the first use does.
final class BlstScheme implements BlsScheme {
    @Override
    public byte[] secretFromSeed(byte[] seed) {
        var key = new SecretKey();
        key.keygen(seed);
        return key.to_bendian();
    }

    @Override
    public byte[] publicKey(byte[] secret) {
        return new P2(keyOf(secret)).compress();
    }

    @Override
    public byte[] sign(byte[] secret, byte[] message, String cipherSuite) {
        return new P1().hash_to(message, cipherSuite).sign_with(keyOf(secret)).compress();
    }

    @Override
    public byte[] multiply(byte[] point, byte[] scalar) {
        return pointOf(point).sign_with(new Scalar().from_bendian(scalar)).compress();
    }

    @Override
    public byte[] add(byte[] point, byte[] other) {
        return pointOf(point).add(pointOf(other)).compress();
    }

    private static P1 pointOf(byte[] bytes) {
        P1 point;
        try {
            if (bytes.length != SIGNATURE_BYTES) {
                throw BlsScheme.notAPoint();
            }
            point = new P1(bytes);
        } catch (RuntimeException e) {
            throw BlsScheme.notAPoint();
        }
        if (point.is_inf() || !point.in_group()) {
            throw BlsScheme.notAPoint();
        }
        return point;
    }

    @Override
    public boolean verify(byte[] publicKey, byte[] message, byte[] signature) {
        if (publicKey.length != PUBLIC_KEY_BYTES || signature.length != SIGNATURE_BYTES) {
            return false;
        }
        P1_Affine point;
        P2_Affine key;
        try {
            point = new P1_Affine(signature);
            key = new P2_Affine(publicKey);
        } catch (RuntimeException e) {
            return false; // The binding's way to say that the bytes are no point of the curve.
        }
        return point.core_verify(key, true, message, CIPHER_SUITE) == BLST_ERROR.BLST_SUCCESS;
    }

    private static SecretKey keyOf(byte[] secret) {
        var key = new SecretKey();
        key.from_bendian(secret);
        return key;
    }
}
