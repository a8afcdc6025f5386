package decant.replica;

import decant.base.Principal;
import decant.protocol.Pem;
import decant.protocol.ProtocolException;
import decant.protocol.SigningKey.Ed25519SigningKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// The key of the node's operator: a PEM file in the state directory, with which whoever runs the node signs calls.
///
/// Its principal is laid down in the node's first state. A file that is there before is taken as it is.
final class OperatorKey {
    private static final int SEED_BYTES = 32;

    private OperatorKey() {}

    /// {@return the principal of the key in `file`, made and written first if there is no such file}
    static Principal openOrCreate(Path file, Entropy entropy) {
        try {
            if (!Files.exists(file)) {
                var key = new Ed25519SigningKey(entropy.bytes(SEED_BYTES));
                KeyFile.write(file, Pem.write(key).getBytes(StandardCharsets.US_ASCII));
            }
            return Pem.read(Files.readString(file)).publicKey().principal();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read or write the key file " + file, e);
        } catch (ProtocolException e) {
            throw new IllegalStateException(
                    file + " is not a key of an operator: " + e.getMessage()
                            + "; put the right file there, or remove it" + " to have one made",
                    e);
        }
    }
}
