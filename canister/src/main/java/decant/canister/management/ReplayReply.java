package decant.canister.management;

import decant.candid.Value;
import decant.canister.Replay;
import decant.canister.Replay.Fate;
import decant.canister.Replay.Made;
import decant.canister.state.Payload;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/// What came of calls that were made again: the record `replay` of the reply of `decant_undo`.
record ReplayReply(Replay.Result result, boolean isDryRun) {
    private static final int CALLS_MAX = 1_000;
    private static final int BYTES_SHOWN_MAX = 256;

    long made() {
        return result.calls().stream().filter(call -> call.fate().isMade()).count();
    }

    long lost() {
        return result.calls().stream().filter(call -> call.fate().isLost()).count();
    }

    private long changed() {
        return result.calls().stream()
                .filter(call -> call.fate() == Fate.CHANGED)
                .count();
    }

    /// {@return the first calls whose effects are lost, for people}
    String losses(int countMax) {
        var lost = result.calls().stream().filter(call -> call.fate().isLost()).toList();
        var named = lost.stream().limit(countMax).map(ReplayReply::loss).collect(Collectors.joining("; "));
        return lost.size() > countMax ? named + "; and " + (lost.size() - countMax) + " more" : named;
    }

    private static String loss(Made call) {
        var method = "\"" + call.recorded().call().method() + "\"";
        return call.fate() == Fate.CALLS_OUT
                ? method + " calls other canisters, which have had that call already"
                : method
                        + call.answer()
                                .map(answer -> " is refused: " + message(answer))
                                .orElse(" does not come to an end");
    }

    private static String message(Payload answer) {
        return switch (answer) {
            case Payload.Reject reject -> reject.message();
            case Payload.Reply _ -> "it replied, but what followed did not come to an end";
        };
    }

    Value value() {
        return Value.record()
                .with("dry_run", Value.bool(isDryRun))
                .with("calls_made", Value.nat64(made()))
                .with("calls_lost", Value.nat64(lost()))
                .with("calls_changed", Value.nat64(changed()))
                .with("calls", Value.vec(told().stream().map(ReplayReply::call).toList()));
    }

    private List<Made> told() {
        var all = result.calls();
        return all.size() <= CALLS_MAX
                ? all
                : all.stream()
                        .filter(call -> call.fate() != Fate.SAME)
                        .limit(CALLS_MAX)
                        .toList();
    }

    private static Value call(Made made) {
        var call = made.recorded().call();
        return Value.record()
                .with("timestamp_nanos", Value.nat64(made.recorded().timeNanos()))
                .with("sender", Value.principal(call.sender()))
                .with("method", Value.text(call.method()))
                .with("arg", shown(Optional.of(call.argument())))
                .with("fate", Value.variant(made.fate().name().toLowerCase(Locale.ROOT)))
                .with("reply", shown(made.answer().flatMap(ReplayReply::reply)))
                .with("reject", Value.opt(made.answer().flatMap(ReplayReply::reject)));
    }

    private static Value shown(Optional<byte[]> bytes) {
        return Value.opt(bytes.filter(some -> some.length <= BYTES_SHOWN_MAX).map(Value::blob));
    }

    private static Optional<byte[]> reply(Payload answer) {
        return answer instanceof Payload.Reply(byte[] data) ? Optional.of(data) : Optional.empty();
    }

    private static Optional<Value> reject(Payload answer) {
        return answer instanceof Payload.Reject reject ? Optional.of(Value.text(reject.message())) : Optional.empty();
    }
}
