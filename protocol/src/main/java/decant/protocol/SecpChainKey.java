package decant.protocol;

import decant.base.Hash;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.math.ec.ECPoint;

/// A [ChainKey] on secp256k1, for ECDSA or for the Schnorr signatures of BIP 340.
final class SecpChainKey implements ChainKey {
    private static final byte[] FIRST_CHAIN_CODE = new byte[Hash.BYTES];
    private static final BigInteger ORDER = EcdsaCurve.SECP256K1.order();

    private final boolean isSchnorr;
    private final BigInteger secret;
    private final ECPoint point;

    private SecpChainKey(boolean isSchnorr, BigInteger secret) {
        this.isSchnorr = isSchnorr;
        this.secret = secret;
        point = generatorTimes(secret);
    }

    static SecpChainKey ecdsa(byte[] secret) {
        return new SecpChainKey(false, new BigInteger(1, secret).mod(ORDER));
    }

    static SecpChainKey bip340(byte[] secret) {
        return new SecpChainKey(true, new BigInteger(1, secret).mod(ORDER));
    }

    private static ECPoint generatorTimes(BigInteger scalar) {
        return EcdsaCurve.SECP256K1.domain().getG().multiply(scalar).normalize();
    }

    @Override
    public Derived derive(List<byte[]> path) {
        var end = SecpDerivation.along(point, FIRST_CHAIN_CODE, path);
        return new Derived(end.point().getEncoded(true), end.chainCode());
    }

    private BigInteger secretAt(List<byte[]> path) {
        return SecpDerivation.along(point, FIRST_CHAIN_CODE, path)
                .offset()
                .add(secret)
                .mod(ORDER);
    }

    @Override
    public byte[] sign(List<byte[]> path, byte[] message) {
        return isSchnorr ? schnorr(secretAt(path), message) : EcdsaCurve.SECP256K1.signHash(secretAt(path), message);
    }

    @Override
    public byte[] signForScripts(List<byte[]> path, byte[] message, byte[] merkleRoot) {
        if (!isSchnorr) {
            throw new ProtocolException("only keys of BIP 340 can be bound to scripts");
        }
        if (merkleRoot.length != 0 && merkleRoot.length != Hash.BYTES) {
            throw new ProtocolException(
                    "the root of a tree of scripts has no bytes or " + Hash.BYTES + ", found " + merkleRoot.length);
        }
        var internal = withEvenY(secretAt(path));
        var tweak = new BigInteger(1, tagged("TapTweak", x(generatorTimes(internal)), merkleRoot));
        return schnorr(internal.add(tweak).mod(ORDER), message);
    }

    /// {@return the signature of BIP 340, with zeros in the place of its randomness}
    static byte[] schnorr(BigInteger secretKey, byte[] message) {
        var even = withEvenY(secretKey);
        byte[] key = x(generatorTimes(even));
        byte[] masked = bytes(even);
        byte[] mask = tagged("BIP0340/aux", new byte[Hash.BYTES]);
        for (int i = 0; i < masked.length; i++) {
            masked[i] ^= mask[i];
        }
        var nonce = withEvenY(new BigInteger(1, tagged("BIP0340/nonce", masked, key, message)).mod(ORDER));
        byte[] commitment = x(generatorTimes(nonce));
        var challenge = new BigInteger(1, tagged("BIP0340/challenge", commitment, key, message));
        return Hmac.joined(commitment, bytes(nonce.add(challenge.multiply(even)).mod(ORDER)));
    }

    private static BigInteger withEvenY(BigInteger scalar) {
        boolean isOdd = generatorTimes(scalar).getAffineYCoord().testBitZero();
        return isOdd ? ORDER.subtract(scalar) : scalar;
    }

    private static byte[] x(ECPoint point) {
        return point.getAffineXCoord().getEncoded();
    }

    private static byte[] tagged(String tag, byte[]... parts) {
        byte[] prefix = Hash.sha256(tag.getBytes(StandardCharsets.UTF_8)).bytes();
        return Hash.sha256(Hmac.joined(prefix, prefix), Hmac.joined(parts)).bytes();
    }

    private static byte[] bytes(BigInteger scalar) {
        byte[] number = scalar.toByteArray();
        int surplus = Math.max(0, number.length - Hash.BYTES);
        var bytes = new byte[Hash.BYTES];
        System.arraycopy(
                Arrays.copyOfRange(number, surplus, number.length),
                0,
                bytes,
                Hash.BYTES - (number.length - surplus),
                number.length - surplus);
        return bytes;
    }
}
