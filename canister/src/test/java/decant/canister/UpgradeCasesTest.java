package decant.canister;

import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Hash;
import decant.canister.ExampleCanister.Attempt;
import decant.canister.state.CanisterStatus;
import decant.canister.state.ErrorCode;
import decant.canister.state.InstallReport;
import decant.canister.state.Stage;
import decant.canister.state.UpgradePolicy;
import decant.wasm.Module;
import decant.wasm.link.GraftResult;
import decant.wasm.link.RescueResult;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// The failures of upgrades that canisters were lost by, C1 to C15, each on a real canister of `examples/`.
///
/// Each case shows how far the upgrade comes, what the report says, that the canister is what it was and goes on, and
/// the way out, with all data there. Cases in which nothing traps (C3, C4, and the coming of C6 and C11) are installed
/// without a word here, under policies that do not rehearse; what helps behind is `decant_undo`. [RehearsalCasesTest]
/// shows that a rehearsal finds each of them before.
///
/// C12, an upgrade that `kill -9` cuts off, is `UpgradeKillTest` and `UpgradeCrashTest` of module `replica`; the same
/// for faults of the code itself is [FaultSweepTest]. What a person sees of C15 is `InterruptedDeployTest` of module
/// `cli`.
final class UpgradeCasesTest {
    private final CanisterKit kit = new CanisterKit();

    @AfterEach
    void close() {
        kit.close();
    }

    private ExampleCanister install(String module) {
        return ExampleCanister.install(kit, module);
    }

    /// {@return a register with so many members}
    private ExampleCanister register(String variant, int members) {
        var register = install("register/" + variant);
        register.update("join", "(" + members + " : nat64)");
        return register;
    }

    /// {@return all that the register's members have joined and paid, in one number}
    private static String members(ExampleCanister register) {
        return register.query("count") + register.query("total") + register.query("digest");
    }

    @Nested
    @DisplayName("C1: 51 GiB of stable memory, and a pre_upgrade that uses the 32-bit calls")
    final class C1 {
        private final ExampleCanister vault = install("vault/v1");

        C1() {
            assertThat(vault.update("fill", "(51 : nat64)")).isEqualTo("(50 : nat64)");
        }

        private static Module module(String name) {
            return CanisterModule.parse(ExampleCanister.wasm(name)).module();
        }

        private void expectWhole() {
            assertThat(vault.query("verify")).isEqualTo("(50 : nat64)");
            assertThat(vault.query("gibibytes")).isEqualTo("(51 : nat64)");
        }

        @Test
        void theUpgradeStopsAtTheHookAndTheVaultGoesOn() {
            var report = vault.upgrade("vault/v2")
                    .expectRejected(
                            Stage.PRE_UPGRADE,
                            ErrorCode.CANISTER_TRAPPED,
                            "32 bit stable memory api used on a memory larger than 4GB")
                    .expectHint("stable-memory-32-bit", "it has 54760833024 bytes")
                    .expectHint("stable-memory-32-bit", "`decant rescue stable64`")
                    .expectBacktrace("save")
                    .report();
            assertThat(report.hook()).isEqualTo(InstallReport.Hook.TRAPPED);
            expectWhole();
            assertThat(vault.update("fill", "(52 : nat64)")).isEqualTo("(51 : nat64)");
        }

        @Test
        void itIsRepairedByTheHooksOfTheRepairedSource() {
            vault.lifecycleUpgrade("vault/v2").expectInstalled();
            expectWhole();
            vault.upgrade("vault/v2-rebuilt").expectInstalled();
            expectWhole();
        }

        @Test
        void itIsRepairedByGraftingTheHooksOfABuildThatHasItsDataElsewhere() {
            vault.lifecycleUpgrade("vault/v2-rebuilt")
                    .expectRejected(Stage.CHECK, ErrorCode.CANISTER_CONTRACT_VIOLATION, "Lifecycle upgrade refused")
                    .expectHint("heap-proof", "ask for graft = opt true");
            assertThat(LifecycleHooks.graft(
                            module("vault/v1"), module("vault/v2-rebuilt"), Optional.of(module("vault/v1-symbols"))))
                    .isInstanceOfSatisfying(
                            GraftResult.Grafted.class,
                            grafted -> vault.lifecycleUpgrade(grafted.module()).expectInstalled());
            expectWhole();
            vault.upgrade("vault/v2-rebuilt").expectInstalled();
            expectWhole();
        }

        @Test
        void whereTheInstalledModuleHasItsSymbolsTheNodeGraftsByItself() {
            var other = install("vault/v1-symbols");
            other.update("fill", "(7 : nat64)");
            other.upgrade("vault/v2-rebuilt")
                    .expectRejected(Stage.PRE_UPGRADE, ErrorCode.CANISTER_TRAPPED, "32 bit stable memory api");
            other.graft("vault/v2-rebuilt").expectInstalled();
            other.upgrade("vault/v2-rebuilt").expectInstalled();
            assertThat(other.query("verify")).isEqualTo("(6 : nat64)");
        }

        @Test
        void itIsRescuedWithoutItsSource() {
            assertThat(LifecycleHooks.rescueStable64(module("vault/v1")))
                    .isInstanceOfSatisfying(
                            RescueResult.Rescued.class,
                            rescued -> vault.lifecycleUpgrade(rescued.module()).expectInstalled());
            vault.upgrade("vault/v2-rebuilt").expectInstalled();
            expectWhole();
        }
    }

    @Nested
    @DisplayName("C2: pre_upgrade calls another canister")
    final class C2 {
        private final ExampleCanister register = register("calls", 3_000);
        private final String members = members(register);

        @Test
        void theUpgradeStopsAtTheHookAndTheCanisterIsRepairedByOtherHooks() {
            register.upgrade("register/sound")
                    .expectRejected(
                            Stage.PRE_UPGRADE,
                            ErrorCode.CANISTER_CONTRACT_VIOLATION,
                            "\"ic0_call_new\" cannot be executed in pre upgrade mode")
                    .expectHint("call-in-hook", "install that with mode lifecycle_upgrade")
                    .expectBacktrace("call_peer", "save");
            assertThat(members(register)).isEqualTo(members);

            register.lifecycleUpgrade("register/sound").expectInstalled();
            register.upgrade("register/sound").expectInstalled();
            assertThat(members(register)).isEqualTo(members);
        }
    }

    @Nested
    @DisplayName("C3: the layout is taken from the module instead of from the memory; the second upgrade loses data")
    final class C3 {
        private final ExampleCanister register = register("narrow", 1_000);
        private final String members = members(register);

        @Test
        void unrehearsedOnlyUndoHelpsForNothingTraps() {
            register.upgrade("register/fixed").expectInstalled().expectNoFindings();
            assertThat(members(register)).isEqualTo(members);

            // Upgraded once more, the members are garbled. Only a rehearsal, which upgrades the new version once more
            // on a copy, finds that before.
            register.upgrade("register/fixed").expectInstalled().expectNoFindings();
            assertThat(members(register)).isNotEqualTo(members);

            register.undo();
            assertThat(members(register)).isEqualTo(members);
            register.lifecycleUpgrade("register/sound").expectInstalled();
            register.upgrade("register/sound").expectInstalled();
            assertThat(members(register)).isEqualTo(members);
        }
    }

    @Nested
    @DisplayName("C4: two lists in stable memory have changed places")
    final class C4 {
        private final ExampleCanister register = register("sound", 1_000);
        private final String members = members(register);

        @Test
        void unrehearsedOnlyUndoHelpsForNothingTraps() {
            // What everybody has paid is now taken for when they joined. Only the probes of a rehearsal, queries
            // answered by both versions, find that before.
            register.upgrade("register/swapped").expectInstalled().expectNoFindings();
            assertThat(register.query("count")).isEqualTo("(1_000 : nat64)");
            assertThat(members(register)).isNotEqualTo(members);

            register.undo();
            assertThat(members(register)).isEqualTo(members);
            register.upgrade("register/sound").expectInstalled();
            assertThat(members(register)).isEqualTo(members);
        }
    }

    @Nested
    @DisplayName("C5: the answer to a call that was open during the upgrade lands in another function")
    final class C5 {
        private final ExampleCanister shop = register("sound", 10);
        private final ExampleCanister supplier = register("sound", 1);
        private final String members = members(shop);

        /// Lets the order be on its way, unanswered.
        private Hash order() {
            var request =
                    shop.inKit().submit(CanisterKit.CONTROLLER, "order", ExampleCanister.candid(supplier.principal()));
            shop.inKit().executeNext();
            assertThat(shop.inKit().state().calls().callbacks()).hasSize(1);
            return request;
        }

        private String answerTo(Hash request) {
            kit.drain();
            return ExampleCanister.text(shop.inKit().answerTo(request).reply());
        }

        @Test
        void aCheckedCanisterIsNotUpgradedBeforeTheAnswerIsThere() {
            shop.under(UpgradePolicy.CHECKED);
            var request = order();
            shop.upgrade("register/reordered")
                    .expectRejected(Stage.CHECK, ErrorCode.CANISTER_REJECTED_MESSAGE, "does not pass the checks")
                    .expectFinding("open-calls.code-changed", "on reply", "stop the canister and wait until no call");
            assertThat(answerTo(request)).as("delivered").isEqualTo("(1 : nat64)");

            shop.manage("stop_canister");
            shop.upgrade("register/reordered").expectInstalled();
            shop.manage("start_canister");
            assertThat(answerTo(order())).isEqualTo("(1 : nat64)");
            assertThat(members(shop)).isEqualTo(members);
        }

        @Test
        void withoutChecksItHappensAsOnTheInternetComputer() {
            var request = order();
            shop.upgrade("register/reordered").expectInstalled().expectNoFindings();
            assertThat(answerTo(request)).as("delivered, yet taken as not").isEqualTo("(0 : nat64)");
        }
    }

    @Nested
    @DisplayName("C6: what pre_upgrade costs grows with the users, until it is too much")
    final class C6 {
        private final ExampleCanister register = register("byte-by-byte", 10_000);

        private Attempt tryUpgrade() {
            return register.upgrade("register/sound", "()", "record { dry_run = opt true }");
        }

        @Test
        void theReportsShowItComeAndTheCanisterIsRepairedByACheaperHook() {
            kit.with(limits -> limits.withInstallInstructionsMax(30_000_000));
            long early = cost(tryUpgrade().expectTried());
            register.update("join", "(10_000 : nat64)");
            long later = cost(tryUpgrade().expectTried());
            assertThat(later).isBetween(early * 19 / 10, early * 21 / 10);

            register.update("join", "(40_000 : nat64)");
            var members = members(register);
            var report = register.upgrade("register/sound")
                    .expectRejected(
                            Stage.PRE_UPGRADE, ErrorCode.CANISTER_INSTRUCTION_LIMIT_EXCEEDED, "30000000 instructions")
                    .expectHint("instruction-limit", "keep the data in stable memory or in a kept heap")
                    .report();
            assertThat(report.usage().instructionsUsed()).isEqualTo(30_000_000);
            assertThat(members(register)).isEqualTo(members);

            register.lifecycleUpgrade("register/sound").expectInstalled();
            register.upgrade("register/sound").expectInstalled();
            assertThat(members(register)).isEqualTo(members);
        }

        private static long cost(Attempt attempt) {
            return attempt.report().usage().instructions().get(Stage.PRE_UPGRADE);
        }
    }

    @Nested
    @DisplayName("C7: the serialiser needs more heap than is left")
    final class C7 {
        private final ExampleCanister register = register("copies", 70_000);
        private final String members = members(register);

        @Test
        void theUpgradeStopsAtTheHookAndTheCanisterIsRepairedByOneThatCopiesNothing() {
            register.upgrade("register/sound")
                    .expectRejected(Stage.PRE_UPGRADE, ErrorCode.CANISTER_CALLED_TRAP, "no room for a copy")
                    .expectHint("heap-exhausted", "needs room for a second copy")
                    .expectHint("heap-exhausted", "install that with mode lifecycle_upgrade")
                    .expectBacktrace("save");
            assertThat(members(register)).isEqualTo(members);

            register.lifecycleUpgrade("register/sound").expectInstalled();
            register.upgrade("register/sound").expectInstalled();
            assertThat(members(register)).isEqualTo(members);
        }
    }

    @Nested
    @DisplayName("C8: a canister that keeps its data in the heap is upgraded with replace")
    final class C8 {
        private static final String REPLACE = "record { wasm_memory_persistence = opt variant { replace } }";
        private final ExampleCanister counter = install("counter/v1");

        C8() {
            counter.update("add", "(42 : nat)");
        }

        @Test
        void aCheckedCanisterRefusesIt() {
            counter.under(UpgradePolicy.CHECKED);
            counter.upgrade("counter/v2", "()", REPLACE)
                    .expectRejected(Stage.CHECK, ErrorCode.CANISTER_REJECTED_MESSAGE, "does not pass the checks")
                    .expectFinding("heap.dropped", "wasm_memory_persistence", "opt variant { keep }");
            counter.upgrade("counter/v2")
                    .expectRejected(Stage.CHECK, ErrorCode.CANISTER_CONTRACT_VIOLATION, "Missing upgrade option")
                    .expectHint("persistence-option-missing", "opt variant { keep }");
            counter.upgradeKeeping("counter/v2").expectInstalled();
            assertThat(counter.query("get")).isEqualTo("(42 : nat)");
        }

        @Test
        void withoutChecksTheReportSaysThatTheHeapIsGoneAndUndoBringsItBack() {
            var report = counter.upgrade("counter/v2", "()", REPLACE)
                    .expectInstalled()
                    .report();
            assertThat(report.heapDropped()).isTrue();
            assertThat(report.toText()).contains("bytes was dropped");
            assertThat(counter.query("get")).isEqualTo("(0 : nat)");

            counter.undo();
            assertThat(counter.query("get")).isEqualTo("(42 : nat)");
            counter.upgradeKeeping("counter/v2").expectInstalled();
            assertThat(counter.query("get")).isEqualTo("(42 : nat)");
        }
    }

    @Nested
    @DisplayName("C9: the new version no longer has a stable field")
    final class C9 {
        private static final String ACKNOWLEDGED = "record { wasm_memory_persistence = opt variant { keep };"
                + " acknowledged_drops = opt vec { \"highest\"; \"upgrades\" } }";
        private final ExampleCanister counter = install("counter/v2");

        C9() {
            counter.update("add", "(42 : nat)");
            counter.update("reset", "()");
        }

        private void expectAllThere() {
            assertThat(counter.query("statistics")).contains("= 42 : nat");
        }

        @Test
        void aCheckedCanisterRefusesItUntilTheLossIsAcknowledged() {
            counter.under(UpgradePolicy.CHECKED);
            counter.upgradeKeeping("counter/v1")
                    .expectRejected(Stage.CHECK, ErrorCode.CANISTER_REJECTED_MESSAGE, "does not pass the checks")
                    .expectFinding("stable-variables.variable-dropped", "highest", "acknowledge that `highest`");
            expectAllThere();

            // Clients lose methods besides, which nothing but another interface can mend.
            counter.upgrade("counter/v1", "()", ACKNOWLEDGED)
                    .expectRejected(Stage.CHECK, ErrorCode.CANISTER_REJECTED_MESSAGE, "does not pass the checks")
                    .expectFinding("interface.breaks-clients", "", "keep the method statistics");
            expectAllThere();
        }

        @Test
        void withoutChecksTheMotokoRuntimeRefusesItWhereTheHeapIsKept() {
            counter.upgradeKeeping("counter/v1")
                    .expectRejected(
                            Stage.POST_UPGRADE, ErrorCode.CANISTER_CALLED_TRAP, "Memory-incompatible program upgrade")
                    .expectHint("stable-types-incompatible", "write a migration");
            expectAllThere();
        }

        @Test
        void withClassicPersistenceItIsGoneWithoutAWordAndUndoBringsItBack() {
            var counters = install("counter-classic/v2");
            counters.update("add", "(\"a\", 70_000 : nat)");
            counters.upgrade("counter-classic/v1").expectInstalled().expectNoFindings();
            assertThat(counters.query("total")).isEqualTo("(0 : nat)");

            counters.undo();
            assertThat(counters.query("total")).isEqualTo("(70_000 : nat)");
            counters.under(UpgradePolicy.CHECKED);
            counters.upgrade("counter-classic/v1")
                    .expectRejected(Stage.CHECK, ErrorCode.CANISTER_REJECTED_MESSAGE, "does not pass the checks")
                    .expectFinding("stable-variables.variable-dropped", "savedWide", "acknowledge that `savedWide`");
            assertThat(counters.query("total")).isEqualTo("(70_000 : nat)");
        }
    }

    @Nested
    @DisplayName("C10: post_upgrade decodes with the wrong type")
    final class C10 {
        private static final String KEEP = "record { wasm_memory_persistence = opt variant { keep } }";

        @Test
        void theArgumentHasAnotherType() {
            var chat = ExampleCanister.install(kit, "chat/chat", "(\"Alice\")");
            chat.upgrade("chat/chat", "(42 : nat)", KEEP)
                    .expectRejected(Stage.POST_UPGRADE, ErrorCode.CANISTER_CALLED_TRAP, "IDL error")
                    .expectHint("argument-type", "Give the argument that the new module's service declares");
            assertThat(chat.query("status")).contains("Alice");

            chat.under(UpgradePolicy.CHECKED);
            chat.upgrade("chat/chat", "(42 : nat)", KEEP)
                    .expectRejected(Stage.CHECK, ErrorCode.CANISTER_REJECTED_MESSAGE, "does not pass the checks")
                    .expectFinding("argument.does-not-fit", "", "give arguments of the types (text)");
            chat.upgrade("chat/chat", "(\"Alice\")", KEEP).expectInstalled();
            assertThat(chat.query("status")).contains("Alice");
        }

        @Test
        void aStableVariableHasAnotherType() {
            var counter = install("counter/v1");
            counter.update("add", "(42 : nat)");
            counter.upgradeKeeping("counter/v2-retyped")
                    .expectRejected(
                            Stage.POST_UPGRADE, ErrorCode.CANISTER_CALLED_TRAP, "Memory-incompatible program upgrade")
                    .expectHint("stable-types-incompatible", "write a migration");
            assertThat(counter.update("inc", "()")).isEqualTo("(43 : nat)");

            counter.under(UpgradePolicy.CHECKED);
            counter.upgradeKeeping("counter/v2-retyped")
                    .expectRejected(Stage.CHECK, ErrorCode.CANISTER_REJECTED_MESSAGE, "does not pass the checks")
                    .expectFinding("stable-variables.type-changed", "count", "");
            counter.upgradeKeeping("counter/v2").expectInstalled();
            assertThat(counter.query("get")).isEqualTo("(43 : nat)");
        }
    }

    @Nested
    @DisplayName("C11: the new version installs, but its own pre_upgrade traps, so it could never be left")
    final class C11 {
        @Test
        void theNextUpgradeStopsAtTheHookAndTheCanisterIsRepairedByOtherHooks() {
            var register = register("sound", 10);
            // Only a rehearsal, which upgrades a copy of the new version once more, finds this before.
            register.upgrade("register/asserts", "()", "record { dry_run = opt true }")
                    .expectTried()
                    .expectNoFindings();
            register.upgrade("register/asserts").expectInstalled();
            register.update("join", "(10 : nat64)");
            var members = members(register);

            register.upgrade("register/sound")
                    .expectRejected(Stage.PRE_UPGRADE, ErrorCode.CANISTER_CALLED_TRAP, "nobody has joined yet")
                    .expectBacktrace("save");
            assertThat(members(register)).isEqualTo(members);

            register.lifecycleUpgrade("register/sound").expectInstalled();
            register.upgrade("register/sound").expectInstalled();
            assertThat(register.query("count")).isEqualTo("(20 : nat64)");
            assertThat(members(register)).isEqualTo(members);
        }

        @Test
        void aMotokoCanisterGoesOnAndGoesBackByUndo() {
            var counter = install("counter/v1");
            counter.update("add", "(41 : nat)");
            counter.upgradeKeeping("counter/v2-stuck").expectInstalled().expectNoFindings();
            counter.upgradeKeeping("counter/v2")
                    .expectRejected(Stage.PRE_UPGRADE, ErrorCode.CANISTER_CALLED_TRAP, "assertion failed")
                    .expectBacktrace("preupgrade");
            assertThat(counter.update("inc", "()")).isEqualTo("(42 : nat)");

            counter.undo();
            counter.upgradeKeeping("counter/v2").expectInstalled();
            assertThat(counter.query("get")).isEqualTo("(41 : nat)");
        }

        @Test
        void aMotokoCanisterWhoseHookIsPassedOverLosesItsVariablesInTheKeptHeapAndTheReportSaysSo() {
            var counter = install("counter/v1");
            counter.update("add", "(41 : nat)");
            counter.upgradeKeeping("counter/v2-stuck").expectInstalled();
            var report = counter.upgrade(
                            "counter/v2",
                            "()",
                            "record { wasm_memory_persistence = opt variant { keep }; on_try_trap = opt variant { discard } }")
                    .expectInstalled()
                    .report();
            assertThat(report.heapDropped()).isTrue();
            assertThat(counter.query("get")).isEqualTo("(0 : nat)");

            counter.undo();
            assertThat(counter.query("get")).isEqualTo("(41 : nat)");
        }
    }

    @Nested
    @DisplayName("C13: post_upgrade makes stable memory larger, writes into it, and then traps")
    final class C13 {
        @Test
        void stableMemoryIsWhatItWas() {
            var register = register("sound", 1_000);
            register.upgrade("register/sound").expectInstalled();
            var members = members(register);
            var report = register.upgrade("register/grows")
                    .expectRejected(Stage.POST_UPGRADE, ErrorCode.CANISTER_CALLED_TRAP, "index of the members")
                    .expectBacktrace("load")
                    .report();
            assertThat(report.usage().stablePagesTouched()).isPositive();
            assertThat(report.after().stableBytes()).isEqualTo(65_536);
            assertThat(members(register)).isEqualTo(members);

            register.upgrade("register/sound").expectInstalled();
            assertThat(members(register)).isEqualTo(members);
        }

        @Test
        void aKeptHeapIsWhatItWasToo() {
            var counter = install("counter/v1");
            counter.update("add", "(7 : nat)");
            counter.upgradeKeeping("counter/v2-refuses")
                    .expectRejected(Stage.POST_UPGRADE, ErrorCode.CANISTER_CALLED_TRAP, "assertion failed");
            assertThat(counter.query("get")).isEqualTo("(7 : nat)");
            counter.upgradeKeeping("counter/v2").expectInstalled();
            assertThat(counter.query("get")).isEqualTo("(7 : nat)");
        }
    }

    @Nested
    @DisplayName("C14: a reinstallation by mistake, and its undo")
    final class C14 {
        @Test
        void everythingComesBackAlsoFromTheUndo() {
            var notes = install("notes/notes");
            notes.update("add", "(\"irreplaceable\")");
            var report = notes.reinstall("notes/notes", "()").expectInstalled().report();
            assertThat(report.mode()).isEqualTo(InstallReport.Mode.REINSTALL);
            assertThat(report.toText())
                    .contains("Restore point " + report.restorePoint().getAsLong() + " keeps");
            notes.update("add", "(\"written since\")");

            notes.undo();
            assertThat(notes.query("count")).isEqualTo("(1 : nat64)");
            assertThat(notes.query("get", "(0 : nat64)")).isEqualTo("(opt \"irreplaceable\")");
            notes.undo();
            assertThat(notes.query("get", "(0 : nat64)")).isEqualTo("(opt \"written since\")");
        }
    }

    @Nested
    @DisplayName("C15: a deployment was interrupted, and left the canister stopped")
    final class C15 {
        private final ExampleCanister register = register("sound", 10);
        private final String members = members(register);

        C15() {
            register.manage("stop_canister");
        }

        @Test
        void itIsUpgradedAsItStandsAndStartedAgain() {
            register.upgrade("register/grows")
                    .expectRejected(Stage.POST_UPGRADE, ErrorCode.CANISTER_CALLED_TRAP, "index of the members");
            register.upgrade("register/sound").expectInstalled();
            assertThat(register.inKit().state().status()).isInstanceOf(CanisterStatus.Stopped.class);
            register.inKit()
                    .call("join", ExampleCanister.candid("(1 : nat64)"))
                    .expectReject(ErrorCode.CANISTER_STOPPED, "is stopped");

            register.manage("start_canister");
            assertThat(members(register)).isEqualTo(members);
            assertThat(register.update("join", "(1 : nat64)")).isEqualTo("(11 : nat64)");
        }
    }
}
