package decant.wasm;

import decant.base.Hash;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.util.Optional;

/// The files from which the engine itself was loaded: a jar, or a folder of classes.
final class EngineCode {
    private EngineCode() {}

    /// {@return the SHA-256 of their content, if they are files}
    static Optional<Hash> hash() {
        var source = EngineCode.class.getProtectionDomain().getCodeSource();
        if (source == null || !source.getLocation().getProtocol().equals("file")) {
            return Optional.empty();
        }
        try {
            return Optional.of(hash(Path.of(source.getLocation().toURI())));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the engine's own code from " + source.getLocation(), e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the engine was loaded from " + source.getLocation(), e);
        }
    }

    private static Hash hash(Path root) throws IOException {
        var digest = Hash.newSha256();
        try (var files = Files.walk(root);
                var sink = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                Files.copy(file, sink);
            }
        }
        return Hash.of(digest.digest());
    }
}
