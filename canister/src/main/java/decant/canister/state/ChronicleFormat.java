package decant.canister.state;

import decant.base.Hash;
import decant.base.Principal;
import decant.canister.state.Chronicle.Entry;
import decant.canister.state.Chronicle.Event;
import decant.canister.state.RestorePoint.Reason;
import java.util.List;
import java.util.function.LongFunction;
import org.pcollections.TreePVector;

/// The bytes of a chronicle's record, see `RecordWriter` for the primitives.
///
/// ```
/// chronicle = version, next number, list of entry, list of point
/// entry     = number, time, origin, event          event = number of the case, its components
/// point     = number, time, reason, pinned, list of hash (calls that waited), bytes of the captured canister as in
///             CanisterFormat
/// ```
///
/// In version 1 there were no calls that waited. Of a captured memory only the size is there: its pages have an image
/// of their own.
final class ChronicleFormat {
    private static final int VERSION = 2;
    private static final int VERSION_WITHOUT_WAITING = 1;

    private ChronicleFormat() {}

    static byte[] encode(Chronicle chronicle) {
        var out = new RecordWriter();
        out.number(VERSION);
        out.number(chronicle.nextNumber());
        out.list(chronicle.entries(), entry -> {
            out.number(entry.number());
            out.number(entry.timeNanos());
            ChangeFormat.writeOrigin(out, entry.origin());
            writeEvent(out, entry.event());
        });
        out.list(chronicle.points(), point -> {
            out.number(point.number());
            out.number(point.timeNanos());
            out.constant(point.reason());
            out.flag(point.pinned());
            out.list(point.waiting(), out::hash);
            out.bytes(CanisterFormat.encode(point.captured()));
        });
        return out.record();
    }

    /// `parts` says where the parts of the point with a number are.
    static Chronicle decode(Principal id, RecordReader in, LongFunction<CanisterFormat.Parts> parts) {
        boolean hasWaiting = in.version(VERSION_WITHOUT_WAITING, VERSION) > VERSION_WITHOUT_WAITING;
        var chronicle = new Chronicle(
                in.number(),
                TreePVector.from(
                        in.list(() -> new Entry(in.number(), in.number(), ChangeFormat.readOrigin(in), readEvent(in)))),
                TreePVector.from(in.list(() -> readPoint(id, in, hasWaiting, parts))));
        in.end();
        return chronicle;
    }

    private static RestorePoint readPoint(
            Principal id, RecordReader in, boolean hasWaiting, LongFunction<CanisterFormat.Parts> parts) {
        long number = in.number();
        long timeNanos = in.number();
        var reason = in.constant(Reason.class);
        boolean pinned = in.flag();
        var waiting = hasWaiting ? in.list(in::hash) : List.<Hash>of();
        var captured = new RecordReader("restore point " + number + " of " + id, in.bytes());
        return new RestorePoint(
                number,
                timeNanos,
                reason,
                pinned,
                TreePVector.from(waiting),
                CanisterFormat.decode(id, captured, parts.apply(number)));
    }

    private static void writeEvent(RecordWriter out, Event event) {
        switch (event) {
            case Event.Installation(var report) -> {
                out.number(0);
                ReportFormat.write(out, report);
            }
            case Event.Uninstall _ -> out.number(1);
            case Event.Deletion _ -> out.number(2);
            case Event.Undo(long restorePoint) -> {
                out.number(3);
                out.number(restorePoint);
            }
            case Event.Pinning(long restorePoint, boolean pinned) -> {
                out.number(4);
                out.number(restorePoint);
                out.flag(pinned);
            }
            case Event.PolicyChange(var before, var after, boolean byOperator) -> {
                out.number(5);
                out.constant(before);
                out.constant(after);
                out.flag(byOperator);
            }
            case Event.UndoWithReplay(long restorePoint, long callsMade, long callsLost) -> {
                out.number(7);
                out.number(restorePoint);
                out.number(callsMade);
                out.number(callsLost);
            }
            case Event.LoadSnapshot(var snapshot) -> {
                out.number(6);
                ChangeFormat.writeSnapshotId(out, snapshot);
            }
        }
    }

    private static Event readEvent(RecordReader in) {
        long kind = in.number();
        if (kind == 0) {
            return new Event.Installation(ReportFormat.read(in));
        }
        if (kind == 1) {
            return new Event.Uninstall();
        }
        if (kind == 2) {
            return new Event.Deletion();
        }
        if (kind == 3) {
            return new Event.Undo(in.number());
        }
        if (kind == 4) {
            return new Event.Pinning(in.number(), in.flag());
        }
        if (kind == 5) {
            return new Event.PolicyChange(
                    in.constant(UpgradePolicy.class), in.constant(UpgradePolicy.class), in.flag());
        }
        if (kind == 6) {
            return new Event.LoadSnapshot(ChangeFormat.readSnapshotId(in));
        }
        if (kind == 7) {
            return new Event.UndoWithReplay(in.number(), in.number(), in.number());
        }
        throw in.malformed("an event of kind " + kind);
    }
}
