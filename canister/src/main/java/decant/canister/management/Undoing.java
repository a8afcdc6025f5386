package decant.canister.management;

import decant.base.Hash;
import decant.base.Principal;
import decant.candid.Value;
import decant.canister.RecordedCall;
import decant.canister.Recording;
import decant.canister.Replay;
import decant.canister.Undo;
import decant.canister.state.CanisterState;
import decant.canister.state.Chronicle;
import decant.canister.state.Chronicle.Event;
import decant.canister.state.ErrorCode;
import decant.canister.state.Message;
import decant.canister.state.RestorePoint;
import decant.canister.state.RestorePoint.Reason;
import decant.canister.state.SubnetState;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Brings canisters back to their restore points, also deleted ones, and says which restore points stay.
final class Undoing {
    private static final int LOSSES_NAMED = 5;

    private final Replay replay;

    Undoing(Replay replay) {
        this.replay = replay;
    }

    /// {@return the canister, or, where it is deleted, what it was then}
    static CanisterState lastKnown(SubnetState subnet, Principal id) {
        return subnet.canister(id)
                .or(() -> subnet.chronicle(id).newestPoint().map(RestorePoint::captured))
                .orElseThrow(() -> Refusal.notFound(id));
    }

    ManagementOutcome undo(Turn turn) {
        var today = controlled(turn);
        Policies.requireReplaceable(today);
        requireExpectedVersion(turn, today);
        var chronicle = turn.subnet().chronicle(today.id());
        var point = point(chronicle, today, turn.argument());
        var wish = turn.argument().optionalField("replay");
        boolean isDryRun =
                wish.filter(replays -> replays.field("dry_run").toBoolean()).isPresent();
        Undo.hindrance(today).filter(_ -> !isDryRun).ifPresent(hindrance -> {
            throw new Refusal(hindrance);
        });
        var restored =
                Undo.restored(today, point, turn.changeOrigin(), turn.env().timeNanos());
        return wish.isPresent()
                ? withReplay(turn, point, restored, wish.get())
                : undone(turn, point, restored, new Event.Undo(point.number()), Optional.empty(), 0);
    }

    static RestorePoint point(Chronicle chronicle, CanisterState today, Value argument) {
        return argument.optionalField("restore_point")
                .map(number -> required(today, chronicle, number))
                .or(chronicle::newestPoint)
                .orElseThrow(() -> new Refusal(
                        ErrorCode.CANISTER_REJECTED_MESSAGE,
                        "Canister " + today.id() + " has no restore point: nothing was done to it that can be undone,"
                                + " or it was too long ago."));
    }

    private ManagementOutcome withReplay(Turn turn, RestorePoint point, CanisterState restored, Value wish) {
        boolean isDryRun = wish.field("dry_run").toBoolean();
        var result = replay.run(restored, calls(turn, point), turn.env());
        if (result.isCut()) {
            throw new Refusal(
                    ErrorCode.CANISTER_REJECTED_MESSAGE,
                    "The calls since restore point " + point.number() + " of canister " + restored.id()
                            + " take more instructions than one undo may use, "
                            + turn.env().limits().installInstructionsMax()
                            + ". Nothing has changed. Undo without them, or take a newer restore point.");
        }
        var report = new ReplayReply(result, isDryRun);
        if (isDryRun) {
            return outcome(turn, turn.subnet(), point, Optional.of(report.value()), result.instructionsUsed());
        }
        if (report.lost() > 0 && !wish.field("accept_losses").toBoolean()) {
            throw new Refusal(
                    ErrorCode.CANISTER_REJECTED_MESSAGE,
                    report.lost() + " of " + result.calls().size() + " calls since restore point " + point.number()
                            + " of canister " + restored.id() + " cannot be made again: "
                            + report.losses(LOSSES_NAMED)
                            + ". Nothing has changed. Accept that what they wrote is lost, or undo otherwise.");
        }
        var event = new Event.UndoWithReplay(point.number(), report.made(), report.lost());
        return undone(turn, point, result.canister(), event, Optional.of(report.value()), result.instructionsUsed());
    }

    /// {@return the calls since the restore point that were executed}
    private static List<RecordedCall> calls(Turn turn, RestorePoint point) {
        var recording = turn.call()
                .recording()
                .orElseThrow(() -> new Refusal(
                        ErrorCode.CANISTER_REJECTED_MESSAGE,
                        "The node was too busy to make the recorded calls again in the round that took this call."
                                + " Nothing has changed. Ask again."));
        return switch (recording) {
            case Recording.Missing(var why) ->
                throw new Refusal(ErrorCode.CANISTER_REJECTED_MESSAGE, why + " Nothing has changed.");
            case Recording.Known(long number, var _)
            when number != point.number() ->
                throw new Refusal(
                        ErrorCode.CANISTER_REJECTED_MESSAGE,
                        "Something was done to canister " + point.captured().id()
                                + " in between: its newest restore point is now " + point.number() + ", and was "
                                + number + ". Nothing has changed. Look at its history, then ask again.");
            case Recording.Known(var _, var calls) ->
                executed(turn, point.captured().id(), calls);
        };
    }

    private static List<RecordedCall> executed(Turn turn, Principal id, List<RecordedCall> calls) {
        var waiting = new HashSet<Hash>();
        turn.subnet().canister(id).stream()
                .flatMap(canister -> canister.inputQueue().stream())
                .forEach(message -> {
                    if (message instanceof Message.Ingress ingress) {
                        waiting.add(ingress.requestId());
                    }
                });
        return calls.stream()
                .filter(recorded -> !waiting.contains(recorded.call().requestId()))
                .toList();
    }

    private static ManagementOutcome undone(
            Turn turn,
            RestorePoint point,
            CanisterState restored,
            Event event,
            Optional<Value> report,
            long instructionsUsed) {
        var subnet = turn.subnet();
        var next = subnet.with(back(turn, named(subnet, restored)))
                .withChronicle(restored.id(), undone(turn, point, event));
        return outcome(turn, next, point, report, instructionsUsed);
    }

    /// A deleted canister pays nothing for the time in which it was not there.
    private static CanisterState back(Turn turn, CanisterState restored) {
        return turn.subnet().canister(restored.id()).isPresent()
                ? restored
                : restored.with(draft ->
                        draft.account = draft.account.chargedUntil(turn.env().timeNanos()));
    }

    private static ManagementOutcome outcome(
            Turn turn, SubnetState next, RestorePoint point, Optional<Value> report, long instructionsUsed) {
        var chronicle = turn.subnet().chronicle(point.captured().id());
        var reply = Value.record()
                .with("restored", Value.nat64(point.number()))
                .with("undone_as", Value.nat64(chronicle.nextNumber()))
                .with("replay", Value.opt(report));
        return new ManagementOutcome(next, turn.replied(next, reply).answers(), instructionsUsed);
    }

    /// {@return the chronicle of the canister that becomes what it was at `point`, with what it is today}
    private static Chronicle undone(Turn turn, RestorePoint point, Event event) {
        var id = point.captured().id();
        var chronicle = turn.subnet().chronicle(id);
        long timeNanos = turn.env().timeNanos();
        return turn.subnet()
                .canister(id)
                .map(today -> chronicle.plusUndoable(today, Reason.UNDO, timeNanos, turn.changeOrigin(), _ -> event))
                .orElseGet(() -> chronicle.plus(timeNanos, turn.changeOrigin(), event));
    }

    /// A deleted canister comes back without its name if another has it now.
    private static CanisterState named(SubnetState subnet, CanisterState restored) {
        boolean isTaken = restored.name()
                .flatMap(name -> Naming.bearer(subnet, name))
                .filter(bearer -> !bearer.equals(restored.id()))
                .isPresent();
        return isTaken ? restored.with(draft -> draft.name = Optional.empty()) : restored;
    }

    static ManagementOutcome pin(Turn turn) {
        var today = controlled(turn);
        var chronicle = turn.subnet().chronicle(today.id());
        var point = required(today, chronicle, turn.argument().field("restore_point"));
        boolean pinned = turn.argument().field("pinned").toBoolean();
        long pinnedAlready =
                chronicle.points().stream().filter(RestorePoint::pinned).count();
        if (pinned && !point.pinned() && pinnedAlready >= Chronicle.PINNED_MAX) {
            throw new Refusal(
                    ErrorCode.CANISTER_REJECTED_MESSAGE,
                    "Canister " + today.id() + " has " + pinnedAlready + " pinned restore points already, of at most "
                            + Chronicle.PINNED_MAX + ". Unpin one of them first.");
        }
        var next = chronicle
                .pinned(point.number(), pinned)
                .plus(turn.env().timeNanos(), turn.changeOrigin(), new Event.Pinning(point.number(), pinned));
        return turn.done(turn.subnet().withChronicle(today.id(), next));
    }

    private static CanisterState controlled(Turn turn) {
        var today =
                lastKnown(turn.subnet(), turn.argument().field("canister_id").toPrincipal());
        Authority.requireController(today, turn.sender());
        return today;
    }

    private static void requireExpectedVersion(Turn turn, CanisterState today) {
        turn.argument().optionalField("expected_version").ifPresent(version -> {
            long expected = version.toBigInteger().longValue();
            if (expected != today.version()) {
                throw new Refusal(
                        ErrorCode.CANISTER_REJECTED_MESSAGE,
                        "Canister " + today.id() + " is at version " + today.version()
                                + ", but the request expects version " + expected
                                + ": something was done to it in between. Look at what it was, then ask again with the"
                                + " version found.");
            }
        });
    }

    private static RestorePoint required(CanisterState today, Chronicle chronicle, Value wanted) {
        long number = wanted.toBigInteger().longValue();
        return chronicle
                .point(number)
                .orElseThrow(() -> new Refusal(
                        ErrorCode.CANISTER_REJECTED_MESSAGE,
                        "Canister " + today.id() + " has no restore point " + Long.toUnsignedString(number)
                                + "; it has " + listed(chronicle) + "."));
    }

    private static String listed(Chronicle chronicle) {
        return chronicle.points().isEmpty()
                ? "none"
                : chronicle.points().stream()
                        .map(point -> String.valueOf(point.number()))
                        .collect(Collectors.joining(", "));
    }
}
