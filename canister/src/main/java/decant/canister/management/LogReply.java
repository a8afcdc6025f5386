package decant.canister.management;

import decant.candid.Value;
import decant.canister.state.CanisterLog;
import java.util.Optional;

/// The log of a canister: the reply of `fetch_canister_logs`.
final class LogReply {
    private LogReply() {}

    /// {@return the lines that the filter keeps, or all}
    static Value of(CanisterLog log, Optional<Value> filter) {
        var lines = log.lines().stream()
                .filter(line -> filter.isEmpty() || keeps(filter.get(), line))
                .map(LogReply::line)
                .toList();
        return Value.record().with("canister_log_records", Value.vec(lines));
    }

    private static boolean keeps(Value filter, CanisterLog.Line line) {
        long place = filter.is("by_idx") ? line.index() : line.timeNanos();
        var range = filter.payload();
        return Long.compareUnsigned(place, bound(range, "start")) >= 0
                && Long.compareUnsigned(place, bound(range, "end")) < 0;
    }

    private static long bound(Value range, String name) {
        return range.field(name).toBigInteger().longValue();
    }

    private static Value line(CanisterLog.Line line) {
        return Value.record()
                .with("idx", Value.nat64(line.index()))
                .with("timestamp_nanos", Value.nat64(line.timeNanos()))
                .with("content", Value.blob(line.content()));
    }
}
