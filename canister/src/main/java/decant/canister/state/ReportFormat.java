package decant.canister.state;

import decant.canister.state.InstallReport.Failure;
import decant.canister.state.InstallReport.Hook;
import decant.canister.state.InstallReport.Mode;
import decant.canister.state.InstallReport.Outcome;
import decant.canister.state.InstallReport.Standing;
import decant.canister.state.InstallReport.Usage;
import decant.wasm.Frame;
import java.util.Map;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;
import org.pcollections.TreePVector;

/// The bytes of an installation's report inside a chronicle's record: its components in their order.
final class ReportFormat {
    private ReportFormat() {}

    static void write(RecordWriter out, InstallReport report) {
        out.constant(report.mode());
        out.flag(report.dryRun());
        out.constant(report.outcome());
        out.constant(report.stage());
        out.optional(report.failure(), failure -> writeFailure(out, failure));
        out.constant(report.hook());
        out.flag(report.heapDropped());
        out.optional(report.hint(), hint -> {
            out.text(hint.code());
            out.text(hint.text());
        });
        out.list(report.findings(), finding -> writeFinding(out, finding));
        writeUsage(out, report.usage());
        writeStanding(out, report.before());
        writeStanding(out, report.after());
        out.optional(report.restorePoint());
    }

    static InstallReport read(RecordReader in) {
        return new InstallReport(
                in.constant(Mode.class),
                in.flag(),
                in.constant(Outcome.class),
                in.constant(Stage.class),
                in.optional(() -> readFailure(in)),
                in.constant(Hook.class),
                in.flag(),
                in.optional(() -> new Hint(in.text(), in.text())),
                TreePVector.from(in.list(() -> readFinding(in))),
                readUsage(in),
                readStanding(in),
                readStanding(in),
                in.optionalNumber());
    }

    private static void writeFailure(RecordWriter out, Failure failure) {
        out.constant(failure.error());
        out.text(failure.message());
        out.list(failure.backtrace(), frame -> {
            out.number(frame.functionIndex());
            out.text(frame.functionName());
            out.number(frame.moduleOffset());
        });
    }

    private static Failure readFailure(RecordReader in) {
        return new Failure(
                in.constant(ErrorCode.class),
                in.text(),
                in.list(() -> new Frame(Math.toIntExact(in.number()), in.text(), Math.toIntExact(in.number()))));
    }

    private static void writeFinding(RecordWriter out, Finding finding) {
        out.text(finding.code());
        out.constant(finding.severity());
        out.text(finding.path());
        out.text(finding.found());
        out.text(finding.expected());
        out.text(finding.consequence());
        out.text(finding.remedy());
    }

    private static Finding readFinding(RecordReader in) {
        return new Finding(
                in.text(), in.constant(Finding.Severity.class), in.text(), in.text(), in.text(), in.text(), in.text());
    }

    private static void writeUsage(RecordWriter out, Usage usage) {
        out.list(usage.instructions().entrySet(), stage -> {
            out.constant(stage.getKey());
            out.number(stage.getValue());
        });
        out.number(usage.instructionsMax());
        out.number(usage.heapPagesTouched());
        out.number(usage.stablePagesTouched());
    }

    private static Usage readUsage(RecordReader in) {
        PSortedMap<Stage, Long> instructions = TreePMap.empty();
        for (var stage : in.list(() -> Map.entry(in.constant(Stage.class), in.number()))) {
            instructions = instructions.plus(stage.getKey(), stage.getValue());
        }
        return new Usage(instructions, in.number(), in.number(), in.number());
    }

    private static void writeStanding(RecordWriter out, Standing standing) {
        out.number(standing.version());
        out.optional(standing.moduleHash(), out::hash);
        out.number(standing.heapBytes());
        out.number(standing.stableBytes());
    }

    private static Standing readStanding(RecordReader in) {
        return new Standing(in.number(), in.optional(in::hash), in.number(), in.number());
    }
}
