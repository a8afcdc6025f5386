package decant.protocol;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.math.ec.ECPoint;

/// The way from a public key on secp256k1 along a path: BIP 32 without hardened steps, each index any bytes.
///
/// @param point the public key at the end
/// @param offset what is added to the secret key at the start to get the one at the end
/// @param chainCode what the next step would be taken with
record SecpDerivation(ECPoint point, BigInteger offset, byte[] chainCode) {
    private static final int HALF = 32;

    static SecpDerivation along(ECPoint start, byte[] chainCode, List<byte[]> path) {
        var at = new SecpDerivation(start, BigInteger.ZERO, chainCode);
        for (byte[] index : path) {
            at = at.step(index, at.point.getEncoded(true));
        }
        return at;
    }

    private SecpDerivation step(byte[] index, byte[] input) {
        byte[] mac = Hmac.sha512(chainCode, input, index);
        var number = new BigInteger(1, Arrays.copyOf(mac, HALF));
        byte[] next = Arrays.copyOfRange(mac, HALF, mac.length);
        var domain = EcdsaCurve.SECP256K1.domain();
        var moved = point.add(domain.getG().multiply(number.mod(domain.getN()))).normalize();
        boolean isUsable = number.compareTo(domain.getN()) < 0 && !moved.isInfinity();
        return isUsable
                ? new SecpDerivation(moved, offset.add(number).mod(domain.getN()), next)
                : step(index, Hmac.joined(new byte[] {1}, next));
    }
}
