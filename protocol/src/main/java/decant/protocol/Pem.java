package decant.protocol;

import java.io.IOException;
import java.math.BigInteger;
import java.util.Base64;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.ECNamedDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.crypto.util.PrivateKeyInfoFactory;

/// Secret keys as PEM text: what `openssl`, `icp` and `dfx` write, and what they read.
///
/// Read are PKCS#8 (`PRIVATE KEY`: Ed25519, ECDSA) and SEC 1 (`EC PRIVATE KEY`); written is PKCS#8.
public final class Pem {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----\\s+([A-Za-z0-9+/=\\s]*?)-----END \\1-----");

    private static final String SUPPORTED = "supported are Ed25519, ECDSA P-256 and ECDSA secp256k1";

    private Pem() {}

    /// {@return the secret key in `pem`}
    ///
    /// @throws ProtocolException when there is none that this program can use
    public static SigningKey read(String pem) {
        var blocks = BLOCK.matcher(pem);
        while (blocks.find()) {
            byte[] der = base64(blocks.group(2));
            switch (blocks.group(1)) {
                case "PRIVATE KEY" -> {
                    return readPkcs8(der);
                }
                case "EC PRIVATE KEY" -> {
                    return readSec1(der);
                }
                case "ENCRYPTED PRIVATE KEY" ->
                    throw new ProtocolException("the PEM file is protected by a password; decrypt it with: "
                            + "openssl pkcs8 -in FILE.pem -out PLAIN.pem");
                default -> {} // Curve parameters, certificates and the like may stand beside the key.
            }
        }
        throw new ProtocolException("the PEM file holds neither a PRIVATE KEY (PKCS#8) nor an EC PRIVATE KEY (SEC 1)");
    }

    /// {@return `key` as a PEM file}
    public static String write(SigningKey key) {
        try {
            var info = PrivateKeyInfoFactory.createPrivateKeyInfo(parametersOf(key));
            // The first version of the format, without the public key: every tool reads it.
            byte[] der = new PrivateKeyInfo(info.getPrivateKeyAlgorithm(), info.parsePrivateKey()).getEncoded("DER");
            String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
            return "-----BEGIN PRIVATE KEY-----\n" + base64 + "\n-----END PRIVATE KEY-----\n";
        } catch (IOException e) {
            throw new AssertionError("BUG: a key of our own has a DER form", e);
        }
    }

    private static AsymmetricKeyParameter parametersOf(SigningKey key) {
        return switch (key) {
            case SigningKey.Ed25519SigningKey ed25519 -> new Ed25519PrivateKeyParameters(ed25519.seed());
            case SigningKey.EcdsaSigningKey ecdsa ->
                new ECPrivateKeyParameters(ecdsa.secret(), ecdsa.curve().domain());
        };
    }

    private static byte[] base64(String text) {
        try {
            return Base64.getMimeDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new ProtocolException("the PEM file is not Base64", e);
        }
    }

    private static SigningKey readPkcs8(byte[] der) {
        AsymmetricKeyParameter parameters;
        try {
            parameters = PrivateKeyFactory.createKey(der);
        } catch (IOException | RuntimeException e) {
            throw new ProtocolException("the PEM file holds no readable PKCS#8 key: " + e.getMessage(), e);
        }
        return switch (parameters) {
            case Ed25519PrivateKeyParameters key -> new SigningKey.Ed25519SigningKey(key.getEncoded());
            case ECPrivateKeyParameters key
            when key.getParameters() instanceof ECNamedDomainParameters named -> ecdsa(named.getName(), key.getD());
            default ->
                throw new ProtocolException(
                        "the PEM file holds a key of a kind that cannot sign requests: " + SUPPORTED);
        };
    }

    private static SigningKey readSec1(byte[] der) {
        try {
            var key = ECPrivateKey.getInstance(der);
            if (key.getParametersObject() instanceof ASN1ObjectIdentifier curve) {
                return ecdsa(curve, key.getKey());
            }
        } catch (IllegalArgumentException e) {
            throw new ProtocolException("the PEM file holds no readable SEC 1 key: " + e.getMessage(), e);
        }
        throw new ProtocolException("the EC PRIVATE KEY does not name its curve: " + SUPPORTED);
    }

    private static SigningKey ecdsa(ASN1ObjectIdentifier curveId, BigInteger secret) {
        for (var curve : EcdsaCurve.values()) {
            if (curve.domain().getName().equals(curveId)) {
                return new SigningKey.EcdsaSigningKey(curve, secret);
            }
        }
        throw new ProtocolException("the PEM file holds an ECDSA key on the curve " + curveId + ": " + SUPPORTED);
    }
}
