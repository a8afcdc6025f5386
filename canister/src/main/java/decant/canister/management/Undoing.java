package decant.canister.management;

import decant.base.Principal;
import decant.candid.Value;
import decant.canister.Undo;
import decant.canister.state.CanisterState;
import decant.canister.state.Chronicle;
import decant.canister.state.Chronicle.Event;
import decant.canister.state.ErrorCode;
import decant.canister.state.RestorePoint;
import decant.canister.state.RestorePoint.Reason;
import decant.canister.state.SubnetState;
import java.util.Optional;
import java.util.stream.Collectors;

/// Brings canisters back to their restore points, also deleted ones, and says which restore points stay.
final class Undoing {
    private Undoing() {}

    /// {@return the canister, or, where it is deleted, what it was then}
    static CanisterState lastKnown(SubnetState subnet, Principal id) {
        return subnet.canister(id)
                .or(() -> subnet.chronicle(id).newestPoint().map(RestorePoint::captured))
                .orElseThrow(() -> Refusal.notFound(id));
    }

    static ManagementOutcome undo(Turn turn) {
        var today = controlled(turn);
        Policies.requireReplaceable(today);
        requireExpectedVersion(turn, today);
        var chronicle = turn.subnet().chronicle(today.id());
        var point = turn.argument()
                .optionalField("restore_point")
                .map(number -> required(today, chronicle, number))
                .or(chronicle::newestPoint)
                .orElseThrow(() -> new Refusal(
                        ErrorCode.CANISTER_REJECTED_MESSAGE,
                        "Canister " + today.id() + " has no restore point: nothing was done to it that can be undone,"
                                + " or it was too long ago."));
        Undo.hindrance(today).ifPresent(hindrance -> {
            throw new Refusal(hindrance);
        });
        var restored =
                Undo.restored(today, point, turn.changeOrigin(), turn.env().timeNanos());
        var next = turn.subnet().with(named(turn.subnet(), restored)).withChronicle(today.id(), undone(turn, point));
        var reply = Value.record()
                .with("restored", Value.nat64(point.number()))
                .with("undone_as", Value.nat64(chronicle.nextNumber()));
        return turn.replied(next, reply);
    }

    /// {@return the chronicle of the canister that becomes what it was at `point`, with what it is today}
    private static Chronicle undone(Turn turn, RestorePoint point) {
        var id = point.captured().id();
        var chronicle = turn.subnet().chronicle(id);
        long timeNanos = turn.env().timeNanos();
        var event = new Event.Undo(point.number());
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
