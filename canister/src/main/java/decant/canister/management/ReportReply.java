package decant.canister.management;

import decant.base.Hash;
import decant.candid.Value;
import decant.canister.state.Finding;
import decant.canister.state.Hint;
import decant.canister.state.InstallReport;
import decant.canister.state.InstallReport.Failure;
import decant.wasm.Frame;
import java.util.Locale;
import java.util.Optional;

/// The report of an installation as the record `report`.
final class ReportReply {
    private ReportReply() {}

    static Value of(InstallReport report) {
        var usage = report.usage();
        return Value.record()
                .with("mode", word(report.mode()))
                .with("dry_run", Value.bool(report.dryRun()))
                .with("outcome", Value.variant(lower(report.outcome())))
                .with("stage", word(report.stage()))
                .with("error", Value.opt(report.failure().map(ReportReply::failure)))
                .with("hook", word(report.hook()))
                .with("heap_dropped", Value.bool(report.heapDropped()))
                .with("hint", Value.opt(report.hint().map(ReportReply::hint)))
                .with(
                        "findings",
                        Value.vec(report.findings().stream()
                                .map(ReportReply::finding)
                                .toList()))
                .with(
                        "instructions",
                        Value.vec(usage.instructions().entrySet().stream()
                                .map(stage -> Value.record()
                                        .with("stage", word(stage.getKey()))
                                        .with("used", Value.nat64(stage.getValue())))
                                .toList()))
                .with("instructions_max", Value.nat64(usage.instructionsMax()))
                .with("heap_pages_touched", Value.nat64(usage.heapPagesTouched()))
                .with("stable_pages_touched", Value.nat64(usage.stablePagesTouched()))
                .with("heap_bytes_before", Value.nat64(report.before().heapBytes()))
                .with("heap_bytes_after", Value.nat64(report.after().heapBytes()))
                .with("stable_bytes_before", Value.nat64(report.before().stableBytes()))
                .with("stable_bytes_after", Value.nat64(report.after().stableBytes()))
                .with("version_before", Value.nat64(report.before().version()))
                .with("version_after", Value.nat64(report.after().version()))
                .with("module_hash_before", hash(report.before().moduleHash()))
                .with("module_hash_after", hash(report.after().moduleHash()))
                .with(
                        "restore_point",
                        report.restorePoint().isPresent()
                                ? Value.some(Value.nat64(report.restorePoint().getAsLong()))
                                : Value.none())
                .with("text", Value.text(report.toText()));
    }

    private static Value failure(Failure failure) {
        return Value.record()
                .with("code", Value.text(failure.error().text()))
                .with("message", Value.text(failure.message()))
                .with(
                        "backtrace",
                        Value.vec(failure.backtrace().stream()
                                .map(ReportReply::frame)
                                .toList()));
    }

    private static Value frame(Frame frame) {
        return Value.record()
                .with("function", Value.text(frame.functionName()))
                .with("index", Value.nat32(frame.functionIndex()))
                .with("offset", Value.nat32(frame.moduleOffset()));
    }

    private static Value hint(Hint hint) {
        return Value.record().with("code", Value.text(hint.code())).with("text", Value.text(hint.text()));
    }

    static Value finding(Finding finding) {
        return Value.record()
                .with("code", Value.text(finding.code()))
                .with("severity", word(finding.severity()))
                .with("path", Value.text(finding.path()))
                .with("found", Value.text(finding.found()))
                .with("expected", Value.text(finding.expected()))
                .with("consequence", Value.text(finding.consequence()))
                .with("remedy", Value.text(finding.remedy()));
    }

    private static Value hash(Optional<Hash> hash) {
        return Value.opt(hash.map(present -> Value.blob(present.bytes())));
    }

    private static Value word(Enum<?> constant) {
        return Value.text(lower(constant));
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
