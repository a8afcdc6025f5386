package decant.protocol;

import decant.base.Principal;
import java.util.Arrays;
import java.util.HexFormat;

/// The public key of a subnet: 96 bytes, a compressed point of the curve BLS12-381's second group.
public record BlsPublicKey(byte[] bytes) {
    private static final byte[] DER_PREFIX =
            HexFormat.of().parseHex("308182301d060d2b0601040182dc7c0503010201060c2b0601040182dc7c05030201036100");

    public BlsPublicKey {
        if (bytes.length != BlsScheme.PUBLIC_KEY_BYTES) {
            throw new ProtocolException(
                    "a BLS public key has " + BlsScheme.PUBLIC_KEY_BYTES + " bytes, found " + bytes.length);
        }
    }

    /// Reads the DER form, always 133 bytes.
    public static BlsPublicKey fromDer(byte[] der) {
        int length = DER_PREFIX.length + BlsScheme.PUBLIC_KEY_BYTES;
        if (der.length != length || !Arrays.equals(der, 0, DER_PREFIX.length, DER_PREFIX, 0, DER_PREFIX.length)) {
            throw new ProtocolException("a DER-encoded BLS public key has " + length + " bytes and starts with "
                    + HexFormat.of().formatHex(DER_PREFIX) + ", found " + der.length + " bytes");
        }
        return new BlsPublicKey(Arrays.copyOfRange(der, DER_PREFIX.length, der.length));
    }

    public byte[] der() {
        byte[] der = Arrays.copyOf(DER_PREFIX, DER_PREFIX.length + bytes.length);
        System.arraycopy(bytes, 0, der, DER_PREFIX.length, bytes.length);
        return der;
    }

    /// {@return the id of the subnet that has this key}
    public Principal subnetId() {
        return Principal.selfAuthenticating(der());
    }

    public boolean verify(byte[] message, byte[] signature) {
        return BlsScheme.fastest().verify(bytes, message, signature);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BlsPublicKey that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /// {@return the DER form in hexadecimal, as clients are configured with it}
    @Override
    public String toString() {
        return HexFormat.of().formatHex(der());
    }
}
