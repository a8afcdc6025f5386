package decant.protocol;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/// The DER form of public keys whose length is not fixed (X.509 SubjectPublicKeyInfo): an algorithm and a
/// payload.
/// ```text
/// SEQUENCE { SEQUENCE { OID }, BIT STRING payload }
/// ```
enum SubjectPublicKey {
    /// OID 1.3.6.1.4.1.56387.1.1; the payload is a COSE key.
    WEB_AUTHN("300c060a2b0601040183b8430101"),

    /// OID 1.3.6.1.4.1.56387.1.2; the payload is the length and bytes of a canister id, then a seed.
    CANISTER_SIGNATURE("300c060a2b0601040183b8430102");

    private static final int SEQUENCE = 0x30;
    private static final int BIT_STRING = 0x03;

    @SuppressWarnings("ImmutableEnumChecker") // Nobody writes to it.
    private final byte[] algorithm;

    SubjectPublicKey(String algorithm) {
        this.algorithm = HexFormat.of().parseHex(algorithm);
    }

    byte[] encode(byte[] payload) {
        var bits = new ByteArrayOutputStream();
        bits.writeBytes(algorithm);
        bits.write(BIT_STRING);
        writeLength(bits, payload.length + 1);
        bits.write(0);
        bits.writeBytes(payload);
        var whole = new ByteArrayOutputStream();
        whole.write(SEQUENCE);
        writeLength(whole, bits.size());
        whole.writeBytes(bits.toByteArray());
        return whole.toByteArray();
    }

    /// {@return the payload of `der` if it is a key of this algorithm in its one DER form}
    Optional<byte[]> payloadOf(byte[] der) {
        int headMax = 5;
        for (int start = 2; start <= headMax && start + algorithm.length <= der.length; start++) {
            if (Arrays.equals(der, start, start + algorithm.length, algorithm, 0, algorithm.length)) {
                return payloadAfter(der, start + algorithm.length);
            }
        }
        return Optional.empty();
    }

    private Optional<byte[]> payloadAfter(byte[] der, int position) {
        for (int start = position + 3; start <= Math.min(position + 6, der.length); start++) {
            byte[] payload = Arrays.copyOfRange(der, start, der.length);
            // DER has one spelling for each value, so a right guess of where the payload starts encodes to the same
            // bytes.
            if (Arrays.equals(encode(payload), der)) {
                return Optional.of(payload);
            }
        }
        return Optional.empty();
    }

    private static void writeLength(ByteArrayOutputStream out, int length) {
        if (length < 0x80) {
            out.write(length);
        } else if (length <= 0xFF) {
            out.write(0x81);
            out.write(length);
        } else if (length <= 0xFFFF) {
            out.write(0x82);
            out.write(length >>> 8);
            out.write(length);
        } else {
            throw new ProtocolException("a public key has at most 65,535 bytes, found " + length);
        }
    }
}
