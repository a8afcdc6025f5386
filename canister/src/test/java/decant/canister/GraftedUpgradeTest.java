package decant.canister;

import static decant.canister.Script.script;
import static org.assertj.core.api.Assertions.assertThat;

import decant.candid.Candid;
import decant.candid.Quota;
import decant.candid.Value;
import decant.canister.CanisterKit.Canister;
import decant.canister.CanisterKit.Deployment;
import decant.canister.InstallRequest.Mode;
import decant.canister.state.CanisterState;
import decant.canister.state.Change;
import decant.canister.state.Code;
import decant.canister.state.ErrorCode;
import decant.canister.state.Finding;
import decant.canister.state.InstallReport;
import decant.canister.state.Stage;
import decant.wasm.Features;
import decant.wasm.Module;
import decant.wasm.link.GraftResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The hooks of a rebuilt module become those of a stuck canister, whose static data is elsewhere.
final class GraftedUpgradeTest {
    private static final Mode GRAFT = new Mode.LifecycleUpgrade(true);
    private static final byte[] STUCK = vault("v1");
    private static final byte[] REBUILT = vault("v2-rebuilt");

    private final CanisterKit kit = new CanisterKit();

    @AfterEach
    void close() {
        kit.close();
    }

    /// {@return a vault whose hook traps, for it has more than 4 GiB of stable memory}
    private Canister stuck(byte[] module) {
        var vault = kit.install(module, script());
        vault.call("fill", nat64(6)).reply();
        expectStuck(vault);
        return vault;
    }

    private static void expectStuck(Canister vault) {
        var content = vault.contentHash();
        var report = vault.upgrade(REBUILT, script())
                .expectRejected(Stage.PRE_UPGRADE, ErrorCode.CANISTER_TRAPPED, "32 bit stable memory api")
                .report();
        assertThat(report.hint().orElseThrow().code()).isEqualTo("stable-memory-32-bit");
        assertThat(vault.contentHash()).isEqualTo(content);
    }

    private static void expectUpgrade(Canister vault) {
        vault.upgrade(REBUILT, script()).expectInstalled();
        assertThat(vault.logLines())
                .contains("The vault has saved its index, to the last entry.", "The vault has its index again.");
        assertThat(verified(vault)).isEqualTo("(5 : nat64)");
    }

    private static String verified(Canister vault) {
        return Candid.print(
                Candid.decode(vault.query("verify", nothing(), Optional.empty()).reply(), Quota.DEFAULT));
    }

    @Test
    void aStuckCanisterIsRepairedByTheHooksOfARebuiltModule() {
        var vault = stuck(STUCK);
        var before = vault.state();
        var report = vault.deploy(GRAFT, REBUILT, script()).expectInstalled().report();

        assertThat(report.mode()).isEqualTo(InstallReport.Mode.LIFECYCLE_UPGRADE);
        assertThat(report.findings()).isEmpty();
        expectKept(before, vault.state());
        assertThat(verified(vault)).isEqualTo("(5 : nat64)");
        expectUpgrade(vault);
    }

    private static void expectKept(CanisterState before, CanisterState after) {
        var codeBefore = code(before);
        var codeAfter = code(after);
        assertThat(codeAfter.heap().pages()).isSameAs(codeBefore.heap().pages());
        assertThat(codeAfter.heap().bytes()).isEqualTo(codeBefore.heap().bytes());
        assertThat(codeAfter.stable()).isEqualTo(codeBefore.stable());
        assertThat(codeAfter.globals()).startsWith(codeBefore.globals());
        assertThat(after.version()).isEqualTo(before.version() + 1);
        var details = after.history().recent().getLast().details();
        assertThat(details)
                .isInstanceOfSatisfying(
                        Change.Details.CodeDeployment.class,
                        deployment -> assertThat(deployment.moduleHash())
                                .isEqualTo(codeAfter.module().hash()));
    }

    private static Code code(CanisterState state) {
        return state.code().orElseThrow();
    }

    @Test
    void aModuleThatHasItsSymbolsIsRepairedInTheSameWay() {
        var vault = stuck(vault("v1-symbols"));
        vault.deploy(GRAFT, REBUILT, script()).expectInstalled();
        expectUpgrade(vault);
    }

    @Test
    void whatIsInstalledIsWhatTheSameGraftMakesElsewhere() {
        var vault = stuck(STUCK);
        var made = LifecycleHooks.graft(parsed(STUCK), parsed(REBUILT), Optional.empty());
        var module = ((GraftResult.Grafted) made).module();
        vault.deploy(new Mode.LifecycleUpgrade(false), module, script()).expectInstalled();
        var other = stuck(STUCK);
        other.deploy(GRAFT, REBUILT, script()).expectInstalled();
        assertThat(code(other.state()).module().hash())
                .isEqualTo(code(vault.state()).module().hash());
        expectUpgrade(vault);
    }

    private static Module parsed(byte[] wasm) {
        return Module.parse(wasm, Features.IC);
    }

    @Test
    void aGraftedCanisterIsGraftedAgain() {
        var vault = stuck(STUCK);
        vault.deploy(GRAFT, vault("v1-symbols"), script())
                .expectRejected(
                        Stage.CHECK,
                        ErrorCode.CANISTER_CONTRACT_VIOLATION,
                        "those that are installed, so there is nothing");
        vault.deploy(GRAFT, REBUILT, script()).expectInstalled();
        var first = code(vault.state()).module().hash();
        vault.deploy(GRAFT, vault("v1-symbols"), script()).expectInstalled();
        expectStuck(vault);
        vault.deploy(GRAFT, REBUILT, script()).expectInstalled();
        assertThat(code(vault.state()).module().hash()).isNotEqualTo(first);
        expectUpgrade(vault);
    }

    @Test
    void aDryRunGraftsAndChangesNothing() {
        var vault = stuck(STUCK);
        var content = vault.contentHash();
        var request =
                new InstallRequest(GRAFT, REBUILT, new byte[0], new Change.Origin.FromUser(CanisterKit.CONTROLLER));
        assertThat(vault.deploy(request.tried()).outcome()).isInstanceOf(InstallOutcome.Tried.class);
        assertThat(vault.contentHash()).isEqualTo(content);
    }

    @Test
    void theModuleMustTellItsSymbols() {
        var vault = stuck(STUCK);
        expectRefused(
                vault,
                vault("v2"),
                "the replacement",
                "no sections `linking` and `reloc.CODE`",
                "link it with --emit-relocs");
    }

    @Test
    void onlyTheHooksOfTheSameProgramAreGrafted() {
        var notes = kit.install(example("notes/notes.wasm"), script());
        expectRefused(
                notes,
                REBUILT,
                "the installed module",
                "no symbols, and 7 differences, of which the first is: export `canister_query get` is none, but `get`"
                        + " (func[13]) is installed",
                "link what is installed once more with --emit-relocs, and give that along; or");
    }

    private static void expectRefused(Canister canister, byte[] module, String what, String found, String remedy) {
        var content = canister.contentHash();
        Deployment deployment = canister.deploy(GRAFT, module, script())
                .expectRejected(
                        Stage.CHECK,
                        ErrorCode.CANISTER_CONTRACT_VIOLATION,
                        "the hooks of the module cannot be grafted onto the installed one; obstacles: 1.");
        assertThat(deployment.report().findings())
                .singleElement()
                .extracting(Finding::code, Finding::path, Finding::found)
                .containsExactly("graft", what, found);
        assertThat(deployment.report().findings().getFirst().remedy()).startsWith(remedy);
        assertThat(deployment.report().hint().orElseThrow().code()).isEqualTo("graft");
        assertThat(canister.contentHash()).isEqualTo(content);
    }

    @Test
    void aHookThatTheModuleHasNotIsGoneAndThatIsSaid() {
        var vault = stuck(STUCK);
        var withoutLoad = WasmFiles.withExportRenamed(REBUILT, "canister_post_upgrade", "canister_init");
        var report =
                vault.deploy(GRAFT, withoutLoad, script()).expectInstalled().report();
        assertThat(report.findings())
                .singleElement()
                .extracting(Finding::code, Finding::severity, Finding::path)
                .containsExactly("graft.removed", Finding.Severity.WARNING, "`canister_post_upgrade`");
        expectUpgrade(vault);
    }

    @Test
    void anAllocatorThatWritesOverTheConstantsOfNewHooksIsNoticed() {
        var greedy = kit.install("greedy");
        assertThat(greedy.call("take", new byte[4]).reply()).containsExactly(4, 5, 6, 7, 1, 0, 0, 0);
        var repaired = WasmFiles.wasm("greedy-repaired");
        greedy.upgrade(repaired, script()).expectRejected(Stage.PRE_UPGRADE, ErrorCode.CANISTER_TRAPPED, "unreachable");
        greedy.deploy(GRAFT, repaired, script()).expectInstalled();

        var content = greedy.contentHash();
        var report = greedy.upgrade(repaired, script())
                .expectRejected(Stage.PRE_UPGRADE, ErrorCode.CANISTER_TRAPPED, "unreachable")
                .report();
        assertThat(report.hint().orElseThrow().code()).isEqualTo("graft-constants-damaged");
        assertThat(report.hint().orElseThrow().text()).contains("an allocator that takes all memory to its end");
        assertThat(report.failure().orElseThrow().backtrace().getFirst().functionName())
                .isEqualTo("check that the constants of grafted hooks are undamaged");
        assertThat(greedy.contentHash()).isEqualTo(content);
        assertThat(greedy.call("take", new byte[0]).reply()).endsWith(2, 0, 0, 0);
    }

    private static byte[] nat64(long value) {
        return Candid.encode(List.of(Value.nat64(value)));
    }

    private static byte[] nothing() {
        return Candid.encode(Candid.parse("()"));
    }

    private static byte[] vault(String version) {
        return example("vault/" + version + ".wasm");
    }

    private static byte[] example(String path) {
        try {
            return Files.readAllBytes(Path.of(System.getProperty("decant.root"), "examples", path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
