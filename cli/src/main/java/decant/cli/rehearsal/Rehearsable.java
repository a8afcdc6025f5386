package decant.cli.rehearsal;

import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.Value;
import decant.canister.state.SubnetState;
import decant.cli.backup.BackupDirectory;
import decant.cli.host.EmbeddedNode;
import decant.cli.modules.ModuleFile;
import decant.cli.node.CanisterDirectory;
import decant.cli.node.ManagementCanister;
import decant.cli.node.NodeClient;
import decant.cli.node.NodeOptions;
import decant.cli.node.Standing;
import decant.cli.snapshot.SnapshotFolder;
import decant.cli.snapshot.SnapshotUploader;
import decant.cli.snapshot.Snapshots;
import decant.cli.snapshot.StoredSnapshot;
import decant.cli.snapshot.UploadProgress;
import decant.cli.terminal.CommandFailure;
import decant.cli.terminal.Progress;
import decant.cli.terminal.Surroundings;
import decant.cli.terminal.TemporaryFolder;
import decant.cli.upgrade.InstallMode;
import decant.cli.upgrade.UpgradeOptions;
import decant.replica.NodeBackup;
import decant.replica.StoppedNode;
import decant.store.Archive;
import decant.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// A canister that an upgrade can be rehearsed of, wherever it lies.
interface Rehearsable extends AutoCloseable {
    boolean hasCode();

    /// {@return whether its module has enhanced orthogonal persistence, so that its heap is its data}
    boolean isPersistent();

    /// {@return the record `rehearsal` of the management canister's interface}
    ///
    /// @param request the argument of `decant_rehearse` but for the canister
    Value rehearse(Value.Record request);

    @Override
    void close();

    /// {@return the canister of this name}
    ///
    /// @param name of a canister, the directory of a snapshot, or a canister in a directory of backups
    /// @param state the state directory of a node that does not run, if it is there
    /// @param backup the number of a backup; else the newest is meant
    static Rehearsable of(
            Surroundings surroundings, NodeOptions options, String name, Optional<Path> state, Optional<Long> backup) {
        if (state.isPresent()) {
            return InState.of(surroundings.folder().resolve(state.get()), name);
        }
        var folder = surroundings.folder().resolve(name);
        if (Made.isInBackup(folder)) {
            return Made.ofBackup(surroundings, folder, backup);
        }
        if (backup.isPresent()) {
            throw new CommandFailure(
                    "--backup is a number of a backup, and " + name + " is in none: it would be DIR/CANISTER.");
        }
        return Made.isSnapshot(folder)
                ? Made.ofSnapshot(surroundings, options, folder)
                : OnNode.of(options.connect(surroundings), name);
    }

    /// {@return the argument of `decant_rehearse`, but for the canister, for an upgrade to the code that it has and for
    /// nothing else}
    default Value.Record toItself(long valueCharactersMax) {
        var mode = new UpgradeOptions().toCandid(InstallMode.UPGRADE, isPersistent(), false, Optional.empty());
        return Value.record()
                .with("mode", mode)
                .with("wasm_module", Value.blob(new byte[0]))
                .with("arg", Value.blob(Candid.encode(List.of())))
                .with("probes", Value.some(Value.text("only")))
                .with("replay", Value.none())
                .with("forward_nanos", Value.some(Value.nat64(0)))
                .with("downgrade", Value.some(Value.bool(false)))
                .with("bisect", Value.none())
                .with("value_characters", Value.some(Value.nat64(valueCharactersMax)))
                .with("acknowledged_findings", Value.none());
    }

    String PERSISTENCE = "enhanced-orthogonal-persistence";

    /// A canister on a node that runs.
    ///
    /// @param client closed with this
    record OnNode(NodeClient client, ManagementCanister management, Principal id) implements Rehearsable {
        static OnNode of(NodeClient client, String name) {
            try {
                var management = new ManagementCanister(client);
                return new OnNode(client, management, new CanisterDirectory(management).canister(name));
            } catch (RuntimeException e) {
                client.close();
                throw e;
            }
        }

        @Override
        public boolean hasCode() {
            return Standing.ofStatus(management.status(id)).module().isPresent();
        }

        @Override
        public boolean isPersistent() {
            return client.metadata(id, PERSISTENCE).isPresent();
        }

        @Override
        public Value rehearse(Value.Record request) {
            return management.rehearse(id, request);
        }

        @Override
        public void close() {
            client.close();
        }
    }

    /// A canister in the state of a node that does not run.
    ///
    /// @param node closed with this
    record InState(StoppedNode node, Principal id, Optional<ModuleFile> module) implements Rehearsable {
        static InState of(Path stateFolder, String name) {
            StoppedNode node;
            try {
                node = StoppedNode.open(stateFolder);
            } catch (IllegalStateException | StoreException e) {
                throw new CommandFailure("The state cannot be read: " + e.getMessage() + ".", e);
            }
            return of(node, name);
        }

        /// @param node closed with this
        static InState of(StoppedNode node, String name) {
            try {
                var canister = CanisterDirectory.find(node.subnet(), name)
                        .orElseThrow(() -> new CommandFailure("There is no canister \"" + name + "\" in this state."));
                var module = canister.code()
                        .map(code -> ModuleFile.of(name, code.module().bytes()));
                return new InState(node, canister.id(), module);
            } catch (RuntimeException e) {
                node.close();
                throw e;
            }
        }

        @Override
        public boolean hasCode() {
            return module.isPresent();
        }

        @Override
        public boolean isPersistent() {
            return module.flatMap(installed -> installed.text(PERSISTENCE)).isPresent();
        }

        @Override
        public Value rehearse(Value.Record request) {
            return ManagementCanister.rehearse(id, request, node::rehearse);
        }

        @Override
        public void close() {
            node.close();
        }
    }

    /// A canister that was made for the rehearsal: of a backup or a snapshot, in a temporary folder.
    ///
    /// @param end gives back what it was made on, when nobody uses it any more
    record Made(Rehearsable canister, Runnable end) implements Rehearsable {
        /// {@return whether the path is that of a directory with backups and, behind it, a canister}
        static boolean isInBackup(Path path) {
            var parent = path.getParent();
            return parent != null && Archive.isArchive(parent);
        }

        /// {@return whether a snapshot lies there}
        static boolean isSnapshot(Path folder) {
            return Files.exists(folder.resolve(SnapshotFolder.METADATA));
        }

        /// {@return a canister in the state of a node of which as much is restored as it needs}
        static Made ofBackup(Surroundings surroundings, Path path, Optional<Long> number) {
            var name = String.valueOf(path.getFileName());
            var backups = new BackupDirectory(Objects.requireNonNull(path.getParent()));
            var folder = TemporaryFolder.create("decant-rehearsal-");
            try {
                return backups.open(archive -> {
                    var manifest = backups.chosen(archive, number);
                    var target = folder.path().resolve("state");
                    var part = new Progress(surroundings)
                            .measured(
                                    "Reading",
                                    progress -> NodeBackup.restorePart(
                                            archive, manifest, subnet -> find(subnet, name), target, progress));
                    return new Made(InState.of(StoppedNode.open(part), name), folder::close);
                });
            } catch (RuntimeException e) {
                folder.close();
                throw e;
            }
        }

        private static Principal find(SubnetState subnet, String name) {
            return CanisterDirectory.find(subnet, name)
                    .orElseThrow(() -> new CommandFailure("There is no canister \"" + name + "\" in this backup."))
                    .id();
        }

        /// {@return a canister on a node of its own, into which the snapshot was loaded}
        static Made ofSnapshot(Surroundings surroundings, NodeOptions options, Path path) {
            var stored = StoredSnapshot.read(surroundings, new SnapshotFolder(path));
            var folder = TemporaryFolder.create("decant-rehearsal-");
            try {
                var node = EmbeddedNode.start(folder.path().resolve("state"), 0);
                try {
                    var client = options.connectTo(surroundings, node);
                    var management = new ManagementCanister(client);
                    var id = management.create();
                    load(surroundings, new Snapshots(management), id, stored, new SnapshotFolder(folder.path()));
                    return new Made(new OnNode(client, management, id), () -> {
                        node.close();
                        folder.close();
                    });
                } catch (RuntimeException e) {
                    node.close();
                    throw e;
                }
            } catch (RuntimeException e) {
                folder.close();
                throw e;
            }
        }

        private static void load(
                Surroundings surroundings,
                Snapshots snapshots,
                Principal id,
                StoredSnapshot stored,
                SnapshotFolder notes) {
            var name = snapshots.beginUpload(id, stored.metadata(), Optional.empty());
            var uploader = new SnapshotUploader(snapshots, stored, UploadProgress.begun(notes, name));
            try {
                new Progress(surroundings).measured("Reading", stored.metadata().bytes(), uploader::upload);
            } catch (IOException e) {
                throw new CommandFailure("The snapshot cannot be read: " + CommandFailure.reason(e) + ".", e);
            }
            snapshots.load(id, name);
        }

        @Override
        public boolean hasCode() {
            return canister.hasCode();
        }

        @Override
        public boolean isPersistent() {
            return canister.isPersistent();
        }

        @Override
        public Value rehearse(Value.Record request) {
            return canister.rehearse(request);
        }

        @Override
        public void close() {
            canister.close();
            end.run();
        }
    }
}
