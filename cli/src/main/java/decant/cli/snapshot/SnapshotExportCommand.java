package decant.cli.snapshot;

import decant.canister.state.Snapshot;
import decant.canister.state.SnapshotId;
import decant.canister.state.SubnetState;
import decant.cli.json.Json;
import decant.cli.node.CanisterDirectory;
import decant.cli.node.ManagementCanister;
import decant.cli.node.NodeOptions;
import decant.cli.terminal.Bytes;
import decant.cli.terminal.CommandFailure;
import decant.cli.terminal.Output;
import decant.cli.terminal.Surroundings;
import decant.replica.StoppedNode;
import decant.store.StoreException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Writes a snapshot into a directory.
@Command(
        name = "export",
        description = "Write a canister, or a snapshot of it, into a directory.",
        footer = {
            "",
            "The directory is of the format of `icp canister snapshot download` and dfx, which can upload it. A file beside"
                    + " it, decant.json, has checksums. Zeros are not read and not written: the files have holes there."
                    + " An export that was interrupted goes on when the same command is run again.",
            "",
            "Of a canister, a snapshot is taken, and deleted when it is exported.",
            "",
            "Examples:",
            "  decant snapshot export vault backup/vault",
            "  decant snapshot export 0000000000000003ffffffffff9000010101 backup/vault-3",
            "  decant snapshot export vault backup/vault --state .decant          no node is running"
        })
public final class SnapshotExportCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private NodeOptions nodeOptions = new NodeOptions();

    @Mixin
    private Output output = new Output();

    @Parameters(
            index = "0",
            paramLabel = "CANISTER|SNAPSHOT",
            description = "A canister's principal, or the name given at deploy; or a snapshot's id.")
    private String what = "";

    @Parameters(index = "1", paramLabel = "DIR", description = "A directory that is empty, or is made.")
    private Path directory = Path.of("");

    @Option(
            names = "--state",
            paramLabel = "STATE",
            description = "Read the state directory of a node that does not run, instead of asking one that does.")
    private Optional<Path> state = Optional.empty();

    public SnapshotExportCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var folder = new SnapshotFolder(surroundings.folder().resolve(directory));
        if (state.isPresent()) {
            exportFrom(surroundings.folder().resolve(state.get()), folder);
        } else {
            try (var node = nodeOptions.connect(surroundings)) {
                exportFrom(new ManagementCanister(node), folder);
            }
        }
        return 0;
    }

    private void exportFrom(ManagementCanister management, SnapshotFolder folder) {
        var snapshots = new Snapshots(management);
        var named = SnapshotName.ofHex(what);
        if (named.isPresent()) {
            print(run(folder, new NodeSnapshot(snapshots, named.get()), false));
            return;
        }
        var canister = new CanisterDirectory(management).canister(what);
        var snapshot = ExportJournal.unfinished(folder)
                .filter(ExportJournal.Header::temporary)
                .flatMap(unfinished -> SnapshotName.ofHex(unfinished.snapshot()))
                .filter(name -> name.canister().equals(canister))
                .orElseGet(() -> snapshots.take(canister, Optional.empty()).name());
        var sidecar = run(folder, new NodeSnapshot(snapshots, snapshot), true);
        snapshots.delete(snapshot);
        print(sidecar);
    }

    private void exportFrom(Path stateFolder, SnapshotFolder folder) {
        try (var node = StoppedNode.open(stateFolder)) {
            print(run(folder, source(node.subnet()), false));
        } catch (IllegalStateException | StoreException e) {
            throw new CommandFailure("The state cannot be read: " + e.getMessage() + ".", e);
        }
    }

    private SnapshotSource source(SubnetState subnet) {
        var named = SnapshotName.ofHex(what);
        if (named.isPresent()) {
            var snapshot = subnet.snapshot(named.get().id())
                    .orElseThrow(() -> new CommandFailure("There is no snapshot " + what + " in this state."));
            return new StateSnapshot(what, snapshot);
        }
        var canister = CanisterDirectory.find(subnet, what)
                .orElseThrow(() -> new CommandFailure("There is no canister \"" + what + "\" in this state."));
        var code = canister.code()
                .orElseThrow(() -> new CommandFailure(what + " has no code, so there is nothing to export."));
        var id = new SnapshotId(canister.id(), subnet.snapshots(canister.id()).nextNumber());
        return new StateSnapshot(canister.id().toString(), Snapshot.of(canister, code, id, subnet.timeNanos()));
    }

    private SnapshotSidecar run(SnapshotFolder folder, SnapshotSource source, boolean temporary) {
        var sidecar = new SnapshotExport(surroundings, folder, source, temporary).run();
        var lost = source.metadata().globalsWithoutNumber();
        if (!lost.isEmpty()) {
            surroundings
                    .err()
                    .println("Note: the values of the globals " + lost + " are infinite or not a number, for which"
                            + " metadata.json has only null. decant.json keeps them, so `decant snapshot import` will"
                            + " bring them back; icp and dfx will not accept this directory.");
        }
        return sidecar;
    }

    private void print(SnapshotSidecar sidecar) {
        long bytes = sidecar.memories().values().stream()
                .mapToLong(FileBlocks::bytes)
                .sum();
        long written = sidecar.memories().values().stream()
                .mapToLong(memory -> memory.hashes().keySet().stream()
                        .mapToLong(memory::length)
                        .sum())
                .sum();
        output.print(
                surroundings,
                what + " is in " + directory + ": " + Bytes.shown(bytes) + " of memory, " + Bytes.shown(written)
                        + " of it in use.",
                Json.fields()
                        .with("snapshot", Json.text(sidecar.snapshot()))
                        .with("directory", Json.text(directory.toString()))
                        .with("memory_bytes", Json.number(bytes))
                        .with("written_bytes", Json.number(written)));
    }
}
