package decant.canister;

import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Hash;
import decant.candid.Candid;
import decant.candid.Quota;
import decant.candid.Value;
import decant.canister.CanisterKit.Canister;
import decant.canister.CanisterKit.Result;
import decant.canister.state.Chronicle.Event;
import decant.canister.state.ErrorCode;
import decant.canister.state.Finding;
import decant.canister.state.InstallReport;
import decant.canister.state.InstallReport.Outcome;
import decant.canister.state.InstallReport.Standing;
import decant.canister.state.Payload;
import decant.canister.state.Stage;
import decant.canister.state.UpgradePolicy;
import decant.wasm.Frame;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// A canister of `examples/`, used as its controller uses it: by Candid, and by way of the management canister.
///
/// Modules are named by their path without the ending, such as `counter/v1`; values are Candid text.
final class ExampleCanister {
    private final CanisterKit kit;
    private final Canister canister;

    private ExampleCanister(CanisterKit kit, Canister canister) {
        this.kit = kit;
        this.canister = canister;
    }

    /// {@return a new canister with this module}
    static ExampleCanister install(CanisterKit kit, String module, String argument) {
        var canister = new ExampleCanister(kit, kit.create());
        canister.deploy(Value.variant("install"), module, argument).expectInstalled();
        return canister;
    }

    static ExampleCanister install(CanisterKit kit, String module) {
        return install(kit, module, "()");
    }

    /// {@return the module's bytes}
    static byte[] wasm(String module) {
        try {
            return Files.readAllBytes(Path.of(System.getProperty("decant.root"), "examples", module + ".wasm"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] candid(String text) {
        return Candid.encode(Candid.parse(text));
    }

    static String text(byte[] reply) {
        return Candid.print(Candid.decode(reply, Quota.DEFAULT));
    }

    /// {@return the canister as the kit knows it}
    Canister inKit() {
        return canister;
    }

    /// {@return its principal as Candid text}
    String principal() {
        return "(principal \"" + canister.id() + "\")";
    }

    ExampleCanister under(UpgradePolicy policy) {
        canister.settings(draft -> draft.upgradePolicy = policy);
        return this;
    }

    // Calls and queries.

    String update(String method, String argument) {
        return text(
                canister.call(CanisterKit.CONTROLLER, method, candid(argument)).reply());
    }

    String query(String method, String argument) {
        return text(canister.query(method, candid(argument), Optional.empty()).reply());
    }

    String query(String method) {
        return query(method, "()");
    }

    // What is done to its code.

    Attempt upgrade(String module) {
        return deploy(Value.variant("upgrade", Value.none()), module, "()");
    }

    /// Upgrades with these options of `install_code`, such as `record { skip_pre_upgrade = opt true }`.
    Attempt upgrade(String module, String argument, String options) {
        return deploy(variant("upgrade", options), module, argument);
    }

    Attempt upgradeKeeping(String module) {
        return upgrade(module, "()", "record { wasm_memory_persistence = opt variant { keep } }");
    }

    Attempt lifecycleUpgrade(String module) {
        return lifecycleUpgrade(wasm(module));
    }

    Attempt lifecycleUpgrade(byte[] wasm) {
        return deploy(Value.variant("lifecycle_upgrade", Value.none()), wasm, candid("()"));
    }

    /// Puts the hooks of the module in the place of those installed.
    Attempt graft(String module) {
        return deploy(variant("lifecycle_upgrade", "record { graft = opt true }"), module, "()");
    }

    Attempt reinstall(String module, String argument) {
        return deploy(Value.variant("reinstall"), module, argument);
    }

    void undo() {
        manage("decant_undo");
    }

    void manage(String method) {
        kit.manage(CanisterKit.CONTROLLER, method, about()).reply();
    }

    private static Value variant(String mode, String options) {
        return Value.variant(mode, Value.some(Candid.parse("(" + options + ")").getFirst()));
    }

    private Value.Record about() {
        return Value.record().with("canister_id", Value.principal(canister.id()));
    }

    private Attempt deploy(Value mode, String module, String argument) {
        return deploy(mode, wasm(module), candid(argument));
    }

    private Attempt deploy(Value mode, byte[] wasm, byte[] argument) {
        var content = canister.contentHash();
        var standing = Standing.of(canister.state());
        var result = kit.manage(
                CanisterKit.CONTROLLER,
                "install_code",
                about().with("mode", mode).with("wasm_module", Value.blob(wasm)).with("arg", Value.blob(argument)));
        var entry = kit.subnet().chronicle(canister.id()).entries().getLast();
        return new Attempt(content, standing, result, ((Event.Installation) entry.event()).report());
    }

    /// One attempt to put code into it: what it was before, what the caller is told, and the report that is kept.
    final class Attempt {
        private final Hash contentBefore;
        private final Standing before;
        private final Result result;
        private final InstallReport report;

        private Attempt(Hash contentBefore, Standing before, Result result, InstallReport report) {
            this.contentBefore = contentBefore;
            this.before = before;
            this.result = result;
            this.report = report;
        }

        InstallReport report() {
            return report;
        }

        /// Expects that every stage succeeded, and that what was there before is kept where something was there.
        Attempt expectInstalled() {
            result.reply();
            assertThat(report.outcome()).isEqualTo(Outcome.INSTALLED);
            assertThat(report.stage()).isEqualTo(Stage.COMMIT);
            assertThat(report.after()).isEqualTo(Standing.of(canister.state()));
            assertThat(report.after().version()).isEqualTo(before.version() + 1);
            assertThat(report.restorePoint().isPresent())
                    .isEqualTo(before.moduleHash().isPresent());
            return this;
        }

        /// Expects that the attempt was only tried, and would have succeeded.
        Attempt expectTried() {
            result.reply();
            assertThat(report.dryRun()).isTrue();
            assertThat(report.outcome()).isEqualTo(Outcome.INSTALLED);
            expectNothingChanged();
            return this;
        }

        /// Expects that this stage failed, that caller and history are told the same of it, and that the canister is
        /// what it was.
        Attempt expectRejected(Stage stage, ErrorCode error, String part) {
            result.expectReject(error, part);
            assertThat(((Payload.Reject) result.payload()).message()).endsWith(report.summary());
            assertThat(report.outcome()).isEqualTo(Outcome.REJECTED);
            assertThat(report.stage()).isEqualTo(stage);
            assertThat(report.failure().orElseThrow().error()).isEqualTo(error);
            assertThat(report.failure().orElseThrow().message()).contains(part);
            assertThat(report.toText())
                    .contains(" stopped at stage " + stage.text() + " and changed nothing")
                    .contains("Error " + error.text() + ": ")
                    .contains(part);
            expectNothingChanged();
            return this;
        }

        private void expectNothingChanged() {
            assertThat(canister.contentHash()).isEqualTo(contentBefore);
            assertThat(Standing.of(canister.state())).isEqualTo(before).isEqualTo(report.before());
            assertThat(report.restorePoint()).isEmpty();
        }

        Attempt expectHint(String code, String part) {
            var hint = report.hint().orElseThrow(() -> new AssertionError("no hint in " + report.toText()));
            assertThat(hint.code()).isEqualTo(code);
            assertThat(hint.text()).contains(part);
            assertThat(report.toText()).contains("Hint (" + code + "): ");
            return this;
        }

        Attempt expectNoHint() {
            assertThat(report.hint()).isEmpty();
            return this;
        }

        Attempt expectFinding(String code, String path, String remedy) {
            assertThat(report.findings()).anySatisfy(finding -> {
                assertThat(finding.code()).isEqualTo(code);
                assertThat(finding.isError()).isTrue();
                assertThat(finding.path()).contains(path);
                assertThat(finding.remedy()).contains(remedy);
                assertThat(report.toText()).contains(finding.toText());
            });
            return this;
        }

        /// Expects that no check has found anything to be wrong; notes say what could not be checked.
        Attempt expectNoFindings() {
            assertThat(report.findings())
                    .filteredOn(finding -> finding.severity() != Finding.Severity.NOTE)
                    .extracting(Finding::toText)
                    .isEmpty();
            return this;
        }

        /// Expects that the functions called each other in this order when it trapped, the innermost first.
        Attempt expectBacktrace(String... functions) {
            var backtrace = report.failure().orElseThrow().backtrace();
            assertThat(backtrace).extracting(Frame::functionName).containsSubsequence(functions);
            assertThat(report.toText()).contains("    at " + backtrace.getFirst());
            return this;
        }
    }
}
