package decant.canister.state;

import decant.base.Hash;
import decant.canister.state.InstallReport.Hook;
import decant.canister.state.InstallReport.Mode;
import decant.canister.state.InstallReport.Outcome;
import decant.canister.state.InstallReport.Standing;
import decant.wasm.Frame;
import java.util.StringJoiner;
import java.util.stream.Collectors;

/// Reports of installations, in sentences.
final class ReportText {
    private ReportText() {}

    static String summary(InstallReport report) {
        var text = new StringJoiner("\n");
        text.add(verdict(report));
        addCauses(text, report);
        return text.toString();
    }

    static String of(InstallReport report) {
        var text = new StringJoiner("\n");
        text.add(verdict(report));
        report.failure().ifPresent(failure -> {
            text.add((report.outcome() == Outcome.INSTALLED ? "Discarded trap of the hook, " : "Error ")
                    + failure.error().text() + ": " + failure.message());
            for (Frame frame : failure.backtrace()) {
                text.add("    at " + frame);
            }
        });
        addCauses(text, report);
        var hook = hook(report.hook());
        if (!hook.isEmpty()) {
            text.add(hook);
        }
        if (report.heapDropped()) {
            text.add("What was in the heap of " + report.before().heapBytes() + " bytes was dropped, and no hook saved"
                    + " it: only what was in stable memory is there for the new code.");
        }
        text.add("Before: " + standing(report.before()));
        if (report.outcome() == Outcome.INSTALLED) {
            text.add((report.dryRun() ? "It would be: " : "After: ") + standing(report.after()));
        }
        text.add(usage(report.usage()));
        report.restorePoint().ifPresent(number -> text.add("Restore point " + number + " keeps the state before."));
        return text.toString();
    }

    private static String verdict(InstallReport report) {
        var what = (report.dryRun() ? "Dry run of the " : "The ") + name(report.mode());
        if (report.outcome() == Outcome.REJECTED) {
            return what + " stopped at stage " + report.stage().text() + " and changed nothing: the canister is what it"
                    + " was, at version " + report.before().version() + ".";
        }
        return report.dryRun() ? what + " went well: it would succeed now. Nothing was changed." : what + " succeeded.";
    }

    private static void addCauses(StringJoiner text, InstallReport report) {
        report.hint().ifPresent(hint -> text.add("Hint (" + hint.code() + "): " + hint.text()));
        report.findings().forEach(finding -> text.add(finding.toText()));
    }

    private static String name(Mode mode) {
        return switch (mode) {
            case INSTALL -> "installation";
            case REINSTALL -> "reinstallation";
            case UPGRADE -> "upgrade";
            case LIFECYCLE_UPGRADE -> "lifecycle upgrade";
        };
    }

    private static String hook(Hook hook) {
        return switch (hook) {
            case NONE -> "";
            case RAN -> "The hook before the upgrade ran to its end.";
            case SKIPPED -> "The hook before the upgrade was skipped, as the request asked for.";
            case TRAPPED -> "The hook before the upgrade trapped; what it did was undone.";
            case TRAPPED_AND_DISCARDED ->
                "The hook before the upgrade trapped; what it did was undone, and the upgrade went on without it, as"
                        + " the request asked for.";
        };
    }

    private static String standing(Standing standing) {
        return "version " + standing.version() + ", "
                + standing.moduleHash()
                        .map(Hash::toString)
                        .map("module "::concat)
                        .orElse("no module") + ", heap "
                + standing.heapBytes() + " bytes, stable memory " + standing.stableBytes() + " bytes";
    }

    private static String usage(InstallReport.Usage usage) {
        var stages = usage.instructions().entrySet().stream()
                .map(stage -> stage.getKey().text() + " " + stage.getValue())
                .collect(Collectors.joining(", "));
        return "Used " + usage.instructionsUsed() + " of " + usage.instructionsMax() + " instructions"
                + (stages.isEmpty() ? "" : " (" + stages + ")") + ", wrote " + usage.heapPagesTouched()
                + " pages of the heap, touched " + usage.stablePagesTouched() + " pages of stable memory";
    }
}
