package decant.replica;

import decant.base.Hash;
import decant.wasm.CodeCache;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.util.Optional;

/// The files from which the Wasm engine was loaded: a jar, or a folder of classes.
final class EngineCode {
    private EngineCode() {}

    /// {@return the SHA-256 of their content, if they are files}
    static Optional<Hash> hash() throws IOException {
        var source = CodeCache.class.getProtectionDomain().getCodeSource();
        if (source == null || !source.getLocation().getProtocol().equals("file")) {
            return Optional.empty();
        }
        try {
            return Optional.of(hash(Path.of(source.getLocation().toURI())));
        } catch (URISyntaxException e) {
            throw new IOException("the engine was loaded from " + source.getLocation(), e);
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
