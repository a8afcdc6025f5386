package decant.protocol;

import java.math.BigInteger;

/// A point of the curve edwards25519, in extended coordinates: x = X/Z, y = Y/Z, T = XY/Z (RFC 8032, section 5.1.4).
///
/// Plain arithmetic on big numbers: derived keys are no keys of RFC 8032, so libraries for those cannot sign with them.
record EdwardsPoint(BigInteger x, BigInteger y, BigInteger z, BigInteger t) {
    /// The order of the group that the base point generates.
    static final BigInteger ORDER =
            BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));

    private static final int BYTES = 32;
    private static final BigInteger PRIME = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));
    private static final BigInteger D = BigInteger.valueOf(-121665)
            .multiply(BigInteger.valueOf(121666).modInverse(PRIME))
            .mod(PRIME);
    private static final BigInteger ROOT_OF_MINUS_ONE =
            BigInteger.TWO.modPow(PRIME.subtract(BigInteger.ONE).shiftRight(2), PRIME);
    private static final EdwardsPoint NEUTRAL = affine(BigInteger.ZERO, BigInteger.ONE);
    private static final EdwardsPoint BASE = withY(
            BigInteger.valueOf(4)
                    .multiply(BigInteger.valueOf(5).modInverse(PRIME))
                    .mod(PRIME),
            false);

    private static EdwardsPoint affine(BigInteger x, BigInteger y) {
        return new EdwardsPoint(x, y, BigInteger.ONE, x.multiply(y).mod(PRIME));
    }

    private static EdwardsPoint withY(BigInteger y, boolean odd) {
        var square = y.multiply(y).mod(PRIME);
        var ratio = square.subtract(BigInteger.ONE)
                .multiply(D.multiply(square).add(BigInteger.ONE).modInverse(PRIME))
                .mod(PRIME);
        var x = ratio.modPow(PRIME.add(BigInteger.valueOf(3)).shiftRight(3), PRIME);
        if (!x.multiply(x).mod(PRIME).equals(ratio)) {
            x = x.multiply(ROOT_OF_MINUS_ONE).mod(PRIME);
        }
        if (!x.multiply(x).mod(PRIME).equals(ratio)) {
            throw new ProtocolException("the bytes are no point of edwards25519");
        }
        return affine(x.testBit(0) == odd ? x : PRIME.subtract(x), y);
    }

    static EdwardsPoint decode(byte[] bytes) {
        var number = littleEndian(bytes);
        return withY(number.clearBit(255), number.testBit(255));
    }

    byte[] encode() {
        var inverse = z.modInverse(PRIME);
        var affineX = x.multiply(inverse).mod(PRIME);
        var affineY = y.multiply(inverse).mod(PRIME);
        return littleEndian(affineX.testBit(0) ? affineY.setBit(255) : affineY);
    }

    static EdwardsPoint baseTimes(BigInteger scalar) {
        var sum = NEUTRAL;
        for (int bit = scalar.bitLength() - 1; bit >= 0; bit--) {
            sum = sum.plus(sum);
            if (scalar.testBit(bit)) {
                sum = sum.plus(BASE);
            }
        }
        return sum;
    }

    EdwardsPoint plus(EdwardsPoint other) {
        var a = y.subtract(x).multiply(other.y.subtract(other.x)).mod(PRIME);
        var b = y.add(x).multiply(other.y.add(other.x)).mod(PRIME);
        var c = t.multiply(BigInteger.TWO).multiply(D).multiply(other.t).mod(PRIME);
        var d = z.multiply(BigInteger.TWO).multiply(other.z).mod(PRIME);
        var e = b.subtract(a);
        var f = d.subtract(c);
        var g = d.add(c);
        var h = b.add(a);
        return new EdwardsPoint(
                e.multiply(f).mod(PRIME),
                g.multiply(h).mod(PRIME),
                f.multiply(g).mod(PRIME),
                e.multiply(h).mod(PRIME));
    }

    static BigInteger littleEndian(byte[] bytes) {
        var reversed = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            reversed[i] = bytes[bytes.length - 1 - i];
        }
        return new BigInteger(1, reversed);
    }

    static byte[] littleEndian(BigInteger number) {
        byte[] big = number.toByteArray();
        var bytes = new byte[BYTES];
        for (int i = 0; i < Math.min(BYTES, big.length); i++) {
            bytes[i] = big[big.length - 1 - i];
        }
        return bytes;
    }
}
