package decant.canister;

import static org.assertj.core.api.Assertions.assertThat;

import decant.canister.state.ErrorCode;
import decant.canister.state.Stage;
import decant.canister.state.StateFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The canisters of `examples/`, made by real compilers.
final class ExamplesTest {
    private final CanisterKit kit = new CanisterKit();

    @AfterEach
    void close() {
        kit.close();
    }

    @Test
    void aMotokoCounterKeepsItsVariablesThroughAnUpgradeOfItsKeptHeap() {
        var counter = ExampleCanister.install(kit, "counter/v1");
        assertThat(counter.update("inc", "()")).isEqualTo("(1 : nat)");
        assertThat(counter.update("add", "(41 : nat)")).isEqualTo("(42 : nat)");

        counter.upgradeKeeping("counter/v2").expectInstalled();
        assertThat(counter.query("get")).isEqualTo("(42 : nat)");
        assertThat(counter.query("statistics")).isEqualTo("(record { 1749832791 = 1 : nat; 1937906212 = 42 : nat })");
        assertThat(counter.update("inc", "()")).isEqualTo("(43 : nat)");
    }

    @Test
    void aClassicMotokoCanisterCarriesItsHeapOverByItsHooks() {
        var counters = ExampleCanister.install(kit, "counter-classic/v1");
        assertThat(counters.update("add", "(\"a\", 5 : nat)")).isEqualTo("(5 : nat)");
        counters.upgrade("counter-classic/v1").expectInstalled();
        assertThat(counters.query("get", "(\"a\")")).isEqualTo("(5 : nat)");

        assertThat(counters.update("add", "(\"a\", 70_000 : nat)")).isEqualTo("(70_005 : nat)");
        counters.upgrade("counter-classic/v2")
                .expectRejected(Stage.PRE_UPGRADE, ErrorCode.CANISTER_CALLED_TRAP, "losing precision");
    }

    @Test
    void notesInCLiveInStableMemory() {
        var notes = ExampleCanister.install(kit, "notes/notes");
        assertThat(notes.update("add", "(\"remember\")")).isEqualTo("(0 : nat64)");
        notes.upgrade("notes/notes").expectInstalled();
        assertThat(notes.query("get", "(0 : nat64)")).isEqualTo("(opt \"remember\")");
    }

    @Test
    void aLedgerOfManyAccountsIsReadBackFromItsBytes() {
        var ledger = ExampleCanister.install(kit, "ledger/v1", "(null)");
        assertThat(ledger.update("open", "(0 : nat, 2_000 : nat, 10 : nat)")).isEqualTo("(2_000 : nat)");
        var audit = ledger.query("audit");

        var state = kit.subnet();
        kit.subnet(StateFormat.read(StateFormat.records(state), StateFormat.images(state)));
        kit.instances().close();
        assertThat(ledger.query("audit")).isEqualTo(audit);
        ledger.upgrade("ledger/v2", "(null)", "record { wasm_memory_persistence = opt variant { keep } }")
                .expectInstalled();
        assertThat(ledger.query("audit")).isEqualTo(audit);
    }

    @Test
    void twoMotokoCanistersTalkToEachOtherAndATimerAnswers() {
        var alice = ExampleCanister.install(kit, "chat/chat", "(\"Alice\")");
        var bob = ExampleCanister.install(kit, "chat/chat", "(\"Bob\")");
        alice.update("meet", bob.principal());
        bob.update("meet", alice.principal());
        assertThat(alice.update("say", "(\"hello\")")).isEqualTo("(opt (1 : nat))");

        for (int round = 0; round < 5; round++) {
            kit.passSeconds(10);
            for (var canister : List.of(alice.inKit(), bob.inKit())) {
                Tasks.due(canister.state(), kit.timeNanos()).forEach(task -> canister.task(task.kind()));
            }
        }
        assertThat(bob.query("lines")).contains("hello");
        assertThat(kit.outcomes()).noneMatch(outcome -> outcome instanceof Outcome.Trapped);
    }
}
