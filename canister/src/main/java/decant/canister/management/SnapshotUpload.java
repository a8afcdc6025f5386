package decant.canister.management;

import decant.base.Hash;
import decant.candid.Value;
import decant.canister.cycles.Prices;
import decant.canister.state.ErrorCode;
import decant.canister.state.MemoryImage;
import decant.canister.state.Snapshot;
import decant.canister.state.Snapshot.Uploaded;
import decant.canister.state.SnapshotId;
import decant.store.PageMap;
import java.math.BigInteger;
import java.util.List;
import org.pcollections.TreePMap;
import org.pcollections.TreePVector;

/// Takes snapshots in: first what is in them, then their bytes slice by slice, in any order. What was not uploaded is
/// zeros. Whether it all fits together is looked at when the snapshot is loaded.
final class SnapshotUpload {
    private static final long MODULE_BYTES_MAX = 100L << 20;
    private static final long HEAP_BYTES_MAX = 6L << 30;
    private static final int GLOBALS_MAX = 1_000;
    private static final int CERTIFIED_DATA_BYTES_MAX = 32;
    private static final int WASM_PAGE_BYTES = 65_536;

    private SnapshotUpload() {}

    static ManagementOutcome begin(Turn turn) {
        var target = turn.controlledTarget();
        var content = content(turn);
        byte[] certifiedData = turn.argument().field("certified_data").toBytes();
        requireAtMost("CertifiedDataTooLarge", "certified_data", certifiedData.length, CERTIFIED_DATA_BYTES_MAX);
        var room = Snapshotting.room(turn, target);
        var begun = new Snapshot(
                new SnapshotId(target.id(), room.nextNumber()),
                turn.env().timeNanos(),
                target.version(),
                content,
                certifiedData,
                TreePMap.empty(),
                SnapshotReply.timer(turn.argument().optionalField("global_timer")),
                SnapshotReply.hook(turn.argument().optionalField("on_low_wasm_memory_hook_status")));
        var reply = Value.record().with("snapshot_id", Value.blob(begun.id().bytes()));
        var done = turn.subnet().withSnapshots(target.id(), room.plus(begun));
        return turn.replied(Snapshotting.paid(turn, done, target, begun), reply);
    }

    private static Uploaded content(Turn turn) {
        var argument = turn.argument();
        long moduleBytes = size(argument, "wasm_module_size", "WasmModuleTooLarge", MODULE_BYTES_MAX);
        if (moduleBytes == 0) {
            throw invalid("WasmModuleEmpty", "wasm_module_size is 0");
        }
        long heapBytes = pagesSize(argument, "wasm_memory_size", "WasmMemory", HEAP_BYTES_MAX);
        long stableBytes = pagesSize(
                argument,
                "stable_memory_size",
                "StableMemory",
                turn.env().limits().stableMemoryBytesMax());
        List<Value> globals = argument.field("globals").items();
        requireAtMost("ExportedGlobalsTooLarge", "globals", globals.size(), GLOBALS_MAX);
        return new Uploaded(
                moduleBytes,
                PageMap.empty(),
                TreePVector.from(globals.stream().map(SnapshotReply::global).toList()),
                new MemoryImage(PageMap.empty(), heapBytes),
                new MemoryImage(PageMap.empty(), stableBytes));
    }

    private static long pagesSize(Value argument, String field, String name, long max) {
        long bytes = size(argument, field, name + "TooLarge", max);
        if (bytes % WASM_PAGE_BYTES != 0) {
            throw invalid(
                    name + "NotPageAligned", field + " is " + bytes + ", expected a multiple of " + WASM_PAGE_BYTES);
        }
        return bytes;
    }

    private static long size(Value argument, String field, String error, long max) {
        var bytes = argument.field(field).toBigInteger();
        if (bytes.compareTo(BigInteger.valueOf(max)) > 0) {
            throw invalid(error, field + " is " + bytes + ", at most " + max + " are allowed");
        }
        return bytes.longValue();
    }

    private static void requireAtMost(String error, String field, int count, int max) {
        if (count > max) {
            throw invalid(error, field + " has " + count + ", at most " + max + " are allowed");
        }
    }

    private static Refusal invalid(String error, String detail) {
        return Refusal.malformed("Snapshot Metadata contains invalid data: " + error + " (" + detail + ")");
    }

    static ManagementOutcome write(Turn turn) {
        var target = turn.controlledTarget();
        var snapshot = Snapshotting.owned(turn.subnet(), target, turn.argument().field("snapshot_id"));
        if (!(snapshot.content() instanceof Uploaded uploaded)) {
            throw new Refusal(
                    ErrorCode.CANISTER_SNAPSHOT_IMMUTABLE,
                    "Only canister snapshots created by metadata upload can be mutated.");
        }
        byte[] chunk = turn.argument().field("chunk").toBytes();
        var written = written(snapshot, uploaded, turn.argument().field("kind"), chunk);
        var owned = turn.subnet().snapshots(target.id()).with(written);
        return turn.done(Fees.paid(
                turn,
                turn.subnet().withSnapshots(target.id(), owned),
                target,
                Prices.SNAPSHOT_DATA_INSTRUCTIONS + chunk.length,
                "Canister snapshotting failed"));
    }

    private static Snapshot written(Snapshot snapshot, Uploaded uploaded, Value kind, byte[] chunk) {
        return switch (kind.tag()) {
            case "wasm_chunk" ->
                snapshot.withChunkStore(ChunkStore.plus(snapshot.chunkStore(), Hash.sha256(chunk), chunk));
            case "wasm_module" -> {
                long offset = offset(kind, uploaded.moduleBytes(), chunk);
                yield snapshot.withContent(
                        uploaded.withModulePages(uploaded.modulePages().with(offset, chunk)));
            }
            case "wasm_memory" -> snapshot.withContent(uploaded.withHeap(written(uploaded.heap(), kind, chunk)));
            case "stable_memory" -> snapshot.withContent(uploaded.withStable(written(uploaded.stable(), kind, chunk)));
            default -> throw new AssertionError("BUG: a snapshot has no " + kind.tag());
        };
    }

    private static MemoryImage written(MemoryImage memory, Value kind, byte[] chunk) {
        long offset = offset(kind, memory.bytes(), chunk);
        return new MemoryImage(memory.pages().with(offset, chunk), memory.bytes());
    }

    private static long offset(Value kind, long bytes, byte[] chunk) {
        var offset = kind.payload().field("offset").toBigInteger();
        SnapshotReading.requireWithin(bytes, offset, BigInteger.valueOf(chunk.length));
        return offset.longValue();
    }
}
