package decant.cli.upgrade;

import decant.cli.node.InstallReport;
import decant.cli.node.Standing;
import decant.cli.terminal.Columns;
import decant.cli.upgrade.Installation.Attempt;
import decant.protocol.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// The choice that a person has who brings a module to a canister that has code: what each way keeps, what it loses,
/// and what came of trying it.
///
/// @param canister its name and principal
/// @param keepsHeap whether an upgrade goes on with the old heap
/// @param upgrade the dry run of an upgrade
/// @param lifecycleUpgrade the dry run of a lifecycle upgrade
record UpgradeChoice(
        String canister,
        Standing standing,
        String newModule,
        boolean keepsHeap,
        Attempt upgrade,
        Attempt lifecycleUpgrade) {

    private static final int REASON_LINES_MAX = 12;

    /// {@return the mode that is meant by what a person typed: its name or the beginning of it}
    static Optional<InstallMode> meant(String typed) {
        var word = typed.strip().toLowerCase(Locale.ROOT);
        return Stream.of(InstallMode.UPGRADE, InstallMode.REINSTALL, InstallMode.LIFECYCLE_UPGRADE)
                .filter(mode -> !word.isEmpty() && mode.toString().startsWith(word))
                .findFirst();
    }

    static String question() {
        return "Type upgrade, reinstall or lifecycle-upgrade; anything else does nothing: ";
    }

    String text() {
        var text = new StringBuilder();
        text.append(canister).append(" is at ").append(standing).append(".\n");
        text.append("There are three ways to put ").append(newModule).append(" in its place:\n\n");
        text.append(ReportText.indented(table())).append('\n');
        addReasons(text, "upgrade", upgrade);
        addReasons(text, "lifecycle-upgrade", lifecycleUpgrade);
        return text.toString();
    }

    private String table() {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("", "upgrade", "reinstall", "lifecycle-upgrade"));
        rows.add(List.of("heap, " + standing.heap(), heap(), "wiped", "stays"));
        rows.add(List.of("stable memory, " + standing.stable(), "stays", "wiped", "stays"));
        rows.add(List.of("certified data", "stays", "wiped", "stays"));
        rows.add(List.of("timers", "off until set again", "off until set again", "stay"));
        rows.add(List.of("open calls", "are answered first", "are answered first", "go on"));
        rows.add(List.of("hooks that run", "pre_upgrade, post_upgrade", "init", "none"));
        rows.add(List.of("now", verdict(upgrade), "not tried", verdict(lifecycleUpgrade)));
        return Columns.aligned(rows);
    }

    private String heap() {
        if (keepsHeap) {
            return "stays";
        }
        boolean unsaved = upgrade.report().filter(InstallReport::heapDropped).isPresent();
        return unsaved ? "dropped, no hook saves it" : "dropped after pre_upgrade";
    }

    private static String verdict(Attempt attempt) {
        if (attempt.succeeded()) {
            return "would succeed";
        }
        return attempt.report().map(report -> "fails at " + report.stage()).orElse("is refused");
    }

    private static void addReasons(StringBuilder text, String mode, Attempt attempt) {
        var reasons = new ArrayList<String>();
        if (attempt.response() instanceof Response.Rejected rejection) {
            attempt.report()
                    .ifPresentOrElse(
                            report -> reasons.addAll(ReportText.reasons(report)),
                            () -> reasons.add(rejection.message()));
        } else {
            attempt.report().ifPresent(report -> reasons.addAll(ReportText.warnings(report)));
        }
        if (!reasons.isEmpty()) {
            var lines = reasons.stream().flatMap(String::lines).toList();
            text.append("\n  ").append(mode).append(":\n");
            lines.stream()
                    .limit(REASON_LINES_MAX)
                    .forEach(line -> text.append("    ").append(line).append('\n'));
            if (lines.size() > REASON_LINES_MAX) {
                text.append("    and ").append(lines.size() - REASON_LINES_MAX).append(" lines more: --mode ");
                text.append(mode).append(" --dry-run\n");
            }
        }
    }
}
