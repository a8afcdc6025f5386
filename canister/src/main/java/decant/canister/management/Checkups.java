package decant.canister.management;

import decant.base.Hash;
import decant.base.Principal;
import decant.candid.Value;
import decant.canister.rehearsal.Budget;
import decant.canister.rehearsal.Checkup;
import decant.canister.rehearsal.Trend;
import decant.canister.state.Payload;
import decant.canister.state.SubnetState;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Function;

/// Answers `decant_checkups`: what a node found when it last looked whether a canister could be upgraded.
///
/// It is no part of any state, so it is kept apart from [Management].
public final class Checkups {
    public static final String METHOD = Method.DECANT_CHECKUPS.methodName();

    private Checkups() {}

    /// What is known of a canister: the last look at it, and those before while it had the same code.
    public record Known(Checkup newest, Trend trend) {
        public static Known of(Checkup first) {
            return new Known(first, Trend.NONE.plus(first));
        }

        public Known plus(Checkup next) {
            var before = newest.report().before().moduleHash();
            return before.equals(next.report().before().moduleHash()) ? new Known(next, trend.plus(next)) : of(next);
        }
    }

    /// {@return what the caller may know of a canister}
    ///
    /// @param known what is known of it, if it was looked at
    public static Payload answer(
            SubnetState subnet, Principal caller, byte[] message, Function<Principal, Optional<Known>> known) {
        try {
            var id = Interface.argument(Method.DECANT_CHECKUPS, message)
                    .field("canister_id")
                    .toPrincipal();
            var canister = subnet.canister(id).orElseThrow(() -> Refusal.notFound(id));
            if (!subnet.charter().operator().equals(Optional.of(caller))) {
                Authority.requireController(canister, caller);
            }
            return new Payload.Reply(Interface.reply(Method.DECANT_CHECKUPS, Optional.of(reply(known.apply(id)))));
        } catch (Refusal refusal) {
            return refusal.reject();
        }
    }

    private static Value reply(Optional<Known> known) {
        var points = known.map(found -> found.trend().points()).orElse(List.of());
        return Value.record()
                .with("newest", Value.opt(known.map(Checkups::newest)))
                .with("history", Value.vec(points.stream().map(Checkups::point).toList()));
    }

    private static Value newest(Known known) {
        var checkup = known.newest();
        return Value.record()
                .with("timestamp_nanos", Value.nat64(checkup.timeNanos()))
                .with("version", Value.nat64(checkup.version()))
                .with(
                        "module_hash",
                        Value.opt(checkup.report().before().moduleHash().map(Checkups::hash)))
                .with("state", Value.variant(word(checkup.state())))
                .with("cut", Value.opt(checkup.cut().map(Value::text)))
                .with("report", ReportReply.of(checkup.report()))
                .with(
                        "budget",
                        Value.vec(checkup.budget().lines().stream()
                                .map(line -> line(line, known.trend()))
                                .toList()))
                .with(
                        "stages",
                        Value.vec(checkup.budget().stages().stream()
                                .map(Checkups::stage)
                                .toList()));
    }

    private static Value hash(Hash hash) {
        return Value.blob(hash.bytes());
    }

    private static Value line(Budget.Line line, Trend trend) {
        return Value.record()
                .with("resource", Value.text(word(line.resource())))
                .with("used", Value.nat64(line.used()))
                .with("limit", Value.nat64(line.limit()))
                .with("head_room_percent", Value.nat64(line.headRoomPercent()))
                .with("per_day", rounded(trend.perDay(line.resource())))
                .with("nanos_left", number(trend.nanosLeft(line)));
    }

    private static Value stage(Budget.StageUse stage) {
        return Value.record()
                .with("stage", Value.text(word(stage.stage())))
                .with("instructions", Value.nat64(stage.instructions()))
                .with("heap_bytes", Value.nat64(stage.heapBytes()))
                .with("stable_bytes", Value.nat64(stage.stableBytes()));
    }

    private static Value point(Trend.Point point) {
        return Value.record()
                .with("timestamp_nanos", Value.nat64(point.timeNanos()))
                .with("version", Value.nat64(point.version()))
                .with(
                        "budget",
                        Value.vec(point.used().entrySet().stream()
                                .sorted(Map.Entry.comparingByKey())
                                .map(used -> Value.record()
                                        .with("resource", Value.text(word(used.getKey())))
                                        .with("used", Value.nat64(used.getValue())))
                                .toList()));
    }

    private static Value number(OptionalLong number) {
        return number.isPresent() ? Value.some(Value.nat64(number.getAsLong())) : Value.none();
    }

    private static Value rounded(OptionalDouble number) {
        return number.isPresent() ? Value.some(Value.integer(Math.round(number.getAsDouble()))) : Value.none();
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
