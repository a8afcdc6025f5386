package decant.cli.node;

import decant.base.Principal;
import decant.candid.Value;
import decant.cli.terminal.CommandFailure;
import java.time.Instant;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// What a node tells of the past of a canister: what was done to it, and to what it can be taken back.
///
/// @param entries the oldest first
/// @param restorePoints the oldest first
/// @param candid all of it as the node told it
public record Chronicle(List<Entry> entries, List<RestorePoint> restorePoints, Value candid) {

    /// Something that was done, or tried.
    public record Entry(long number, Instant time, Principal by, Event event) {
        private static Entry of(Value entry) {
            var origin = entry.field("origin");
            return new Entry(
                    entry.field("number").toLong(),
                    Chronicle.time(entry),
                    origin.payload()
                            .field(origin.is("from_user") ? "user_id" : "canister_id")
                            .toPrincipal(),
                    Event.of(entry.field("event")));
        }
    }

    /// The kinds of things that are done to canisters.
    public sealed interface Event {
        /// Code was put in, or it was tried.
        record Installation(InstallReport report) implements Event {}

        /// The code was taken out.
        record Uninstall() implements Event {}

        /// The canister was deleted.
        record Deletion() implements Event {}

        /// The canister became what a snapshot had kept.
        ///
        /// @param snapshot its id, in hex
        record SnapshotLoad(String snapshot) implements Event {}

        /// The canister was taken back to a restore point.
        ///
        /// @param replay the calls since that were made again, if they were
        record Undo(long restorePoint, Optional<Replay> replay) implements Event {}

        /// Calls that were made again, and those that could not be.
        record Replay(long callsMade, long callsLost) {}

        /// A restore point was pinned, or is no more.
        record Pinning(long restorePoint, boolean pinned) implements Event {}

        /// The rules for new code were changed.
        record PolicyChange(String before, String after, boolean byOperator) implements Event {}

        private static Event of(Value event) {
            var content = event.payload();
            return switch (event.tag()) {
                case "installation" -> new Installation(InstallReport.of(content));
                case "uninstall" -> new Uninstall();
                case "deletion" -> new Deletion();
                case "load_snapshot" ->
                    new SnapshotLoad(HexFormat.of()
                            .formatHex(content.field("snapshot_id").toBytes()));
                case "undo" ->
                    new Undo(
                            content.field("restore_point").toLong(),
                            content.optionalField("replay")
                                    .map(replay -> new Replay(
                                            replay.field("calls_made").toLong(),
                                            replay.field("calls_lost").toLong())));
                case "pinning" ->
                    new Pinning(
                            content.field("restore_point").toLong(),
                            content.field("pinned").toBoolean());
                case "policy_change" ->
                    new PolicyChange(
                            content.field("before").tag(),
                            content.field("after").tag(),
                            content.field("by_operator").toBoolean());
                default -> throw new AssertionError("BUG: " + event + " is not among the events of the interface");
            };
        }
    }

    /// What a canister was at one time, kept so that it can be that again.
    ///
    /// @param reason what was about to be done to the canister
    public record RestorePoint(long number, Instant time, String reason, boolean pinned, Standing standing) {
        private static RestorePoint of(Value point) {
            return new RestorePoint(
                    point.field("number").toLong(),
                    Chronicle.time(point),
                    point.field("reason").toText().replace('_', ' '),
                    point.field("pinned").toBoolean(),
                    Standing.ofRestorePoint(point));
        }
    }

    static Chronicle of(Value reply) {
        return new Chronicle(
                reply.field("entries").items().stream()
                        .map(Entry::of)
                        .sorted(Comparator.comparingLong(Entry::number))
                        .toList(),
                reply.field("restore_points").items().stream()
                        .map(RestorePoint::of)
                        .sorted(Comparator.comparingLong(RestorePoint::number))
                        .toList(),
                reply);
    }

    /// {@return the number of the newest entry; 0 if there is none}
    public long newest() {
        return entries.isEmpty() ? 0 : entries.getLast().number();
    }

    public Optional<Entry> entry(long number) {
        return entries.stream().filter(entry -> entry.number() == number).findFirst();
    }

    /// {@return the report of the newest attempt to put code in that is younger than entry `number`}
    public Optional<InstallReport> reportAfter(long number) {
        return entries.reversed().stream()
                .filter(entry -> entry.number() > number)
                .map(Entry::event)
                .filter(Event.Installation.class::isInstance)
                .map(event -> ((Event.Installation) event).report())
                .findFirst();
    }

    /// {@return the restore point with this number}
    ///
    /// @throws CommandFailure if there is none
    public RestorePoint restorePoint(long number) {
        return restorePoints.stream()
                .filter(point -> point.number() == number)
                .findFirst()
                .orElseThrow(() -> new CommandFailure("There is no restore point " + number + ". " + choice()));
    }

    /// {@return the newest restore point}
    ///
    /// @throws CommandFailure if there is none
    public RestorePoint newestRestorePoint() {
        if (restorePoints.isEmpty()) {
            throw new CommandFailure(choice());
        }
        return restorePoints.getLast();
    }

    private String choice() {
        if (restorePoints.isEmpty()) {
            return "No restore point is kept: one is taken before each upgrade, reinstall, uninstall, deletion and snapshot"
                    + " load.";
        }
        return "There are: "
                + String.join(
                        ", ",
                        restorePoints.stream()
                                .map(point -> Long.toString(point.number()))
                                .toList())
                + ".";
    }

    private static Instant time(Value record) {
        long nanos = record.field("timestamp_nanos").toLong();
        return Instant.ofEpochSecond(nanos / 1_000_000_000, nanos % 1_000_000_000);
    }
}
