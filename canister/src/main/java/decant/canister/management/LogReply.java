package decant.canister.management;

import decant.candid.Value;
import decant.canister.state.CanisterLog;

/// The log of a canister: the reply of `fetch_canister_logs`.
final class LogReply {
    private LogReply() {}

    static Value of(CanisterLog log) {
        return Value.record()
                .with(
                        "canister_log_records",
                        Value.vec(log.lines().stream().map(LogReply::line).toList()));
    }

    private static Value line(CanisterLog.Line line) {
        return Value.record()
                .with("idx", Value.nat64(line.index()))
                .with("timestamp_nanos", Value.nat64(line.timeNanos()))
                .with("content", Value.blob(line.content()));
    }
}
