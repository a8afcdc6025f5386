package decant.cli.snapshot;

import decant.cli.node.CanisterDirectory;
import decant.cli.node.ManagementCanister;
import decant.cli.node.NodeOptions;
import decant.cli.terminal.Bytes;
import decant.cli.terminal.Output;
import decant.cli.terminal.Surroundings;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Takes a snapshot of a canister.
@Command(
        name = "take",
        description = "Take a snapshot of a canister.",
        footer = {
            "",
            "A snapshot keeps the module, the memories, the globals, the certified data and the chunk store as they are"
                    + " between two messages. It shares them with the canister, so that it takes no time and costs"
                    + " what changes. Calls that are open are not in it: stop a canister first that waits for answers.",
            "",
            "Examples:",
            "  decant snapshot take vault",
            "  decant snapshot take vault --replace 3"
        })
public final class SnapshotTakeCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private NodeOptions nodeOptions = new NodeOptions();

    @Mixin
    private Output output = new Output();

    @Parameters(paramLabel = "CANISTER", description = "A principal, or the name given at deploy.")
    private String canister = "";

    @Option(
            names = "--replace",
            paramLabel = "SNAPSHOT",
            description = "Delete this snapshot when the new one is taken. A canister has at most 10.")
    private Optional<String> replaced = Optional.empty();

    public SnapshotTakeCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        try (var node = nodeOptions.connect(surroundings)) {
            var management = new ManagementCanister(node);
            var id = new CanisterDirectory(management).canister(canister);
            var taken = new Snapshots(management).take(id, replaced.map(text -> SnapshotName.of(id, text)));
            output.print(
                    surroundings,
                    "Snapshot " + taken.name().number() + " of " + canister + " is taken: " + Bytes.shown(taken.bytes())
                            + ", " + taken.name().hex() + ".",
                    SnapshotListCommand.json(taken));
        }
        return 0;
    }
}
