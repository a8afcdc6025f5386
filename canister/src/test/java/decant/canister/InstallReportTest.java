package decant.canister;

import static decant.canister.Script.script;
import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Hash;
import decant.canister.CanisterKit.Canister;
import decant.canister.CanisterKit.Deployment;
import decant.canister.InstallRequest.Mode;
import decant.canister.InstallRequest.OnTryTrap;
import decant.canister.InstallRequest.Persistence;
import decant.canister.Script.Hook;
import decant.canister.state.Change;
import decant.canister.state.ErrorCode;
import decant.canister.state.InstallReport;
import decant.canister.state.InstallReport.Outcome;
import decant.canister.state.InstallReport.Standing;
import decant.canister.state.Stage;
import decant.wasm.Frame;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is told of installations, and the ways to ask for one with care.
final class InstallReportTest {
    private static final byte[] PUPPET = WasmFiles.wasm("puppet");
    private static final byte[] TRY_PUPPET =
            WasmFiles.withExportRenamed(PUPPET, "canister_pre_upgrade", "canister_try_pre_upgrade");
    private static final Mode UPGRADE = new Mode.Upgrade(false, Optional.empty());
    private static final Mode DISCARDING = new Mode.Upgrade(false, Optional.empty()).withOnTryTrap(OnTryTrap.DISCARD);

    private final CanisterKit kit = new CanisterKit();

    @AfterEach
    void close() {
        kit.close();
    }

    private static Script spoil() {
        return script().print("spoiling")
                .setValue("spoilt")
                .growHeap(3)
                .stableGrow(2)
                .stableWrite(0, "spoilt")
                .certify("spoilt")
                .setTimer(99)
                .unreachable();
    }

    /// {@return a canister whose hook traps after having changed all that it can}
    private Canister stuck(byte[] module) {
        var canister = kit.install(module, script().stableGrow(1).stableWrite(0, "stable"));
        canister.run(script().setValue("heap")
                .certify("certified")
                .set(Hook.PRE_UPGRADE, spoil())
                .reply());
        return canister;
    }

    private static InstallRequest request(Mode mode, byte[] module, Script argument) {
        return new InstallRequest(mode, module, argument.bytes(), new Change.Origin.FromUser(CanisterKit.CONTROLLER));
    }

    private static Standing standing(Canister canister) {
        return Standing.of(canister.state());
    }

    @Test
    void aSuccessfulUpgradeIsReportedWithAllItsStages() {
        var canister = kit.install(PUPPET, script().stableGrow(1));
        canister.run(
                script().set(Hook.PRE_UPGRADE, script().stableWrite(0, "saved")).reply());
        var before = standing(canister);
        var report = canister.upgrade(PUPPET, script().stableWrite(8_192, "x").setValue("x"))
                .expectInstalled()
                .report();

        assertThat(report.mode()).isEqualTo(InstallReport.Mode.UPGRADE);
        assertThat(report.outcome()).isEqualTo(Outcome.INSTALLED);
        assertThat(report.stage()).isEqualTo(Stage.COMMIT);
        assertThat(report.failure()).isEmpty();
        assertThat(report.hint()).isEmpty();
        assertThat(report.hook()).isEqualTo(InstallReport.Hook.RAN);
        assertThat(report.heapDropped()).isFalse();
        assertThat(report.before()).isEqualTo(before);
        assertThat(report.after()).isEqualTo(standing(canister));
        assertThat(report.after().version()).isEqualTo(before.version() + 1);
        assertThat(report.usage().instructions().keySet())
                .containsExactly(Stage.CHECK, Stage.PRE_UPGRADE, Stage.POST_UPGRADE);
        assertThat(report.usage().instructions().values()).allMatch(used -> used > 0);
        assertThat(report.usage().heapPagesTouched()).isPositive();
        assertThat(report.usage().stablePagesTouched()).isEqualTo(2);
        assertThat(report.toText())
                .startsWith("The upgrade succeeded.\nThe hook before the upgrade ran to its end.\nBefore: version "
                        + before.version() + ", module " + Hash.sha256(PUPPET) + ", heap 131072 bytes");
    }

    @Test
    void aTrappedHookIsReportedWithItsBacktrace() {
        var canister = stuck(PUPPET);
        var content = canister.contentHash();
        var report = canister.upgrade(PUPPET, script())
                .expectRejected(Stage.PRE_UPGRADE, ErrorCode.CANISTER_TRAPPED, "Canister trapped: unreachable")
                .report();

        assertThat(canister.contentHash()).isEqualTo(content);
        assertThat(canister.logLines()).contains("spoiling");
        assertThat(report.outcome()).isEqualTo(Outcome.REJECTED);
        assertThat(report.hook()).isEqualTo(InstallReport.Hook.TRAPPED);
        assertThat(report.before()).isEqualTo(report.after()).isEqualTo(standing(canister));
        assertThat(report.usage().stablePagesTouched()).isEqualTo(1);
        assertThat(report.usage().heapPagesTouched()).isPositive();
        var failure = report.failure().orElseThrow();
        assertThat(failure.error()).isEqualTo(ErrorCode.CANISTER_TRAPPED);
        assertThat(failure.message()).isEqualTo("Canister trapped: unreachable");
        assertThat(failure.backtrace()).extracting(Frame::functionName).contains("run_at");
        assertThat(failure.backtrace()).allMatch(frame -> frame.moduleOffset() > 0);
        assertThat(report.toText())
                .startsWith("The upgrade stopped at stage pre_upgrade and changed nothing: the canister is what it was,"
                        + " at version 2.\nError IC0502: Canister trapped: unreachable\n    at run_at (func[");
    }

    @Test
    void theCallerOfARejectedUpgradeReadsTheStageBehindTheErrorOfTheInternetComputer() {
        var canister = stuck(PUPPET);
        var outcome = canister.upgrade(PUPPET, script()).outcome();

        assertThat(((InstallOutcome.Rejected) outcome).reject().message())
                .startsWith("Error from Canister " + canister.id() + ": Canister trapped: unreachable")
                .contains(
                        "\n\nThe upgrade stopped at stage pre_upgrade and changed nothing: the canister is what it"
                                + " was, at version 2.\nHint (hook-failed): the hook that failed is the installed module's own");
    }

    @Test
    void whoMayNotSeeTheLogReadsNoNamesOfFunctions() {
        var stranger = kit.create();
        var canister = stuck(PUPPET);
        var outcome = canister.deploy(UPGRADE, PUPPET, script(), stranger.id()).outcome();
        assertThat(((InstallOutcome.Rejected) outcome).reject().message()).doesNotContain("stopped at stage");
    }

    @Test
    void aRejectIsAtMostEightKibibytesLong() {
        var canister = kit.puppet();
        canister.run(script().set(Hook.PRE_UPGRADE, script().trap("ä".repeat(20_000)))
                .reply());
        var outcome =
                (InstallOutcome.Rejected) canister.upgrade(PUPPET, script()).outcome();

        assertThat(outcome.reject().message().getBytes(StandardCharsets.UTF_8).length)
                .isBetween((8 << 10) - 4, 8 << 10);
        assertThat(outcome.reject().message()).endsWith("ää...");
        assertThat(outcome.report().failure().orElseThrow().message()).hasSizeLessThan(4_100);
    }

    @Test
    void aModuleMayCallItsHookTryPreUpgrade() {
        var canister = kit.install(TRY_PUPPET, script());
        canister.run(script().set(Hook.PRE_UPGRADE, script().stableGrow(1).stableWrite(0, "carried"))
                .reply());
        var report = canister.upgrade(TRY_PUPPET, script()).expectInstalled().report();

        assertThat(report.hook()).isEqualTo(InstallReport.Hook.RAN);
        canister.run(script().appendStable(0, 7).reply()).expectReply("carried");
    }

    @Test
    void aTryPreUpgradeThatTrapsRejectsTheUpgradeUnlessToldOtherwise() {
        var canister = stuck(TRY_PUPPET);
        var content = canister.contentHash();
        canister.upgrade(TRY_PUPPET, script())
                .expectRejected(Stage.PRE_UPGRADE, ErrorCode.CANISTER_TRAPPED, "unreachable");
        assertThat(canister.contentHash()).isEqualTo(content);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aTrappedHookThatIsDiscardedLeavesStableMemoryAndDropsTheHeap(boolean hasTryHook) {
        var canister = stuck(hasTryHook ? TRY_PUPPET : PUPPET);
        var report =
                canister.deploy(DISCARDING, PUPPET, script()).expectInstalled().report();

        assertThat(report.hook()).isEqualTo(InstallReport.Hook.TRAPPED_AND_DISCARDED);
        assertThat(report.failure().orElseThrow().message()).isEqualTo("Canister trapped: unreachable");
        assertThat(report.heapDropped()).isTrue();
        assertThat(report.toText())
                .contains("Discarded trap of the hook, IC0502: Canister trapped: unreachable")
                .contains("What was in the heap of 131072 bytes was dropped, and no hook saved it");
        assertThat(canister.logLines()).contains("spoiling");
        assertThat(canister.state().certifiedData())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("certified");
        canister.run(script().appendValue().append("|").appendStable(0, 6).reply())
                .expectReply("|stable");
    }

    @Test
    void aDiscardedHookWithAKeptHeapDropsNothing() {
        var canister = stuck(PUPPET);
        var keeping = new Mode.Upgrade(false, Optional.of(Persistence.KEEP)).withOnTryTrap(OnTryTrap.DISCARD);
        var report = canister.deploy(keeping, WasmFiles.withPersistence(PUPPET), script())
                .expectInstalled()
                .report();

        assertThat(report.heapDropped()).isFalse();
        canister.run(script().appendValue().append(" ").appendStable(0, 6).reply())
                .expectReply("heap stable");
    }

    @Test
    void whatADiscardedHookUsedIsNotMissingLater() {
        kit.with(limits -> limits.withInstallInstructionsMax(200_000_000));
        var canister = kit.puppet();
        canister.run(script().set(Hook.PRE_UPGRADE, script().loopForEver()).reply());
        var report = canister.deploy(DISCARDING, PUPPET, script().setValue("new"))
                .expectInstalled()
                .report();

        assertThat(report.usage().instructions().get(Stage.PRE_UPGRADE)).isGreaterThan(150_000_000);
        assertThat(report.hint().orElseThrow().code()).isEqualTo("instruction-limit");
        canister.run(script().appendValue().reply()).expectReply("new");
    }

    @Test
    void aFailureBehindADiscardedHookLeavesTheCanisterAsItWas() {
        var canister = stuck(PUPPET);
        var content = canister.contentHash();
        var report = canister.deploy(DISCARDING, PUPPET, spoil())
                .expectRejected(Stage.POST_UPGRADE, ErrorCode.CANISTER_TRAPPED, "unreachable")
                .report();

        assertThat(report.hook()).isEqualTo(InstallReport.Hook.TRAPPED_AND_DISCARDED);
        assertThat(report.heapDropped()).isFalse();
        assertThat(canister.contentHash()).isEqualTo(content);
        canister.run(script().appendValue().append(" ").appendStable(0, 6).reply())
                .expectReply("heap stable");
    }

    @Test
    void aSkippedHookAndAReinstallationDropTheHeapToo() {
        var canister = stuck(PUPPET);
        var skipped = canister.deploy(new Mode.Upgrade(true, Optional.empty()), PUPPET, script())
                .expectInstalled()
                .report();
        assertThat(skipped.hook()).isEqualTo(InstallReport.Hook.SKIPPED);
        assertThat(skipped.heapDropped()).isTrue();

        var reinstalled = canister.deploy(new Mode.Reinstall(), PUPPET, script())
                .expectInstalled()
                .report();
        assertThat(reinstalled.heapDropped()).isTrue();
        assertThat(reinstalled.after().stableBytes()).isZero();
    }

    @Test
    void aReplacedHeapThatTheOldCodeKeepsItsDataInIsDroppedAlthoughTheHookRan() {
        var persistent = WasmFiles.withPersistence(PUPPET);
        var canister = kit.install(persistent, script());
        var report = canister.deploy(new Mode.Upgrade(false, Optional.of(Persistence.REPLACE)), persistent, script())
                .expectInstalled()
                .report();
        assertThat(report.hook()).isEqualTo(InstallReport.Hook.RAN);
        assertThat(report.heapDropped()).isTrue();
    }

    @Test
    void aModuleWithBothHooksIsRejected() {
        var both = new ModuleBuilder()
                .function("canister_pre_upgrade")
                .function("canister_try_pre_upgrade")
                .build();
        kit.create()
                .deploy(new Mode.Install(), both, script())
                .expectRejected(
                        Stage.CHECK,
                        ErrorCode.CANISTER_INVALID_WASM,
                        "exports both 'canister_pre_upgrade' and 'canister_try_pre_upgrade', which stand for the same"
                                + " hook. Export one of them.");
    }

    @Test
    void aDryRunThatWouldSucceedChangesNothing() {
        var canister = kit.install(PUPPET, script().stableGrow(1));
        canister.run(script().setValue("heap")
                .set(Hook.PRE_UPGRADE, script().print("pre").stableWrite(0, "saved"))
                .reply());
        var content = canister.contentHash();
        var outcome = canister.deploy(
                        request(UPGRADE, PUPPET, script().print("post")).tried())
                .outcome();

        assertThat(outcome).isInstanceOf(InstallOutcome.Tried.class);
        assertThat(canister.contentHash()).isEqualTo(content);
        assertThat(canister.logLines()).containsExactly("pre", "post");
        var report = outcome.report();
        assertThat(report.dryRun()).isTrue();
        assertThat(report.outcome()).isEqualTo(Outcome.INSTALLED);
        assertThat(report.stage()).isEqualTo(Stage.FINALIZE);
        assertThat(report.after().version()).isEqualTo(report.before().version() + 1);
        assertThat(report.toText())
                .startsWith("Dry run of the upgrade went well: it would succeed now. Nothing was changed.")
                .contains("It would be: version 3");
        canister.run(script().appendValue().appendStable(0, 1).reply()).expectReply("heap\0");
    }

    @Test
    void aDryRunThatWouldFailSaysSo() {
        var canister = stuck(PUPPET);
        var content = canister.contentHash();
        var deployment = canister.deploy(request(UPGRADE, PUPPET, script()).tried())
                .expectRejected(Stage.PRE_UPGRADE, ErrorCode.CANISTER_TRAPPED, "unreachable");

        assertThat(deployment.report().toText()).startsWith("Dry run of the upgrade stopped at stage pre_upgrade");
        assertThat(canister.contentHash()).isEqualTo(content);
    }

    @Test
    void anUpgradeOfAVersionThatIsGoneIsRejected() {
        var canister = kit.puppet();
        long seen = canister.state().version();
        canister.run(script().setValue("changed").reply());
        var content = canister.contentHash();

        canister.deploy(request(UPGRADE, PUPPET, script()).expecting(seen))
                .expectRejected(
                        Stage.AUTHORISE,
                        ErrorCode.CANISTER_REJECTED_MESSAGE,
                        "is at version 2, but the request expects version 1");
        assertThat(canister.contentHash()).isEqualTo(content);
        canister.deploy(request(UPGRADE, PUPPET, script()).expecting(seen + 1)).expectInstalled();
    }

    @Test
    void aHeapKeptBeyondTheNewModulesMaximumIsInstalledAndRunsNothing() {
        var small = WasmFiles.withPersistence(new ModuleBuilder()
                .memoryUpTo(1, 1)
                .function("canister_update run")
                .build());
        var canister = kit.puppet();
        canister.run(script().setValue("kept").reply());
        canister.upgradeKeeping(small, script()).expectInstalled();

        assertThat(canister.state().code().orElseThrow().heap().bytes()).isEqualTo(131_072);
        canister.call("run", new byte[0])
                .expectReject(
                        ErrorCode.CANISTER_WASM_ENGINE_ERROR,
                        "Failed to grow wasm memory to 2 pages, which exceeds module's declared maximum of 1 pages");
        canister.upgradeKeeping(WasmFiles.withPersistence(PUPPET), script()).expectInstalled();
        canister.run(script().appendValue().reply()).expectReply("kept");
    }

    @Test
    void aHookCannotRunOnAHeapBeyondItsModulesMaximum() {
        var small = WasmFiles.withPersistence(new ModuleBuilder()
                .memoryUpTo(1, 1)
                .function("canister_post_upgrade")
                .build());
        var canister = kit.puppet();
        var content = canister.contentHash();
        Deployment deployment = canister.upgradeKeeping(small, script())
                .expectRejected(
                        Stage.POST_UPGRADE,
                        ErrorCode.CANISTER_WASM_ENGINE_ERROR,
                        "exceeds module's declared maximum of 1 pages");

        assertThat(deployment.report().hint().orElseThrow().code()).isEqualTo("kept-heap-too-large");
        assertThat(canister.contentHash()).isEqualTo(content);
    }
}
