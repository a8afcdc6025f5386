package decant.cli.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Certificates that are in one file, in PEM.
record CertificateFile(List<X509Certificate> certificates) {
    /// Reads the file that a command line names.
    static final class Converter implements ITypeConverter<CertificateFile> {
        @Override
        public CertificateFile convert(String name) {
            try (var in = Files.newInputStream(Path.of(name))) {
                var certificates = CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                        .map(X509Certificate.class::cast)
                        .toList();
                if (certificates.isEmpty()) {
                    throw new CertificateException("it is empty");
                }
                return new CertificateFile(certificates);
            } catch (NoSuchFileException _) {
                throw new TypeConversionException("there is no file " + name);
            } catch (IOException e) {
                throw new TypeConversionException("the file " + name + " cannot be read: " + e.getMessage());
            } catch (CertificateException e) {
                throw new TypeConversionException(name
                        + " is not a file of certificates in PEM, with lines that begin -----BEGIN CERTIFICATE-----");
            }
        }
    }
}
