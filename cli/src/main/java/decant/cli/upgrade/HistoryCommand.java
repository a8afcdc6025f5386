package decant.cli.upgrade;

import decant.base.Principal;
import decant.cli.json.CandidJson;
import decant.cli.json.Json;
import decant.cli.node.CanisterDirectory;
import decant.cli.node.Chronicle;
import decant.cli.node.Chronicle.Entry;
import decant.cli.node.Chronicle.Event;
import decant.cli.node.Chronicle.RestorePoint;
import decant.cli.node.InstallReport;
import decant.cli.node.ManagementCanister;
import decant.cli.node.NodeOptions;
import decant.cli.terminal.Columns;
import decant.cli.terminal.CommandFailure;
import decant.cli.terminal.Output;
import decant.cli.terminal.ShortForm;
import decant.cli.terminal.Surroundings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Lists what was done to a canister and what of it can be undone.
@Command(
        name = "history",
        description = "List what was done to a canister, by whom, with what outcome, and what can be undone.",
        footer = {
            "",
            "Restore points have the number of what they were taken before. The newest ones are kept for a while; a"
                    + " pinned one is kept until it is unpinned.",
            "",
            "Examples:",
            "  decant history vault",
            "  decant history vault --report 7",
            "  decant history vault --pin 7"
        })
public final class HistoryCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private NodeOptions nodeOptions = new NodeOptions();

    @Mixin
    private Output output = new Output();

    @Parameters(
            paramLabel = "CANISTER",
            description = "A principal, or the name given at deploy; for a deleted canister its principal.")
    private String canister = "";

    @ArgGroup(exclusive = true)
    private Special special = new Special();

    /// What can be asked for instead of the list.
    private static final class Special {
        @Option(names = "--report", paramLabel = "N", description = "Print the report of entry N whole.")
        private Optional<Long> report = Optional.empty();

        @Option(names = "--pin", paramLabel = "N", description = "Keep restore point N until it is unpinned.")
        private Optional<Long> pin = Optional.empty();

        @Option(names = "--unpin", paramLabel = "N", description = "Keep restore point N no longer than others.")
        private Optional<Long> unpin = Optional.empty();
    }

    public HistoryCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        try (var node = nodeOptions.connect(surroundings)) {
            var management = new ManagementCanister(node);
            var id = new CanisterDirectory(management).canister(canister);
            if (special.pin.isPresent()) {
                pin(management, id, special.pin.get(), true);
            } else if (special.unpin.isPresent()) {
                pin(management, id, special.unpin.get(), false);
            } else if (special.report.isPresent()) {
                printReport(management.history(id), special.report.get());
            } else {
                print(management.history(id), node.identity().principal());
            }
        }
        return 0;
    }

    private void pin(ManagementCanister management, Principal id, long number, boolean pinned) {
        management.history(id).restorePoint(number);
        management.pin(id, number, pinned);
        output.print(
                surroundings,
                "Restore point " + number + " of " + canister
                        + (pinned ? " is kept until it is unpinned." : " is kept no longer than others."),
                Json.fields()
                        .with("canister_id", Json.text(id.toString()))
                        .with("restore_point", Json.number(number))
                        .with("pinned", Json.bool(pinned)));
    }

    private void printReport(Chronicle chronicle, long number) {
        var entry = chronicle
                .entry(number)
                .orElseThrow(() -> new CommandFailure("The history of " + canister + " has no entry " + number
                        + (chronicle.entries().isEmpty()
                                ? ": it is empty."
                                : ": it has " + chronicle.entries().getFirst().number() + " to " + chronicle.newest()
                                        + ".")));
        if (!(entry.event() instanceof Event.Installation(var report))) {
            throw new CommandFailure("Entry " + number + " of the history of " + canister
                    + " has no report: it is no installation, but " + what(entry.event()) + ".");
        }
        output.print(surroundings, ReportText.whole(report), CandidJson.of(report.candid()));
    }

    private void print(Chronicle chronicle, Principal self) {
        output.print(surroundings, text(chronicle, self), CandidJson.of(chronicle.candid()));
    }

    private String text(Chronicle chronicle, Principal self) {
        if (chronicle.entries().isEmpty()) {
            return "Nothing was done to " + canister + " yet.";
        }
        return entries(chronicle.entries(), self) + "\n\n" + restorePoints(chronicle.restorePoints());
    }

    private static String entries(List<Entry> entries, Principal self) {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("NUMBER", "TIME", "BY", "WHAT", "VERSION", "MODULE"));
        for (var entry : entries) {
            var row = new ArrayList<>(List.of(
                    Long.toString(entry.number()),
                    ShortForm.time(entry.time()),
                    entry.by().equals(self) ? "you" : ShortForm.principal(entry.by()),
                    what(entry.event())));
            row.addAll(result(entry.event()));
            rows.add(row);
        }
        return Columns.aligned(rows);
    }

    private static String what(Event event) {
        return switch (event) {
            case Event.Installation(var report) ->
                (report.dryRun() ? "dry run of " : "") + ReportText.mode(report) + outcome(report);
            case Event.Uninstall _ -> "uninstall";
            case Event.Deletion _ -> "deletion";
            case Event.SnapshotLoad(var snapshot) -> "load of snapshot " + snapshot;
            case Event.Undo(long point, var replay) ->
                "undo, back to " + point + replay.map(HistoryCommand::replay).orElse("");
            case Event.Pinning(long point, boolean pinned) -> (pinned ? "pinned " : "unpinned ") + point;
            case Event.PolicyChange(var before, var after, boolean byOperator) ->
                "policy " + before + " to " + after + (byOperator ? ", by the operator" : "");
        };
    }

    private static String replay(Event.Replay replay) {
        return ", " + replay.callsMade() + " calls made again"
                + (replay.callsLost() > 0 ? ", " + replay.callsLost() + " lost" : "");
    }

    private static String outcome(InstallReport report) {
        if (report.installed()) {
            return (report.dryRun() ? ": would succeed" : "")
                    + (report.hookWasDiscarded() ? ", trap of its hook discarded" : "");
        }
        return ": failed at " + report.stage()
                + report.failure().map(failure -> " (" + failure.code() + ")").orElse("");
    }

    private static List<String> result(Event event) {
        if (event instanceof Event.Installation(var report) && report.installed() && !report.dryRun()) {
            return List.of(
                    report.before().version() + " to " + report.after().version(),
                    report.after().module().map(ShortForm::hash).orElse("-"));
        }
        return List.of("-", "-");
    }

    private static String restorePoints(List<RestorePoint> points) {
        if (points.isEmpty()) {
            return "No restore point is kept.";
        }
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("RESTORE POINT", "TIME", "BEFORE", "VERSION", "MODULE", "HEAP", "STABLE", "KEPT"));
        for (var point : points) {
            rows.add(List.of(
                    Long.toString(point.number()),
                    ShortForm.time(point.time()),
                    point.reason(),
                    Long.toString(point.standing().version()),
                    point.standing().module().map(ShortForm::hash).orElse("-"),
                    point.standing().heap(),
                    point.standing().stable(),
                    point.pinned() ? "pinned" : "for a while"));
        }
        return Columns.aligned(rows);
    }
}
