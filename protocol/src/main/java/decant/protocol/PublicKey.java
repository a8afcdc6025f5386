package decant.protocol;

import decant.base.Principal;
import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/// A key that proves who made a request, told apart by the prefix of its DER form.
public sealed interface PublicKey permits PublicKey.Ed25519Key, PublicKey.EcdsaKey, WebAuthnKey, CanisterKey {
    /// {@return the DER form (SubjectPublicKeyInfo)}
    byte[] der();

    /// {@return the principal that the key speaks for}
    default Principal principal() {
        return Principal.selfAuthenticating(der());
    }

    /// A key of Ed25519: 32 bytes.
    record Ed25519Key(byte[] bytes) implements PublicKey {
        static final byte[] DER_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

        @Override
        public byte[] der() {
            return concat(DER_PREFIX, bytes);
        }

        boolean verify(byte[] message, byte[] signature) {
            return signature.length == Ed25519.SIGNATURE_SIZE
                    && Ed25519.verify(signature, 0, bytes, 0, message, 0, message.length);
        }
    }

    /// A key of ECDSA with SHA-256: an uncompressed point.
    record EcdsaKey(EcdsaCurve curve, byte[] point) implements PublicKey {
        @Override
        public byte[] der() {
            return concat(curve.derPrefix(), point);
        }

        boolean verify(byte[] message, byte[] signature) {
            return curve.verify(point, message, signature);
        }
    }

    /// {@return the key whose DER form is `der`}
    ///
    /// @throws ProtocolException when the scheme is unknown or the form is not canonical
    static PublicKey fromDer(byte[] der) {
        if (hasForm(der, Ed25519Key.DER_PREFIX, Ed25519.PUBLIC_KEY_SIZE)) {
            return new Ed25519Key(after(der, Ed25519Key.DER_PREFIX));
        }
        for (var curve : EcdsaCurve.values()) {
            if (hasForm(der, curve.derPrefix(), EcdsaCurve.POINT_BYTES)) {
                return new EcdsaKey(curve, after(der, curve.derPrefix()));
            }
        }
        var cose = SubjectPublicKey.WEB_AUTHN.payloadOf(der);
        if (cose.isPresent()) {
            return new WebAuthnKey(cose.get());
        }
        var canister = SubjectPublicKey.CANISTER_SIGNATURE.payloadOf(der);
        if (canister.isPresent()) {
            return CanisterKey.ofPayload(canister.get());
        }
        throw new ProtocolException(
                "unsupported signature scheme: the public key "
                        + HexFormat.of().formatHex(der, 0, Math.min(der.length, 32)) + (der.length > 32 ? "..." : "")
                        + " is none of Ed25519, ECDSA P-256 and secp256k1 with an uncompressed point, WebAuthn, canister signature");
    }

    private static boolean hasForm(byte[] der, byte[] prefix, int keyBytes) {
        return der.length == prefix.length + keyBytes && Arrays.mismatch(der, prefix) == prefix.length;
    }

    private static byte[] after(byte[] der, byte[] prefix) {
        return Arrays.copyOfRange(der, prefix.length, der.length);
    }

    private static byte[] concat(byte[] prefix, byte[] rest) {
        byte[] whole = Arrays.copyOf(prefix, prefix.length + rest.length);
        System.arraycopy(rest, 0, whole, prefix.length, rest.length);
        return whole;
    }
}
