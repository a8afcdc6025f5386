package decant.cli.canister;

import decant.candid.Value;
import decant.cli.json.Json;
import decant.cli.node.CanisterDirectory;
import decant.cli.node.ManagementCanister;
import decant.cli.node.NodeOptions;
import decant.cli.terminal.Output;
import decant.cli.terminal.Surroundings;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Prints what a canister has logged, and the traps it ran into.
@Command(name = "logs", description = "Print what a canister has logged and the traps it ran into.")
public final class LogsCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private NodeOptions nodeOptions = new NodeOptions();

    @Mixin
    private Output output = new Output();

    @Parameters(paramLabel = "CANISTER", description = "A principal, or the name given at deploy.")
    private String canister = "";

    public LogsCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        try (var node = nodeOptions.connect(surroundings)) {
            var management = new ManagementCanister(node);
            var records = management.logs(new CanisterDirectory(management).canister(canister));
            output.print(
                    surroundings,
                    records.isEmpty()
                            ? "Nothing has been logged."
                            : records.stream().map(LogsCommand::line).collect(Collectors.joining("\n")),
                    Json.array(records.stream().map(LogsCommand::json).toList()));
        }
        return 0;
    }

    private static String line(Value record) {
        return "[" + record.field("idx").toBigInteger() + ". " + time(record) + "] " + content(record);
    }

    private static Json json(Value record) {
        return Json.fields()
                .with("index", Json.number(record.field("idx").toBigInteger()))
                .with("time", Json.text(time(record).toString()))
                .with("content", Json.text(content(record)));
    }

    private static Instant time(Value record) {
        long nanos = record.field("timestamp_nanos").toLong();
        return Instant.ofEpochSecond(nanos / 1_000_000_000, nanos % 1_000_000_000);
    }

    /// Logged bytes are mostly text; what is none is shown in hexadecimal.
    private static String content(Value record) {
        byte[] bytes = record.field("content").toBytes();
        var text = new String(bytes, StandardCharsets.UTF_8);
        return text.indexOf('\uFFFD') >= 0 ? "(hex) " + HexFormat.of().formatHex(bytes) : text;
    }
}
