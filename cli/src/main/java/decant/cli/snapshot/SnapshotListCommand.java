package decant.cli.snapshot;

import decant.cli.json.Json;
import decant.cli.node.CanisterDirectory;
import decant.cli.node.ManagementCanister;
import decant.cli.node.NodeOptions;
import decant.cli.terminal.Bytes;
import decant.cli.terminal.Columns;
import decant.cli.terminal.Output;
import decant.cli.terminal.ShortForm;
import decant.cli.terminal.Surroundings;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Lists the snapshots of a canister.
@Command(name = "list", description = "List the snapshots of a canister.")
public final class SnapshotListCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private NodeOptions nodeOptions = new NodeOptions();

    @Mixin
    private Output output = new Output();

    @Parameters(paramLabel = "CANISTER", description = "A principal, or the name given at deploy.")
    private String canister = "";

    public SnapshotListCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        try (var node = nodeOptions.connect(surroundings)) {
            var management = new ManagementCanister(node);
            var listed = new Snapshots(management).list(new CanisterDirectory(management).canister(canister));
            output.print(
                    surroundings,
                    listed.isEmpty() ? canister + " has no snapshots." : table(listed),
                    Json.array(listed.stream().map(SnapshotListCommand::json).toList()));
        }
        return 0;
    }

    private static String table(List<Snapshots.Listed> listed) {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("NUMBER", "TAKEN", "SIZE", "SNAPSHOT"));
        for (var snapshot : listed) {
            rows.add(List.of(
                    Long.toString(snapshot.name().number()),
                    ShortForm.time(snapshot.taken()),
                    Bytes.shown(snapshot.bytes()),
                    snapshot.name().hex()));
        }
        return Columns.aligned(rows);
    }

    static Json json(Snapshots.Listed snapshot) {
        return Json.fields()
                .with("snapshot", Json.text(snapshot.name().hex()))
                .with("canister_id", Json.text(snapshot.name().canister().toString()))
                .with("number", Json.number(snapshot.name().number()))
                .with("taken_at", Json.text(snapshot.taken().toString()))
                .with("bytes", Json.number(snapshot.bytes()));
    }
}
