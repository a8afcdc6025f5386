package decant.cli.rehearsal;

import decant.base.Hash;
import decant.candid.Value;
import decant.cli.json.CandidJson;
import decant.cli.json.Json;
import decant.cli.node.InstallReport;
import decant.cli.node.InstallReport.Finding;
import decant.cli.terminal.ExitCode;
import decant.cli.terminal.ShortForm;
import java.util.List;
import java.util.Optional;

/// What came of a rehearsal, as the node told it or as it was computed here: the record `rehearsal` of the management
/// canister's interface.
///
/// @param canister how it was called when it was asked for
/// @param file the module that was tried
/// @param module the hash of the module as it would be installed; it may have travelled in another form
/// @param options how it would be installed
record RehearsalResult(String canister, String file, Hash module, Json options, Value candid) {
    private static final List<String> SUBJECT = List.of("canister_id", "version", "module_hash_before");
    private static final List<String> PARTS = List.of(
            "arg_hash",
            "findings",
            "installation",
            "next",
            "downgrade",
            "budget",
            "stages",
            "probes",
            "replay",
            "forward",
            "diff",
            "instructions");

    /// What the verdict can be, and the exit code that says it.
    enum Verdict {
        SAFE(ExitCode.DONE, "nothing was found that this breaks"),
        UNSAFE(ExitCode.FAILED, "this breaks something"),
        UNKNOWN(ExitCode.NOT_UNDERSTOOD, "nothing was found that this breaks, but not all that matters is known");

        private final int exitCode;
        private final String text;

        Verdict(int exitCode, String text) {
            this.exitCode = exitCode;
            this.text = text;
        }

        int exitCode() {
            return exitCode;
        }

        String text() {
            return text;
        }
    }

    /// Something that was found.
    ///
    /// @param effect what it does to the verdict: `unsafe`, `unknown` or `none`
    record Found(Finding finding, String effect, boolean acknowledged) {
        boolean makes(String verdict) {
            return !acknowledged && effect.equals(verdict);
        }
    }

    Verdict verdict() {
        return switch (candid.field("verdict").tag()) {
            case "safe" -> Verdict.SAFE;
            case "unsafe" -> Verdict.UNSAFE;
            default -> Verdict.UNKNOWN;
        };
    }

    List<Found> findings() {
        return candid.field("findings").items().stream()
                .map(item -> new Found(
                        Finding.of(item.field("finding")),
                        item.field("effect").toText(),
                        item.field("acknowledged").toBoolean()))
                .toList();
    }

    /// {@return the findings that make this verdict, if they are not acknowledged}
    List<Finding> reasons(String verdict) {
        return findings().stream()
                .filter(found -> found.makes(verdict))
                .map(Found::finding)
                .toList();
    }

    /// {@return what the verdict is about, on two lines}
    String subject() {
        var before = candid.optionalField("module_hash_before")
                .map(hash -> "module " + ShortForm.hash(Hash.of(hash.toBytes())))
                .orElse("no module");
        return canister + " (" + candid.field("canister_id").toPrincipal() + "), version "
                + candid.field("version").toLong() + ", " + before + "\n-> " + file + " (module "
                + ShortForm.hash(module) + ")";
    }

    Optional<InstallReport> report(String part) {
        return candid.optionalField(part).map(InstallReport::of);
    }

    InstallReport installation() {
        return InstallReport.of(candid.field("installation"));
    }

    /// {@return the result for programs, with the verdict and what it is bound to first}
    Json.Fields json() {
        var json = Json.fields()
                .with("verdict", CandidJson.of(candid.field("verdict")))
                .with("canister", Json.text(canister));
        for (var name : SUBJECT) {
            json = json.with(name, CandidJson.of(candid.field(name)));
        }
        json = json.with("module_hash_after", Json.text(module.hex()))
                .with("module", Json.text(file))
                .with("options", options);
        for (var name : PARTS) {
            json = json.with(name, CandidJson.of(candid.field(name)));
        }
        return json;
    }
}
