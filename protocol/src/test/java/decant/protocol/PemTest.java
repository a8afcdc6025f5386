package decant.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The PEM files beside this class, and the public keys expected of them, were made with OpenSSL.
class PemTest {
    private static final String P256 =
            "3059301306072a8648ce3d020106082a8648ce3d0301070342000430769a3cd163295e623d6b009e70f20c630fd8ae93ea1a"
                    + "b6074d365270f5def68f5630361ccf664b5e701e3aec251db53c06d172810330e232de52afd73a5d45";
    private static final String SECP256K1 =
            "3056301006072a8648ce3d020106052b8104000a034200042fd91a3a48a1e7f58076d8c1cc505f3eda662e3c56badcc20953"
                    + "43be332b3d201d5ada0d019d698811c5e044d57908cf5344e01742ba4d17ae9e1dcf517ca0ec";

    private static String file(String name) {
        try (InputStream in = PemTest.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new AssertionError(name, e);
        }
    }

    private static String publicKeyOf(String file) {
        return HexFormat.of().formatHex(Pem.read(file(file)).publicKey().der());
    }

    @Test
    void anEd25519KeyIsRead() {
        assertThat(publicKeyOf("ed25519.pem"))
                .isEqualTo("302a300506032b65700321001e3b32c583fc61b0a9640daa7d31424d6f5b9aae657bf68e37e1ac100c6c70b5");
    }

    @Test
    void ecdsaKeysAreReadFromBothFormats() {
        assertThat(publicKeyOf("p256-pkcs8.pem")).isEqualTo(P256);
        assertThat(publicKeyOf("p256-sec1.pem")).isEqualTo(P256);
        assertThat(publicKeyOf("secp256k1-pkcs8.pem")).isEqualTo(SECP256K1);
        assertThat(publicKeyOf("secp256k1-sec1.pem")).isEqualTo(SECP256K1);
    }

    @Test
    void anEd25519KeyIsWrittenAsOpenSslWritesIt() {
        assertThat(Pem.write(Pem.read(file("ed25519.pem")))).isEqualTo(file("ed25519.pem"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ed25519.pem", "p256-pkcs8.pem", "secp256k1-sec1.pem"})
    void whatIsWrittenReadsBack(String name) {
        var key = Pem.read(file(name));

        assertThat(Pem.read(Pem.write(key)).publicKey().der())
                .isEqualTo(key.publicKey().der());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "encrypted.pem | protected by a password; decrypt it with: openssl pkcs8 -in FILE.pem -out PLAIN.pem",
                "p384-sec1.pem | an ECDSA key on the curve 1.3.132.0.34: supported are Ed25519, ECDSA P-256 and ECDSA secp256k1",
                "rsa-pkcs8.pem | a key of a kind that cannot sign requests: supported are Ed25519, ECDSA P-256 and ECDSA secp256k1"
            })
    void aKeyThatCannotSignIsRefusedWithAReason(String name, String reason) {
        assertThatThrownBy(() -> Pem.read(file(name)))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void aFileWithoutAKeyIsRefused() {
        assertThatThrownBy(() -> Pem.read("hello"))
                .isInstanceOf(ProtocolException.class)
                .hasMessage("the PEM file holds neither a PRIVATE KEY (PKCS#8) nor an EC PRIVATE KEY (SEC 1)");
        assertThatThrownBy(() -> Pem.read("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("no readable PKCS#8 key");
    }
}
