package decant.canister;

import static decant.canister.Script.script;
import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Hash;
import decant.candid.Value;
import decant.canister.CanisterKit.Canister;
import decant.canister.CanisterKit.Deployment;
import decant.canister.InstallRequest.Mode;
import decant.canister.Script.Call;
import decant.canister.Script.Hook;
import decant.canister.state.CanisterState;
import decant.canister.state.Change;
import decant.canister.state.Chronicle.Event;
import decant.canister.state.Code;
import decant.canister.state.ErrorCode;
import decant.canister.state.Finding;
import decant.canister.state.History;
import decant.canister.state.InstallMode;
import decant.canister.state.InstallReport;
import decant.canister.state.ModuleBinary;
import decant.canister.state.RestorePoint.Reason;
import decant.canister.state.Stage;
import decant.canister.state.StateFormat;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The hooks of a canister are replaced while everything else stays, in memory and on its way.
final class LifecycleUpgradeTest {
    private static final byte[] PUPPET = WasmFiles.wasm("puppet");
    private static final byte[] REPAIRED = WasmFiles.withEmptied(PUPPET, "canister_pre_upgrade");
    private static final byte[] COUNTER = WasmFiles.wasm("counter");
    private static final Mode LIFECYCLE = new Mode.LifecycleUpgrade(false);

    private final CanisterKit kit = new CanisterKit();

    @AfterEach
    void close() {
        kit.close();
    }

    /// {@return a canister whose hook traps, with something in all that a lifecycle upgrade keeps}
    private Canister stuck() {
        var canister = kit.install(PUPPET, script().stableGrow(1).stableWrite(0, "stable"));
        canister.run(script().setValue("heap")
                .growHeap(2)
                .certify("certified")
                .setTimer(Long.MAX_VALUE)
                .set(Hook.PRE_UPGRADE, script().unreachable())
                .reply());
        canister.upgrade(PUPPET, script()).expectRejected(Stage.PRE_UPGRADE, ErrorCode.CANISTER_TRAPPED, "unreachable");
        return canister;
    }

    /// {@return a hash of all that a lifecycle upgrade keeps}
    private static Hash kept(CanisterState canister) {
        return StateFormat.stateHash(canister.with(draft -> {
            draft.version = 0;
            draft.history = History.NONE;
            draft.lastInstalledNanos = OptionalLong.empty();
            draft.code = draft.code.map(code -> new Code(
                    new ModuleBinary(
                            Hash.sha256(),
                            new byte[0],
                            code.module().tasks(),
                            code.module().metadata()),
                    code.globals(),
                    code.heap(),
                    code.stable()));
        }));
    }

    @Test
    void aStuckCanisterIsRepairedAndThenUpgraded() {
        var canister = stuck();
        var before = canister.state();
        var report =
                canister.deploy(LIFECYCLE, REPAIRED, script()).expectInstalled().report();

        var after = canister.state();
        assertThat(kept(after)).isEqualTo(kept(before));
        assertThat(after.version()).isEqualTo(before.version() + 1);
        assertThat(after.code().orElseThrow().module().hash()).isEqualTo(Hash.sha256(REPAIRED));
        assertThat(after.history().recent().getLast().details())
                .isEqualTo(new Change.Details.CodeDeployment(InstallMode.UPGRADE, Hash.sha256(REPAIRED)));
        assertThat(report.mode()).isEqualTo(InstallReport.Mode.LIFECYCLE_UPGRADE);
        assertThat(report.hook()).isEqualTo(InstallReport.Hook.NONE);
        assertThat(report.heapDropped()).isFalse();
        assertThat(report.usage().instructions().keySet()).containsExactly(Stage.CHECK);

        canister.run(script().appendValue().append(" ").appendStable(0, 6).reply())
                .expectReply("heap stable");
        canister.upgrade(PUPPET, script()).expectInstalled();
        canister.run(script().appendStable(0, 6).reply()).expectReply("stable");
    }

    @Test
    void theMemoriesAreHandedOnAsTheyAre() {
        var canister = stuck();
        var before = canister.state().code().orElseThrow();
        canister.deploy(LIFECYCLE, REPAIRED, script()).expectInstalled();
        var after = canister.state().code().orElseThrow();

        assertThat(after.heap().pages()).isSameAs(before.heap().pages());
        assertThat(after.stable().pages()).isSameAs(before.stable().pages());
    }

    @Test
    void globalsKeepTheirValues() {
        var canister = kit.install("counter");
        for (int i = 0; i < 3; i++) {
            canister.call("inc", new byte[0]).expectReply("");
        }
        var withHook = WasmFiles.withCustomSection(COUNTER, "other", new byte[0]);
        canister.deploy(LIFECYCLE, withHook, script()).expectInstalled();
        assertThat(canister.query("get", new byte[0], Optional.empty()).numbers())
                .containsExactly(103L, 203L, 3L);
        canister.call("inc", new byte[0]).expectReply("");
        assertThat(canister.query("get", new byte[0], Optional.empty()).numbers())
                .containsExactly(104L, 204L, 4L);
    }

    @Test
    void globalsThatTheNewHooksBringAlongBeginAfresh() {
        int[] increment = {0x23, 0, 0x41, 1, 0x6A, 0x24, 0};
        var before = new ModuleBuilder()
                .global()
                .function("canister_update inc", increment)
                .build();
        var after = new ModuleBuilder()
                .global()
                .global()
                .function("canister_pre_upgrade", 0x23, 1, 0x24, 1)
                .function("canister_update inc", increment)
                .build();
        var canister = kit.install(before, script());
        canister.call("inc", new byte[0]);
        canister.call("inc", new byte[0]);

        canister.deploy(LIFECYCLE, after, script()).expectInstalled();
        assertThat(canister.state().code().orElseThrow().globals()).containsExactly(2, 0);
        canister.call("inc", new byte[0]);
        assertThat(canister.state().code().orElseThrow().globals()).containsExactly(3, 0);
    }

    @Test
    void answersThatAreOnTheirWayReachTheCodeThatWaitsForThem() {
        var canister = stuck();
        var other = kit.puppet();
        var request = canister.submit(script().call(Call.of(other.id(), "run", script().reply("pong"))
                .onReply(script().appendArgument().append("!").reply())));
        canister.executeNext();
        assertThat(canister.state().calls().callbacks()).hasSize(1);

        canister.deploy(LIFECYCLE, REPAIRED, script()).expectInstalled();
        kit.drain();
        canister.answerTo(request).expectReply("pong!");
    }

    @Test
    void aModuleThatDiffersElsewhereIsRefused() {
        var canister = stuck();
        var content = canister.contentHash();
        var other = WasmFiles.withEmptied(PUPPET, "canister_heartbeat");
        Deployment deployment = canister.deploy(LIFECYCLE, other, script())
                .expectRejected(
                        Stage.CHECK,
                        ErrorCode.CANISTER_CONTRACT_VIOLATION,
                        "Lifecycle upgrade refused: the module differs from the installed one in more than its"
                                + " lifecycle hooks; differences: 1.");

        assertThat(canister.contentHash()).isEqualTo(content);
        assertThat(deployment.report().findings()).extracting(Finding::code).containsExactly("heap-proof.p4");
        assertThat(deployment.report().findings().getFirst().path()).startsWith("function ");
        assertThat(deployment.report().hint().orElseThrow().code()).isEqualTo("heap-proof");
        canister.run(script().appendValue().reply()).expectReply("heap");
    }

    @Test
    void anInvalidModuleAndAnEmptyCanisterAreRefused() {
        kit.create()
                .deploy(LIFECYCLE, PUPPET, script())
                .expectRejected(Stage.CHECK, ErrorCode.CANISTER_WASM_MODULE_NOT_FOUND, "contains no Wasm module");
        var canister = stuck();
        var content = canister.contentHash();
        canister.deploy(LIFECYCLE, new byte[8], script())
                .expectRejected(Stage.CHECK, ErrorCode.CANISTER_INVALID_WASM, "is not valid");
        canister.deploy(LIFECYCLE, REPAIRED, script(), CanisterKit.USER)
                .expectRejected(Stage.AUTHORISE, ErrorCode.CANISTER_INVALID_CONTROLLER, "Only the controllers");
        assertThat(canister.contentHash()).isEqualTo(content);
    }

    @Test
    void aDryRunProvesAndChangesNothing() {
        var canister = stuck();
        var content = canister.contentHash();
        var request = new InstallRequest(
                LIFECYCLE, REPAIRED, new byte[0], new Change.Origin.FromUser(CanisterKit.CONTROLLER));
        assertThat(canister.deploy(request.tried()).outcome()).isInstanceOf(InstallOutcome.Tried.class);
        assertThat(canister.contentHash()).isEqualTo(content);
    }

    @Test
    void aGraftNeedsAModuleThatSaysWhereItsSymbolsAre() {
        var canister = stuck();
        var content = canister.contentHash();
        canister.deploy(new Mode.LifecycleUpgrade(true), REPAIRED, script())
                .expectRejected(
                        Stage.CHECK,
                        ErrorCode.CANISTER_CONTRACT_VIOLATION,
                        "the hooks of the module cannot be grafted onto the installed one");
        assertThat(canister.contentHash()).isEqualTo(content);
    }

    @Test
    void aMotokoCanisterWith64BitMemoryAndTableGoesOnWithItsHeap() {
        var stuck = ExampleCanister.wasm("counter/v2-stuck");
        var counter = kit.create();
        counter.deployWith(new Mode.Install(), stuck, ExampleCanister.candid("()"))
                .expectInstalled();
        counter.call(CanisterKit.CONTROLLER, "add", ExampleCanister.candid("(7 : nat)"))
                .reply();
        var before = kept(counter.state());

        counter.deployWith(LIFECYCLE, WasmFiles.withEmptied(stuck, "canister_pre_upgrade"), new byte[0])
                .expectInstalled();
        assertThat(kept(counter.state())).isEqualTo(before);
        assertThat(ExampleCanister.text(counter.call(CanisterKit.CONTROLLER, "inc", ExampleCanister.candid("()"))
                        .reply()))
                .isEqualTo("(8 : nat)");
    }

    @Test
    void whatAMotokoHookSharesWithAMethodCannotBeReplaced() {
        var stuck = ExampleCanister.wasm("counter/v2-stuck");
        var counter = kit.create();
        counter.deployWith(new Mode.Install(), stuck, ExampleCanister.candid("()"))
                .expectInstalled();
        var content = counter.contentHash();

        var deployment = counter.deployWith(LIFECYCLE, WasmFiles.withEmptied(stuck, "preupgrade"), new byte[0])
                .expectRejected(Stage.CHECK, ErrorCode.CANISTER_CONTRACT_VIOLATION, "in function `preupgrade`");
        assertThat(deployment.report().findings()).hasSize(1);
        assertThat(counter.contentHash()).isEqualTo(content);
    }

    @Test
    void itIsAskedForInCandidWrittenDownAndUndone() {
        var canister = stuck();
        var about = Value.record().with("canister_id", Value.principal(canister.id()));
        kit.manage(
                        CanisterKit.CONTROLLER,
                        "install_code",
                        about.with("mode", Value.variant("lifecycle_upgrade", Value.none()))
                                .with("wasm_module", Value.blob(REPAIRED))
                                .with("arg", Value.blob(new byte[0])))
                .reply();

        var chronicle = kit.subnet().chronicle(canister.id());
        assertThat(chronicle.points().getLast().reason()).isEqualTo(Reason.LIFECYCLE_UPGRADE);
        assertThat(chronicle.entries().getLast().event()).isInstanceOf(Event.Installation.class);
        kit.manage(CanisterKit.CONTROLLER, "decant_undo", about).reply();
        canister.upgrade(PUPPET, script()).expectRejected(Stage.PRE_UPGRADE, ErrorCode.CANISTER_TRAPPED, "unreachable");
    }
}
