package decant.canister;

import static org.assertj.core.api.Assertions.assertThat;

import decant.candid.Candid;
import decant.candid.Quota;
import decant.canister.CanisterKit.Canister;
import decant.canister.CanisterKit.Deployment;
import decant.canister.InstallRequest.Mode;
import decant.canister.InstallRequest.Persistence;
import decant.canister.state.ErrorCode;
import decant.canister.state.Stage;
import decant.canister.state.StateFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
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
        var counter = install("counter/v1.wasm", "()");
        update(counter, "inc", "()", "(1 : nat)");
        update(counter, "add", "(41 : nat)", "(42 : nat)");

        upgrade(counter, "counter/v2.wasm", Optional.of(Persistence.KEEP)).expectInstalled();
        query(counter, "get", "()", "(42 : nat)");
        query(counter, "statistics", "()", "(record { 1749832791 = 1 : nat; 1937906212 = 42 : nat })");
        update(counter, "inc", "()", "(43 : nat)");
    }

    @Test
    void aMotokoCounterWhosePreUpgradeTrapsGoesOnAsBefore() {
        var counter = install("counter/v2-stuck.wasm", "()");
        update(counter, "add", "(7 : nat)", "(7 : nat)");
        var before = counter.stateHashWithoutLog();

        upgrade(counter, "counter/v2.wasm", Optional.of(Persistence.KEEP))
                .expectRejected(Stage.PRE_UPGRADE, ErrorCode.CANISTER_CALLED_TRAP, "assertion failed");
        assertThat(counter.stateHashWithoutLog()).isEqualTo(before);
        update(counter, "inc", "()", "(8 : nat)");
    }

    @Test
    void aMotokoCounterWhosePostUpgradeTrapsGoesOnAsBefore() {
        var counter = install("counter/v1.wasm", "()");
        update(counter, "add", "(7 : nat)", "(7 : nat)");
        var before = counter.stateHashWithoutLog();

        upgrade(counter, "counter/v2-refuses.wasm", Optional.of(Persistence.KEEP))
                .expectRejected(Stage.POST_UPGRADE, ErrorCode.CANISTER_CALLED_TRAP, "");
        assertThat(counter.stateHashWithoutLog()).isEqualTo(before);
        query(counter, "get", "()", "(7 : nat)");
    }

    @Test
    void aClassicMotokoCanisterCarriesItsHeapOverByItsHooks() {
        var counters = install("counter-classic/v1.wasm", "()");
        update(counters, "add", "(\"a\", 5 : nat)", "(5 : nat)");
        upgrade(counters, "counter-classic/v1.wasm", Optional.empty()).expectInstalled();
        query(counters, "get", "(\"a\")", "(5 : nat)");

        update(counters, "add", "(\"a\", 70_000 : nat)", "(70_005 : nat)");
        var before = counters.stateHashWithoutLog();
        upgrade(counters, "counter-classic/v2.wasm", Optional.empty())
                .expectRejected(Stage.PRE_UPGRADE, ErrorCode.CANISTER_CALLED_TRAP, "");
        assertThat(counters.stateHashWithoutLog()).isEqualTo(before);
    }

    @Test
    void notesInCLiveInStableMemory() {
        var notes = install("notes/notes.wasm", "()");
        update(notes, "add", "(\"remember\")", "(0 : nat64)");
        upgrade(notes, "notes/notes.wasm", Optional.empty()).expectInstalled();
        query(notes, "get", "(0 : nat64)", "(opt \"remember\")");
    }

    @Test
    void aLedgerOfManyAccountsIsReadBackFromItsBytes() {
        var ledger = install("ledger/v1.wasm", "(null)");
        update(ledger, "open", "(0 : nat, 2_000 : nat, 10 : nat)", "(2_000 : nat)");
        var audit = ledger.query("audit", argument("()"), Optional.empty()).reply();

        var state = kit.subnet();
        kit.subnet(StateFormat.read(StateFormat.records(state), StateFormat.images(state)));
        kit.instances().close();
        assertThat(ledger.query("audit", argument("()"), Optional.empty()).reply())
                .isEqualTo(audit);
        upgrade(ledger, "ledger/v2.wasm", Optional.of(Persistence.KEEP), "(null)")
                .expectInstalled();
        assertThat(ledger.query("audit", argument("()"), Optional.empty()).reply())
                .isEqualTo(audit);
    }

    @Test
    void twoMotokoCanistersTalkToEachOtherAndATimerAnswers() {
        var alice = install("chat/chat.wasm", "(\"Alice\")");
        var bob = install("chat/chat.wasm", "(\"Bob\")");
        update(alice, "meet", "(principal \"" + bob.id() + "\")", "()");
        update(bob, "meet", "(principal \"" + alice.id() + "\")", "()");
        update(alice, "say", "(\"hello\")", "(opt (1 : nat))");

        for (int round = 0; round < 5; round++) {
            kit.passSeconds(10);
            for (Canister canister : new Canister[] {alice, bob}) {
                Tasks.due(canister.state(), kit.timeNanos()).forEach(task -> canister.task(task.kind()));
            }
        }
        var lines = text(bob.query("lines", argument("()"), Optional.empty()).reply());
        assertThat(lines).contains("hello");
        assertThat(kit.outcomes()).noneMatch(outcome -> outcome instanceof Outcome.Trapped);
    }

    private Canister install(String path, String argument) {
        var canister = kit.create();
        canister.deployWith(new Mode.Install(), wasm(path), argument(argument)).expectInstalled();
        return canister;
    }

    private Deployment upgrade(Canister canister, String path, Optional<Persistence> persistence) {
        return upgrade(canister, path, persistence, "()");
    }

    private Deployment upgrade(Canister canister, String path, Optional<Persistence> persistence, String argument) {
        return canister.deployWith(new Mode.Upgrade(false, persistence), wasm(path), argument(argument));
    }

    private void update(Canister canister, String method, String argument, String reply) {
        var result = canister.call(CanisterKit.CONTROLLER, method, argument(argument));
        assertThat(text(result.reply())).isEqualTo(reply);
    }

    private void query(Canister canister, String method, String argument, String reply) {
        assertThat(text(canister.query(method, argument(argument), Optional.empty())
                        .reply()))
                .isEqualTo(reply);
    }

    private static byte[] argument(String text) {
        return Candid.encode(Candid.parse(text));
    }

    private static String text(byte[] reply) {
        return Candid.print(Candid.decode(reply, Quota.DEFAULT));
    }

    private static byte[] wasm(String path) {
        try {
            return Files.readAllBytes(Path.of(System.getProperty("decant.root"), "examples", path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
