package decant.canister;

import static decant.canister.Script.script;
import static org.assertj.core.api.Assertions.assertThat;

import decant.candid.Candid;
import decant.canister.CanisterKit.Canister;
import decant.canister.CanisterKit.Deployment;
import decant.canister.InstallRequest.Mode;
import decant.canister.InstallRequest.Persistence;
import decant.canister.Script.Hook;
import decant.canister.state.Stage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Every known cause of a failed installation is recognised on a canister that has it.
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
    void a32BitCallOnLargeStableMemoryIsRecognised() {
        var canister = kit.install(PUPPET, script().stableGrow(65_537));
        canister.run(script().set(Hook.PRE_UPGRADE, script().appendStable32(0)).reply());
        expectHint(
                upgradeUnchanged(canister, PUPPET, Optional.empty(), new byte[0]),
                Stage.PRE_UPGRADE,
                "stable-memory-32-bit",
                "it has 4295032832 bytes. Use the calls with 64 bits, ic0.stable64_*: `decant rescue stable64`");
    }

    @Test
    void aCallInAHookIsRecognised() {
        expectHint(
                upgradeAfter(script().callWithoutCallbacks(CanisterKit.USER)),
                Stage.PRE_UPGRADE,
                "call-in-hook",
                "install that with mode lifecycle_upgrade");
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
        alice.deployWith(new Mode.Install(), example("chat/chat.wasm"), candid("(\"Alice\")"))
                .expectInstalled();
        alice.call(CanisterKit.CONTROLLER, "meet", candid("(principal \"" + alice.id() + "\")"))
                .reply();
        alice.submit(CanisterKit.CONTROLLER, "say", candid("(\"hello\")"));
        alice.executeNext();
        assertThat(alice.state().calls().callbacks()).isNotEmpty();
        expectHint(
                upgradeUnchanged(
                        alice, example("chat/chat.wasm"), Optional.of(Persistence.KEEP), candid("(\"Alice\")")),
                Stage.PRE_UPGRADE,
                "outstanding-callbacks",
                "Stop the canister, upgrade it, start it.");
    }

    @Test
    void tooManyInstructionsAreRecognised() {
        kit.with(limits -> limits.withInstallInstructionsMax(200_000_000));
        expectHint(
                upgradeAfter(script().loopForEver()),
                Stage.PRE_UPGRADE,
                "instruction-limit",
                "keep the data in stable memory or in a kept heap");
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
    void aMissingOptionAndAMissingSectionAreRecognised() {
        var canister = kit.install(PERSISTENT_PUPPET, script());
        expectHint(
                upgradeUnchanged(canister, PERSISTENT_PUPPET, Optional.empty(), new byte[0]),
                Stage.CHECK,
                "persistence-option-missing",
                "opt variant { keep }");
        expectHint(
                upgradeUnchanged(canister, PUPPET, Optional.of(Persistence.KEEP), new byte[0]),
                Stage.CHECK,
                "persistence-section-missing",
                "lacks the custom section enhanced-orthogonal-persistence");
    }

    @Test
    void stableVariablesOfOtherTypesAreRecognisedByWhatTheMotokoRuntimeSays() {
        expectHint(
                upgradeAfter(script().trap("RTS error: Memory-incompatible program upgrade")),
                Stage.PRE_UPGRADE,
                "stable-types-incompatible",
                "write a migration");
    }

    @Test
    void anArgumentOfAnotherTypeIsRecognised() {
        var chat = kit.create();
        chat.deployWith(new Mode.Install(), example("chat/chat.wasm"), candid("(\"Alice\")"))
                .expectInstalled();
        expectHint(
                upgradeUnchanged(chat, example("chat/chat.wasm"), Optional.of(Persistence.KEEP), candid("(42 : nat)")),
                Stage.POST_UPGRADE,
                "argument-type",
                "could not read the argument of");
        expectHint(
                upgradeUnchanged(chat, example("chat/chat.wasm"), Optional.of(Persistence.KEEP), new byte[0]),
                Stage.POST_UPGRADE,
                "argument-type",
                "the argument of 0 bytes");
    }

    private static byte[] candid(String text) {
        return Candid.encode(Candid.parse(text));
    }

    private static byte[] example(String path) {
        try {
            return Files.readAllBytes(Path.of(System.getProperty("decant.root"), "examples", path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
