package decant.cli.rehearsal;

import decant.cli.node.InstallReport.Finding;
import decant.cli.rehearsal.RehearsalResult.Found;
import decant.cli.terminal.Columns;
import decant.cli.terminal.Paint;
import decant.cli.terminal.Paint.Colour;
import java.util.ArrayList;
import java.util.List;

/// A rehearsal as a person reads it: the verdict and what it stands on first, then what came of each step, then the
/// details.
final class RehearsalSheet {
    private static final String INDENT = "  ";
    private static final String END = "Nothing was changed.";

    private final RehearsalResult result;
    private final Paint paint;

    RehearsalSheet(RehearsalResult result, Paint paint) {
        this.result = result;
        this.paint = paint;
    }

    String text() {
        var parts = new ArrayList<String>();
        parts.add(heading());
        result.reasons("unsafe").forEach(finding -> parts.add(whole("breaks", Colour.BAD, finding)));
        result.reasons("unknown").forEach(finding -> parts.add(whole("not known", Colour.OPEN, finding)));
        parts.add(String.join("\n", warnings(result)));
        RehearsalTables.of(result).forEach(table -> parts.add(Columns.aligned(withHead(table))));
        parts.add(paint.in(Colour.FAINT, String.join("\n", notes(result))));
        parts.add(END);
        return String.join(
                "\n\n", parts.stream().filter(part -> !part.isEmpty()).toList());
    }

    private String heading() {
        var verdict = result.verdict();
        var colour = switch (verdict) {
            case SAFE -> Colour.GOOD;
            case UNSAFE -> Colour.BAD;
            case UNKNOWN -> Colour.OPEN;
        };
        return paint.in(colour, verdict.name()) + ": " + verdict.text() + ".\n" + result.subject();
    }

    private String whole(String kind, Colour colour, Finding finding) {
        var rows = List.of(
                List.of(INDENT + "found", finding.found()),
                List.of(INDENT + "expected", finding.expected()),
                List.of(INDENT + "remedy", finding.remedy()));
        return paint.in(colour, kind) + " " + place(finding) + "\n" + INDENT + finding.consequence() + "\n"
                + Columns.aligned(rows);
    }

    private static List<List<String>> withHead(RehearsalTables.Table table) {
        var rows = new ArrayList<List<String>>();
        rows.add(table.head());
        rows.addAll(table.rows());
        return rows;
    }

    /// {@return what does nothing to the verdict but should be known, a line for each}
    static List<String> warnings(RehearsalResult result) {
        return result.findings().stream()
                .filter(found -> found.acknowledged()
                        || found.makes("none") && found.finding().isWarning())
                .map(RehearsalSheet::line)
                .toList();
    }

    private static String line(Found found) {
        var finding = found.finding();
        return (found.acknowledged() ? "acknowledged " : "warning ") + place(finding) + ": " + finding.consequence()
                + " (" + finding.found() + ")";
    }

    /// {@return what is good to know, a line for each}
    static List<String> notes(RehearsalResult result) {
        return result.findings().stream()
                .map(Found::finding)
                .filter(Finding::isNote)
                .map(finding -> "note " + finding.code() + ": " + finding.consequence())
                .toList();
    }

    static String place(Finding finding) {
        return finding.code() + (finding.path().isEmpty() ? "" : " in " + finding.path());
    }
}
