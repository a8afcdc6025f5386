package decant.canister.rehearsal;

import decant.base.Hash;
import decant.canister.rehearsal.Observation.Effect;
import decant.canister.rehearsal.ProbeResult.Outcome;
import decant.canister.state.InstallReport;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.StringJoiner;

/// Reports of rehearsals for people: the verdict and what it stands on first, then the details.
final class RehearsalText {
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final long DAY_NANOS = 86_400 * SECOND_NANOS;

    private RehearsalText() {}

    static String of(RehearsalReport report) {
        var text = new StringJoiner("\n");
        text.add(verdict(report));
        addFindings(text, report);
        text.add("");
        text.add("Canister " + report.subject().canister() + " at version "
                + report.subject().version() + ", module "
                + report.subject().moduleBefore().map(Hash::hex).orElse("none") + " -> "
                + report.subject().moduleAfter().hex());
        text.add("Upgrade: " + told(report.installation()));
        report.next().ifPresent(next -> text.add("Next upgrade, to the same version: " + told(next)));
        report.downgrade().ifPresent(back -> text.add("Way back to the old version: " + told(back)));
        addBudget(text, report.budget());
        addProbes(text, "Probes", report.probes());
        addProbes(text, "Recorded calls", report.replay());
        report.forward().ifPresent(forward -> text.add(told(forward)));
        addDiff(text, report.diff());
        text.add("The rehearsal used " + report.instructionsUsed() + " instructions. Nothing was changed.");
        return text.toString();
    }

    private static String verdict(RehearsalReport report) {
        return switch (report.verdict()) {
            case SAFE -> "SAFE: nothing was found that this upgrade breaks.";
            case UNSAFE -> "UNSAFE: this upgrade breaks something.";
            case UNKNOWN -> "UNKNOWN: nothing was found that this upgrade breaks, but not all that matters is known.";
        };
    }

    private static void addFindings(StringJoiner text, RehearsalReport report) {
        for (var effect : List.of(Effect.UNSAFE, Effect.UNKNOWN, Effect.NONE)) {
            report.observations().stream()
                    .filter(observation -> observation.weight() == effect)
                    .forEach(observation -> text.add((observation.acknowledged() ? "(acknowledged) " : "")
                            + observation.finding().toText()));
        }
    }

    private static String told(InstallReport report) {
        return switch (report.outcome()) {
            case INSTALLED -> "succeeds";
            case REJECTED -> "fails at stage " + report.stage().text();
        };
    }

    private static void addBudget(StringJoiner text, Budget budget) {
        for (var line : budget.lines()) {
            text.add("Budget of " + turn(line.turn()) + " upgrade: " + line.used()
                    + " of " + line.limit() + " " + line.resource() + ", " + line.headRoomPercent() + " % left"
                    + forecast(line.nanosLeft()));
        }
    }

    private static String turn(Budget.Turn turn) {
        return switch (turn) {
            case THIS -> "this";
            case NEXT -> "the next";
            case USED -> "a later";
        };
    }

    private static void addProbes(StringJoiner text, String title, List<ProbeResult> results) {
        if (results.isEmpty()) {
            return;
        }
        long same = results.stream()
                .filter(result -> result.outcome() == Outcome.SAME)
                .count();
        text.add(title + ": " + same + " of " + results.size() + " answered alike");
        results.stream()
                .filter(result -> result.outcome() != Outcome.SAME && result.outcome() != Outcome.NO_REPLY_BEFORE)
                .forEach(result -> text.add("  " + result.outcome().name().toLowerCase(Locale.ROOT) + " "
                        + result.probe() + ": " + result.before() + " -> " + result.after()));
    }

    private static String told(Forward forward) {
        return "Forward " + duration(forward.nanos()) + ": " + forward.tasks() + " timers and heartbeats, "
                + forward.traps().size() + " kinds of them trapped"
                + (forward.callsOut().isEmpty()
                        ? ""
                        : "; calls without an answer: " + String.join(", ", forward.callsOut()));
    }

    private static void addDiff(StringJoiner text, StateDiff diff) {
        text.add("Heap: " + told(diff.heap()));
        text.add("Stable memory: " + told(diff.stable()));
        for (var region : diff.regions()) {
            text.add("  memory " + region.number() + ": " + region.wasmPagesBefore() + " -> " + region.wasmPagesAfter()
                    + " pages of 64 KiB, " + region.pagesChanged() + " pages of 4 KiB are others");
        }
        diff.variables().stream()
                .filter(variable -> !variable.isSame())
                .forEach(variable -> text.add("  stable variable " + variable.name() + ": "
                        + variable.before().orElse("not there") + " -> "
                        + variable.after().orElse("not there")));
        diff.variables().stream()
                .filter(StateDiff.Variable::isChanged)
                .forEach(variable -> text.add("  " + variable.name() + " = "
                        + variable.valueBefore().orElseThrow() + " -> "
                        + variable.valueAfter().orElseThrow()));
    }

    private static String told(StateDiff.Memory memory) {
        return memory.bytesBefore() + " -> " + memory.bytesAfter() + " bytes, " + memory.pagesChanged()
                + " pages of 4 KiB are others";
    }

    /// {@return when something runs out, to be put behind how much of it is left}
    static String forecast(OptionalLong nanosLeft) {
        return nanosLeft.isPresent() ? ", for about " + duration(nanosLeft.getAsLong()) + " as it grows" : "";
    }

    static String duration(long nanos) {
        if (nanos >= 2 * DAY_NANOS) {
            return nanos / DAY_NANOS + " days";
        }
        return nanos / SECOND_NANOS + " s";
    }
}
