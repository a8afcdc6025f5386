package decant.cli.rehearsal;

import decant.candid.Value;
import decant.cli.json.CandidJson;
import decant.cli.json.Json;
import decant.cli.node.NodeOptions;
import decant.cli.terminal.Bytes;
import decant.cli.terminal.Columns;
import decant.cli.terminal.CommandFailure;
import decant.cli.terminal.ExitCode;
import decant.cli.terminal.Output;
import decant.cli.terminal.Progress;
import decant.cli.terminal.Surroundings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Shows what a canister holds, as far as its code says how to read it.
@Command(
        name = "state",
        description = "Show what a canister holds: its Motoko stable variables, and the regions of its stable memory.",
        footer = {
            "",
            "The hook before an upgrade is run on a copy, which has it save its stable variables; then they are read: from"
                    + " stable memory, or from the heap of an actor with enhanced orthogonal persistence. Nothing of the"
                    + " canister changes. Regions are those of the memory manager of the library stable-structures.",
            "",
            "Examples:",
            "  decant state ledger",
            "  decant state ledger --full --json",
            "  decant state backup/ledger                a snapshot; no node is needed",
            "  decant state backups/ledger --backup 3    in a directory of backups",
            "  decant state ledger --state .decant       a node that does not run"
        })
public final class StateCommand implements Callable<Integer> {
    private static final long CHARACTERS = 1_000;
    private static final long CHARACTERS_MAX = 1_000_000;
    private static final String BEFORE = "before: ";

    private final Surroundings surroundings;

    @Mixin
    private NodeOptions nodeOptions = new NodeOptions();

    @Mixin
    private Output output = new Output();

    @Parameters(
            paramLabel = "CANISTER",
            description =
                    "A principal, the name given at deploy, the directory of a snapshot, or a canister in a directory"
                            + " of backups.")
    private String canister = "";

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = "Read the canister in this state directory of a node that does not run.")
    private Optional<Path> state = Optional.empty();

    @Option(names = "--backup", paramLabel = "N", description = "The number of the backup; the newest if left out.")
    private Optional<Long> backup = Optional.empty();

    @Option(names = "--full", description = "Show up to a million characters of each value; else a thousand.")
    private boolean isFull;

    public StateCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        try (var found = Rehearsable.of(surroundings, nodeOptions, canister, state, backup)) {
            if (!found.hasCode()) {
                throw new CommandFailure(canister + " has no code, and so holds nothing.");
            }
            var request = found.toItself(isFull ? CHARACTERS_MAX : CHARACTERS);
            var rehearsal = new Progress(surroundings).during("Reading", () -> found.rehearse(request));
            output.print(surroundings, text(rehearsal), json(rehearsal));
        }
        return ExitCode.DONE;
    }

    private static String text(Value rehearsal) {
        var diff = rehearsal.field("diff");
        var parts = new ArrayList<String>();
        parts.add(Columns.aligned(List.of(
                List.of("canister", rehearsal.field("canister_id").toPrincipal().toString()),
                List.of("version", rehearsal.field("version").toBigInteger().toString()),
                List.of("heap", size(diff.field("heap"))),
                List.of("stable memory", size(diff.field("stable"))))));
        variables(diff).ifPresent(parts::add);
        regions(diff).ifPresent(parts::add);
        return String.join("\n\n", parts);
    }

    private static String size(Value memory) {
        return Bytes.shown(memory.field("bytes_before").toLong());
    }

    private static Optional<String> variables(Value diff) {
        var variables = diff.field("variables").items();
        if (variables.isEmpty()) {
            return Optional.empty();
        }
        var lines = variables.stream()
                .map(variable -> declaration(variable)
                        + variable.optionalField("value_before")
                                .map(value -> " = " + value.toText())
                                .orElse(""))
                .collect(Collectors.joining("\n"));
        return Optional.of(unread(diff)
                .map(why -> lines + "\nWhat they hold cannot be told: " + why + ".")
                .orElse(lines));
    }

    private static String declaration(Value variable) {
        return variable.optionalField("before")
                .map(Value::toText)
                .orElseGet(() -> variable.field("name").toText());
    }

    /// {@return why values cannot be told, if so}
    private static Optional<String> unread(Value diff) {
        return diff.field("unread").items().stream()
                .map(Value::toText)
                .filter(why -> why.startsWith(BEFORE))
                .map(why -> why.substring(BEFORE.length()))
                .findFirst();
    }

    private static Optional<String> regions(Value diff) {
        var regions = diff.field("regions").items();
        if (regions.isEmpty()) {
            return Optional.empty();
        }
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("IN STABLE MEMORY", "SIZE"));
        for (var region : regions) {
            rows.add(List.of(
                    "memory " + region.field("memory").toLong(),
                    Bytes.shown(region.field("wasm_pages_before").toLong() * 65_536)));
        }
        return Optional.of(Columns.aligned(rows));
    }

    private static Json json(Value rehearsal) {
        var diff = rehearsal.field("diff");
        return Json.fields()
                .with("canister_id", CandidJson.of(rehearsal.field("canister_id")))
                .with("version", CandidJson.of(rehearsal.field("version")))
                .with("heap_bytes", CandidJson.of(diff.field("heap").field("bytes_before")))
                .with("stable_bytes", CandidJson.of(diff.field("stable").field("bytes_before")))
                .with(
                        "variables",
                        Json.array(diff.field("variables").items().stream()
                                .map(StateCommand::variable)
                                .toList()))
                .with("unread", Json.text(unread(diff)))
                .with(
                        "regions",
                        Json.array(diff.field("regions").items().stream()
                                .map(StateCommand::region)
                                .toList()));
    }

    private static Json variable(Value variable) {
        return Json.fields()
                .with("name", CandidJson.of(variable.field("name")))
                .with("declaration", CandidJson.of(variable.field("before")))
                .with("value", CandidJson.of(variable.field("value_before")));
    }

    private static Json region(Value region) {
        return Json.fields()
                .with("memory", CandidJson.of(region.field("memory")))
                .with("wasm_pages", CandidJson.of(region.field("wasm_pages_before")));
    }
}
