package decant.cli.host;

import decant.canister.state.UpgradePolicy;
import decant.cli.terminal.CommandFailure;
import decant.replica.Replica;
import decant.replica.ReplicaConfig;
import decant.server.HttpServer;
import decant.server.ServerConfig;
import decant.store.StoreException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// A node inside this process: a replica with its files in a folder, and a server on loopback in front of it.
public final class EmbeddedNode implements AutoCloseable {
    private static final Logger LOG = System.getLogger(EmbeddedNode.class.getName());
    private static final String HOST = "127.0.0.1";

    private final Replica replica;
    private final HttpServer server;
    private final String host;

    private EmbeddedNode(Replica replica, HttpServer server, String host) {
        this.replica = replica;
        this.server = server;
        this.host = host;
    }

    /// {@return how a node on this machine is set up, if nothing else is said}
    public static ReplicaConfig config(Path stateFolder) {
        return ReplicaConfig.of(stateFolder)
                .withUpgradePolicy(UpgradePolicy.CHECKED)
                .withProbeEvery(Duration.ofMinutes(10));
    }

    /// Starts a node that is set up as usual.
    ///
    /// @param port 0 for any that is free
    public static EmbeddedNode start(Path stateFolder, int port) {
        return start(config(stateFolder), port, ServerConfig.DEFAULT.domains());
    }

    /// Starts a node whose canisters have pages under domains.
    ///
    /// @param port 0 for any that is free
    /// @param domains the domains whose subdomains are canisters
    public static EmbeddedNode start(ReplicaConfig config, int port, List<String> domains) {
        var front = ServerConfig.DEFAULT.withAddress(HOST, port);
        return start(config, front.withCanistersAt(domains, front.hosts()));
    }

    static EmbeddedNode start(ReplicaConfig config, ServerConfig front) {
        OperatorLog.open();
        Thread.setDefaultUncaughtExceptionHandler(EmbeddedNode::threadEnded);
        var replica = open(config);
        try {
            return new EmbeddedNode(replica, HttpServer.start(front, replica), front.host());
        } catch (UncheckedIOException e) {
            replica.close();
            throw new CommandFailure(
                    "Port " + front.port() + " of " + front.host() + " cannot be had: " + e.getMessage()
                            + ". End the program that listens "
                            + "there, or choose another port with --port N (0 for any that is free).",
                    e);
        } catch (RuntimeException e) {
            replica.close();
            throw e;
        }
    }

    /// Where one thread ended for lack of memory, others have perhaps, such as the one that takes connections.
    /// What is acknowledged is on disk, and whoever started the node sees that it is gone.
    private static void threadEnded(Thread thread, Throwable failure) {
        try {
            LOG.log(Level.ERROR, "the thread \"" + thread.getName() + "\" has ended", failure);
        } finally {
            if (failure instanceof OutOfMemoryError) {
                endForLackOfMemory();
            }
        }
    }

    private static void endForLackOfMemory() {
        try {
            LOG.log(
                    Level.ERROR,
                    "the node ends, since its Java heap of "
                            + (Runtime.getRuntime().maxMemory() >> 20)
                            + " MiB is full; start it with a larger one (JAVA_TOOL_OPTIONS=-Xmx...). Nothing"
                            + " acknowledged is lost");
        } finally {
            Runtime.getRuntime().halt(1);
        }
    }

    private static Replica open(ReplicaConfig config) {
        try {
            Files.createDirectories(config.stateDirectory());
            return Replica.open(config);
        } catch (IllegalStateException | UncheckedIOException | StoreException e) {
            throw new CommandFailure("The node cannot start: " + e.getMessage() + ".", e);
        } catch (IOException e) {
            throw new CommandFailure(
                    "The folder " + config.stateDirectory() + " cannot be made: " + CommandFailure.reason(e) + ".", e);
        }
    }

    public URI address() {
        return URI.create("http://" + host + ":" + server.port());
    }

    public byte[] rootKey() {
        return replica.status().rootKeyDer();
    }

    /// Ends the requests at work, then the replica.
    @Override
    public void close() {
        server.close();
        replica.close();
    }
}
