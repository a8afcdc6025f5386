package decant.cli.snapshot;

import decant.cli.json.Json;
import decant.cli.node.CanisterDirectory;
import decant.cli.node.ManagementCanister;
import decant.cli.node.NodeOptions;
import decant.cli.terminal.Consent;
import decant.cli.terminal.Output;
import decant.cli.terminal.Surroundings;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Deletes a snapshot.
@Command(name = "delete", description = "Delete a snapshot; asks first.")
public final class SnapshotDeleteCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private NodeOptions nodeOptions = new NodeOptions();

    @Mixin
    private Output output = new Output();

    @Parameters(index = "0", paramLabel = "CANISTER", description = "A principal, or the name given at deploy.")
    private String canister = "";

    @Parameters(index = "1", paramLabel = "SNAPSHOT", description = "The number or the id of the snapshot.")
    private String snapshot = "";

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    public SnapshotDeleteCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        try (var node = nodeOptions.connect(surroundings)) {
            var management = new ManagementCanister(node);
            var name = SnapshotName.of(new CanisterDirectory(management).canister(canister), snapshot);
            Consent.require(
                    surroundings,
                    yes,
                    "Snapshot " + snapshot + " of " + canister + " is deleted for good; this cannot be undone.");
            new Snapshots(management).delete(name);
            output.print(
                    surroundings,
                    "Snapshot " + snapshot + " of " + canister + " is deleted.",
                    Json.fields().with("snapshot", Json.text(name.hex())));
        }
        return 0;
    }
}
