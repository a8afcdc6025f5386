package decant.cli.host;

import decant.canister.state.CostSchedule;
import decant.cli.json.Json;
import decant.cli.terminal.Output;
import decant.cli.terminal.Surroundings;
import decant.replica.outcalls.AllowedHost;
import decant.replica.outcalls.HttpOutcallClient;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/// Runs a node until the process is told to end.
@Command(
        name = "start",
        description = "Run a durable node on this machine until it is interrupted.",
        footer = {
            "",
            "The state outlives the node, however it ends: start it again with the same folder.",
            "",
            "Examples:",
            "  decant start",
            "  decant start --state /var/lib/decant --port 8080",
            "  decant start --domain localhost --domain canisters.example.org",
            "  decant start --state .priced --cost-schedule normal",
            "  decant start --outcalls api.example.org --outcalls localhost:8080"
        })
public final class StartCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private Output output = new Output();

    @Option(names = "--state", paramLabel = "DIR", description = "The folder of the state; .decant if left out.")
    private Path state = Path.of(".decant");

    @Option(
            names = "--port",
            paramLabel = "N",
            converter = Port.Converter.class,
            description = "The port on 127.0.0.1; 4943 if left out, 0 for any that is free.")
    private Port port = new Port(4943);

    @Option(
            names = "--hibernate-after",
            paramLabel = "SECONDS",
            converter = Seconds.Converter.class,
            description = "How long nobody uses a canister until its memory is given back; 60 if left out.")
    private Seconds hibernateAfter = new Seconds(60);

    @Option(
            names = "--no-endowment",
            description = "Leave the anonymous principal of a new node without cycles and ICP.")
    private boolean noEndowment;

    @Option(
            names = "--cost-schedule",
            paramLabel = "NAME",
            converter = Schedule.class,
            description = "What canisters of a new node pay: free, nothing, if left out; or normal, what an application"
                    + " subnet of 13 nodes charges.")
    private Optional<CostSchedule> costSchedule = Optional.empty();

    @Option(
            names = "--domain",
            paramLabel = "NAME",
            description = "A domain whose subdomains are canisters, as <canister>.NAME; may be given more than once;"
                    + " localhost if left out.")
    private List<String> domains = List.of("localhost");

    @Option(
            names = "--probe-every",
            paramLabel = "SECONDS",
            converter = Seconds.Converter.class,
            description =
                    "How often to look, in the background, whether a canister that changes could be upgraded; 600 if"
                            + " left out.")
    private Seconds probeEvery = new Seconds(600);

    @Option(names = "--no-probe", description = "Do not look whether canisters could be upgraded.")
    private boolean isBlind;

    @Option(
            names = "--outcalls",
            paramLabel = "HOST[:PORT]",
            converter = AllowedHostConverter.class,
            description =
                    "A server that canisters may make HTTP requests to; may be given more than once; none if left out."
                            + " *.NAME is for all names below it, * for all public servers, :* for all ports."
                            + " HTTPS only, but HTTP to this machine. Servers with private addresses must be named by"
                            + " their address, or localhost.")
    private List<AllowedHost> outcalls = List.of();

    @Option(
            names = "--outcalls-ca",
            paramLabel = "FILE",
            converter = CertificateFile.Converter.class,
            description = "Certificates of authorities, in PEM, whose servers canisters may ask beside those of the"
                    + " authorities that the JDK trusts; may be given more than once.")
    private List<CertificateFile> outcallAuthorities = List.of();

    /// For a node that must not outlive the process that started it, however that one ends.
    @Option(names = "--until-input-ends", hidden = true)
    private boolean untilInputEnds;

    /// The name of a cost schedule.
    static final class Schedule implements ITypeConverter<CostSchedule> {
        @Override
        public CostSchedule convert(String name) {
            return switch (name) {
                case "free" -> CostSchedule.FREE;
                case "normal" -> CostSchedule.NORMAL;
                default -> throw new TypeConversionException("'" + name + "' is not one of free, normal");
            };
        }
    }

    public StartCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws InterruptedException {
        var folder = surroundings.folder().resolve(state);
        var config = EmbeddedNode.config(folder)
                .withHibernateAfter(hibernateAfter.duration())
                .withProbeEvery(isBlind ? Duration.ZERO : probeEvery.duration())
                .withOutcalls(HttpOutcallClient.to(
                        outcalls,
                        outcallAuthorities.stream()
                                .flatMap(file -> file.certificates().stream())
                                .toList()));
        var priced = costSchedule.map(config::withCostSchedule).orElse(config);
        var endowed = noEndowment ? priced : priced.endowingAnonymous();
        try (var node = EmbeddedNode.start(endowed, port.number(), domains)) {
            announce(node, folder);
            awaitEnd(node);
        }
        return 0;
    }

    private void announce(EmbeddedNode node, Path folder) {
        var rootKey = HexFormat.of().formatHex(node.rootKey());
        output.print(
                surroundings,
                "Decant is ready on " + node.address() + ", its state in " + folder + ".\nRoot key: " + rootKey,
                Json.fields()
                        .with("node", Json.text(node.address().toString()))
                        .with("state", Json.text(folder.toString()))
                        .with("root_key", Json.text(rootKey)));
        surroundings.out().flush();
    }

    /// An interrupted process runs its shutdown hooks while this thread still waits, so the hook closes the node.
    private void awaitEnd(EmbeddedNode node) throws InterruptedException {
        var end = new CountDownLatch(1);
        var hook = new Thread(node::close, "decant-close");
        Runtime.getRuntime().addShutdownHook(hook);
        if (untilInputEnds) {
            Thread.ofPlatform().daemon().name("decant-input").start(() -> {
                drain(System.in);
                end.countDown();
            });
        }
        end.await();
        Runtime.getRuntime().removeShutdownHook(hook);
    }

    private static void drain(InputStream input) {
        try {
            input.transferTo(OutputStream.nullOutputStream());
        } catch (IOException _) {
            // An input that breaks has ended, too.
        }
    }
}
