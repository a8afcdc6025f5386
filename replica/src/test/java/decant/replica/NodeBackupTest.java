package decant.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import decant.base.Hash;
import decant.base.Principal;
import decant.canister.Limits;
import decant.store.Archive;
import decant.store.Manifest;
import decant.store.Store;
import decant.wasm.WasmThreads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Backups of a whole node, restored elsewhere.
final class NodeBackupTest {
    @TempDir
    Path folder;

    private Path state() {
        return folder.resolve("state");
    }

    private Manifest backup() {
        try (var archive = Archive.openOrCreate(folder.resolve("backups"))) {
            return NodeBackup.create(state(), archive, 1, (_, _) -> {});
        }
    }

    private Path restored(Manifest manifest) {
        var target = folder.resolve("restored-" + manifest.number());
        try (var archive = Archive.open(folder.resolve("backups"))) {
            NodeBackup.restore(archive, manifest, target, (_, _) -> {});
        }
        return target;
    }

    private static Hash stateHash(Path directory) {
        try (var node = StoppedNode.open(directory)) {
            return node.stateHash();
        }
    }

    /// {@return the hashes of the states after all batches, as the whole log leads to them}
    private static Map<Long, Hash> replayed(Path directory) throws InterruptedException {
        Map<Long, Hash> hashes = new HashMap<>();
        var config = ReplicaConfig.of(directory);
        var keys = NodeKeys.openOrCreate(directory.resolve("keys"), config.entropy());
        var threads = WasmThreads.factory("replay");
        var thread = threads.newThread(() -> {
            try (var log = InputLog.open(directory.resolve("log"));
                    var machine = new Machine(keys, Limits.DEFAULT)) {
                var genesis = machine.genesis(Replica.charter(config));
                machine.replay(
                        genesis,
                        log,
                        round -> hashes.put(round.state().height(), StateRecords.stateHash(round.state())));
            }
        });
        thread.start();
        thread.join();
        return hashes;
    }

    @Test
    void whatIsRestoredIsTheStateOfABatchWhileTheNodeServed() throws InterruptedException {
        Principal canister;
        var manifests = new ArrayList<Manifest>();
        var isOver = new AtomicBoolean();
        try (var node = Node.in(
                state(), config -> config.withCheckpointEvery(7, 1 << 20).keepingWholeLog())) {
            canister = node.installProbe();
            var writer = Thread.ofPlatform().start(() -> {
                for (int call = 0; !isOver.get(); call++) {
                    node.add(canister, call % 50);
                }
            });
            for (int i = 0; i < 12; i++) {
                long answered = node.replica().status().height();
                var manifest = backup();
                assertThat(manifest.log().last()).as("what was answered before").isGreaterThanOrEqualTo(answered);
                manifests.add(manifest);
            }
            isOver.set(true);
            writer.join();
        }
        var hashes = replayed(state());
        for (var manifest : manifests) {
            assertThat(stateHash(restored(manifest)))
                    .as(
                            "backup %d, of batch %d",
                            manifest.number(), manifest.log().last())
                    .isEqualTo(hashes.get(manifest.log().last()));
        }
        assertThat(manifests.getFirst().height()).isLessThan(manifests.getLast().height());
    }

    @Test
    void aRestoredNodeGoesOnUnderItsName() throws IOException {
        Principal canister;
        byte[] rootKey;
        try (var node = Node.in(state())) {
            canister = node.installProbe();
            node.add(canister, 3);
            rootKey = node.replica().status().rootKeyDer();
        }
        var target = restored(backup());
        assertThat(stateHash(target)).isEqualTo(stateHash(state()));
        assertThat(target.resolve("operator.pem")).hasSameBinaryContentAs(state().resolve("operator.pem"));
        assertThat(folder.resolve("restored-1.unfinished")).doesNotExist();
        try (var node = Node.in(target)) {
            assertThat(node.replica().status().rootKeyDer()).isEqualTo(rootKey);
            assertThat(node.add(canister, 3)).isEqualTo(2);
        }
        try (var archive = Archive.open(folder.resolve("backups"))) {
            var manifest = archive.manifests().get(1L);
            assertThatThrownBy(() -> NodeBackup.restore(archive, manifest, target, (_, _) -> {}))
                    .hasMessageContaining("is not empty; name a directory that is, or a new one");
        }
        assertThatThrownBy(() -> {
                    try (var archive = Archive.openOrCreate(folder.resolve("others"))) {
                        NodeBackup.create(folder, archive, 1, (_, _) -> {});
                    }
                })
                .hasMessageContaining("is not the state directory of a node");
        assertThat(folder.resolve("backups/native")).isEmptyDirectory();
    }

    @Test
    void imagesThatShareFilesShareThemAgain() throws IOException {
        try (var node = Node.in(state())) {
            var canister = node.installProbe();
            for (int slot = 0; slot < 40; slot++) {
                node.add(canister, slot);
            }
            node.manage("take_canister_snapshot", canister);
            node.manage("take_canister_snapshot", canister);
        }
        var target = restored(backup());
        assertThat(bytes(target.resolve("store/overlays")))
                .isLessThanOrEqualTo(bytes(state().resolve("store/overlays")));
        try (var before = Store.open(state().resolve("store"));
                var after = Store.open(target.resolve("store"))) {
            var images = before.latest().orElseThrow().images();
            assertThat(images).hasSizeGreaterThan(4);
            after.latest()
                    .orElseThrow()
                    .images()
                    .forEach((name, image) -> assertThat(image.hash())
                            .as(name)
                            .isEqualTo(images.get(name).hash()));
        }
    }

    private static long bytes(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }
}
