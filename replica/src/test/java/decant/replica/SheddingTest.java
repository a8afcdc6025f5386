package decant.replica;

import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Hash;
import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.Value;
import decant.canister.Limits;
import decant.canister.state.Charter;
import decant.canister.state.CostSchedule;
import decant.canister.state.Message;
import decant.canister.state.Traffic;
import decant.canister.state.UpgradePolicy;
import decant.protocol.RequestStatus;
import decant.protocol.Response;
import decant.wasm.WasmThreads;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Calls with best-effort response make room for each other: what does not fit is dropped, and its callers are told.
final class SheddingTest {
    private static final int ARGUMENT_BYTES = 60;
    private static final int REQUEST_BYTES = "stamp".length() + ARGUMENT_BYTES;

    @TempDir
    private Path directory;

    /// Three canisters, of which two call the third in one round.
    private static final class Rounds {
        private final Machine machine;
        private Certified last;
        private int requests;

        Rounds(Machine machine) {
            this.machine = machine;
            last = machine.genesis(new Charter(UpgradePolicy.OPEN, Optional.empty(), false, CostSchedule.FREE));
            for (int i = 0; i < 3; i++) {
                run(ingress(
                        Principal.MANAGEMENT_CANISTER,
                        "provisional_create_canister_with_cycles",
                        Candid.encode(List.of(Value.record()))));
                var installation = Value.record()
                        .with("canister_id", Value.principal(canister(i)))
                        .with("mode", Value.variant("install"))
                        .with("wasm_module", Value.blob(Node.module("probe.wasm")))
                        .with("arg", Value.blob(new byte[0]));
                run(ingress(Principal.MANAGEMENT_CANISTER, "install_code", Candid.encode(List.of(installation))));
            }
        }

        Principal canister(int number) {
            return last.state().subnet().canisters().keySet().stream()
                    .skip(number)
                    .findFirst()
                    .orElseThrow();
        }

        Message.Ingress ingress(Principal receiver, String method, byte[] argument) {
            return new Message.Ingress(
                    Hash.sha256(Integer.toString(requests++).getBytes(StandardCharsets.UTF_8)),
                    Node.ALICE.principal(),
                    Optional.empty(),
                    receiver,
                    method,
                    argument,
                    Long.MAX_VALUE);
        }

        void run(Message.Ingress... calls) {
            var state = last.state();
            var batch = new Batch(
                    state.height() + 1,
                    state.timeNanos() + 1,
                    new byte[Batch.ENTROPY_BYTES],
                    last.rootHash(),
                    List.of(calls));
            last = machine.run(last, batch).certified();
        }

        /// {@return a user's call that has the caller call the callee}
        Message.Ingress forwarding(int caller, int callee) {
            var argument = new ByteArrayOutputStream();
            byte[] id = canister(callee).bytes();
            argument.write(id.length);
            argument.writeBytes(id);
            argument.write("stamp".length());
            argument.writeBytes("stamp".getBytes(StandardCharsets.UTF_8));
            argument.writeBytes(new byte[ARGUMENT_BYTES]);
            return ingress(canister(caller), "forward_for_ten_seconds", argument.toByteArray());
        }

        Response outcome(Message.Ingress call) {
            var status =
                    last.state().history().entry(call.requestId()).orElseThrow().status();
            if (status instanceof RequestStatus.Ended(var response)) {
                return response;
            }
            throw new AssertionError("the call has not ended: " + status);
        }
    }

    private void withRoomFor(long bytes, Consumer<Rounds> story) {
        var keys = NodeKeys.openOrCreate(directory.resolve("keys"), new SeededEntropy(1));
        Replica.onBigStack(WasmThreads.factory("test"), () -> {
            try (var machine = new Machine(keys, Limits.DEFAULT.withBestEffortBytesMax(bytes))) {
                story.accept(new Rounds(machine));
            }
            return true;
        });
    }

    @Test
    void callsThatFitAreExecuted() {
        withRoomFor(2L * REQUEST_BYTES, rounds -> {
            var first = rounds.forwarding(0, 2);
            var second = rounds.forwarding(1, 2);
            rounds.run(first, second);
            assertThat(rounds.outcome(first)).isInstanceOf(Response.Replied.class);
            assertThat(rounds.outcome(second)).isInstanceOf(Response.Replied.class);
            assertThat(rounds.last.state().agenda().traffic().bestEffortBytes()).isZero();
        });
    }

    @Test
    void theOneThatEndsFirstMakesRoomForTheNext() {
        withRoomFor(2L * REQUEST_BYTES - 1, rounds -> {
            var first = rounds.forwarding(0, 2);
            var second = rounds.forwarding(1, 2);
            rounds.run(first, second);
            assertThat(rounds.outcome(first))
                    .isInstanceOfSatisfying(
                            Response.Rejected.class,
                            rejected -> assertThat(rejected.message()).startsWith("The call was dropped:"));
            assertThat(rounds.outcome(second)).isInstanceOf(Response.Replied.class);
            assertThat(rounds.last.state().agenda().traffic()).isEqualTo(Traffic.NONE);
            assertThat(rounds.last.state().deadlines()).hasSize(1);
        });
    }

    @Test
    void aCallThatDoesNotFitAloneIsDroppedAtOnce() {
        withRoomFor(REQUEST_BYTES - 1, rounds -> {
            var only = rounds.forwarding(0, 2);
            rounds.run(only);
            assertThat(rounds.outcome(only)).isInstanceOf(Response.Rejected.class);
            assertThat(rounds.last.state().agenda().hasWork()).isFalse();
        });
    }

    /// Such a call runs while its caller waits, and holds no room meanwhile.
    @Test
    void aCanisterThatCallsItselfNeedsRoomOnlyUntilItRuns() {
        withRoomFor(REQUEST_BYTES, rounds -> {
            var own = rounds.forwarding(0, 0);
            rounds.run(own);
            assertThat(rounds.outcome(own)).isInstanceOf(Response.Replied.class);
            assertThat(rounds.last.state().agenda().traffic()).isEqualTo(Traffic.NONE);
        });
    }
}
