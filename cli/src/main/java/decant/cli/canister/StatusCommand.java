package decant.cli.canister;

import decant.base.Hash;
import decant.base.Principal;
import decant.candid.Value;
import decant.cli.json.CandidJson;
import decant.cli.json.Json;
import decant.cli.node.CanisterDirectory;
import decant.cli.node.ManagementCanister;
import decant.cli.node.NodeOptions;
import decant.cli.terminal.Bytes;
import decant.cli.terminal.Columns;
import decant.cli.terminal.Output;
import decant.cli.terminal.Surroundings;
import java.math.BigInteger;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Shows one canister as its controllers see it.
@Command(name = "status", description = "Show a canister's status, module, sizes and settings.")
public final class StatusCommand implements Callable<Integer> {
    private static final BigInteger SECONDS_PER_DAY = BigInteger.valueOf(86_400);

    private final Surroundings surroundings;

    @Mixin
    private NodeOptions nodeOptions = new NodeOptions();

    @Mixin
    private Output output = new Output();

    @Parameters(paramLabel = "CANISTER", description = "A principal, or the name given at deploy.")
    private String canister = "";

    public StatusCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        try (var node = nodeOptions.connect(surroundings)) {
            var management = new ManagementCanister(node);
            var id = new CanisterDirectory(management).canister(canister);
            var status = management.status(id);
            output.print(surroundings, text(id, status), json(id, status));
        }
        return 0;
    }

    private static Json json(Principal id, Value status) {
        return switch (CandidJson.of(status)) {
            case Json.Fields fields -> fields.with("canister_id", Json.text(id.toString()));
            case Json other -> other;
        };
    }

    private static String text(Principal id, Value status) {
        var settings = status.field("settings");
        var metrics = status.field("memory_metrics");
        var controllers = settings.field("controllers").items().stream()
                .map(controller -> controller.toPrincipal().toString())
                .collect(Collectors.joining(" "));
        return Columns.aligned(List.of(
                List.of("canister", id.toString()),
                List.of("status", status.field("status").tag()),
                List.of(
                        "module",
                        status.optionalField("module_hash")
                                .map(hash -> Hash.of(hash.toBytes()).hex())
                                .orElse("none")),
                List.of("version", status.field("version").toBigInteger().toString()),
                List.of("controllers", controllers.isEmpty() ? "none: nobody can change it" : controllers),
                List.of(
                        "policy",
                        settings.find("upgrade_policy").map(Value::tag).orElse("open")),
                List.of("memory", size(status, "memory_size")),
                List.of("  heap", size(metrics, "wasm_memory_size")),
                List.of("  stable", size(metrics, "stable_memory_size")),
                List.of("  module", size(metrics, "wasm_binary_size")),
                List.of("cycles", cycles(status))));
    }

    /// On a node where time costs nothing, a balance is all there is to say.
    private static String cycles(Value status) {
        var balance = status.field("cycles").toBigInteger();
        var perDay = status.field("idle_cycles_burned_per_day").toBigInteger();
        if (perDay.signum() == 0) {
            return balance.toString();
        }
        var reserved = status.field("reserved_cycles").toBigInteger();
        var threshold = status.field("settings").field("freezing_threshold").toBigInteger();
        var limit = perDay.multiply(threshold)
                .divide(SECONDS_PER_DAY)
                .subtract(reserved)
                .max(BigInteger.ZERO);
        return balance + ", " + perDay + " less each day; "
                + (balance.compareTo(limit) < 0 ? "frozen: below " + limit : "frozen below " + limit);
    }

    private static String size(Value record, String field) {
        return Bytes.shown(record.field(field).toLong());
    }
}
