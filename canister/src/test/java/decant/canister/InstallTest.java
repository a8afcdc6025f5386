package decant.canister;

import static decant.canister.Script.script;
import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Hash;
import decant.canister.CanisterKit.Canister;
import decant.canister.InstallRequest.Mode;
import decant.canister.InstallRequest.Persistence;
import decant.canister.Script.Fact;
import decant.canister.Script.Hook;
import decant.canister.state.Change;
import decant.canister.state.Cycles;
import decant.canister.state.ErrorCode;
import decant.canister.state.InstallMode;
import decant.canister.state.Stage;
import decant.wasm.FunctionType;
import decant.wasm.ValueType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class InstallTest {
    private static final byte[] PUPPET = WasmFiles.wasm("puppet");
    private static final byte[] PERSISTENT_PUPPET = WasmFiles.withPersistence(PUPPET);
    private static final byte[] COUNTER = WasmFiles.wasm("counter");
    private static final int UNREACHABLE = 0x00;

    private final CanisterKit kit = new CanisterKit();

    @AfterEach
    void close() {
        kit.close();
    }

    @Test
    void installingRunsStartAndThenInit() {
        var canister = kit.install("hooks");

        assertThat(canister.logLines()).containsExactly("start", "init");
        assertThat(canister.state().version()).isEqualTo(1);
        assertThat(canister.state().lastInstalledNanos()).hasValue(kit.timeNanos());
        assertThat(canister.state().history().recent())
                .containsExactly(new Change(
                        kit.timeNanos(),
                        1,
                        new Change.Origin.FromUser(CanisterKit.CONTROLLER),
                        new Change.Details.CodeDeployment(InstallMode.INSTALL, Hash.sha256(WasmFiles.wasm("hooks")))));
    }

    @Test
    void upgradingRunsPreUpgradeThenStartThenPostUpgrade() {
        var canister = kit.install("hooks");
        canister.upgrade(WasmFiles.wasm("hooks"), script()).expectInstalled();

        assertThat(canister.logLines()).containsExactly("start", "init", "pre_upgrade", "start", "post_upgrade");
    }

    @Test
    void reinstallingRunsStartAndInitAndClearsTheLog() {
        var canister = kit.install("hooks");
        canister.deploy(new Mode.Reinstall(), WasmFiles.wasm("hooks"), script()).expectInstalled();

        assertThat(canister.logLines()).containsExactly("start", "init");
    }

    @Test
    void aSkippedPreUpgradeDoesNotRun() {
        var canister = kit.install("hooks");
        canister.deploy(new Mode.Upgrade(true, Optional.empty()), WasmFiles.wasm("hooks"), script())
                .expectInstalled();

        assertThat(canister.logLines()).containsExactly("start", "init", "start", "post_upgrade");
    }

    @Test
    void anUpgradeKeepsStableMemoryAndResetsHeapAndGlobals() {
        var canister = kit.install("counter");
        incrementThrice(canister);
        assertThat(counters(canister)).containsExactly(103L, 203L, 3L);

        canister.upgrade(COUNTER, script()).expectInstalled();
        assertThat(counters(canister)).containsExactly(100L, 200L, 3L);
    }

    @Test
    void anUpgradeThatKeepsTheHeapStillResetsGlobalsAndWritesNoDataSegments() {
        var persistent = WasmFiles.withPersistence(COUNTER);
        var canister = kit.install(persistent, script());
        incrementThrice(canister);

        canister.upgradeKeeping(persistent, script()).expectInstalled();
        assertThat(counters(canister)).containsExactly(100L, 203L, 3L);
        incrementThrice(canister);
        assertThat(counters(canister)).containsExactly(103L, 206L, 6L);
    }

    @Test
    void aReinstallationWipesEverything() {
        var canister = kit.install("counter");
        incrementThrice(canister);

        canister.deploy(new Mode.Reinstall(), COUNTER, script()).expectInstalled();
        assertThat(counters(canister)).containsExactly(100L, 200L, 0L);
    }

    @Test
    void whatPreUpgradeWritesToStableMemoryPostUpgradeReads() {
        var canister = kit.puppet();
        canister.run(script().set(Hook.PRE_UPGRADE, script().stableGrow(1).stableWrite(0, "carried"))
                .reply());

        canister.upgrade(PUPPET, script()).expectInstalled();
        canister.run(script().appendStable(0, 7).reply()).expectReply("carried");
    }

    @Test
    void certifiedDataSurvivesAnUpgradeAndNotAReinstallation() {
        var canister = kit.install(PUPPET, script().certify("by init"));
        canister.run(script().set(Hook.PRE_UPGRADE, script().certify("by pre_upgrade"))
                .reply());
        canister.upgrade(PUPPET, script()).expectInstalled();
        assertThat(canister.state().certifiedData())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("by pre_upgrade");

        canister.upgrade(PUPPET, script().certify("by post_upgrade")).expectInstalled();
        assertThat(canister.state().certifiedData())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("by post_upgrade");

        canister.deploy(new Mode.Reinstall(), PUPPET, script()).expectInstalled();
        assertThat(canister.state().certifiedData()).isEmpty();
    }

    @Test
    void theTimerIsOffAfterAnUpgradeUnlessPostUpgradeSetsIt() {
        var canister = kit.install(PUPPET, script().setTimer(5));
        assertThat(canister.state().globalTimerNanos()).isEqualTo(5);
        canister.run(script().set(Hook.PRE_UPGRADE, script().setTimer(6)).reply());

        canister.upgrade(PUPPET, script()).expectInstalled();
        assertThat(canister.state().globalTimerNanos()).isZero();
        canister.upgrade(PUPPET, script().setTimer(7)).expectInstalled();
        assertThat(canister.state().globalTimerNanos()).isEqualTo(7);
    }

    @Test
    void preUpgradeSeesTheOldVersionAndPostUpgradeTheNew() {
        var canister = kit.puppet();
        canister.run(script().set(Hook.PRE_UPGRADE, script().print("pre")).reply());
        long before = canister.state().version();
        canister.upgrade(PUPPET, script().print("post")).expectInstalled();

        assertThat(canister.state().version()).isEqualTo(before + 1);
        assertThat(canister.logLines()).containsExactly("pre", "post");
        assertThat(canister.run(script().append(Fact.VERSION).reply()).numbers())
                .containsExactly(before + 1);
    }

    @Test
    void cyclesBurntByHooksStayBurnt() {
        var canister = kit.install(PUPPET, script().burn(11));
        canister.run(script().set(Hook.PRE_UPGRADE, script().burn(22)).reply());
        canister.upgrade(PUPPET, script().burn(33)).expectInstalled();

        assertThat(canister.state().cycles()).isEqualTo(CanisterKit.BALANCE.minus(Cycles.of(66)));
    }

    @Test
    void aModuleInGzipIsKnownByTheHashOfTheGzip() {
        var gzip = WasmFiles.gzip(PUPPET);
        var canister = kit.install(gzip, script());

        assertThat(canister.state().code().orElseThrow().module().hash()).isEqualTo(Hash.sha256(gzip));
        canister.run(script().reply("runs")).expectReply("runs");
    }

    @Test
    void onlyControllersInstall() {
        var canister = kit.create();
        canister.deploy(new Mode.Install(), PUPPET, script(), CanisterKit.USER)
                .expectRejected(
                        Stage.AUTHORISE,
                        ErrorCode.CANISTER_INVALID_CONTROLLER,
                        "Only the controllers of the canister " + canister.id()
                                + " can control it.\nCanister's controllers: " + CanisterKit.CONTROLLER
                                + "\nSender's ID: " + CanisterKit.USER);
        assertThat(canister.state().code()).isEmpty();
    }

    @Test
    void installingNeedsAnEmptyCanister() {
        var canister = kit.puppet();
        canister.deploy(new Mode.Install(), PUPPET, script())
                .expectRejected(Stage.CHECK, ErrorCode.CANISTER_NON_EMPTY, "Try installing with mode='reinstall'");
    }

    @Test
    void upgradingNeedsCode() {
        kit.create()
                .upgrade(PUPPET, script())
                .expectRejected(Stage.CHECK, ErrorCode.CANISTER_WASM_MODULE_NOT_FOUND, "contains no Wasm module");
    }

    @Test
    void anInvalidModuleIsRejected() {
        kit.create()
                .deploy(new Mode.Install(), new byte[] {1, 2, 3}, script())
                .expectRejected(Stage.CHECK, ErrorCode.CANISTER_INVALID_WASM, "Canister's Wasm module is not valid: ");
    }

    @Test
    void aDataSegmentThatDoesNotFitIsRejected() {
        var module =
                new ModuleBuilder().memory(1, false).data(65_530, "too long").build();
        kit.create()
                .deploy(new Mode.Install(), module, script())
                .expectRejected(Stage.SWAP, ErrorCode.CANISTER_INVALID_WASM, "Canister's Wasm module is not valid: ");
    }

    @Test
    void aPersistentModuleIsNotUpgradedWithoutSayingWhatHappensToTheHeap() {
        var canister = kit.install(PERSISTENT_PUPPET, script());
        canister.upgrade(PUPPET, script())
                .expectRejected(
                        Stage.CHECK,
                        ErrorCode.CANISTER_CONTRACT_VIOLATION,
                        "Missing upgrade option: Enhanced orthogonal persistence requires the"
                                + " `wasm_memory_persistence` upgrade option.");
        canister.deploy(new Mode.Upgrade(false, Optional.of(Persistence.REPLACE)), PUPPET, script())
                .expectInstalled();
    }

    @Test
    void aHeapIsKeptOnlyByAModuleThatSupportsIt() {
        var canister = kit.install(PERSISTENT_PUPPET, script());
        canister.upgradeKeeping(PUPPET, script())
                .expectRejected(
                        Stage.CHECK,
                        ErrorCode.CANISTER_CONTRACT_VIOLATION,
                        "Invalid upgrade option: The `wasm_memory_persistence: opt Keep` upgrade option");
    }

    @Test
    void theOldModuleNeedNotSupportAKeptHeap() {
        var canister = kit.puppet();
        canister.run(script().setValue("kept").reply());
        canister.upgradeKeeping(PERSISTENT_PUPPET, script()).expectInstalled();
        canister.run(script().appendValue().reply()).expectReply("kept");
    }

    @Test
    void aKeptHeapMustNotBeSmallerThanTheNewModulesMinimum() {
        var larger =
                WasmFiles.withPersistence(new ModuleBuilder().memory(3, false).build());
        kit.puppet()
                .upgradeKeeping(larger, script())
                .expectRejected(
                        Stage.SWAP,
                        ErrorCode.CANISTER_INVALID_WASM,
                        "the Wasm memory (131072 bytes) is smaller than the minimum Wasm memory (196608 bytes)"
                                + " declared by the canister module");
    }

    @Test
    void aKeptHeapMustBeEmptyForAModuleWithoutMemory() {
        var none = WasmFiles.withPersistence(new ModuleBuilder().build());
        kit.puppet()
                .upgradeKeeping(none, script())
                .expectRejected(Stage.SWAP, ErrorCode.CANISTER_INVALID_WASM, "declares no Wasm memory");
    }

    static Stream<Arguments> failuresInEveryStage() {
        var startTraps = new ModuleBuilder()
                .memory(2, false)
                .function(UNREACHABLE)
                .startHere()
                .build();
        var upgrade = new Mode.Upgrade(false, Optional.empty());
        var reinstall = new Mode.Reinstall();
        return Stream.of(
                Arguments.of("an upgrade in pre_upgrade", upgrade, PUPPET, true, script(), Stage.PRE_UPGRADE),
                Arguments.of("an upgrade in start", upgrade, startTraps, false, script(), Stage.START),
                Arguments.of("an upgrade in post_upgrade", upgrade, PUPPET, false, spoil(), Stage.POST_UPGRADE),
                Arguments.of(
                        "an upgrade that keeps the heap, in post_upgrade",
                        new Mode.Upgrade(false, Optional.of(Persistence.KEEP)),
                        PERSISTENT_PUPPET,
                        false,
                        spoil(),
                        Stage.POST_UPGRADE),
                Arguments.of("an upgrade to an invalid module", upgrade, new byte[8], false, script(), Stage.CHECK),
                Arguments.of("a reinstallation in start", reinstall, startTraps, false, script(), Stage.START),
                Arguments.of("a reinstallation in init", reinstall, PUPPET, false, spoil(), Stage.INIT),
                Arguments.of("an endless post_upgrade", upgrade, PUPPET, false, endless(), Stage.POST_UPGRADE),
                Arguments.of(
                        "a module too large for its memory limit",
                        upgrade,
                        new ModuleBuilder().memory(20, false).build(),
                        false,
                        script(),
                        Stage.FINALIZE));
    }

    private static Script spoil() {
        return script().setValue("spoilt")
                .growHeap(3)
                .stableGrow(2)
                .stableWrite(0, "spoilt")
                .certify("spoilt")
                .setTimer(99)
                .burn(1_000)
                .unreachable();
    }

    private static Script endless() {
        return script().setValue("spoilt").stableGrow(1).loopForEver();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("failuresInEveryStage")
    void aFailureInAnyStageLeavesTheCanisterAsItWas(
            String name, Mode mode, byte[] module, boolean trapInPreUpgrade, Script argument, Stage stage) {
        kit.with(limits -> limits.withInstallInstructionsMax(100_000_000));
        var canister = kit.install(
                PUPPET, script().stableGrow(1).stableWrite(0, "stable").setTimer(7));
        canister.settings(draft -> draft.wasmMemoryLimitBytes = 10 * 65_536);
        canister.run(script().setValue("heap")
                .certify("certified")
                .set(Hook.PRE_UPGRADE, trapInPreUpgrade ? spoil() : script().stableWrite(0, "by pre_upgrade"))
                .reply());
        var before = canister.stateHashWithoutLog();

        var deployment = canister.deploy(mode, module, argument);

        assertThat(deployment.outcome())
                .isInstanceOfSatisfying(
                        InstallOutcome.Rejected.class,
                        rejected -> assertThat(rejected.stage()).isEqualTo(stage));
        assertThat(canister.stateHashWithoutLog()).isEqualTo(before);
        canister.run(script().appendValue().append(" ").appendStable(0, 6).reply())
                .expectReply("heap stable");
    }

    @Test
    void aFailedInstallationLeavesTheCanisterEmpty() {
        var canister = kit.create();
        var before = canister.stateHashWithoutLog();

        canister.deploy(new Mode.Install(), PUPPET, spoil())
                .expectRejected(Stage.INIT, ErrorCode.CANISTER_TRAPPED, "Canister trapped: unreachable");
        assertThat(canister.stateHashWithoutLog()).isEqualTo(before);
        canister.run(script()).expectReject(ErrorCode.CANISTER_WASM_MODULE_NOT_FOUND, "no Wasm module");
    }

    @Test
    void whatAFailedInstallationPrintedStaysInTheLog() {
        var canister = kit.puppet();
        canister.run(script().set(Hook.PRE_UPGRADE, script().print("pre")).reply());
        canister.upgrade(PUPPET, script().print("post").trap("why"))
                .expectRejected(Stage.POST_UPGRADE, ErrorCode.CANISTER_CALLED_TRAP, "'why'");

        assertThat(canister.logLines()).hasSize(3).startsWith("pre", "post");
        assertThat(canister.logLines().get(2)).startsWith("[TRAP]: why");
    }

    @Test
    void allStagesShareOneLimitOfInstructions() {
        var canister = kit.puppet();
        var spends = script().set(Hook.PRE_UPGRADE, script().print("spent")).reply();
        canister.run(spends);
        long used = canister.upgrade(PUPPET, script()).expectInstalled().instructionsUsed();
        canister.run(spends);
        kit.with(limits -> limits.withInstallInstructionsMax(used - 1));

        canister.upgrade(PUPPET, script())
                .expectRejected(
                        Stage.POST_UPGRADE,
                        ErrorCode.CANISTER_INSTRUCTION_LIMIT_EXCEEDED,
                        "limit of " + (used - 1) + " instructions");
    }

    @Test
    void compilingIsChargedByTheInstruction() {
        var two = new ModuleBuilder().function(0x01, 0x01).build();
        var three = new ModuleBuilder().function(0x01, 0x01, 0x01).build();
        long usedForTwo = kit.create().deploy(new Mode.Install(), two, script()).instructionsUsed();
        long usedForThree =
                kit.create().deploy(new Mode.Install(), three, script()).instructionsUsed();

        assertThat(usedForThree - usedForTwo).isEqualTo(6_000);
        kit.with(limits -> limits.withInstallInstructionsMax(usedForThree));
        kit.create()
                .deploy(new Mode.Install(), three, script())
                .expectRejected(Stage.CHECK, ErrorCode.CANISTER_INSTRUCTION_LIMIT_EXCEEDED, "limit of");
    }

    @Test
    void hooksCannotCallOtherCanisters() {
        var canister = kit.create();
        canister.deploy(new Mode.Install(), PUPPET, script().callWithoutCallbacks(canister.id()))
                .expectRejected(
                        Stage.INIT,
                        ErrorCode.CANISTER_CONTRACT_VIOLATION,
                        "\"ic0_call_new\" cannot be executed in init mode");
    }

    @Test
    void startMayOnlyUseWhatNeedsNoCaller() {
        var start = new ModuleBuilder()
                .importFunction("ic0", "time", new FunctionType(List.of(), List.of(ValueType.I64)))
                .function(0x10, 0x00, 0x1A)
                .startHere()
                .build();
        kit.create()
                .deploy(new Mode.Install(), start, script())
                .expectRejected(
                        Stage.START,
                        ErrorCode.CANISTER_CONTRACT_VIOLATION,
                        "\"ic0_time\" cannot be executed in start mode");
    }

    @Test
    void theHistoryKeepsTheTwentyNewestChanges() {
        var canister = kit.install("counter");
        IntStream.range(0, 24).forEach(_ -> canister.upgrade(COUNTER, script()).expectInstalled());

        assertThat(canister.state().history().recent()).hasSize(20);
        assertThat(canister.state().history().totalChanges()).isEqualTo(25);
        assertThat(canister.state().history().recent().getFirst().canisterVersion())
                .isEqualTo(6);
    }

    @Test
    void aCanisterWith64BitMemoryIsUpgradedWithItsHeapBeyondFourGibibytes() {
        var persistent = WasmFiles.withPersistence(WasmFiles.wasm("counter64"));
        var canister = kit.create().settings(draft -> draft.wasmMemoryLimitBytes = 0);
        canister.deploy(new Mode.Install(), persistent, script()).expectInstalled();
        canister.call("inc", new byte[0]).expectReply("");
        canister.call("inc_later", new byte[0]).expectReply("");

        canister.upgradeKeeping(persistent, script()).expectInstalled();
        canister.call("inc", new byte[0]).expectReply("");
        assertThat(canister.query("get", new byte[0], Optional.empty()).numbers())
                .containsExactly(3L);
    }

    private static void incrementThrice(Canister canister) {
        IntStream.range(0, 3).forEach(_ -> canister.call("inc", new byte[0]).expectReply(""));
    }

    private static List<Long> counters(Canister canister) {
        return canister.query("get", new byte[0], Optional.empty()).numbers();
    }
}
