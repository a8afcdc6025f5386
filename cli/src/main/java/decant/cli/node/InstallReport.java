package decant.cli.node;

import decant.candid.Value;
import java.util.List;
import java.util.Optional;

/// What a node tells of one attempt to put code into a canister.
///
/// @param stage the last stage that was reached
/// @param failure why it was rejected; where it was installed, the trap of a hook that was discarded
/// @param hook what became of the old module's hook: `none`, `ran`, `skipped`, `trapped`, `trapped_and_discarded`
/// @param restorePoint the number under which the state before is kept
/// @param candid the report as the node told it
public record InstallReport(
        String mode,
        boolean dryRun,
        boolean installed,
        String stage,
        Optional<Failure> failure,
        String hook,
        boolean heapDropped,
        Optional<String> hint,
        List<Finding> findings,
        Usage usage,
        Standing before,
        Standing after,
        Optional<Long> restorePoint,
        Value candid) {

    /// Why a stage failed; `backtrace` is innermost first.
    public record Failure(String code, String message, List<Frame> backtrace) {}

    /// A function that was running, and where in the module it was.
    public record Frame(String function, long index, long offset) {}

    /// Something that a check found in the new module.
    public record Finding(
            String code,
            String severity,
            String path,
            String found,
            String expected,
            String consequence,
            String remedy) {

        public static Finding of(Value finding) {
            return new Finding(
                    finding.field("code").toText(),
                    finding.field("severity").toText(),
                    finding.field("path").toText(),
                    finding.field("found").toText(),
                    finding.field("expected").toText(),
                    finding.field("consequence").toText(),
                    finding.field("remedy").toText());
        }

        /// {@return whether it says only that something could not be checked}
        public boolean isNote() {
            return severity.equals("note");
        }

        public boolean isWarning() {
            return severity.equals("warning");
        }
    }

    /// The instructions that one stage took.
    public record StageUse(String stage, long instructions) {}

    /// What the attempt took.
    public record Usage(List<StageUse> stages, long instructionsMax, long heapPagesTouched, long stablePagesTouched) {
        public long instructions() {
            return stages.stream().mapToLong(StageUse::instructions).sum();
        }
    }

    public static InstallReport of(Value report) {
        return new InstallReport(
                report.field("mode").toText(),
                report.field("dry_run").toBoolean(),
                report.field("outcome").is("installed"),
                report.field("stage").toText(),
                report.optionalField("error").map(InstallReport::failure),
                report.field("hook").toText(),
                report.field("heap_dropped").toBoolean(),
                report.optionalField("hint").map(hint -> hint.field("text").toText()),
                report.field("findings").items().stream().map(Finding::of).toList(),
                usage(report),
                Standing.ofReport(report, "before"),
                Standing.ofReport(report, "after"),
                report.optionalField("restore_point").map(Value::toLong),
                report);
    }

    private static Failure failure(Value error) {
        var backtrace = error.field("backtrace").items().stream()
                .map(frame -> new Frame(
                        frame.field("function").toText(),
                        frame.field("index").toLong(),
                        frame.field("offset").toLong()))
                .toList();
        return new Failure(error.field("code").toText(), error.field("message").toText(), backtrace);
    }

    private static Usage usage(Value report) {
        var stages = report.field("instructions").items().stream()
                .map(use -> new StageUse(
                        use.field("stage").toText(), use.field("used").toLong()))
                .toList();
        return new Usage(
                stages,
                report.field("instructions_max").toLong(),
                report.field("heap_pages_touched").toLong(),
                report.field("stable_pages_touched").toLong());
    }

    public boolean hookWasDiscarded() {
        return hook.equals("trapped_and_discarded");
    }
}
