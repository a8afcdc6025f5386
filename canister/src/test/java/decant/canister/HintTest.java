package decant.canister;

import static decant.canister.Script.script;
import static org.assertj.core.api.Assertions.assertThat;

import decant.canister.CanisterKit.Canister;
import decant.canister.CanisterKit.Deployment;
import decant.canister.InstallRequest.Mode;
import decant.canister.InstallRequest.Persistence;
import decant.canister.Script.Hook;
import decant.canister.state.Stage;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Every known cause of a failed installation is recognised on a canister that has it: those that [UpgradeCasesTest]
/// does not meet.
final class HintTest {
    private static final byte[] PUPPET = WasmFiles.wasm("puppet");
    private static final byte[] PERSISTENT_PUPPET = WasmFiles.withPersistence(PUPPET);

    private final CanisterKit kit = new CanisterKit();

    @AfterEach
    void close() {
        kit.close();
    }

    private Deployment upgradeAfter(Script preUpgrade) {
        var canister = kit.puppet();
        canister.run(script().set(Hook.PRE_UPGRADE, preUpgrade).reply());
        return upgradeUnchanged(canister, PUPPET, Optional.empty(), script().bytes());
    }

    private Deployment upgradeUnchanged(
            Canister canister, byte[] module, Optional<Persistence> persistence, byte[] argument) {
        var content = canister.contentHash();
        var deployment = canister.deployWith(new Mode.Upgrade(false, persistence), module, argument);
        assertThat(canister.contentHash()).isEqualTo(content);
        return deployment;
    }

    private static void expectHint(Deployment deployment, Stage stage, String code, String part) {
        var report = deployment.report();
        assertThat(report.stage()).isEqualTo(stage);
        var hint = report.hint().orElseThrow(() -> new AssertionError("no hint in " + report.toText()));
        assertThat(hint.code()).isEqualTo(code);
        assertThat(hint.text()).contains(part).endsWith(".");
        assertThat(((InstallOutcome.Rejected) deployment.outcome()).reject().message())
                .endsWith("Hint (" + code + "): " + hint.text());
    }

    @Test
    void aHookThatFailsForReasonsOfItsOwnIsToBeRepaired() {
        expectHint(
                upgradeAfter(script().trap("not today")),
                Stage.PRE_UPGRADE,
                "hook-failed",
                "repair the hook in the old source and install that with mode lifecycle_upgrade");
    }

    @Test
    void aCallInAHookOfTheNewCodeIsRecognised() {
        var canister = kit.puppet();
        expectHint(
                upgradeUnchanged(
                        canister,
                        PUPPET,
                        Optional.empty(),
                        script().callWithoutCallbacks(CanisterKit.USER).bytes()),
                Stage.POST_UPGRADE,
                "call-in-hook",
                "or from a timer after it.");
    }

    @Test
    void aMotokoCanisterThatWaitsForAnAnswerIsRecognised() {
        var alice = kit.create();
        alice.deployWith(new Mode.Install(), ExampleCanister.wasm("chat/chat"), ExampleCanister.candid("(\"Alice\")"))
                .expectInstalled();
        alice.call(CanisterKit.CONTROLLER, "meet", ExampleCanister.candid("(principal \"" + alice.id() + "\")"))
                .reply();
        alice.submit(CanisterKit.CONTROLLER, "say", ExampleCanister.candid("(\"hello\")"));
        alice.executeNext();
        assertThat(alice.state().calls().callbacks()).isNotEmpty();
        expectHint(
                upgradeUnchanged(
                        alice,
                        ExampleCanister.wasm("chat/chat"),
                        Optional.of(Persistence.KEEP),
                        ExampleCanister.candid("(\"Alice\")")),
                Stage.PRE_UPGRADE,
                "outstanding-callbacks",
                "Stop the canister, upgrade it, start it.");
    }

    @Test
    void tooMuchStableMemoryIsRecognised() {
        kit.with(limits -> limits.withStableTouchedInInstallBytesMax(8_192));
        expectHint(
                upgradeAfter(script().stableGrow(1).stableWrite(0, "x".repeat(10_000))),
                Stage.PRE_UPGRADE,
                "stable-memory-access-limit",
                "Move data in several messages");
    }

    @Test
    void aLimitOfTheHeapIsRecognised() {
        var canister = kit.puppet().settings(draft -> draft.wasmMemoryLimitBytes = 10 * 65_536);
        expectHint(
                upgradeUnchanged(
                        canister,
                        PUPPET,
                        Optional.empty(),
                        script().growHeap(20).bytes()),
                Stage.POST_UPGRADE,
                "wasm-memory-limit",
                "which is 655360 bytes. Raise it with update_settings");
    }

    @Test
    void aFullHeapIsRecognisedByWhatTheRuntimesOfMotokoAndRustSay() {
        expectHint(
                upgradeAfter(script().trap("Cannot grow memory")),
                Stage.PRE_UPGRADE,
                "heap-exhausted",
                "which has 131072 bytes");
        expectHint(
                upgradeAfter(script().trap("memory allocation of 33554432 bytes failed")),
                Stage.PRE_UPGRADE,
                "heap-exhausted",
                "write it piece by piece");
    }

    @Test
    void aMissingSectionIsRecognised() {
        var canister = kit.install(PERSISTENT_PUPPET, script());
        expectHint(
                upgradeUnchanged(canister, PUPPET, Optional.of(Persistence.KEEP), new byte[0]),
                Stage.CHECK,
                "persistence-section-missing",
                "lacks the custom section enhanced-orthogonal-persistence");
    }

    @Test
    void anEmptyArgumentIsRecognised() {
        var chat = kit.create();
        chat.deployWith(new Mode.Install(), ExampleCanister.wasm("chat/chat"), ExampleCanister.candid("(\"Alice\")"))
                .expectInstalled();
        expectHint(
                upgradeUnchanged(chat, ExampleCanister.wasm("chat/chat"), Optional.of(Persistence.KEEP), new byte[0]),
                Stage.POST_UPGRADE,
                "argument-type",
                "the argument of 0 bytes");
    }
}
