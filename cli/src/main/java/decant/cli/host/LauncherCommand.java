package decant.cli.host;

import decant.cli.terminal.CommandFailure;
import decant.cli.terminal.ExitCode;
import decant.cli.terminal.Surroundings;
import decant.server.ServerConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Unmatched;

/// Runs a network that the `icp` command starts and ends: it calls this command under the name of its own launcher.
///
/// The protocol: icp gives folders and a port; the launcher runs until it is interrupted, writes what icp must know to
/// the status folder, and takes that folder away at its end.
@Command(name = "launcher", hidden = true, description = "Run a network for `icp network start`, which calls this.")
public final class LauncherCommand implements Callable<Integer> {
    private static final LauncherInterface OURS = LauncherInterface.parse("1.1.0");

    private final Surroundings surroundings;

    @Option(names = "--interface-version", required = true, paramLabel = "VERSION")
    private String interfaceVersion = "";

    @Option(names = "--state-dir", required = true, paramLabel = "DIR")
    private Path state = Path.of("");

    @Option(names = "--status-dir", required = true, paramLabel = "DIR")
    private Path status = Path.of("");

    @Option(names = "--bind", paramLabel = "ADDRESS")
    private String bind = ServerConfig.DEFAULT.host();

    @Option(names = "--gateway-port", paramLabel = "N", converter = Port.Converter.class)
    private Port port = new Port(0);

    /// The domains whose subdomains are canisters.
    @Option(names = "--domain", paramLabel = "NAME")
    private List<String> domains = ServerConfig.DEFAULT.domains();

    /// What a launcher may be asked for and nobody here needs: there is one subnet, with room for all kinds of
    /// canisters, and answers are not held back as a network's would be.
    @Option(
            names = {"--subnet", "--artificial-delay-ms"},
            paramLabel = "VALUE")
    private List<String> withoutEffect = new ArrayList<>();

    @Option(names = "--verbose")
    private boolean verbose;

    @Option(names = "--ii")
    private boolean internetIdentity;

    @Option(names = "--nns")
    private boolean nns;

    @Option(
            names = {"--bitcoind-addr", "--dogecoind-addr"},
            paramLabel = "HOST:PORT")
    private List<String> otherChains = List.of();

    @Unmatched
    private List<String> unknown = new ArrayList<>();

    public LauncherCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws InterruptedException {
        requireOffered();
        OperatorLog.open();
        var config = EmbeddedNode.config(surroundings.folder().resolve(state)).endowingAnonymous();
        var folder = new LauncherStatus(surroundings.folder().resolve(status));
        var front = ServerConfig.DEFAULT.withAddress(bind, port.number()).withCanistersAt(domains, folder.hosts());
        try (folder;
                var node = EmbeddedNode.start(config, front)) {
            folder.tell(node);
            if (verbose) {
                surroundings.out().println("The network is ready on " + node.address() + ".");
                withoutEffect.forEach(value -> surroundings.out().println(value + " has no effect here."));
            }
            awaitEnd(node, folder);
        }
        return ExitCode.DONE;
    }

    private void requireOffered() {
        var asked = LauncherInterface.parse(interfaceVersion);
        if (!asked.isUnderstoodBy(OURS)) {
            throw CommandFailure.notUnderstood("This launcher speaks version " + OURS
                    + " of the interface, and versions that agree with it; icp asks for " + asked + ".");
        }
        if (!unknown.isEmpty() && !asked.isNewerThan(OURS)) {
            throw CommandFailure.notUnderstood(
                    "Version " + asked + " of the launcher's interface has no " + String.join(" ", unknown) + ".");
        }
        unknown.forEach(option -> surroundings.err().println("decant: " + option + " is not known here, and ignored."));
        require(!internetIdentity, "Internet Identity", "ii: true");
        require(!nns, "NNS", "nns: true");
        require(otherChains.isEmpty(), "Bitcoin or Dogecoin", "bitcoind-addr or dogecoind-addr");
    }

    private static void require(boolean offered, String what, String setting) {
        if (!offered) {
            throw new CommandFailure(
                    "Decant has no " + what + ". Take " + setting + " out of the network in icp.yaml.");
        }
    }

    /// An interrupted process runs its shutdown hooks while this thread still waits, so the hook closes everything.
    private static void awaitEnd(EmbeddedNode node, LauncherStatus folder) throws InterruptedException {
        var hook = new Thread(
                () -> {
                    node.close();
                    folder.close();
                },
                "decant-close");
        Runtime.getRuntime().addShutdownHook(hook);
        new CountDownLatch(1).await();
    }
}
