package decant.canister;

import static decant.canister.Script.script;
import static org.assertj.core.api.Assertions.assertThat;

import decant.candid.Candid;
import decant.candid.Value;
import decant.canister.CanisterKit.Canister;
import decant.canister.InstallRequest.Mode;
import decant.canister.Script.Call;
import decant.canister.Script.Fact;
import decant.canister.Script.Hook;
import decant.canister.cycles.Prices;
import decant.canister.cycles.Tariff;
import decant.canister.management.Ruin;
import decant.canister.state.Cycles;
import decant.canister.state.CyclesUse;
import decant.canister.state.ErrorCode;
import decant.canister.state.History;
import decant.canister.state.Message;
import decant.canister.state.Stage;
import decant.canister.state.TaskKind;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What canisters pay on a node with the normal cost schedule.
final class ChargingTest {
    private static final long EXECUTION = 5_000_000;

    private final CanisterKit kit = new CanisterKit();
    private final Canister canister = kit.puppet();
    private final Canister other = kit.puppet();

    ChargingTest() {
        kit.charging();
    }

    @AfterEach
    void close() {
        kit.close();
    }

    private static Cycles consumed(Canister of, CyclesUse use) {
        return of.state().account().consumed(use);
    }

    private Tariff tariff(Canister of) {
        return Tariff.of(kit.subnet(), of.id());
    }

    /// Leaves the canister so many cycles above the balance below which it is frozen.
    private void leave(Canister of, long cycles) {
        var limit = tariff(of).freezingLimit(of.state());
        of.change(draft -> draft.cycles = limit.plus(Cycles.of(cycles)));
    }

    private void freeze(Canister of) {
        var limit = tariff(of).freezingLimit(of.state());
        of.change(draft -> draft.cycles = limit.minus(Cycles.of(1)));
    }

    private long instructionsOfLast() {
        return kit.outcomes().getLast().instructionsUsed();
    }

    @Test
    void anExecutionCostsItsInstructionsAndABaseFee() {
        canister.run(script().reply());

        var price = Cycles.of(EXECUTION + instructionsOfLast());
        assertThat(consumed(canister, CyclesUse.INSTRUCTIONS)).isEqualTo(price);
        assertThat(canister.state().cycles()).isEqualTo(CanisterKit.BALANCE.minus(price));
    }

    @Test
    void anExecutionThatTrapsIsPaidForToo() {
        canister.run(script().setValue("x").unreachable()).expectReject(ErrorCode.CANISTER_TRAPPED, "unreachable");

        var price = Cycles.of(EXECUTION + instructionsOfLast());
        assertThat(instructionsOfLast()).isPositive();
        assertThat(canister.state().cycles()).isEqualTo(CanisterKit.BALANCE.minus(price));
    }

    @Test
    void instructionsOfAModuleWithWideMemoryCostTwice() {
        kit.charging();
        var wide = kit.create().settings(draft -> {
            draft.freezingThresholdSeconds = 0;
            draft.wasmMemoryLimitBytes = 0;
        });
        wide.deploy(new Mode.Install(), WasmFiles.wasm("counter64"), script()).expectInstalled();
        var before = consumed(wide, CyclesUse.INSTRUCTIONS);

        wide.call("inc", new byte[0]);

        assertThat(consumed(wide, CyclesUse.INSTRUCTIONS).minus(before))
                .isEqualTo(Cycles.of(EXECUTION + 2 * instructionsOfLast()));
    }

    @Test
    void aRunningExecutionSeesTheBalanceWithoutWhatItPaidInAdvance() {
        var numbers = canister.run(script().appendBalance().reply()).numbers();

        assertThat(Cycles.of(numbers.getFirst())).isEqualTo(CanisterKit.BALANCE.minus(Cycles.of(40_005_000_000L)));
    }

    @Test
    void queriesAreFree() {
        canister.ask(script().reply("x")).expectReply("x");
        assertThat(canister.state().cycles()).isEqualTo(CanisterKit.BALANCE);
    }

    @Test
    void whatIsAskedForPricesIsToldThem() {
        var teller = kit.install("prices");
        var balance = teller.state().cycles();
        var numbers = teller.query("prices", new byte[0], Optional.empty()).numbers();

        assertThat(numbers)
                .containsExactly(
                        balance.low(),
                        0L,
                        balance.minus(tariff(teller).freezingLimit(teller.state()))
                                .low(),
                        0L,
                        260_000L + 30 * 1_000 + 2_097_152_000L + 40_005_000_000L,
                        0L,
                        500_000_000_000L,
                        0L,
                        49_140_000L + 13 * 840_000,
                        0L,
                        10_000_000_000L,
                        0L);
    }

    @Test
    void anOutcallByUseHasItsPriceAndParametersOfAnotherKindTrap() {
        var teller = kit.install("prices");
        var used = Value.record()
                .with("request_bytes", Value.nat64(1))
                .with("http_roundtrip_time_ms", Value.nat64(2))
                .with("raw_response_bytes", Value.nat64(3))
                .with("transformed_response_bytes", Value.nat64(4))
                .with("transform_instructions", Value.nat64(26));

        assertThat(teller.query("outcall", Candid.encode(List.of(used)), Optional.empty())
                        .numbers())
                .containsExactly(
                        Prices.NORMAL
                                .outcall(new Prices.Outcall(1, 2, 3, 4, 26))
                                .low(),
                        0L);
        teller.query("outcall", new byte[] {1}, Optional.empty())
                .expectReject(ErrorCode.CANISTER_CONTRACT_VIOLATION, "the parameters are not what is expected");
    }

    @Test
    void aCallCostsItsBytesBothWaysAndTheCallback() {
        var payload = script().reply("four");
        canister.run(script().call(Call.of(other.id(), "run", payload).onReply(script().reply())));

        long sent = 260_000 + 1_000L * ("run".length() + payload.bytes().length);
        assertThat(consumed(canister, CyclesUse.REQUEST_AND_RESPONSE_TRANSMISSION))
                .isEqualTo(Cycles.of(sent + 4 * 1_000));
        long used = kit.outcomes().stream().mapToLong(Outcome::instructionsUsed).sum();
        assertThat(consumed(canister, CyclesUse.INSTRUCTIONS).plus(consumed(other, CyclesUse.INSTRUCTIONS)))
                .isEqualTo(Cycles.of(3 * EXECUTION + used));
        assertThat(kit.cyclesInAll()).isEqualTo(CanisterKit.BALANCE.times(2));
    }

    @Test
    void aCallWhoseAnswerCouldNotBeKeptIsNotPerformed() {
        var call = Call.of(other.id(), "run", script().reply()).onReply(script().reply());
        long price = 260_000 + 1_000L * ("run".length() + call.payload().length) + 40_005_000_000L + 2_097_152_000;
        // 2 MiB for 30 days.
        long answer = 317_500L * 30 * 86_400 / 512;
        assertThat(performed(call, price + answer - 1)).isEqualTo(2L);
        assertThat(performed(call, price + answer)).isZero();
        assertThat(performed(call.withTimeout(60), price - 1)).isEqualTo(2L);
        assertThat(performed(call.withTimeout(60), price)).isZero();
    }

    /// {@return what `ic0.call_perform` says where so much is liquid}
    private long performed(Call call, long liquid) {
        leave(canister, 40_005_000_000L + liquid);
        return canister.run(script().call(call).append(Fact.PERFORM_RESULT).reply())
                .numbers()
                .getFirst();
    }

    @Test
    void aCallThatCannotBePaidIsNotPerformed() {
        leave(canister, 40_005_000_000L + 1_000_000_000L);
        var numbers = canister.run(script().call(
                                Call.of(other.id(), "run", script().reply()).withCycles(500_000_000))
                        .append(Fact.PERFORM_RESULT)
                        .appendBalance()
                        .reply())
                .numbers();

        assertThat(numbers.getFirst()).isEqualTo(2L);
        assertThat(other.state().inputQueue()).isEmpty();
        assertThat(consumed(canister, CyclesUse.REQUEST_AND_RESPONSE_TRANSMISSION))
                .isEqualTo(Cycles.ZERO);
        assertThat(kit.cyclesInAll().compareTo(CanisterKit.BALANCE.times(2))).isNegative();
    }

    @Test
    void onlyWhatIsLiquidCanBeSent() {
        leave(canister, 40_005_000_000L + 100);
        canister.run(script().call(Call.of(other.id(), "run", script()).withCycles(101)))
                .expectReject(ErrorCode.CANISTER_OUT_OF_CYCLES, "is out of cycles");
    }

    @Test
    void onlyWhatIsLiquidIsBurnt() {
        leave(canister, 40_005_000_000L + 100);
        canister.run(script().burn(-1).reply());

        // The call that is worked on is owed an answer, for which no memory is set aside: a user made it.
        assertThat(consumed(canister, CyclesUse.BURNED_CYCLES)).isEqualTo(Cycles.of(100));
    }

    @Test
    void aFrozenCanisterTakesNoCallsAndAnswersNoQueries() {
        freeze(other);
        var before = other.stateHash();

        other.run(script().reply()).expectReject(ErrorCode.CANISTER_OUT_OF_CYCLES, "Canister " + other.id());
        other.ask(script().reply()).expectReject(ErrorCode.CANISTER_OUT_OF_CYCLES, "is out of cycles");
        other.call(CanisterKit.CONTROLLER, "run", script().reply().bytes())
                .expectReject(ErrorCode.CANISTER_OUT_OF_CYCLES, "with at least 40005000001 additional cycles");
        assertThat(other.stateHash()).isEqualTo(before);
    }

    @Test
    void aCallOfAFrozenCanisterIsRejectedAsTransientAndItsCyclesComeBack() {
        freeze(other);
        var reply = canister.run(script().call(Call.of(other.id(), "run", script().reply())
                        .withCycles(1_000)
                        .onReject(script().appendReject()
                                .append(Fact.CYCLES_REFUNDED)
                                .reply())))
                .reply();

        assertThat(reply[0]).isEqualTo((byte) 2);
        assertThat(ByteBuffer.wrap(reply).order(ByteOrder.LITTLE_ENDIAN).getLong(reply.length - 8))
                .isEqualTo(1_000L);
    }

    @Test
    void aCanisterThatIsFrozenMeanwhileRunsTheCallbackItPaidFor() {
        var requestId = canister.submit(
                script().call(Call.of(other.id(), "run", script().reply("a")).onReply(script().reply("answered"))));
        canister.executeNext();
        freeze(canister);
        kit.drain();

        canister.answerTo(requestId).expectReply("answered");
    }

    @Test
    void memoryThatCouldNotBePaidForIsNotGiven() {
        leave(canister, 40_005_000_000L + 1_000_000);
        canister.run(script().growHeap(10_000).reply())
                .expectReject(ErrorCode.INSUFFICIENT_CYCLES_IN_MEMORY_GROW, "Canister cannot grow memory by 655360000");
        leave(canister, 40_005_000_000L + 1_000_000);
        canister.run(script().stableGrow(10_000).reply())
                .expectReject(ErrorCode.INSUFFICIENT_CYCLES_IN_MEMORY_GROW, "due to insufficient cycles");
        canister.ask(script().stableGrow(1).reply("queries pay nothing"));
    }

    @Test
    void onAFullSubnetCyclesAreReservedForMemory() {
        other.settings(draft -> draft.memoryAllocationBytes = 1L << 40);
        var all = kit.cyclesInAll();
        canister.run(script().growHeap(2).stableGrow(3).reply());

        var reserved = canister.state().reservedCycles();
        assertThat(reserved.compareTo(Cycles.of(5 * 65_536L * 317_500 * 31_000_000 >> 30)))
                .isPositive();
        assertThat(kit.cyclesInAll()).isEqualTo(all);
        canister.run(script().growHeap(2).unreachable());
        assertThat(canister.state().reservedCycles()).isEqualTo(reserved);

        canister.settings(draft -> draft.memoryAllocationBytes = 1L << 30);
        canister.run(script().growHeap(2).reply());
        assertThat(canister.state().reservedCycles())
                .as("memory that is set aside")
                .isEqualTo(reserved);
    }

    @Test
    void noMoreIsReservedThanTheSettingsAllow() {
        other.settings(draft -> draft.memoryAllocationBytes = 1L << 40);
        canister.settings(draft -> draft.reservedCyclesLimit = Cycles.ZERO);
        canister.run(script().growHeap(1).reply())
                .expectReject(
                        ErrorCode.RESERVED_CYCLES_LIMIT_EXCEEDED_IN_MEMORY_GROW,
                        "Canister cannot grow memory by 65536 bytes due to its reserved cycles limit. The current limit (0)"
                                + " would be exceeded by");
        canister.deploy(new Mode.Reinstall(), WasmFiles.wasm("counter64"), script())
                .expectRejected(
                        Stage.SWAP,
                        ErrorCode.RESERVED_CYCLES_LIMIT_EXCEEDED_IN_MEMORY_GROW,
                        "due to its reserved cycles limit");
    }

    @Test
    void aTaskThatCannotBePaidStaysDue() {
        canister.run(
                script().set(Hook.TIMER, script().setValue("rang")).setTimer(1).reply());
        var rich = canister.state().cycles();
        freeze(canister);
        assertThat(canister.execute(new Message.Task(TaskKind.GLOBAL_TIMER))).isInstanceOf(Outcome.Skipped.class);
        assertThat(canister.state().globalTimerNanos()).isEqualTo(1);
        assertThat(Tasks.due(canister.state(), kit.timeNanos())).isEmpty();

        kit.subnet(kit.subnet().with(canister.state().credited(rich)));
        assertThat(Tasks.due(canister.state(), kit.timeNanos())).contains(new Message.Task(TaskKind.GLOBAL_TIMER));
        canister.task(TaskKind.GLOBAL_TIMER);
        canister.ask(script().appendValue().reply()).expectReply("rang");
    }

    @Test
    void anInstallationThatCannotBePaidChangesNothing() {
        leave(canister, 300_000_000_000L);
        var before = canister.stateHash();
        canister.deploy(new Mode.Upgrade(false, Optional.empty()), WasmFiles.wasm("puppet"), script())
                .expectRejected(
                        Stage.AUTHORISE,
                        ErrorCode.CANISTER_OUT_OF_CYCLES,
                        "Canister installation failed with `Canister");

        assertThat(canister.stateHash()).isEqualTo(before);
    }

    @Test
    void aFailedUpgradePaysForWhatItExecutedAndLeavesAllElse() {
        var before = canister.contentHash();
        var balance = canister.state().cycles();
        canister.deploy(new Mode.Upgrade(false, Optional.empty()), WasmFiles.wasm("puppet"), script().unreachable())
                .expectRejected(Stage.POST_UPGRADE, ErrorCode.CANISTER_TRAPPED, "unreachable");

        var paid = balance.minus(canister.state().cycles());
        assertThat(paid).isEqualTo(consumed(canister, CyclesUse.INSTRUCTIONS));
        assertThat(paid.compareTo(Cycles.of(EXECUTION))).isPositive();
        assertThat(canister.contentHash()).isEqualTo(before);
    }

    @Test
    void timeIsPaidForInWholeSecondsOnce() {
        var rate = tariff(canister).dailyRate(canister.state()).total();
        kit.passSeconds(10);
        charge(canister);
        charge(canister);

        var expected = rate.toBigInteger().multiply(BigInteger.TEN).divide(BigInteger.valueOf(86_400));
        assertThat(consumed(canister, CyclesUse.MEMORY)).isEqualTo(Cycles.of(expected));
        assertThat(canister.state().cycles()).isEqualTo(CanisterKit.BALANCE.minus(Cycles.of(expected)));
    }

    @Test
    void allocationsArePaidForWhateverIsUsed() {
        canister.settings(draft -> {
            draft.computeAllocationPercent = 2;
            draft.memoryAllocationBytes = 1L << 30;
            draft.reservedCyclesLimit = Cycles.MAX;
        });
        canister.change(draft -> draft.reservedCycles = Cycles.of(1_000_000));
        kit.passSeconds(10);
        charge(canister);

        assertThat(consumed(canister, CyclesUse.COMPUTE_ALLOCATION)).isEqualTo(Cycles.of(200_000_000));
        assertThat(consumed(canister, CyclesUse.MEMORY)).isEqualTo(Cycles.of(3_175_000 + 100_000));
        assertThat(canister.state().reservedCycles()).isEqualTo(Cycles.ZERO);
        assertThat(canister.state().cycles())
                .isEqualTo(CanisterKit.BALANCE.minus(Cycles.of(200_000_000 + 3_175_000 + 100_000 - 1_000_000)));
    }

    @Test
    void aCanisterWithoutCyclesLosesItsCodeButNotItsIdentity() {
        var requestId = canister.submit(
                script().call(Call.of(other.id(), "run", script().reply()).onReply(script().reply())));
        canister.executeNext();
        canister.change(draft -> draft.cycles = Cycles.of(17));
        var before = canister.state();
        kit.passSeconds(3_600);
        charge(canister);
        kit.drain();

        var ruined = canister.state();
        assertThat(ruined.code()).isEmpty();
        assertThat(ruined.history())
                .isEqualTo(
                        new History(ruined.history().recent(), before.history().totalChanges()));
        assertThat(ruined.history().recent()).isEmpty();
        assertThat(ruined.settings().controllers()).isEqualTo(before.settings().controllers());
        assertThat(consumed(canister, CyclesUse.UNINSTALL)).isEqualTo(Cycles.of(17));
        canister.answerTo(requestId).expectReject(ErrorCode.CANISTER_REJECTED_MESSAGE, "has been uninstalled");
        assertThat(ruined.calls().isEmpty()).isTrue();
        assertThat(ruined.cycles().compareTo(Cycles.of(40_000_000_000L)))
                .as("what it paid in advance")
                .isPositive();
        assertThat(kit.subnet()
                        .chronicle(canister.id())
                        .points()
                        .getLast()
                        .captured()
                        .code())
                .isEqualTo(before.code());
    }

    private void charge(Canister of) {
        switch (Ruin.charge(kit.subnet(), of.state(), kit.timeNanos())) {
            case Ruin.Outcome.Paid(var next) -> kit.subnet(kit.subnet().with(next));
            case Ruin.Outcome.Ruined(var next, var answers) -> {
                kit.subnet(next);
                answers.forEach(answer -> kit.deliver(answer, of.id()));
            }
        }
    }
}
