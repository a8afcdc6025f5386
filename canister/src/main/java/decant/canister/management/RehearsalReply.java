package decant.canister.management;

import decant.base.Hash;
import decant.candid.Candid;
import decant.candid.Quota;
import decant.candid.Value;
import decant.canister.rehearsal.Bisection;
import decant.canister.rehearsal.Budget;
import decant.canister.rehearsal.Forward;
import decant.canister.rehearsal.Observation;
import decant.canister.rehearsal.ProbeResult;
import decant.canister.rehearsal.RehearsalReport;
import decant.canister.rehearsal.StateDiff;
import decant.canister.state.Message;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/// The report of a rehearsal as the record `rehearsal`.
public final class RehearsalReply {
    private RehearsalReply() {}

    /// {@return the report as a client that asked a node for it reads it}
    public static Value received(RehearsalReport report) {
        var message = Interface.reply(Method.DECANT_REHEARSE, Optional.of(of(report)));
        return Candid.decode(message, Interface.resultTypes(Method.DECANT_REHEARSE), Quota.DEFAULT)
                .getFirst();
    }

    static Value of(Bisection bisection) {
        return of(bisection.report()).with("bisection", Value.some(told(bisection)));
    }

    private static Value told(Bisection bisection) {
        return Value.record()
                .with("states", Value.nat64(bisection.states()))
                .with("oldest", tried(bisection.oldest()))
                .with("newest", tried(bisection.newest()))
                .with(
                        "turn",
                        Value.opt(bisection
                                .turn()
                                .map(turn -> Value.record()
                                        .with("last", tried(turn.last()))
                                        .with("first", tried(turn.first()))
                                        .with("calls", list(turn.first().past().calls(), RehearsalReply::call)))));
    }

    private static Value tried(Bisection.Tried tried) {
        return Value.record()
                .with("round", Value.nat64(tried.past().round()))
                .with("timestamp_nanos", Value.nat64(tried.past().timeNanos()))
                .with("version", Value.nat64(tried.past().canister().version()))
                .with("verdict", word(tried.verdict()));
    }

    private static Value call(Message.Ingress call) {
        return Value.record()
                .with("request_id", hash(call.requestId()))
                .with("sender", Value.principal(call.sender()))
                .with("method", Value.text(call.method()))
                .with("arg", Value.blob(call.argument()));
    }

    static Value.Record of(RehearsalReport report) {
        var subject = report.subject();
        return Value.record()
                .with("verdict", Value.variant(report.verdict().toString()))
                .with("canister_id", Value.principal(subject.canister()))
                .with("version", Value.nat64(subject.version()))
                .with("module_hash_before", Value.opt(subject.moduleBefore().map(RehearsalReply::hash)))
                .with("module_hash_after", hash(subject.moduleAfter()))
                .with("arg_hash", hash(subject.argument()))
                .with("findings", list(report.observations(), RehearsalReply::observation))
                .with("installation", ReportReply.of(report.installation()))
                .with("next", Value.opt(report.next().map(ReportReply::of)))
                .with("downgrade", Value.opt(report.downgrade().map(ReportReply::of)))
                .with("budget", list(report.budget().lines(), RehearsalReply::line))
                .with("stages", list(report.budget().stages(), RehearsalReply::stage))
                .with("probes", list(report.probes(), RehearsalReply::probe))
                .with("replay", list(report.replay(), RehearsalReply::probe))
                .with("forward", Value.opt(report.forward().map(RehearsalReply::forward)))
                .with("diff", diff(report.diff()))
                .with("instructions", Value.nat64(report.instructionsUsed()))
                .with("bisection", Value.none())
                .with("text", Value.text(report.toText()));
    }

    private static Value observation(Observation observation) {
        return Value.record()
                .with("effect", word(observation.effect()))
                .with("acknowledged", Value.bool(observation.acknowledged()))
                .with("finding", ReportReply.finding(observation.finding()));
    }

    private static Value line(Budget.Line line) {
        return Value.record()
                .with("upgrade", word(line.turn()))
                .with("resource", word(line.resource()))
                .with("used", Value.nat64(line.used()))
                .with("limit", Value.nat64(line.limit()))
                .with("head_room_percent", Value.nat64(line.headRoomPercent()))
                .with("nanos_left", number(line.nanosLeft()));
    }

    private static Value stage(Budget.StageUse stage) {
        return Value.record()
                .with("upgrade", word(stage.turn()))
                .with("stage", word(stage.stage()))
                .with("instructions", Value.nat64(stage.instructions()))
                .with("heap_bytes", Value.nat64(stage.heapBytes()))
                .with("stable_bytes", Value.nat64(stage.stableBytes()));
    }

    private static Value probe(ProbeResult result) {
        return Value.record()
                .with("probe", Value.text(result.probe()))
                .with("outcome", word(result.outcome()))
                .with("before", Value.text(result.before()))
                .with("after", Value.text(result.after()));
    }

    private static Value forward(Forward forward) {
        return Value.record()
                .with("nanos", Value.nat64(forward.nanos()))
                .with("tasks", Value.nat64(forward.tasks()))
                .with(
                        "traps",
                        Value.vec(forward.traps().entrySet().stream()
                                .map(trap -> Value.record()
                                        .with("task", Value.text(trap.getKey().exportName()))
                                        .with("text", Value.text(trap.getValue())))
                                .toList()))
                .with(
                        "calls_out",
                        Value.vec(forward.callsOut().stream().map(Value::text).toList()))
                .with("ended", Value.bool(forward.ended()));
    }

    private static Value diff(StateDiff diff) {
        return Value.record()
                .with("heap", memory(diff.heap()))
                .with("stable", memory(diff.stable()))
                .with("regions", list(diff.regions(), RehearsalReply::region))
                .with("variables", list(diff.variables(), RehearsalReply::variable))
                .with("unread", list(diff.unread(), Value::text));
    }

    private static Value memory(StateDiff.Memory memory) {
        return Value.record()
                .with("bytes_before", Value.nat64(memory.bytesBefore()))
                .with("bytes_after", Value.nat64(memory.bytesAfter()))
                .with("pages_changed", Value.nat64(memory.pagesChanged()));
    }

    private static Value region(StateDiff.Region region) {
        return Value.record()
                .with("memory", Value.nat64(region.number()))
                .with("wasm_pages_before", Value.nat64(region.wasmPagesBefore()))
                .with("wasm_pages_after", Value.nat64(region.wasmPagesAfter()))
                .with("pages_changed", Value.nat64(region.pagesChanged()));
    }

    private static Value variable(StateDiff.Variable variable) {
        return Value.record()
                .with("name", Value.text(variable.name()))
                .with("before", Value.opt(variable.before().map(Value::text)))
                .with("after", Value.opt(variable.after().map(Value::text)))
                .with("value_before", Value.opt(variable.valueBefore().map(Value::text)))
                .with("value_after", Value.opt(variable.valueAfter().map(Value::text)));
    }

    private static <T> Value list(List<T> items, Function<T, Value> converted) {
        return Value.vec(items.stream().map(converted).toList());
    }

    private static Value number(OptionalLong number) {
        return number.isPresent() ? Value.some(Value.nat64(number.getAsLong())) : Value.none();
    }

    private static Value hash(Hash hash) {
        return Value.blob(hash.bytes());
    }

    private static Value word(Enum<?> constant) {
        return Value.text(constant.name().toLowerCase(Locale.ROOT));
    }
}
