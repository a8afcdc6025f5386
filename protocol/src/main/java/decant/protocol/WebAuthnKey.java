package decant.protocol;

import decant.base.Hash;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.RSAPublicKeySpec;
import java.util.Base64;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/// A key of a WebAuthn authenticator, held as a COSE key (RFC 9053): ES256, RS256 or EdDSA.
///
/// What it signs is not the message but what the browser made of it: authenticator data and the hash of "client
/// data", a JSON text that holds the message as its challenge.
record WebAuthnKey(byte[] cose) implements PublicKey {
    private static final int RSA_MODULUS_BITS_MAX = 4096;
    private static final int RSA_EXPONENT_BITS_MAX = 64;

    @Override
    public byte[] der() {
        return SubjectPublicKey.WEB_AUTHN.encode(cose);
    }

    boolean verify(byte[] message, byte[] signature) {
        var fields = Fields.of(
                "a WebAuthn signature",
                Cbor.decode(signature, Cbor.Limits.REQUEST).withoutSelfDescription());
        byte[] clientData = fields.text("client_data_json").getBytes(StandardCharsets.UTF_8);
        checkClientData(clientData, message);
        var signed = new ByteArrayOutputStream();
        signed.writeBytes(fields.bytes("authenticator_data"));
        signed.writeBytes(Hash.sha256(clientData).bytes());
        return verifyPlain(signed.toByteArray(), fields.bytes("signature"));
    }

    /// Checks type and challenge by the limited verification algorithm of WebAuthn level 2, section 5.8.1.2:
    /// browsers write these two first and in this form, so no JSON needs to be parsed.
    private static void checkClientData(byte[] clientData, byte[] message) {
        String challenge = Base64.getUrlEncoder().withoutPadding().encodeToString(message);
        String expected = "{\"type\":\"webauthn.get\",\"challenge\":\"" + challenge + "\",\"origin\":";
        if (!new String(clientData, StandardCharsets.UTF_8).startsWith(expected)) {
            throw new ProtocolException("the client data of a WebAuthn signature must start with " + expected);
        }
    }

    private boolean verifyPlain(byte[] signed, byte[] signature) {
        var key = Fields.of("a COSE key", Cbor.decode(cose, Cbor.Limits.REQUEST));
        long algorithm = CoseParameter.ALGORITHM.number(key);
        return switch ((int) algorithm) {
            case -7 -> verifyEs256(key, signed, signature);
            case -8 -> verifyEdDsa(key, signed, signature);
            case -257 -> verifyRs256(key, signed, signature);
            default ->
                throw new ProtocolException("unsupported signature scheme: COSE algorithm " + algorithm
                        + " is none of ES256 (-7), EdDSA (-8) and RS256 (-257)");
        };
    }

    private static boolean verifyEs256(Fields key, byte[] signed, byte[] signature) {
        byte[] x = CoseParameter.X.bytes(key);
        byte[] y = CoseParameter.Y.bytes(key);
        if (x.length != 32 || y.length != 32) {
            throw new ProtocolException(
                    "the coordinates of a P-256 key have 32 bytes each, found " + x.length + " and " + y.length);
        }
        var point = new byte[EcdsaCurve.POINT_BYTES];
        point[0] = 4;
        System.arraycopy(x, 0, point, 1, 32);
        System.arraycopy(y, 0, point, 33, 32);
        try {
            BigInteger[] rs = StandardDSAEncoding.INSTANCE.decode(EcdsaCurve.P256.order(), signature);
            return EcdsaCurve.P256.verify(point, signed, rs[0], rs[1]);
        } catch (IOException | IllegalArgumentException e) {
            return false; // The signature is not the DER form of two numbers.
        }
    }

    private static boolean verifyEdDsa(Fields key, byte[] signed, byte[] signature) {
        byte[] bytes = CoseParameter.X.bytes(key);
        return bytes.length == Ed25519.PUBLIC_KEY_SIZE && new Ed25519Key(bytes).verify(signed, signature);
    }

    private static boolean verifyRs256(Fields key, byte[] signed, byte[] signature) {
        var modulus = new BigInteger(1, CoseParameter.CURVE_OR_MODULUS.bytes(key));
        var exponent = new BigInteger(1, CoseParameter.X.bytes(key));
        if (modulus.bitLength() > RSA_MODULUS_BITS_MAX || exponent.bitLength() > RSA_EXPONENT_BITS_MAX) {
            throw new ProtocolException("an RSA key has a modulus of at most " + RSA_MODULUS_BITS_MAX
                    + " bits and an exponent of at most " + RSA_EXPONENT_BITS_MAX);
        }
        try {
            var verifier = Signature.getInstance("SHA256withRSA");
            verifier.initVerify(KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(modulus, exponent)));
            verifier.update(signed);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false; // The numbers are no RSA key, or the signature has not its length.
        }
    }

    /// The parameters of a COSE key. Their meaning depends on the kind of key.
    private enum CoseParameter {
        ALGORITHM(3),
        CURVE_OR_MODULUS(-1),
        X(-2),
        Y(-3);

        private final int label;

        CoseParameter(int label) {
            this.label = label;
        }

        byte[] bytes(Fields key) {
            return key.asBytes(name(), value(key));
        }

        long number(Fields key) {
            var value = value(key);
            if (value instanceof CborValue.Int(var number) && number.bitLength() < Integer.SIZE) {
                return number.longValue();
            }
            throw new ProtocolException("parameter " + label + " of a COSE key must be a small integer");
        }

        private CborValue value(Fields key) {
            return key.map().entries().stream()
                    .filter(entry -> entry.key().equals(new CborValue.Int(BigInteger.valueOf(label))))
                    .map(CborValue.Entry::value)
                    .findFirst()
                    .orElseThrow(() -> new ProtocolException("a COSE key lacks its parameter " + label));
        }
    }
}
