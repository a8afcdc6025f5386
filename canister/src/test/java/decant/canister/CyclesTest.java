package decant.canister;

import static decant.canister.Script.script;
import static org.assertj.core.api.Assertions.assertThat;

import decant.canister.CanisterKit.Canister;
import decant.canister.Script.Call;
import decant.canister.Script.Fact;
import decant.canister.state.Cycles;
import decant.canister.state.ErrorCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class CyclesTest {
    private final CanisterKit kit = new CanisterKit();
    private final Canister caller = kit.puppet();
    private final Canister callee = kit.puppet();
    private final Cycles all = kit.cyclesInAll();

    @AfterEach
    void close() {
        kit.close();
    }

    @Test
    void acceptedCyclesMoveAndTheRestComesBack() {
        var numbers = caller.run(script().call(Call.of(
                                callee.id(), "run", script().accept(300).reply())
                        .withCycles(1_000)
                        .onReply(script().append(Fact.CYCLES_REFUNDED).reply())))
                .numbers();

        assertThat(numbers).containsExactly(700L);
        assertThat(callee.state().cycles()).isEqualTo(CanisterKit.BALANCE.plus(Cycles.of(300)));
        assertThat(caller.state().cycles()).isEqualTo(CanisterKit.BALANCE.minus(Cycles.of(300)));
    }

    @Test
    void noMoreIsAcceptedThanThereIs() {
        caller.run(
                script().call(Call.of(callee.id(), "run", script().accept(5_000).reply())
                        .withCycles(1_000)
                        .onReply(script().reply())));

        assertThat(callee.state().cycles()).isEqualTo(CanisterKit.BALANCE.plus(Cycles.of(1_000)));
    }

    @Test
    void nothingIsAvailableAfterTheReply() {
        caller.run(script().call(Call.of(callee.id(), "run", script().reply("x").accept(1_000))
                .withCycles(1_000)
                .onReply(script().reply())));

        assertThat(callee.state().cycles()).isEqualTo(CanisterKit.BALANCE);
        assertThat(caller.state().cycles()).isEqualTo(CanisterKit.BALANCE);
    }

    @Test
    void acceptedCyclesGoBackWhenTheCalleeTraps() {
        caller.run(
                script().call(Call.of(callee.id(), "run", script().accept(300).unreachable())
                        .withCycles(1_000)
                        .onReject(script().reply())));

        assertThat(callee.state().cycles()).isEqualTo(CanisterKit.BALANCE);
        assertThat(caller.state().cycles()).isEqualTo(CanisterKit.BALANCE);
    }

    @Test
    void whatACallbackOfTheCalleeDoesNotAcceptComesBack() {
        var later = Call.of(caller.id(), "run", script().reply())
                .onReply(script().append(Fact.CYCLES_AVAILABLE).accept(200).reply());
        var numbers = caller.run(script().call(
                                Call.of(callee.id(), "run", script().accept(100).call(later))
                                        .withCycles(1_000)
                                        .onReply(script().appendArgument()
                                                .append(Fact.CYCLES_REFUNDED)
                                                .reply())))
                .numbers();

        assertThat(numbers).containsExactly(900L, 700L);
    }

    @Test
    void theRefundIsThereEvenWhenTheCallbackTraps() {
        caller.run(script().call(Call.of(callee.id(), "run", script().reply())
                .withCycles(1_000)
                .onReply(script().unreachable())));

        assertThat(caller.state().cycles()).isEqualTo(CanisterKit.BALANCE);
    }

    @Test
    void cyclesForACallThatIsNeverSentComeBack() {
        caller.run(script().call(Call.of(callee.id(), "run", script()).withCycles(1_000))
                .unreachable());

        assertThat(caller.state().cycles()).isEqualTo(CanisterKit.BALANCE);
    }

    @Test
    void moreCyclesThanTheBalanceCannotBeSent() {
        caller.run(script().call(Call.of(callee.id(), "run", script()).withCycles(2_000_000_000_000L)))
                .expectReject(ErrorCode.CANISTER_OUT_OF_CYCLES, "at least 1000000000000 additional cycles");
    }

    @Test
    void cyclesCanBeSentOnceOnly() {
        long most = 600_000_000_000L;
        caller.run(script().call(Call.of(callee.id(), "run", script().reply()).withCycles(most))
                        .call(Call.of(callee.id(), "run", script().reply()).withCycles(most)))
                .expectReject(ErrorCode.CANISTER_OUT_OF_CYCLES, "additional cycles");
    }

    @Test
    void burntCyclesAreGone() {
        caller.run(script().burn(400).reply());
        assertThat(caller.state().cycles()).isEqualTo(CanisterKit.BALANCE.minus(Cycles.of(400)));
        assertThat(kit.cyclesInAll()).isEqualTo(all);
    }

    @Test
    void noMoreIsBurntThanThereIs() {
        caller.run(script().burn(-1).reply());
        assertThat(caller.state().cycles()).isEqualTo(Cycles.ZERO);
    }

    @Test
    void aQueryCalledAsAnUpdateKeepsTheCyclesItAccepts() {
        caller.run(
                script().call(Call.of(callee.id(), "ask", script().accept(300).reply())
                        .withCycles(1_000)
                        .onReply(script().reply())));

        assertThat(callee.state().cycles()).isEqualTo(CanisterKit.BALANCE.plus(Cycles.of(300)));
    }

    @Test
    void aCallWithFewerCyclesThanTheCalleeWantsIsRefused() {
        callee.settings(draft -> draft.minimumIncomingCallCycles = Cycles.of(500));
        var refused = caller.run(script().call(Call.of(callee.id(), "run", script().reply())
                .withCycles(499)
                .onReject(script().appendReject().reply())));
        var taken = caller.run(script().call(Call.of(callee.id(), "run", script().reply())
                .withCycles(500)
                .onReply(script().reply("taken"))));

        assertThat(refused.reply()[0]).isEqualTo((byte) 5);
        taken.expectReply("taken");
        callee.run(script().reply("users need none")).expectReply("users need none");
    }

    @Test
    void noCycleIsLostOrMadeInAnyOrderOfEvents() {
        var deep = script().accept(10)
                .call(Call.of(caller.id(), "run", script().accept(7).unreachable())
                        .withCycles(50)
                        .onReject(script().accept(20).reply()));
        for (int i = 0; i < 5; i++) {
            caller.submit(script().call(Call.of(callee.id(), "run", deep)
                    .withCycles(1_000 + i)
                    .onReply(script().trap("late"))
                    .onCleanup(script().setValue("x"))));
            while (!caller.state().inputQueue().isEmpty()
                    || !callee.state().inputQueue().isEmpty()) {
                (caller.state().inputQueue().isEmpty() ? callee : caller).executeNext();
                assertThat(kit.cyclesInAll()).isEqualTo(all);
            }
        }
        assertThat(caller.state().calls().isEmpty()).isTrue();
        assertThat(callee.state().calls().isEmpty()).isTrue();
    }
}
