package decant.protocol;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.crypto.digests.SHA512Digest;

/// A [ChainKey] on edwards25519.
final class EdwardsChainKey implements ChainKey {
    private static final byte[] INFO = "Ed25519".getBytes(StandardCharsets.US_ASCII);
    private static final int OFFSET_BYTES = 64;
    private static final int HALF = 32;

    private final BigInteger secret;
    private final EdwardsPoint point;

    EdwardsChainKey(byte[] secret) {
        this.secret = EdwardsPoint.littleEndian(secret).mod(EdwardsPoint.ORDER);
        point = EdwardsPoint.baseTimes(this.secret);
    }

    /// The way from a public key along a path.
    ///
    /// @param offset what is added to the secret key at the start to get the one at the end
    record Derivation(EdwardsPoint point, BigInteger offset, byte[] chainCode) {
        static Derivation along(EdwardsPoint start, List<byte[]> path) {
            var at = new Derivation(start, BigInteger.ZERO, new byte[HALF]);
            for (byte[] index : path) {
                at = at.step(index);
            }
            return at;
        }

        private Derivation step(byte[] index) {
            byte[] material = Hmac.hkdfSha512(chainCode, Hmac.joined(point.encode(), index), INFO, OFFSET_BYTES + HALF);
            var number = new BigInteger(1, Arrays.copyOf(material, OFFSET_BYTES)).mod(EdwardsPoint.ORDER);
            return new Derivation(
                    point.plus(EdwardsPoint.baseTimes(number)),
                    offset.add(number).mod(EdwardsPoint.ORDER),
                    Arrays.copyOfRange(material, OFFSET_BYTES, material.length));
        }
    }

    @Override
    public Derived derive(List<byte[]> path) {
        var end = Derivation.along(point, path);
        return new Derived(end.point().encode(), end.chainCode());
    }

    @Override
    public byte[] sign(List<byte[]> path, byte[] message) {
        var end = Derivation.along(point, path);
        var key = secret.add(end.offset()).mod(EdwardsPoint.ORDER);
        byte[] prefix = Arrays.copyOf(sha512(EdwardsPoint.littleEndian(key), end.chainCode()), HALF);
        var nonce = scalar(sha512(prefix, message));
        byte[] commitment = EdwardsPoint.baseTimes(nonce).encode();
        var challenge = scalar(sha512(commitment, end.point().encode(), message));
        return Hmac.joined(
                commitment,
                EdwardsPoint.littleEndian(nonce.add(challenge.multiply(key)).mod(EdwardsPoint.ORDER)));
    }

    @Override
    public byte[] signForScripts(List<byte[]> path, byte[] message, byte[] merkleRoot) {
        throw new ProtocolException("only keys of BIP 340 can be bound to scripts");
    }

    private static BigInteger scalar(byte[] hash) {
        return EdwardsPoint.littleEndian(hash).mod(EdwardsPoint.ORDER);
    }

    private static byte[] sha512(byte[]... parts) {
        var digest = new SHA512Digest();
        for (byte[] part : parts) {
            digest.update(part, 0, part.length);
        }
        var hash = new byte[digest.getDigestSize()];
        digest.doFinal(hash, 0);
        return hash;
    }
}
