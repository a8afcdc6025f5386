package decant.cli.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

final class CertificateFileTest {
    @TempDir
    private Path folder;

    private CertificateFile read(String content) throws IOException {
        var file = Files.writeString(folder.resolve("authorities.pem"), content);
        return new CertificateFile.Converter().convert(file.toString());
    }

    /// {@return two of the authorities that the JDK trusts}
    private static List<X509Certificate> two() throws GeneralSecurityException {
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init((KeyStore) null);
        var all = ((X509TrustManager) factory.getTrustManagers()[0]).getAcceptedIssuers();
        return List.of(all[0], all[1]);
    }

    private static String pem(X509Certificate certificate) throws GeneralSecurityException {
        return "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder().encodeToString(certificate.getEncoded())
                + "\n-----END CERTIFICATE-----\n";
    }

    @Test
    void aFileMayHaveMoreThanOne() throws Exception {
        var two = two();
        assertThat(read(pem(two.getFirst()) + pem(two.getLast())).certificates())
                .containsExactlyElementsOf(two);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "hello", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"})
    void aFileWithoutAnyIsRefused(String content) {
        assertThatThrownBy(() -> read(content))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageEndingWith(
                        "authorities.pem is not a file of certificates in PEM, with lines that begin -----BEGIN"
                                + " CERTIFICATE-----");
    }
}
