package decant.cli.snapshot;

import decant.base.Principal;
import decant.candid.Value;
import decant.cli.json.Json;
import decant.cli.node.CanisterDirectory;
import decant.cli.node.ManagementCanister;
import decant.cli.node.NodeOptions;
import decant.cli.node.Standing;
import decant.cli.node.Stop;
import decant.cli.snapshot.SnapshotFolder.Part;
import decant.cli.terminal.Bytes;
import decant.cli.terminal.Consent;
import decant.cli.terminal.Output;
import decant.cli.terminal.ShortForm;
import decant.cli.terminal.Surroundings;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Loads a snapshot on a canister.
@Command(
        name = "restore",
        description = "Make a canister what a snapshot keeps; asks first.",
        footer = {
            "",
            "The snapshot may be of another canister; both must be yours to control. No code of the canister runs. What it"
                    + " was before is kept as a restore point, so that `decant undo` takes it back.",
            "",
            "Examples:",
            "  decant snapshot restore vault 3",
            "  decant snapshot restore twin 0000000000000003ffffffffff9000010101 --yes"
        })
public final class SnapshotRestoreCommand implements Callable<Integer> {
    private static final BigInteger NANOS_PER_SECOND = BigInteger.valueOf(1_000_000_000);

    private final Surroundings surroundings;

    @Mixin
    private NodeOptions nodeOptions = new NodeOptions();

    @Mixin
    private Output output = new Output();

    @Parameters(index = "0", paramLabel = "CANISTER", description = "A principal, or the name given at deploy.")
    private String canister = "";

    @Parameters(
            index = "1",
            paramLabel = "SNAPSHOT",
            description = "The number of one of the canister's snapshots, or the id of any.")
    private String snapshot = "";

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    public SnapshotRestoreCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        try (var node = nodeOptions.connect(surroundings)) {
            var management = new ManagementCanister(node);
            var snapshots = new Snapshots(management);
            var id = new CanisterDirectory(management).canister(canister);
            var name = SnapshotName.of(id, snapshot);
            var metadata = snapshots.metadata(name);
            var before = management.status(id);
            Consent.require(surroundings, yes, consequence(metadata, before));
            new Stop(surroundings, management, id, Optional.of(before)).during(() -> {
                snapshots.load(id, name);
                return name;
            });
            print(id, name, before, management.history(id).newestRestorePoint().number());
        }
        return 0;
    }

    private String consequence(SnapshotMetadata metadata, Value before) {
        var seconds = metadata.takenNanos().divide(NANOS_PER_SECOND).longValue();
        return canister + " becomes what snapshot " + snapshot + " has kept since "
                + ShortForm.time(Instant.ofEpochSecond(seconds)) + ".\n  It gets "
                + Bytes.shown(metadata.bytes(Part.HEAP)) + " of heap and " + Bytes.shown(metadata.bytes(Part.STABLE))
                + " of stable memory.\n  It loses " + Standing.ofStatus(before)
                + ", with all that was written since; that is kept as a restore point.\n";
    }

    private void print(Principal id, SnapshotName name, Value before, long restorePoint) {
        output.print(
                surroundings,
                canister + " is what snapshot " + snapshot + " kept. To undo this: decant undo " + canister + " --to "
                        + restorePoint
                        + Stop.notice(canister, before)
                                .map(notice -> "\n" + notice)
                                .orElse(""),
                Json.fields()
                        .with("canister_id", Json.text(id.toString()))
                        .with("snapshot", Json.text(name.hex()))
                        .with("restore_point", Json.number(restorePoint)));
    }
}
