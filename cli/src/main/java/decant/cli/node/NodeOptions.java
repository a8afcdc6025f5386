package decant.cli.node;

import decant.cli.host.EmbeddedNode;
import decant.cli.terminal.CommandFailure;
import decant.cli.terminal.HexBytes;
import decant.cli.terminal.Surroundings;
import decant.protocol.Identity;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/// Which node a command talks to, and as whom.
public final class NodeOptions {
    static final String DEFAULT_NODE = "http://127.0.0.1:4943";

    @Option(
            names = "--node",
            paramLabel = "URL",
            description = "The node's address; else the environment variable DECANT_NODE, else " + DEFAULT_NODE + ".")
    private Optional<URI> node = Optional.empty();

    @Option(
            names = "--identity",
            paramLabel = "FILE.pem",
            description = "The secret key to sign with; else your own, which is made on first use.")
    private Optional<Path> identity = Optional.empty();

    @Option(
            names = "--root-key",
            paramLabel = "HEX",
            converter = HexBytes.Converter.class,
            description = "The root key (DER) that replies must be certified by; else it is asked of a node on this"
                    + " machine.")
    private Optional<HexBytes> rootKey = Optional.empty();

    public NodeClient connect(Surroundings surroundings) {
        return connect(surroundings, Optional.empty());
    }

    /// Connects to the node that is meant.
    ///
    /// @param instead the identity to act as, whatever the options say
    public NodeClient connect(Surroundings surroundings, Optional<Identity> instead) {
        var address = node.orElseGet(
                () -> address(surroundings.variable("DECANT_NODE").orElse(DEFAULT_NODE)));
        if (address.getHost() == null || !("http".equals(address.getScheme()) || "https".equals(address.getScheme()))) {
            throw new CommandFailure("The node's address must look like " + DEFAULT_NODE + ", found " + address + ".");
        }
        if (rootKey.isEmpty() && !NodeClient.isLoopback(address)) {
            throw new CommandFailure(
                    "The root key of " + address + " must be given with --root-key HEX: asked of a node "
                            + "on another machine, it would prove nothing.");
        }
        return new NodeClient(address, instead.orElseGet(() -> sender(surroundings)), rootKey.map(HexBytes::bytes));
    }

    /// {@return a client of a node in this process, whatever the options say of another}
    public NodeClient connectTo(Surroundings surroundings, EmbeddedNode own) {
        return new NodeClient(own.address(), sender(surroundings), Optional.of(own.rootKey()));
    }

    private Identity sender(Surroundings surroundings) {
        return identity.map(file -> IdentityFile.read(surroundings.folder().resolve(file)))
                .orElseGet(() -> IdentityFile.ofUser(surroundings));
    }

    private static URI address(String text) {
        try {
            return URI.create(text);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure("The node's address must look like " + DEFAULT_NODE + ", found " + text + ".", e);
        }
    }
}
