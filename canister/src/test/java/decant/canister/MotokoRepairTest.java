package decant.canister;

import static org.assertj.core.api.Assertions.assertThat;

import decant.candid.Candid;
import decant.candid.Quota;
import decant.canister.CanisterKit.Canister;
import decant.canister.InstallRequest.Mode;
import decant.canister.InstallRequest.OnTryTrap;
import decant.canister.InstallRequest.Persistence;
import decant.canister.state.ErrorCode;
import decant.canister.state.Finding;
import decant.canister.state.InstallReport.Hook;
import decant.canister.state.Stage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What becomes of Motoko actors whose `preupgrade` traps: they are repaired by hooks that the same compiler made.
final class MotokoRepairTest {
    private static final Mode GRAFT = new Mode.LifecycleUpgrade(true);
    private static final Mode LIFECYCLE = new Mode.LifecycleUpgrade(false);
    private static final Mode UPGRADE = new Mode.Upgrade(false, Optional.empty());
    private static final Mode KEEP = new Mode.Upgrade(false, Optional.of(Persistence.KEEP));

    private static final byte[] STUCK = example("counter/v2-stuck");
    private static final byte[] REPAIRED = example("counter/repaired/v2-stuck");
    private static final byte[] CLASSIC = example("counter-classic/v1");
    private static final byte[] CLASSIC_REPAIRED = example("counter-classic/repaired/v1");

    private final CanisterKit kit = new CanisterKit();

    @AfterEach
    void close() {
        kit.close();
    }

    private Canister install(byte[] module) {
        var canister = kit.create();
        canister.deployWith(new Mode.Install(), module, candid("()")).expectInstalled();
        return canister;
    }

    private static String call(Canister canister, String method, String argument) {
        return text(
                canister.call(CanisterKit.CONTROLLER, method, candid(argument)).reply());
    }

    private static String ask(Canister canister, String method, String argument) {
        return text(canister.query(method, candid(argument), Optional.empty()).reply());
    }

    private Canister stuck() {
        var counter = install(STUCK);
        assertThat(call(counter, "add", "(7 : nat)")).isEqualTo("(7 : nat)");
        var report = counter.deployWith(KEEP, example("counter/v2"), candid("()"))
                .expectRejected(Stage.PRE_UPGRADE, ErrorCode.CANISTER_CALLED_TRAP, "assertion failed at v2-stuck.mo")
                .report();
        assertThat(report.hint().orElseThrow().code()).isEqualTo("hook-failed");
        return counter;
    }

    private Canister stuckClassic() {
        var counters = install(CLASSIC);
        call(counters, "add", "(\"small\", 5 : nat)");
        call(counters, "add", "(\"large\", 4_000_000_000 : nat)");
        counters.deployWith(UPGRADE, CLASSIC_REPAIRED, candid("()"))
                .expectRejected(Stage.PRE_UPGRADE, ErrorCode.CANISTER_CALLED_TRAP, "losing precision");
        return counters;
    }

    @Test
    void anActorOfEnhancedPersistenceIsRepairedAndUpgraded() {
        var counter = stuck();
        counter.deployWith(GRAFT, REPAIRED, new byte[0]).expectInstalled();
        assertThat(ask(counter, "get", "()")).isEqualTo("(7 : nat)");

        counter.deployWith(KEEP, example("counter/v2"), candid("()")).expectInstalled();
        assertThat(call(counter, "inc", "()")).isEqualTo("(8 : nat)");
        assertThat(ask(counter, "statistics", "()")).contains("= 8 : nat", "= 1 : nat");
    }

    @Test
    void anActorOfClassicPersistenceIsRepairedAndUpgraded() {
        var counters = stuckClassic();
        counters.deployWith(GRAFT, CLASSIC_REPAIRED, new byte[0]).expectInstalled();
        assertThat(ask(counters, "total", "()")).isEqualTo("(4_000_000_005 : nat)");

        counters.deployWith(UPGRADE, CLASSIC_REPAIRED, candid("()")).expectInstalled();
        assertThat(ask(counters, "get", "(\"small\")")).isEqualTo("(5 : nat)");
        assertThat(ask(counters, "get", "(\"large\")")).isEqualTo("(4_000_000_000 : nat)");
    }

    @Test
    void methodsThatTheCompilerAddsStillRunTheHooksThatWereInstalled() {
        var counters = stuckClassic();
        counters.deployWith(GRAFT, CLASSIC_REPAIRED, new byte[0]).expectInstalled();
        counters.call(CanisterKit.CONTROLLER, "__motoko_stable_var_info", candid("()"))
                .expectReject(ErrorCode.CANISTER_CALLED_TRAP, "losing precision");
    }

    @Test
    void withoutAGraftTheHookIsFoundInWhatMethodsReach() {
        var counter = stuck();
        var content = counter.contentHash();
        var findings = counter.deployWith(LIFECYCLE, REPAIRED, new byte[0])
                .expectRejected(Stage.CHECK, ErrorCode.CANISTER_CONTRACT_VIOLATION, "differences: 1.")
                .report()
                .findings();
        assertThat(findings)
                .singleElement()
                .extracting(Finding::path)
                .asString()
                .startsWith("function `preupgrade`");
        assertThat(counter.contentHash()).isEqualTo(content);
    }

    @Test
    void whatElseDiffersIsNotGrafted() {
        expectRefused(stuck(), example("counter/v1"), "sets up the memory in another way");
        expectRefused(stuck(), STUCK, "");
        expectRefused(stuck(), CLASSIC, "32-bit of 33 or more pages");
        expectRefused(stuckClassic(), example("counter-classic/v2"), "differences, of which the first is: ");
    }

    private static void expectRefused(Canister canister, byte[] module, String found) {
        var content = canister.contentHash();
        var report = canister.deployWith(GRAFT, module, new byte[0])
                .expectRejected(Stage.CHECK, ErrorCode.CANISTER_CONTRACT_VIOLATION, "Lifecycle upgrade refused: ")
                .report();
        if (found.isEmpty()) {
            assertThat(report.failure().orElseThrow().message()).endsWith("so there is nothing to graft.");
        } else {
            assertThat(report.findings().getFirst().found()).contains(found);
        }
        assertThat(canister.contentHash()).isEqualTo(content);
    }

    @Test
    void onlyModulesOfTheSameCompilerAreGrafted() {
        var vault = kit.install(example("vault/v1"), Script.script());
        expectRefused(vault, REPAIRED, "compiled by moc ");
        expectRefused(stuck(), example("vault/v2-rebuilt"), "not compiled by moc");
    }

    @Test
    void withoutItsHookAnActorLosesItsVariablesThoughTheHeapIsKept() {
        var skipping = new Mode.Upgrade(true, Optional.of(Persistence.KEEP));
        var discarding = new Mode.Upgrade(false, Optional.of(Persistence.KEEP)).withOnTryTrap(OnTryTrap.DISCARD);
        for (var mode : List.of(skipping, discarding)) {
            var counter = stuck();
            var report = counter.deployWith(mode, REPAIRED, candid("()"))
                    .expectInstalled()
                    .report();
            assertThat(report.hook()).isEqualTo(mode.skipPreUpgrade() ? Hook.SKIPPED : Hook.TRAPPED_AND_DISCARDED);
            assertThat(report.heapDropped()).isTrue();
            assertThat(report.toText()).contains("was dropped, and no hook saved it");
            assertThat(ask(counter, "get", "()")).isEqualTo("(0 : nat)");
        }
    }

    private static byte[] candid(String text) {
        return Candid.encode(Candid.parse(text));
    }

    private static String text(byte[] reply) {
        return Candid.print(Candid.decode(reply, Quota.DEFAULT));
    }

    private static byte[] example(String path) {
        try {
            return Files.readAllBytes(Path.of(System.getProperty("decant.root"), "examples", path + ".wasm"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
