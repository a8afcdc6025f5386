package decant.replica;

import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Principal;
import decant.candid.Value;
import decant.canister.state.StateFormat;
import decant.store.Store;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Snapshots are as durable as the canisters that they keep.
final class SnapshotDurabilityTest {
    private static final int STABLE_BYTES = 1 << 20;

    @TempDir
    private Path directory;

    private Path original() {
        return directory.resolve("original");
    }

    private static Value.Record about(Principal canister) {
        return Value.record().with("canister_id", Value.principal(canister));
    }

    private static Value take(Node node, Principal canister) {
        return node.manage("take_canister_snapshot", canister, about(canister)).field("id");
    }

    private static void load(Node node, Principal canister, Value snapshot) {
        node.manage("load_canister_snapshot", canister, about(canister).with("snapshot_id", snapshot));
    }

    /// {@return the id of a snapshot whose upload has begun}
    private static Value begin(Node node, Principal canister) {
        var metadata = about(canister)
                .with("wasm_module_size", Value.nat64(1))
                .with("globals", Value.vec(List.of()))
                .with("wasm_memory_size", Value.nat64(0))
                .with("stable_memory_size", Value.nat64(STABLE_BYTES))
                .with("certified_data", Value.blob(new byte[0]));
        return node.manage("upload_canister_snapshot_metadata", canister, metadata)
                .field("snapshot_id");
    }

    private static void write(Node node, Principal canister, Value snapshot, long offset, byte[] bytes) {
        var place = Value.variant("stable_memory", Value.record().with("offset", Value.nat64(offset)));
        node.manage(
                "upload_canister_snapshot_data",
                canister,
                about(canister)
                        .with("snapshot_id", snapshot)
                        .with("kind", place)
                        .with("chunk", Value.blob(bytes)));
    }

    @Test
    void aSnapshotIsLoadedAfterARestart() {
        try (var node = Node.in(original())) {
            var probe = node.installProbe();
            node.add(probe, 1);
            var snapshot = take(node, probe);
            node.add(probe, 1);
            var hash = node.replica().stateHash();
            node.restart();
            assertThat(node.replica().stateHash()).isEqualTo(hash);
            load(node, probe, snapshot);
            assertThat(node.get(probe, 1)).isEqualTo(1);
            node.restart();
            assertThat(node.add(probe, 1)).isEqualTo(2);
            node.manage("delete_canister_snapshot", probe, about(probe).with("snapshot_id", snapshot));
            node.restart();
            assertThat(node.add(probe, 1)).isEqualTo(3);
        }
    }

    @Test
    void anUploadGoesOnAfterARestart() {
        try (var node = Node.in(original())) {
            var canister = node.create();
            var snapshot = begin(node, canister);
            write(node, canister, snapshot, 70_000, new byte[] {1});
            node.restart();
            write(node, canister, snapshot, 70_001, new byte[] {2});
            var hash = node.replica().stateHash();
            node.restart();
            assertThat(node.replica().stateHash()).isEqualTo(hash);
        }
    }

    @Test
    void crashesAndReplaysEndInTheSameState() {
        try (var node =
                Node.in(original(), config -> config.keepingWholeLog().withCheckpointEvery(3, Long.MAX_VALUE))) {
            var probe = node.installProbe();
            var other = node.create();
            var upload = begin(node, other);
            for (int i = 0; i < 9; i++) {
                node.add(probe, i);
                var snapshot = take(node, probe);
                node.add(probe, i);
                load(node, i % 2 == 0 ? probe : other, snapshot);
                write(node, other, upload, i * 5_000L, new byte[5_000]);
                write(node, other, upload, i * 7_000L, new byte[] {1, 2, 3});
                if (i % 3 == 2) {
                    node.manage("delete_canister_snapshot", probe, about(probe).with("snapshot_id", snapshot));
                }
            }
            CrashAndReplay.expectSameState(node, original(), directory, _ -> {});
        }
    }

    @Test
    void afterACheckpointNothingOfASnapshotIsLeftInMemory() {
        try (var node = Node.in(original())) {
            var probe = node.installProbe();
            node.add(probe, 1);
            var upload = begin(node, probe);
            write(node, probe, upload, 0, new byte[] {1});
            var state = node.replica().state();
            var written = StateFormat.images(state.subnet());
            var snapshot = take(node, probe);
            load(node, probe, snapshot);
            var later = node.replica().state();
            node.replica().close();
            try (var store = Store.open(directory.resolve("other"))) {
                var durable = store.write(StateRecords.encode(state));
                var rebased = StateRecords.rebase(later, written, durable);

                assertThat(StateRecords.deltaPages(later.subnet(), probe)).isPositive();
                assertThat(StateRecords.deltaPages(rebased.subnet(), probe)).isZero();
                assertThat(StateRecords.stateHash(rebased)).isEqualTo(StateRecords.stateHash(later));
            }
        }
    }

    @Test
    void checkpointsWriteWhatIsSharedOnce() {
        try (var node = Node.in(original())) {
            var probe = node.installProbe();
            node.add(probe, 1);
            for (int i = 0; i < 5; i++) {
                take(node, probe);
            }
            var state = node.replica().state();
            node.replica().close();
            try (var store = Store.open(directory.resolve("other"))) {
                var durable = store.write(StateRecords.encode(state));
                var heap = "canister/" + probe + "/heap";
                for (int i = 0; i < 5; i++) {
                    assertThat(durable.get("snapshot/" + probe + "/" + i + "/heap"))
                            .isSameAs(durable.get(heap));
                }
            }
        }
    }
}
