package decant.cli.node;

import decant.cli.terminal.CommandFailure;
import decant.cli.terminal.Surroundings;
import decant.protocol.Identity;
import decant.protocol.Pem;
import decant.protocol.ProtocolException;
import decant.protocol.SigningKey;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Set;

/// The file that holds a user's secret key.
public final class IdentityFile {
    private static final String NAME = "identity.pem";

    private IdentityFile() {}

    /// {@return the identity in a PEM file}
    public static Identity read(Path file) {
        try {
            return new Identity.KeyHolder(Pem.read(Files.readString(file)));
        } catch (IOException e) {
            throw new CommandFailure(
                    "The identity file " + file + " cannot be read: " + CommandFailure.reason(e) + ".", e);
        } catch (ProtocolException e) {
            throw new CommandFailure(
                    "The identity file " + file + " holds no key that can be used: " + e.getMessage(), e);
        }
    }

    /// {@return the identity of this user, made the first time it is asked for; only the user can read its file}
    static Identity ofUser(Surroundings surroundings) {
        var file = surroundings.configurationFolder().resolve(NAME);
        if (!Files.exists(file)) {
            create(file);
        }
        return read(file);
    }

    private static void create(Path file) {
        var pem = Pem.write(SigningKey.Ed25519SigningKey.generate(new SecureRandom()));
        try {
            Files.createDirectories(file.getParent());
            boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
            var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
            var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            try (var channel =
                    posix ? Files.newByteChannel(file, options, ownerOnly) : Files.newByteChannel(file, options)) {
                channel.write(java.nio.ByteBuffer.wrap(pem.getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
            }
        } catch (FileAlreadyExistsException _) {
            // Another command made it in the meantime, so it is there to be read.
        } catch (IOException e) {
            throw new CommandFailure("No key pair could be made in " + file + ": " + CommandFailure.reason(e) + ".", e);
        }
    }
}
