package decant.canister.management;

import decant.candid.Value;
import decant.canister.state.Chronicle;
import decant.canister.state.Chronicle.Entry;
import decant.canister.state.Chronicle.Event;
import decant.canister.state.InstallReport.Standing;
import decant.canister.state.RestorePoint;
import java.util.Locale;
import java.util.Optional;

/// What was done to a canister and what of it can be undone: the reply of `decant_history`.
final class HistoryReply {
    private HistoryReply() {}

    static Value of(Chronicle chronicle) {
        return Value.record()
                .with(
                        "entries",
                        Value.vec(chronicle.entries().stream()
                                .map(HistoryReply::entry)
                                .toList()))
                .with(
                        "restore_points",
                        Value.vec(chronicle.points().stream()
                                .map(HistoryReply::restorePoint)
                                .toList()));
    }

    private static Value entry(Entry entry) {
        return Value.record()
                .with("number", Value.nat64(entry.number()))
                .with("timestamp_nanos", Value.nat64(entry.timeNanos()))
                .with("origin", InfoReply.origin(entry.origin()))
                .with("event", event(entry.event()));
    }

    private static Value event(Event event) {
        return switch (event) {
            case Event.Installation(var report) -> Value.variant("installation", ReportReply.of(report));
            case Event.Uninstall _ -> Value.variant("uninstall");
            case Event.Deletion _ -> Value.variant("deletion");
            case Event.LoadSnapshot(var snapshot) ->
                Value.variant("load_snapshot", Value.record().with("snapshot_id", Value.blob(snapshot.bytes())));
            case Event.Undo(long restorePoint) -> undo(restorePoint, Optional.empty());
            case Event.UndoWithReplay(long restorePoint, long callsMade, long callsLost) ->
                undo(
                        restorePoint,
                        Optional.of(Value.record()
                                .with("calls_made", Value.nat64(callsMade))
                                .with("calls_lost", Value.nat64(callsLost))));
            case Event.Pinning(long restorePoint, boolean pinned) ->
                Value.variant(
                        "pinning",
                        Value.record()
                                .with("restore_point", Value.nat64(restorePoint))
                                .with("pinned", Value.bool(pinned)));
            case Event.PolicyChange(var before, var after, boolean byOperator) ->
                Value.variant(
                        "policy_change",
                        Value.record()
                                .with("before", Value.variant(before.toString()))
                                .with("after", Value.variant(after.toString()))
                                .with("by_operator", Value.bool(byOperator)));
        };
    }

    private static Value undo(long restorePoint, Optional<Value> replay) {
        return Value.variant(
                "undo",
                Value.record().with("restore_point", Value.nat64(restorePoint)).with("replay", Value.opt(replay)));
    }

    private static Value restorePoint(RestorePoint point) {
        var standing = Standing.of(point.captured());
        return Value.record()
                .with("number", Value.nat64(point.number()))
                .with("timestamp_nanos", Value.nat64(point.timeNanos()))
                .with("reason", Value.text(point.reason().name().toLowerCase(Locale.ROOT)))
                .with("pinned", Value.bool(point.pinned()))
                .with("module_hash", StatusReply.moduleHash(point.captured()))
                .with("heap_bytes", Value.nat64(standing.heapBytes()))
                .with("stable_bytes", Value.nat64(standing.stableBytes()))
                .with("version", Value.nat64(standing.version()));
    }
}
