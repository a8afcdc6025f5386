package decant.replica;

import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Hash;
import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.Value;
import decant.canister.Limits;
import decant.canister.cycles.Upkeep;
import decant.canister.state.CanisterState;
import decant.canister.state.Charter;
import decant.canister.state.CostSchedule;
import decant.canister.state.Cycles;
import decant.canister.state.CyclesUse;
import decant.canister.state.Message;
import decant.canister.state.UpgradePolicy;
import decant.wasm.WasmThreads;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What happens to canisters in rounds because time passes.
final class UpkeepTest {
    private static final long SECOND = 1_000_000_000L;

    @TempDir
    private Path directory;

    private interface Story {
        void tell(Rounds rounds);
    }

    private void on(CostSchedule schedule, Story story) {
        var keys = NodeKeys.openOrCreate(directory.resolve("keys"), new SeededEntropy(1));
        Replica.onBigStack(WasmThreads.factory("test"), () -> {
            try (var machine = new Machine(keys, Limits.DEFAULT)) {
                story.tell(new Rounds(machine, schedule));
            }
            return true;
        });
    }

    private static final class Rounds {
        private final Machine machine;
        private Certified last;
        private int requests;

        Rounds(Machine machine, CostSchedule schedule) {
            this.machine = machine;
            last = machine.genesis(new Charter(UpgradePolicy.OPEN, Optional.empty(), false, schedule));
            run(1_000 * Upkeep.INTERVAL_NANOS);
        }

        State state() {
            return last.state();
        }

        CanisterState canister() {
            return state().subnet().canisters().firstEntry().getValue();
        }

        void run(long timeNanos, Message.Ingress... calls) {
            var batch = new Batch(
                    state().height() + 1, timeNanos, new byte[Batch.ENTROPY_BYTES], last.rootHash(), List.of(calls));
            last = machine.run(last, batch).certified();
        }

        void after(long nanos, Message.Ingress... calls) {
            run(state().timeNanos() + nanos, calls);
        }

        void manage(String method, Value argument) {
            var requestId = Hash.sha256(Integer.toString(requests++).getBytes(StandardCharsets.UTF_8));
            after(
                    1,
                    new Message.Ingress(
                            requestId,
                            Node.ALICE.principal(),
                            Optional.empty(),
                            Principal.MANAGEMENT_CANISTER,
                            method,
                            Candid.encode(List.of(argument)),
                            Long.MAX_VALUE));
        }

        void found(long cycles, String module) {
            manage(
                    "provisional_create_canister_with_cycles",
                    Value.record().with("amount", Value.some(Value.nat(cycles))));
            manage(
                    "install_code",
                    about().with("mode", Value.variant("install"))
                            .with("wasm_module", Value.blob(Node.module(module)))
                            .with("arg", Value.blob(new byte[0])));
            assertThat(canister().code()).isPresent();
        }

        Value.Record about() {
            return Value.record().with("canister_id", Value.principal(canister().id()));
        }

        /// A message so large that it is paid for before, since it could not be afterwards.
        void threshold(long seconds) {
            var variables = IntStream.range(0, 4)
                    .mapToObj(i -> Value.record()
                            .with("name", Value.text("padding" + i))
                            .with("value", Value.text("x".repeat(100))))
                    .toList();
            var settings = Value.record()
                    .with("freezing_threshold", Value.some(Value.nat(seconds)))
                    .with("environment_variables", Value.some(Value.vec(variables)));
            manage("update_settings", about().with("settings", settings));
        }
    }

    @Test
    void canistersAreChargedInTheFirstRoundOfEachInterval() {
        on(CostSchedule.NORMAL, rounds -> {
            rounds.found(2_000_000_000_000L, "probe.wasm");
            rounds.after(SECOND);
            assertThat(rounds.canister().account().consumed(CyclesUse.MEMORY)).isEqualTo(Cycles.ZERO);
            assertThat(rounds.state().nextDueNanos()).isEqualTo(1_001 * Upkeep.INTERVAL_NANOS);

            rounds.run(rounds.state().nextDueNanos());
            var first = rounds.canister().account().consumed(CyclesUse.MEMORY);
            assertThat(first.compareTo(Cycles.of(9 * 10_000))).isPositive();
            rounds.after(9 * SECOND);
            assertThat(rounds.canister().account().consumed(CyclesUse.MEMORY)).isEqualTo(first);
            rounds.after(SECOND);
            assertThat(rounds.canister().account().consumed(CyclesUse.MEMORY).compareTo(first))
                    .isPositive();
        });
    }

    @Test
    void anIdleFreeNodeHasNothingToDo() {
        on(CostSchedule.FREE, rounds -> {
            rounds.found(0, "probe.wasm");
            assertThat(rounds.state().nextDueNanos()).isEqualTo(Long.MAX_VALUE);
            rounds.after(1_000 * Upkeep.INTERVAL_NANOS);
            assertThat(rounds.canister().account().consumed()).isEmpty();
            assertThat(rounds.canister().code()).isPresent();
        });
    }

    @Test
    void theHeartOfAFrozenCanisterBeatsAgainWhenItIsToppedUp() {
        on(CostSchedule.NORMAL, rounds -> {
            rounds.found(2_000_000_000_000L, "heart.wasm");
            rounds.after(2 * SECOND);
            assertThat(rounds.state().agenda().beating()).isNotEmpty();
            long beaten = rounds.canister().version();

            rounds.threshold(1_000_000_000_000L);
            rounds.after(SECOND);
            assertThat(rounds.canister().account().suspended()).isTrue();
            assertThat(rounds.state().agenda().beating()).isEmpty();
            assertThat(rounds.state().nextDueNanos()).isEqualTo(1_001 * Upkeep.INTERVAL_NANOS);
            long stopped = rounds.canister().version();
            rounds.after(2 * SECOND);
            assertThat(rounds.canister().version()).isEqualTo(stopped).isGreaterThanOrEqualTo(beaten);

            rounds.manage(
                    "provisional_top_up_canister", rounds.about().with("amount", Value.nat(Cycles.MAX.toBigInteger())));
            rounds.after(SECOND);
            assertThat(rounds.canister().version()).isGreaterThan(stopped);
        });
    }

    @Test
    void aCanisterThatCannotPayIsUninstalledWhetherAnybodyLooksOrNot() {
        on(CostSchedule.NORMAL, rounds -> {
            rounds.found(1_000_000_000_000L, "probe.wasm");
            rounds.after(400L * 86_400 * SECOND * 10);
            assertThat(rounds.canister().code()).isEmpty();
            assertThat(rounds.canister().cycles()).isEqualTo(Cycles.ZERO);
            assertThat(rounds.state().subnet().chronicle(rounds.canister().id()).points())
                    .hasSize(1);
            rounds.after(Upkeep.INTERVAL_NANOS);
            assertThat(rounds.state().subnet().chronicle(rounds.canister().id()).points())
                    .hasSize(1);
        });
    }
}
