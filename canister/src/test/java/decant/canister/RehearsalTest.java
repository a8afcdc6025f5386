package decant.canister;

import static decant.canister.Script.script;
import static org.assertj.core.api.Assertions.assertThat;

import decant.canister.CanisterKit.Canister;
import decant.canister.InstallRequest.Mode;
import decant.canister.InstallRequest.OnTryTrap;
import decant.canister.InstallRequest.Persistence;
import decant.canister.Script.Hook;
import decant.canister.rehearsal.Acknowledgements;
import decant.canister.rehearsal.Bounds;
import decant.canister.rehearsal.Budget.Resource;
import decant.canister.rehearsal.Budget.Turn;
import decant.canister.rehearsal.ProbeResult.Outcome;
import decant.canister.rehearsal.RehearsalPlan;
import decant.canister.state.CanisterStatus;
import decant.canister.state.InstallReport;
import decant.canister.state.UpgradePolicy;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Upgrades of real canisters, tried on forks.
final class RehearsalTest {
    private final CanisterKit kit = new CanisterKit();

    @AfterEach
    void close() {
        kit.close();
    }

    @Test
    void upgradesThatKeepEverythingAreSafe() {
        var counter = counter();
        Rehearsals.of(counter).example("counter/v1").keeping().run().expectSafe();
        Rehearsals.of(counter).example("counter/v2").keeping().run().expectSafe();
        counter.deployWith(
                        new Mode.Upgrade(false, Optional.of(Persistence.KEEP)),
                        ExampleCanister.wasm("counter/v2"),
                        ExampleCanister.candid("()"))
                .expectInstalled();
        Rehearsals.of(counter).example("counter/v2").keeping().run().expectSafe();

        var counters = counters(41);
        Rehearsals.of(counters).example("counter-classic/v1").run().expectSafe();
        Rehearsals.of(counters).example("counter-classic/v2").run().expectSafe();

        var vault = vault(2);
        Rehearsals.of(vault).example("vault/v1").run().expectSafe();
        Rehearsals.of(vault).example("vault/v2").run().expectSafe();
        Rehearsals.of(vault).example("vault/v2-rebuilt").run().expectSafe();

        var notes = install("notes/notes", "()");
        notes.call("add", ExampleCanister.candid("(\"remember\")"));
        Rehearsals.of(notes).example("notes/notes").run().expectSafe();

        var chat = install("chat/chat", "(\"Alice\")");
        Rehearsals.of(chat)
                .example("chat/chat")
                .keeping()
                .argumentText("(\"Alice\")")
                .run()
                .expectSafe();

        var ledger = install("ledger/v1", "(null)");
        ledger.call(CanisterKit.CONTROLLER, "open", ExampleCanister.candid("(0 : nat, 500 : nat, 10 : nat)"));
        Rehearsals.of(ledger)
                .example("ledger/v2")
                .keeping()
                .argumentText("(null)")
                .run()
                .expectSafe();
    }

    @Test
    void aVersionThatCouldNeverBeLeftAgainIsFoundByUpgradingItToItself() {
        var rehearsed = Rehearsals.of(counter())
                .example("counter/v2-stuck")
                .keeping()
                .run()
                .expectUnsafe("next.rejected");
        assertThat(rehearsed.finding("next.rejected").path()).isEqualTo("stage pre_upgrade");
        assertThat(rehearsed.finding("next.rejected").found()).contains("assertion failed", "v2-stuck.mo");
        assertThat(rehearsed.report().installation().outcome()).isEqualTo(InstallReport.Outcome.INSTALLED);
        assertThat(rehearsed.report().next().orElseThrow().outcome()).isEqualTo(InstallReport.Outcome.REJECTED);
        assertThat(rehearsed.report().toText()).startsWith("UNSAFE");
    }

    @Test
    void aVersionThatRefusesTheStateIsUnsafe() {
        var rehearsed = Rehearsals.of(counter())
                .example("counter/v2-refuses")
                .keeping()
                .run()
                .expectUnsafe("install.rejected");
        assertThat(rehearsed.finding("install.rejected").path()).isEqualTo("stage post_upgrade");
        assertThat(rehearsed.report().next()).isEmpty();
    }

    @Test
    void aStuckVaultIsToldWhatItIsStuckOn() {
        var rehearsed = Rehearsals.of(vault(51)).example("vault/v2").run().expectUnsafe("install.rejected");
        assertThat(rehearsed.finding("install.rejected").remedy()).startsWith("stable-memory-32-bit: ");
        Rehearsals.of(vault(51))
                .example("vault/v2")
                .mode(new Mode.LifecycleUpgrade(false))
                .run()
                .expectSafe();
    }

    @Test
    void aVaultThatWillBeStuckIsWarnedWhileItCanStillBeUpgraded() {
        var rehearsed = Rehearsals.of(vault(4)).example("vault/v1").run().expectUnsafe("budget.spent");
        assertThat(rehearsed.finding("budget.spent").remedy()).contains("decant rescue stable64");
        Rehearsals.of(vault(4)).example("vault/v2").run().expectSafe();
    }

    @Test
    void aHeapThatWouldBeReplacedIsSeenByTheChecksAndByTheAnswers() {
        var rehearsed = Rehearsals.of(counter())
                .example("counter/v2")
                .mode(new Mode.Upgrade(false, Optional.of(Persistence.REPLACE)))
                .run()
                .expectUnsafe("heap.dropped", "probes.lost");
        assertThat(rehearsed.finding("probes.lost").path()).isEqualTo("get");
        assertThat(rehearsed.finding("probes.lost").found()).isEqualTo("0 : nat");
        assertThat(rehearsed.finding("probes.lost").expected()).isEqualTo("41 : nat");
    }

    @Test
    void aReinstallationWipesAndSaysWhat() {
        var counter = counter();
        var rehearsed = Rehearsals.of(counter)
                .example("counter/v2")
                .mode(new Mode.Reinstall())
                .run()
                .expectUnsafe("install.wipes");
        assertThat(rehearsed.finding("install.wipes").consequence()).contains("a heap of 5308416 bytes");
        Rehearsals.of(counter)
                .example("counter/v2")
                .mode(new Mode.Reinstall())
                .with(plan -> plan.withAcknowledgements(Acknowledgements.of(List.of("install.wipes"))))
                .run()
                .expectSafe();
    }

    @Test
    void aFirstInstallationIsRehearsedToo() {
        var empty = kit.create();
        Rehearsals.of(empty)
                .example("counter/v1")
                .mode(new Mode.Install())
                .run()
                .expectSafe();
        Rehearsals.of(empty)
                .example("counter/v2-stuck")
                .mode(new Mode.Install())
                .run()
                .expectUnsafe("next.rejected");
    }

    @Test
    void aSkippedHookLeavesOpenWhatItWouldHaveSaved() {
        Rehearsals.of(counters(41))
                .example("counter-classic/v2")
                .mode(new Mode.Upgrade(true, Optional.empty()))
                .run()
                .expectUnsafe("install.heap-dropped", "probes.lost", "probes.lost");
        Rehearsals.of(counters(70_000))
                .example("counter-classic/v2")
                .mode(new Mode.Upgrade(false, Optional.empty()).withOnTryTrap(OnTryTrap.DISCARD))
                .run()
                .expectUnsafe("install.heap-dropped", "probes.lost", "probes.lost");
    }

    @Test
    void theWayBackIsTriedAndDoesNothingToTheVerdict() {
        var rehearsed =
                Rehearsals.of(counters(41)).example("counter-classic/v2").run().expectSafe();
        assertThat(rehearsed.finding("downgrade.lost").path()).isEqualTo("total");
        assertThat(Rehearsals.of(counters(41))
                        .example("counter-classic/v2")
                        .with(plan -> plan.withDowngrades(false))
                        .run()
                        .report()
                        .downgrade())
                .isEmpty();
    }

    @Test
    void anImmutableCanisterIsNotUpgradedWhateverTheModule() {
        var counter = counter().settings(settings -> settings.upgradePolicy = UpgradePolicy.IMMUTABLE);
        Rehearsals.of(counter).example("counter/v1").keeping().run().expectUnsafe("install.immutable");
    }

    @Test
    void aStoppedCanisterIsAskedAllTheSame() {
        var counter = counter().change(draft -> draft.status = new CanisterStatus.Stopped());
        var rehearsed =
                Rehearsals.of(counter).example("counter/v2").keeping().run().expectSafe();
        assertThat(rehearsed.report().probes()).hasSize(1);
        assertThat(rehearsed.finding("canister.not-running").remedy()).isEqualTo("start it afterwards");
    }

    @Test
    void whatIsNotAModuleIsRejected() {
        Rehearsals.of(counter()).module(new byte[] {1, 2}).run().expectUnsafe("install.rejected");
    }

    @Test
    void aRehearsalThatRunsOutOfItsInstructionsSaysThatItDoesNotKnow() {
        var small = new Bounds(600_000_000, 1L << 30, 10, 10);
        var rehearsed = Rehearsals.of(counter())
                .example("counter/v2")
                .keeping()
                .with(plan -> plan.withBounds(small))
                .run()
                .expectUnknown("rehearsal.cut");
        assertThat(rehearsed.report().instructionsUsed()).isLessThanOrEqualTo(600_000_000);
        Rehearsals.of(counter())
                .example("counter/v2")
                .keeping()
                .with(plan -> plan.withBounds(new Bounds(1_000, 1L << 30, 10, 10)))
                .run()
                .expectUnknown("rehearsal.cut");
    }

    @Test
    void aRehearsalWhoseCopiesWriteMoreThanTheyMaySaysThatItDoesNotKnow() {
        var rehearsed = Rehearsals.of(counters(41))
                .example("counter-classic/v2")
                .with(plan -> plan.withBounds(plan.bounds().withBytesMax(4_096)))
                .run()
                .expectUnknown("rehearsal.cut");
        assertThat(rehearsed.finding("rehearsal.cut").expected()).isEqualTo("copies that write at most 4096 bytes");
    }

    @Test
    void anExecutionThatWouldWriteMoreThanACopyMayIsEndedBeforeThatIsKept() {
        var writes = script().stableGrow(100);
        for (int page = 0; page < 300; page++) {
            writes = writes.stableWrite(page * 4_096L, "x");
        }
        for (var hook : List.of(writes, script().growHeap(1_000))) {
            var puppet = kit.puppet();
            puppet.run(script().set(Hook.PRE_UPGRADE, hook).reply());
            var rehearsed = Rehearsals.of(puppet)
                    .module(WasmFiles.wasm("puppet"))
                    .with(plan -> plan.withBounds(plan.bounds().withBytesMax(1 << 20)))
                    .run()
                    .expectUnknown("rehearsal.cut");
            assertThat(rehearsed.finding("rehearsal.cut").found()).contains("wrote more than it may: 1048576 bytes");
        }
    }

    @Test
    void anExecutionIsEndedWhenTheTimeIsOver() {
        var prints = script();
        for (int i = 0; i < 300; i++) {
            prints = prints.print("x");
        }
        var puppet = kit.puppet();
        puppet.run(script().set(Hook.PRE_UPGRADE, prints).reply());
        var rehearsed = Rehearsals.of(puppet)
                .module(WasmFiles.wasm("puppet"))
                .endingAfter(0)
                .run()
                .expectUnknown("rehearsal.cut");
        assertThat(rehearsed.report().installation().failure().orElseThrow().message())
                .contains("the rehearsal has come to its end");
    }

    @Test
    void theBudgetSaysWhatEachStageUsedAndWhatIsLeft() {
        var report =
                Rehearsals.of(counters(41)).example("counter-classic/v2").run().report();
        assertThat(report.budget().lines())
                .filteredOn(line -> line.turn() == Turn.NEXT)
                .extracting(line -> line.resource())
                .containsExactly(Resource.INSTRUCTIONS, Resource.HEAP, Resource.STABLE_MEMORY, Resource.STABLE_ACCESS);
        assertThat(report.budget().lines()).allMatch(line -> line.headRoomPercent() >= 99);
        assertThat(report.budget().stages())
                .filteredOn(stage -> stage.turn() == Turn.THIS)
                .extracting(stage -> stage.stage().text())
                .containsExactly("check", "pre_upgrade", "start", "post_upgrade");
    }

    @Test
    void aBudgetThatIsNearlyUsedUpIsNoticedBeforeItIs() {
        kit.with(limits -> limits.withInstallInstructionsMax(600_000_000));
        var rehearsed = Rehearsals.of(counter())
                .example("counter/v2")
                .keeping()
                .with(plan -> RehearsalPlan.asked(limits()))
                .run()
                .expectUnsafe("budget.spent");
        assertThat(rehearsed.finding("budget.spent").found()).contains("of 600000000 instructions, 5 % left");

        kit.with(limits -> limits.withInstallInstructionsMax(1_000_000_000));
        assertThat(Rehearsals.of(counter())
                        .example("counter/v2")
                        .keeping()
                        .run()
                        .expectSafe()
                        .finding("budget.tight")
                        .path())
                .isEqualTo("next upgrade, instructions");
    }

    private Limits limits() {
        return kit.env().limits();
    }

    @Test
    void theDifferenceNamesStableVariablesAndPages() {
        var diff = Rehearsals.of(counter())
                .example("counter/v2")
                .keeping()
                .run()
                .report()
                .diff();
        assertThat(diff.heap().pagesChanged()).isBetween(1L, 20L);
        assertThat(diff.variables())
                .extracting(variable -> variable.name() + " " + variable.isSame())
                .containsExactly("count true", "highest false", "upgrades false");
    }

    @Test
    void probesOfAFileAreAskedToo() {
        var rehearsed = Rehearsals.of(counter())
                .example("counter/v2")
                .keeping()
                .probes("""
                        # each sees what the one before did
                        update add (8)
                        query get
                        update inc ()
                        """)
                .run()
                .expectSafe();
        assertThat(rehearsed.report().probes())
                .extracting(probe -> probe.probe() + " = " + probe.after())
                .containsExactly("get = 41 : nat", "add(8) = 49 : nat", "get = 49 : nat", "inc = 50 : nat");
        assertThat(rehearsed.report().probes()).allMatch(probe -> probe.outcome() == Outcome.SAME);
    }

    @Test
    void aMethodThatAProbeNamesAndTheNewVersionLacksIsMissed() {
        var counter = install("counter/v2", "()");
        var rehearsed = Rehearsals.of(counter)
                .example("counter/v1")
                .mode(new Mode.Upgrade(false, Optional.of(Persistence.REPLACE)))
                .probes("only\nquery statistics")
                .run();
        assertThat(rehearsed.finding("probes.refused").path()).isEqualTo("statistics");
    }

    private Canister counter() {
        var counter = install("counter/v1", "()");
        counter.call("add", ExampleCanister.candid("(41 : nat)"));
        return counter;
    }

    private Canister counters(long count) {
        var counters = install("counter-classic/v1", "()");
        counters.call("add", ExampleCanister.candid("(\"a\", " + count + " : nat)"));
        return counters;
    }

    private Canister vault(long gibibytes) {
        var vault = install("vault/v1", "()");
        vault.call("fill", ExampleCanister.candid("(" + gibibytes + " : nat64)"));
        return vault;
    }

    private Canister install(String path, String argument) {
        var canister = kit.create();
        canister.deployWith(new Mode.Install(), ExampleCanister.wasm(path), ExampleCanister.candid(argument))
                .expectInstalled();
        return canister;
    }
}
