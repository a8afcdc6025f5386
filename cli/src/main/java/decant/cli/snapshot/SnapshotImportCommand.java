package decant.cli.snapshot;

import decant.base.Principal;
import decant.cli.host.EmbeddedNode;
import decant.cli.json.Json;
import decant.cli.node.CanisterDirectory;
import decant.cli.node.ManagementCanister;
import decant.cli.node.NodeOptions;
import decant.cli.terminal.CommandFailure;
import decant.cli.terminal.Output;
import decant.cli.terminal.Progress;
import decant.cli.terminal.Surroundings;
import decant.replica.StoppedNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Makes a snapshot of a canister out of a directory.
@Command(
        name = "import",
        description = "Make a snapshot of a canister out of a directory.",
        footer = {
            "",
            "The directory may be written by `decant snapshot export`, `icp canister snapshot download` or dfx. It is"
                    + " checked first; with decant.json beside it, every byte. The canister stays what it is until the"
                    + " snapshot is restored. An import that was interrupted goes on when the same command is run again.",
            "",
            "Examples:",
            "  decant snapshot import backup/vault vault",
            "  decant snapshot restore vault 4",
            "  decant snapshot import backup/vault vault --state .decant          no node is running"
        })
public final class SnapshotImportCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private NodeOptions nodeOptions = new NodeOptions();

    @Mixin
    private Output output = new Output();

    @Parameters(index = "0", paramLabel = "DIR", description = "The directory of the snapshot.")
    private Path directory = Path.of("");

    @Parameters(index = "1", paramLabel = "CANISTER", description = "A principal, or the name given at deploy.")
    private String canister = "";

    @Option(
            names = "--replace",
            paramLabel = "SNAPSHOT",
            description = "Delete this snapshot for the new one. A canister has at most 10.")
    private Optional<String> replaced = Optional.empty();

    @Option(
            names = "--state",
            paramLabel = "STATE",
            description = "Run the node of this state directory for the import alone, instead of asking one that runs.")
    private Optional<Path> state = Optional.empty();

    public SnapshotImportCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var folder = new SnapshotFolder(surroundings.folder().resolve(directory));
        var stored = StoredSnapshot.read(surroundings, folder);
        if (!stored.hasChecksums()) {
            surroundings
                    .err()
                    .println("Note: there is no " + SnapshotFolder.SIDECAR + " in " + directory
                            + ", so nothing tells whether a byte of the memories was damaged.");
        }
        if (state.isPresent()) {
            var stateFolder = surroundings.folder().resolve(state.get());
            if (!StoppedNode.isStateDirectory(stateFolder)) {
                throw new CommandFailure(stateFolder + " is not the state directory of a node.");
            }
            try (var node = EmbeddedNode.start(stateFolder, 0);
                    var client = nodeOptions.connectTo(surroundings, node)) {
                run(new ManagementCanister(client), folder, stored);
            }
        } else {
            try (var client = nodeOptions.connect(surroundings)) {
                run(new ManagementCanister(client), folder, stored);
            }
        }
        return 0;
    }

    private void run(ManagementCanister management, SnapshotFolder folder, StoredSnapshot stored) {
        var id = new CanisterDirectory(management).canister(canister);
        var snapshots = new Snapshots(management);
        var progress = UploadProgress.unfinished(folder)
                .filter(unfinished -> goesOn(snapshots, id, unfinished.snapshot()))
                .orElseGet(() -> UploadProgress.begun(
                        folder,
                        snapshots.beginUpload(id, stored.metadata(), replaced.map(text -> SnapshotName.of(id, text)))));
        try {
            new Progress(surroundings)
                    .measured(
                            "Importing",
                            stored.metadata().bytes(),
                            new SnapshotUploader(snapshots, stored, progress)::upload);
        } catch (IOException e) {
            throw new CommandFailure(folder.path() + " cannot be read: " + CommandFailure.reason(e) + ".", e);
        }
        progress.delete();
        print(id, progress.snapshot());
    }

    /// {@return whether the snapshot of an unfinished upload is still there, and of this canister}
    private static boolean goesOn(Snapshots snapshots, Principal canister, SnapshotName snapshot) {
        return snapshot.canister().equals(canister)
                && snapshots.list(canister).stream()
                        .anyMatch(listed -> listed.name().equals(snapshot));
    }

    private void print(Principal id, SnapshotName snapshot) {
        output.print(
                surroundings,
                directory + " is snapshot " + snapshot.number() + " of " + canister
                        + " now. To make the canister what it keeps: decant snapshot restore " + canister + " "
                        + snapshot.number(),
                Json.fields()
                        .with("snapshot", Json.text(snapshot.hex()))
                        .with("canister_id", Json.text(id.toString()))
                        .with("number", Json.number(snapshot.number())));
    }
}
