package decant.canister;

import decant.base.Hash;
import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.Value;
import decant.canister.CanisterKit.Canister;
import decant.canister.CanisterKit.Result;
import decant.canister.state.Calls;
import decant.canister.state.CanisterLog;
import decant.canister.state.CanisterState;
import decant.canister.state.History;
import decant.canister.state.Snapshot;
import decant.canister.state.SnapshotId;
import decant.canister.state.StateFormat;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import org.pcollections.AmortizedPQueue;

/// The methods for snapshots, called as a controller calls them.
final class SnapshotKit {
    private static final int SLICE_BYTES = 2_000_000;

    private final CanisterKit kit;

    SnapshotKit(CanisterKit kit) {
        this.kit = kit;
    }

    Result call(String method, Canister canister, String more) {
        return callAs(CanisterKit.CONTROLLER, method, canister, more);
    }

    Result callAs(Principal sender, String method, Canister canister, String more) {
        return kit.manage(
                sender, method, "(record { canister_id = principal \"" + canister.id() + "\"; " + more + " })");
    }

    static String named(SnapshotId id) {
        return "snapshot_id = " + blob(id.bytes()) + "; ";
    }

    static String blob(byte[] bytes) {
        var text = new StringBuilder("blob \"");
        for (byte b : bytes) {
            text.append('\\').append(HexFormat.of().toHexDigits(b));
        }
        return text.append('"').toString();
    }

    SnapshotId take(Canister canister) {
        return id(call("take_canister_snapshot", canister, "").value("take_canister_snapshot"), "id");
    }

    static SnapshotId id(Value record, String field) {
        return SnapshotId.of(record.field(field).toBytes()).orElseThrow();
    }

    Result load(Canister canister, SnapshotId id) {
        return call("load_canister_snapshot", canister, named(id));
    }

    Snapshot snapshot(SnapshotId id) {
        return kit.subnet().snapshot(id).orElseThrow();
    }

    Value metadata(Canister canister, SnapshotId id) {
        return call("read_canister_snapshot_metadata", canister, named(id)).value("read_canister_snapshot_metadata");
    }

    byte[] read(Canister canister, SnapshotId id, String kind, long offset, long size) {
        var slice = "kind = variant { " + kind + " = record { offset = " + offset + "; size = " + size + " } }";
        return call("read_canister_snapshot_data", canister, named(id) + slice)
                .value("read_canister_snapshot_data")
                .field("chunk")
                .toBytes();
    }

    Result write(Canister canister, SnapshotId id, String kind, long offset, byte[] bytes) {
        var place = "kind = variant { " + kind + " = record { offset = " + offset + " } }; chunk = " + blob(bytes);
        return call("upload_canister_snapshot_data", canister, named(id) + place);
    }

    /// Begins the upload of a snapshot like one that there is.
    SnapshotId begin(Canister canister, Value metadata) {
        var method = "upload_canister_snapshot_metadata";
        var argument = Value.record()
                .with("canister_id", Value.principal(canister.id()))
                .with("replace_snapshot", Value.none());
        for (String field : List.of(
                "wasm_module_size",
                "globals",
                "wasm_memory_size",
                "stable_memory_size",
                "certified_data",
                "global_timer",
                "on_low_wasm_memory_hook_status")) {
            argument = argument.with(field, metadata.field(field));
        }
        var bytes = Candid.encode(List.of(argument), CanisterKit.type(method).argumentTypes());
        return id(kit.manage(CanisterKit.CONTROLLER, method, bytes).value(method), "snapshot_id");
    }

    /// Copies a snapshot as a client does: reads it slice by slice, and uploads it to `target`.
    SnapshotId copy(Canister source, SnapshotId id, Canister target) {
        var metadata = metadata(source, id);
        var copy = begin(target, metadata);
        for (String kind : List.of("wasm_module", "wasm_memory", "stable_memory")) {
            long size = metadata.field(kind + "_size").toLong();
            for (long offset = 0; offset < size; offset += SLICE_BYTES) {
                byte[] slice = read(source, id, kind, offset, Math.min(SLICE_BYTES, size - offset));
                write(target, copy, kind, offset, slice).reply();
            }
        }
        for (Value chunk : metadata.field("wasm_chunk_store").items()) {
            var wanted = "kind = variant { wasm_chunk = record { hash = " + chunk.field("hash") + " } }";
            var bytes = call("read_canister_snapshot_data", source, named(id) + wanted)
                    .value("read_canister_snapshot_data")
                    .field("chunk");
            call(
                            "upload_canister_snapshot_data",
                            target,
                            named(copy) + "kind = variant { wasm_chunk }; chunk = " + bytes)
                    .reply();
        }
        return copy;
    }

    /// {@return a hash of what a snapshot brings back, whichever canister has it}
    static Hash loadable(CanisterState canister) {
        var bare = new CanisterState(
                Principal.ofCanisterNumber(0),
                canister.name(),
                canister.status(),
                canister.settings(),
                0,
                canister.cycles(),
                canister.reservedCycles(),
                canister.account(),
                canister.code(),
                canister.certifiedData(),
                0,
                canister.lowMemoryHook(),
                Calls.NONE,
                AmortizedPQueue.empty(),
                History.NONE,
                CanisterLog.EMPTY,
                canister.chunkStore(),
                canister.queryStats(),
                0,
                OptionalLong.empty());
        return StateFormat.canisterHash(bare);
    }
}
