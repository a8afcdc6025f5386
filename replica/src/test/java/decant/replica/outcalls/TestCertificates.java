package decant.replica.outcalls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// An authority, and keys of servers with certificates by it, made by the JDK's `keytool`.
final class TestCertificates {
    private static final char[] PASSWORD = "changeit".toCharArray();

    private final Path file;

    TestCertificates(Path folder) {
        file = folder.resolve("keys.p12");
        make("authority", List.of("-ext", "bc:c", "-startdate", "-30d", "-validity", "60"));
    }

    /// Makes the key of a server whose certificate the authority signs.
    void makeSigned(String alias, String host, String from) {
        make(alias, List.of("-signer", "authority", "-ext", "san=dns:" + host, "-startdate", from, "-validity", "5"));
    }

    /// Makes the key of a server that vouches for itself.
    void makeUnsigned(String alias, String host) {
        make(alias, List.of("-ext", "san=dns:" + host));
    }

    private void make(String alias, List<String> options) {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-alias",
                alias,
                "-dname",
                "CN=" + alias,
                "-keystore",
                file.toString(),
                "-storepass",
                new String(PASSWORD)));
        command.addAll(options);
        try {
            var keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
            var said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (keytool.waitFor() != 0) {
                throw new AssertionError("keytool failed: " + said);
            }
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    X509Certificate authority() {
        try {
            return (X509Certificate) keys().getCertificate("authority");
        } catch (GeneralSecurityException | IOException e) {
            throw new AssertionError(e);
        }
    }

    /// {@return what a server with this key encrypts with}
    SSLContext server(String alias) {
        try {
            var one = KeyStore.getInstance("PKCS12");
            one.load(null, null);
            var all = keys();
            one.setKeyEntry(alias, all.getKey(alias, PASSWORD), PASSWORD, all.getCertificateChain(alias));
            var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(one, PASSWORD);
            var context = SSLContext.getInstance("TLS");
            context.init(managers.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new AssertionError(e);
        }
    }

    private KeyStore keys() throws GeneralSecurityException, IOException {
        var keys = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(file)) {
            keys.load(in, PASSWORD);
        }
        return keys;
    }
}
