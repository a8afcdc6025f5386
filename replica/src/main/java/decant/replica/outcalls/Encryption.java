package decant.replica.outcalls;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/// TLS with servers outside: they must show a certificate for their name that a trusted authority has signed.
final class Encryption {
    private final SSLSocketFactory sockets;

    private Encryption(SSLSocketFactory sockets) {
        this.sockets = sockets;
    }

    /// {@return one that trusts the authorities that the JDK trusts, and these}
    static Encryption trusting(Collection<X509Certificate> authorities) {
        try {
            var all = KeyStore.getInstance(KeyStore.getDefaultType());
            all.load(null, null);
            int number = 0;
            for (var authority : Stream.concat(ofJdk(), authorities.stream()).toList()) {
                all.setCertificateEntry(Integer.toString(number++), authority);
            }
            var context = SSLContext.getInstance("TLS");
            context.init(null, factory(all).getTrustManagers(), null);
            return new Encryption(context.getSocketFactory());
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("this JDK cannot encrypt connections to servers outside", e);
        }
    }

    private static Stream<X509Certificate> ofJdk() throws GeneralSecurityException {
        return Arrays.stream(factory(null).getTrustManagers())
                .filter(X509TrustManager.class::isInstance)
                .map(X509TrustManager.class::cast)
                .flatMap(manager -> Arrays.stream(manager.getAcceptedIssuers()));
    }

    private static TrustManagerFactory factory(@Nullable KeyStore authorities) throws GeneralSecurityException {
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(authorities);
        return factory;
    }

    /// {@return the connection, encrypted, with the server of this name}
    Socket over(Socket connection, String host, int port) throws IOException {
        var encrypted = (SSLSocket) sockets.createSocket(connection, host, port, true);
        var parameters = encrypted.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        encrypted.setSSLParameters(parameters);
        try {
            encrypted.startHandshake();
        } catch (SSLException e) {
            throw new IOException(host + ":" + port + " " + why(e), e);
        }
        return encrypted;
    }

    private static String why(SSLException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case CertificateExpiredException _ -> {
                    return "has a certificate that has expired";
                }
                case CertificateNotYetValidException _ -> {
                    return "has a certificate that is not valid yet";
                }
                case CertPathBuilderException _ -> {
                    return "has a certificate that no authority has signed which this node trusts; its operator names"
                            + " others with decant start --outcalls-ca FILE";
                }
                case CertificateException wrong
                when wrong.getCause() == null -> {
                    return "has a certificate that is not its own: "
                            + String.valueOf(wrong.getMessage()).replaceFirst("\\.$", "");
                }
                default -> {}
            }
        }
        return "could not agree with this node on TLS: " + failure.getMessage();
    }
}
