package decant.cli.snapshot;

import decant.base.Hash;
import decant.base.Principal;
import decant.candid.Value;
import decant.cli.node.ManagementCanister;
import decant.cli.snapshot.SnapshotFolder.Part;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The snapshots that a node keeps of canisters, by way of its management canister.
public record Snapshots(ManagementCanister management) {

    /// One snapshot of a canister, as the list of snapshots tells.
    record Listed(SnapshotName name, Instant taken, long bytes) {
        private static Listed of(Value snapshot) {
            long nanos = snapshot.field("taken_at_timestamp").toLong();
            return new Listed(
                    SnapshotName.of(snapshot.field("id").toBytes()),
                    Instant.ofEpochSecond(nanos / 1_000_000_000, nanos % 1_000_000_000),
                    snapshot.field("total_size").toLong());
        }
    }

    Listed take(Principal canister, Optional<SnapshotName> replaced) {
        var argument = ManagementCanister.ofCanister(canister)
                .with("replace_snapshot", Value.opt(replaced.map(SnapshotName::toValue)))
                .with("uninstall_code", Value.none())
                .with("sender_canister_version", Value.none());
        return Listed.of(management.call(canister, "take_canister_snapshot", argument));
    }

    List<Listed> list(Principal canister) {
        return management
                .call(canister, "list_canister_snapshots", ManagementCanister.ofCanister(canister))
                .items()
                .stream()
                .map(Listed::of)
                .toList();
    }

    public void load(Principal canister, SnapshotName snapshot) {
        var argument = ManagementCanister.ofCanister(canister)
                .with("snapshot_id", snapshot.toValue())
                .with("sender_canister_version", Value.none());
        management.call(canister, "load_canister_snapshot", argument);
    }

    void delete(SnapshotName snapshot) {
        management.call(snapshot.canister(), "delete_canister_snapshot", ofSnapshot(snapshot));
    }

    SnapshotMetadata metadata(SnapshotName snapshot) {
        return new SnapshotMetadata(
                management.call(snapshot.canister(), "read_canister_snapshot_metadata", ofSnapshot(snapshot)));
    }

    byte[] chunk(SnapshotName snapshot, Hash hash) {
        var wanted = Value.variant("wasm_chunk", Value.record().with("hash", Value.blob(hash.bytes())));
        return management
                .call(
                        snapshot.canister(),
                        "read_canister_snapshot_data",
                        ofSnapshot(snapshot).with("kind", wanted))
                .field("chunk")
                .toBytes();
    }

    /// Some bytes of a snapshot.
    record Slice(long offset, byte[] bytes) {}

    /// {@return the bytes that come next from an offset on, zeros left out; none at the end if there are none}
    Slice nextData(SnapshotName snapshot, Part part, long offset) {
        var argument =
                ofSnapshot(snapshot).with("kind", Value.variant(part.kind())).with("offset", Value.nat64(offset));
        var reply = management.query(snapshot.canister(), "decant_next_snapshot_data", List.of(argument));
        return new Slice(reply.field("offset").toLong(), reply.field("chunk").toBytes());
    }

    /// {@return the snapshot that is to be uploaded}
    public SnapshotName beginUpload(Principal canister, SnapshotMetadata metadata, Optional<SnapshotName> replaced) {
        var argument = metadata.toUpload(canister, replaced.map(SnapshotName::toValue));
        return SnapshotName.of(management
                .call(canister, "upload_canister_snapshot_metadata", argument)
                .field("snapshot_id")
                .toBytes());
    }

    void uploadData(SnapshotName snapshot, Part part, long offset, byte[] bytes) {
        upload(snapshot, Value.variant(part.kind(), Value.record().with("offset", Value.nat64(offset))), bytes);
    }

    void uploadChunk(SnapshotName snapshot, byte[] chunk) {
        upload(snapshot, Value.variant("wasm_chunk"), chunk);
    }

    private void upload(SnapshotName snapshot, Value kind, byte[] bytes) {
        management.call(
                snapshot.canister(),
                "upload_canister_snapshot_data",
                ofSnapshot(snapshot).with("kind", kind).with("chunk", Value.blob(bytes)));
    }

    private static Value.Record ofSnapshot(SnapshotName snapshot) {
        return ManagementCanister.ofCanister(snapshot.canister()).with("snapshot_id", snapshot.toValue());
    }
}
