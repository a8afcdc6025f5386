package decant.cli.upgrade;

import decant.cli.node.InstallReport;
import decant.cli.node.InstallReport.Finding;
import decant.cli.node.InstallReport.StageUse;
import decant.cli.terminal.Columns;
import decant.cli.terminal.ShortForm;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.Collectors;

/// A report of an installation as a person reads it.
public final class ReportText {
    private static final List<String> STAGES =
            List.of("authorise", "check", "pre_upgrade", "swap", "start", "init", "post_upgrade", "finalize", "commit");

    /// How many reasons are told where the whole report is not asked for.
    private static final int REASONS_MAX = 6;

    private ReportText() {}

    /// {@return all that the report tells, beginning with what came of the attempt}
    public static String whole(InstallReport report) {
        var text = new StringJoiner("\n");
        text.add(verdict(report)).add("").add(course(report, reasons(report))).add("");
        var asides = report.findings().stream().filter(Finding::isNote).toList();
        asides.forEach(finding -> text.add(finding(finding)));
        text.add((asides.isEmpty() ? "" : "\n") + measures(report));
        notes(report).forEach(text::add);
        return text.toString();
    }

    /// {@return the stages that were reached, then why it failed and the first of what the checks found}
    static String course(InstallReport report) {
        var reasons = reasons(report);
        int more = reasons.size() - REASONS_MAX;
        return course(report, reasons.subList(0, Math.min(reasons.size(), REASONS_MAX)))
                + (more > 0 ? "\n\nand " + more + " findings more, which `decant history` has in its report" : "");
    }

    private static String course(InstallReport report, List<String> reasons) {
        var text = new StringJoiner("\n");
        text.add(indented(stages(report)));
        reasons.forEach(reason -> text.add("").add(reason));
        return text.toString();
    }

    /// {@return why it failed, if it did, the hint if there is one, and what the checks found to be wrong}
    static List<String> reasons(InstallReport report) {
        var reasons = new ArrayList<String>();
        if (!report.installed()) {
            report.failure().map(ReportText::failure).ifPresent(reasons::add);
        }
        report.hint().ifPresent(hint -> reasons.add("Hint: " + hint));
        report.findings().stream()
                .filter(finding -> !finding.isNote())
                .map(ReportText::finding)
                .forEach(reasons::add);
        return reasons;
    }

    /// {@return what the checks found that did not keep the canister from being upgraded}
    static List<String> warnings(InstallReport report) {
        return report.findings().stream()
                .filter(Finding::isWarning)
                .map(ReportText::finding)
                .toList();
    }

    /// {@return what must be known of an installation that succeeded, a sentence each; mostly none}
    static List<String> notes(InstallReport report) {
        var notes = new ArrayList<String>();
        if (report.installed() && report.hookWasDiscarded()) {
            notes.add("The hook before the upgrade trapped; what it did was undone, and the upgrade went on without it"
                    + report.failure()
                            .map(failure -> " (" + failure.code() + ": " + failure.message() + ").")
                            .orElse("."));
        }
        if (report.installed() && report.heapDropped()) {
            notes.add("What was in the old heap of " + report.before().heap() + " was dropped, and no hook ran"
                    + " before that: the new code has what is in stable memory.");
        }
        return notes;
    }

    /// {@return one line: what came of the attempt}
    static String verdict(InstallReport report) {
        var what = (report.dryRun() ? "The dry run of the " : "The ") + mode(report);
        if (!report.installed()) {
            return what + " failed at stage " + report.stage() + " and changed nothing.";
        }
        return report.dryRun() ? what + " went well; nothing was changed." : what + " succeeded.";
    }

    static String mode(InstallReport report) {
        return report.mode().replace('_', ' ');
    }

    /// {@return a line for each stage that was reached, with its instructions}
    static String stages(InstallReport report) {
        var rows = new ArrayList<List<String>>();
        int last = STAGES.indexOf(report.stage());
        for (int i = 0; i <= last; i++) {
            var stage = STAGES.get(i);
            if (belongsTo(stage, report)) {
                rows.add(List.of(stage, result(report, stage, i == last), instructions(report, stage)));
            }
        }
        return rows.isEmpty() ? report.stage() : Columns.aligned(rows);
    }

    private static String result(InstallReport report, String stage, boolean last) {
        if (last && !report.installed()) {
            return "failed";
        }
        if (!stage.equals("pre_upgrade")) {
            return "ok";
        }
        return switch (report.hook()) {
            case "none" -> "no hook";
            case "skipped" -> "skipped";
            case "trapped_and_discarded" -> "trapped, discarded";
            default -> "ok";
        };
    }

    private static boolean belongsTo(String stage, InstallReport report) {
        return switch (stage) {
            case "pre_upgrade", "post_upgrade" -> report.mode().equals("upgrade");
            case "init" -> report.mode().endsWith("install");
            case "start" -> !report.mode().equals("lifecycle_upgrade");
            default -> true;
        };
    }

    private static String instructions(InstallReport report, String stage) {
        long used = report.usage().stages().stream()
                .filter(use -> use.stage().equals(stage))
                .mapToLong(StageUse::instructions)
                .sum();
        return used == 0 ? "" : ShortForm.count(used) + " instructions";
    }

    private static String failure(InstallReport.Failure failure) {
        var text = new StringJoiner("\n");
        text.add(failure.code() + ": " + failure.message());
        for (var frame : failure.backtrace()) {
            text.add("    at %s (function %d, offset 0x%x)"
                    .formatted(
                            frame.function().isEmpty() ? "a function without name" : frame.function(),
                            frame.index(),
                            frame.offset()));
        }
        return text.toString();
    }

    /// {@return a finding in the two lines that a person needs: what is wrong, and what to do}
    static String finding(Finding finding) {
        return finding.severity() + " " + finding.code()
                + (finding.path().isEmpty() ? "" : ", " + finding.path()) + ": " + finding.consequence() + "\n"
                + indented("found " + finding.found() + ", expected " + finding.expected() + "\n" + finding.remedy());
    }

    private static String measures(InstallReport report) {
        var usage = report.usage();
        var measures = "Before: " + report.before() + ".";
        if (report.installed()) {
            measures += "\n" + (report.dryRun() ? "It would be: " : "After: ") + report.after() + ".";
        }
        return measures + "\nTook " + ShortForm.count(usage.instructions()) + " of "
                + ShortForm.count(usage.instructionsMax()) + " instructions, and touched "
                + ShortForm.count(usage.heapPagesTouched()) + " pages of the heap and "
                + ShortForm.count(usage.stablePagesTouched()) + " of stable memory."
                + report.restorePoint()
                        .map(number -> "\nRestore point " + number + " keeps what was before.")
                        .orElse("");
    }

    static String indented(String lines) {
        return lines.lines().map(line -> "  " + line).collect(Collectors.joining("\n"));
    }
}
