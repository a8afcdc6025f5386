package decant.canister.state;

import decant.base.Principal;
import decant.canister.state.Snapshot.Content;
import decant.canister.state.Snapshot.Taken;
import decant.canister.state.Snapshot.Uploaded;
import decant.store.PageMap;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;
import org.pcollections.TreePVector;

/// The bytes of the record of one canister's snapshots, see `RecordWriter` for the primitives.
///
/// ```
/// snapshots = version, next number, list of snapshot
/// snapshot  = number, time, canister version, content, certified data, hashes of the chunk store, timer, hook
/// content   = 0, code as in CanisterFormat | 1, length of the module, list of global, sizes of heap and stable memory
/// global    = type, low bits, high bits
/// ```
///
/// Pages have images of their own, also those of a module that is being uploaded.
final class SnapshotFormat {
    private static final int VERSION = 1;

    /// Where the parts of one snapshot are that have records and images of their own.
    record Parts(CanisterFormat.Parts common, Supplier<PageMap> modulePages) {}

    private SnapshotFormat() {}

    static byte[] encode(Snapshots snapshots) {
        var out = new RecordWriter();
        out.number(VERSION);
        out.number(snapshots.nextNumber());
        out.list(snapshots.byNumber().values(), snapshot -> {
            out.number(snapshot.id().number());
            out.number(snapshot.takenNanos());
            out.number(snapshot.canisterVersion());
            writeContent(out, snapshot.content());
            out.bytes(snapshot.certifiedData());
            out.list(snapshot.chunkStore().keySet(), out::hash);
            out.optional(snapshot.globalTimerNanos());
            out.optional(snapshot.lowMemoryHook(), out::constant);
        });
        return out.record();
    }

    /// `parts` says where the parts of the snapshot with a number are.
    static Snapshots decode(Principal canister, RecordReader in, LongFunction<Parts> parts) {
        in.version(VERSION);
        long nextNumber = in.number();
        PSortedMap<Long, Snapshot> byNumber = TreePMap.empty();
        for (var snapshot : in.list(() -> readSnapshot(canister, in, parts))) {
            byNumber = byNumber.plus(snapshot.id().number(), snapshot);
        }
        in.end();
        return new Snapshots(nextNumber, byNumber);
    }

    private static Snapshot readSnapshot(Principal canister, RecordReader in, LongFunction<Parts> parts) {
        long number = in.number();
        var own = parts.apply(number);
        return new Snapshot(
                new SnapshotId(canister, number),
                in.number(),
                in.number(),
                readContent(in, own),
                in.bytes(),
                CanisterFormat.readChunks(in, own.common()),
                in.optionalNumber(),
                in.optional(() -> in.constant(LowMemoryHook.class)));
    }

    private static void writeContent(RecordWriter out, Content content) {
        switch (content) {
            case Taken(var code) -> {
                out.number(0);
                CanisterFormat.writeCode(out, code);
            }
            case Uploaded(long moduleBytes, var _, var globals, var heap, var stable) -> {
                out.number(1);
                out.number(moduleBytes);
                out.list(globals, global -> {
                    out.constant(global.type());
                    out.number(global.low());
                    out.number(global.high());
                });
                out.number(heap.bytes());
                out.number(stable.bytes());
            }
        }
    }

    private static Content readContent(RecordReader in, Parts parts) {
        long kind = in.number();
        if (kind == 0) {
            return new Taken(CanisterFormat.readCode(in, parts.common()));
        }
        if (kind == 1) {
            long moduleBytes = in.number();
            return new Uploaded(
                    moduleBytes,
                    parts.modulePages().get(),
                    TreePVector.from(in.list(
                            () -> new GlobalValue(in.constant(GlobalValue.Type.class), in.number(), in.number()))),
                    new MemoryImage(parts.common().heap().get(), in.number()),
                    new MemoryImage(parts.common().stable().get(), in.number()));
        }
        throw in.malformed("a snapshot of kind " + kind);
    }
}
