package decant.cli.modules;

import decant.canister.check.Check;
import decant.canister.check.CheckReport;
import decant.canister.check.CheckReport.Outcome;
import decant.canister.state.Finding;
import decant.canister.state.Finding.Severity;
import decant.cli.json.Json;
import decant.cli.terminal.Columns;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Tells what the checks before an upgrade found: to a person, and to a program.
record CheckText(String old, String replacement, CheckReport report) {

    /// {@return whether no check could compare the two versions}
    static boolean comparesNothing(CheckReport report) {
        return report.unknown().containsAll(List.of(Check.INTERFACE, Check.STABLE_VARIABLES, Check.HEAP));
    }

    String text() {
        var text = new StringBuilder();
        text.append(replacement)
                .append(report.isCompatible() ? " can replace " : " cannot replace ")
                .append(old)
                .append(report.isCompatible() ? ", as far as was checked.\n" : ":\n");
        for (var check : Check.values()) {
            report.findings(check).stream()
                    .filter(finding -> finding.severity() != Severity.NOTE)
                    .forEach(finding -> text.append('\n').append(shown(check, finding)));
        }
        text.append('\n').append(summary());
        if (mayAcknowledge()) {
            text.append("\n\nData that is meant to be dropped is acknowledged by --drop NAME.");
        }
        return text.toString();
    }

    private static String shown(Check check, Finding finding) {
        var severity = finding.severity().name().toLowerCase(Locale.ROOT);
        var sides = Sides.of(check);
        var rows = List.of(
                List.of("  " + sides.expected(), finding.expected()),
                List.of("  " + sides.found(), finding.found()),
                List.of("  fix", finding.remedy()));
        return severity + ": " + place(check, finding) + "\n" + sentence(finding.consequence()) + "\n"
                + Columns.aligned(rows) + "\n";
    }

    private static String place(Check check, Finding finding) {
        if (finding.path().isEmpty()) {
            return name(check);
        }
        // The path names the variable, which says it all.
        return check == Check.STABLE_VARIABLES ? finding.path() : name(check) + ", " + finding.path();
    }

    /// How the two sides of a finding are called.
    private record Sides(String expected, String found) {
        static Sides of(Check check) {
            return switch (check) {
                case INTERFACE, STABLE_VARIABLES, STABLE_MEMORY -> new Sides("old", "new");
                case ARGUMENT -> new Sides("takes", "given");
                case HEAP, OPEN_CALLS -> new Sides("needed", "found");
            };
        }
    }

    private static String sentence(String text) {
        return "  " + text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1) + ".";
    }

    private static String name(Check check) {
        return check.id().replace('-', ' ');
    }

    /// {@return a line for each check}
    private String summary() {
        var rows = new ArrayList<List<String>>();
        for (var check : Check.values()) {
            rows.add(List.of(name(check), outcome(check)));
        }
        return Columns.aligned(rows);
    }

    private String outcome(Check check) {
        var findings = report.findings(check);
        return switch (report.outcome(check)) {
            case INCOMPATIBLE -> counted(findings, Severity.ERROR) + alsoWarnings(findings);
            case COMPATIBLE -> "ok" + alsoWarnings(findings);
            case UNKNOWN ->
                "not checked: "
                        + findings.stream()
                                .filter(finding -> finding.severity() == Severity.NOTE)
                                .findFirst()
                                .map(Finding::found)
                                .orElse("");
        };
    }

    private static String alsoWarnings(List<Finding> findings) {
        return findings.stream().anyMatch(finding -> finding.severity() == Severity.WARNING)
                ? ", " + counted(findings, Severity.WARNING)
                : "";
    }

    private static String counted(List<Finding> findings, Severity severity) {
        long count = findings.stream()
                .filter(finding -> finding.severity() == severity)
                .count();
        return count + " " + severity.name().toLowerCase(Locale.ROOT) + (count == 1 ? "" : "s");
    }

    private boolean mayAcknowledge() {
        return report.findings(Check.STABLE_VARIABLES).stream()
                .anyMatch(finding -> finding.isError() && finding.remedy().contains("acknowledge"));
    }

    Json json() {
        var checks = new ArrayList<Json>();
        for (var check : Check.values()) {
            checks.add(Json.fields()
                    .with("check", Json.text(check.id()))
                    .with("outcome", Json.text(named(report.outcome(check))))
                    .with(
                            "findings",
                            Json.array(report.findings(check).stream()
                                    .map(CheckText::json)
                                    .toList())));
        }
        return Json.fields()
                .with("compatible", Json.bool(report.isCompatible()))
                .with("old", Json.text(old))
                .with("new", Json.text(replacement))
                .with("checks", Json.array(checks));
    }

    private static String named(Outcome outcome) {
        return outcome.name().toLowerCase(Locale.ROOT);
    }

    private static Json json(Finding finding) {
        return Json.fields()
                .with("code", Json.text(finding.code()))
                .with("severity", Json.text(finding.severity().name().toLowerCase(Locale.ROOT)))
                .with("path", Json.text(finding.path()))
                .with("found", Json.text(finding.found()))
                .with("expected", Json.text(finding.expected()))
                .with("consequence", Json.text(finding.consequence()))
                .with("remedy", Json.text(finding.remedy()));
    }
}
