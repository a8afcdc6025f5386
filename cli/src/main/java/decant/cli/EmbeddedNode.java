package decant.cli;

import decant.replica.Replica;
import decant.replica.ReplicaConfig;
import java.net.URI;
import java.nio.file.Path;

/// A node inside this process: a replica with its files in a folder, and a server on loopback in front of it.
final class EmbeddedNode implements AutoCloseable {
    private final Replica replica;
    private final URI address;

    private EmbeddedNode(Replica replica, URI address) {
        this.replica = replica;
        this.address = address;
    }

    /// @param port 0 for any that is free
    static EmbeddedNode start(Path stateFolder, int port) {
        var replica = Replica.open(ReplicaConfig.of(stateFolder));
        return new EmbeddedNode(replica, URI.create("http://127.0.0.1:" + port));
    }

    URI address() {
        return address;
    }

    byte[] rootKey() {
        return replica.status().rootKeyDer();
    }

    @Override
    public void close() {
        replica.close();
    }
}
