package decant.canister.management;

import decant.candid.Value;
import decant.canister.SnapshotCode;
import decant.canister.cycles.Prices;
import decant.canister.state.CanisterState;
import decant.canister.state.GlobalValue;
import decant.canister.state.Snapshot;
import decant.canister.state.Snapshot.Taken;
import decant.canister.state.Snapshot.Uploaded;
import decant.canister.state.SubnetState;
import decant.store.PageMap;
import java.math.BigInteger;
import java.util.List;

/// Hands snapshots out: what is in them, and their bytes slice by slice.
final class SnapshotReading {
    /// As many bytes as one reply has at most.
    static final int SLICE_BYTES_MAX = 2_000_000;

    private final SnapshotCode snapshotCode;

    SnapshotReading(SnapshotCode snapshotCode) {
        this.snapshotCode = snapshotCode;
    }

    ManagementOutcome metadata(Turn turn) {
        var snapshot = requested(turn);
        return turn.replied(turn.subnet(), SnapshotReply.metadata(snapshot, globals(snapshot)));
    }

    private List<GlobalValue> globals(Snapshot snapshot) {
        return switch (snapshot.content()) {
            case Taken(var code) -> snapshotCode.globals(code);
            case Uploaded uploaded -> uploaded.globals();
        };
    }

    static ManagementOutcome data(Turn turn) {
        var snapshot = requested(turn);
        byte[] chunk = chunk(snapshot, turn.argument().field("kind"));
        var paid = Fees.paid(
                turn,
                turn.subnet(),
                turn.target(),
                Prices.SNAPSHOT_DATA_INSTRUCTIONS + chunk.length,
                "Canister snapshotting failed");
        return turn.replied(paid, Value.record().with("chunk", Value.blob(chunk)));
    }

    private static Snapshot requested(Turn turn) {
        var target = turn.target();
        Authority.requireSnapshotViewer(target, turn.sender());
        return Snapshotting.owned(turn.subnet(), target, turn.argument().field("snapshot_id"));
    }

    private static byte[] chunk(Snapshot snapshot, Value kind) {
        if (kind.is("wasm_chunk")) {
            return ChunkStore.chunk(
                    snapshot.chunkStore(), kind.payload().field("hash").toBytes());
        }
        var offset = kind.payload().field("offset").toBigInteger();
        var size = kind.payload().field("size").toBigInteger();
        if (size.compareTo(BigInteger.valueOf(SLICE_BYTES_MAX)) > 0) {
            throw Refusal.malformed("Requested slice too large: " + size + " > " + SLICE_BYTES_MAX);
        }
        var part = Part.of(snapshot, kind.tag());
        requireWithin(part.bytes(), offset, size);
        return part.read(offset.longValue(), size.intValue());
    }

    /// Refuses a slice that reaches beyond `bytes`.
    static void requireWithin(long bytes, BigInteger offset, BigInteger size) {
        if (offset.add(size).compareTo(BigInteger.valueOf(bytes)) > 0) {
            throw Refusal.malformed("Invalid subslice into wasm module / main memory / stable memory: offset: " + offset
                    + ", size: " + size);
        }
    }

    /// {@return the next bytes of the snapshot that are not known to be zeros}
    static Value next(SubnetState subnet, CanisterState canister, Value argument) {
        var snapshot = Snapshotting.owned(subnet, canister, argument.field("snapshot_id"));
        var part = Part.of(snapshot, argument.field("kind").tag());
        var offset = argument.field("offset").toBigInteger();
        requireWithin(part.bytes(), offset, BigInteger.ZERO);
        var found = part.nextWritten(offset.longValue());
        return Value.record()
                .with("offset", Value.nat64(found.offset()))
                .with("chunk", Value.blob(part.read(found.offset(), found.size())));
    }

    /// One of the things that a snapshot has bytes of.
    private sealed interface Part {
        static Part of(Snapshot snapshot, String kind) {
            var content = snapshot.content();
            return switch (kind) {
                case "wasm_module" -> new ModulePart(content);
                case "wasm_memory" ->
                    new MemoryPart(content.heap().pages(), content.heap().bytes());
                case "stable_memory" ->
                    new MemoryPart(content.stable().pages(), content.stable().bytes());
                default -> throw new AssertionError("BUG: a snapshot has no " + kind);
            };
        }

        long bytes();

        byte[] read(long offset, int size);

        Slice nextWritten(long offset);
    }

    private record Slice(long offset, int size) {}

    private record ModulePart(Snapshot.Content content) implements Part {
        @Override
        public long bytes() {
            return content.moduleBytes();
        }

        @Override
        public byte[] read(long offset, int size) {
            return content.module(offset, offset + size);
        }

        @Override
        public Slice nextWritten(long offset) {
            return new Slice(offset, (int) Math.min(SLICE_BYTES_MAX, bytes() - offset));
        }
    }

    private record MemoryPart(PageMap pages, long bytes) implements Part {
        @Override
        public byte[] read(long offset, int size) {
            var slice = new byte[size];
            pages.read(offset, slice, 0, size);
            return slice;
        }

        /// The slice begins and ends with pages that were written; gaps inside are not worth a call of their own.
        @Override
        public Slice nextWritten(long offset) {
            var extent = new WrittenExtent(offset, bytes);
            pages.forEachRun(offset / PageMap.PAGE_BYTES, bytes / PageMap.PAGE_BYTES, extent);
            return new Slice(extent.begin, (int) (extent.end - extent.begin));
        }
    }

    /// Finds the first slice from an offset on that has written pages at both ends.
    private static final class WrittenExtent implements PageMap.RunVisitor {
        private final long offset;
        private long begin;
        private long end;
        private boolean isFound;

        WrittenExtent(long offset, long bytes) {
            this.offset = offset;
            this.begin = bytes;
            this.end = bytes;
        }

        @Override
        public boolean visit(long first, long endPage) {
            long from = Math.max(offset, first * PageMap.PAGE_BYTES);
            if (!isFound) {
                isFound = true;
                begin = from;
            }
            long limit = begin + SLICE_BYTES_MAX;
            if (from < limit) {
                end = Math.min(limit, endPage * PageMap.PAGE_BYTES);
            }
            return end < limit;
        }
    }
}
