package decant.canister;

import static decant.canister.Script.script;
import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Hash;
import decant.base.Principal;
import decant.canister.CanisterKit.Canister;
import decant.canister.Script.Call;
import decant.canister.Script.Fact;
import decant.canister.state.CallOrigin;
import decant.canister.state.CanisterStatus;
import decant.canister.state.CanisterStatus.StopCall;
import decant.canister.state.Change;
import decant.canister.state.Cycles;
import decant.canister.state.ErrorCode;
import decant.canister.state.Message;
import decant.canister.state.Payload;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class CallContextTest {
    private static final Hash STOP_REQUEST = Hash.sha256(new byte[] {42, 42, 42});

    private final CanisterKit kit = new CanisterKit();
    private Canister caller = kit.puppet();
    private Canister callee = kit.puppet();

    @BeforeEach
    void clearOutcomes() {
        kit.outcomes().clear();
    }

    @AfterEach
    void close() {
        assertThat(caller.state().calls().outstandingByCallee().values()).doesNotContain(0);
        kit.close();
    }

    @Test
    void aCallIsAnsweredWithTheReply() {
        caller.run(script().append("hello ").append("world").reply()).expectReply("hello world");
        assertThat(caller.state().calls().isEmpty()).isTrue();
        assertThat(caller.state().version()).isEqualTo(2);
    }

    @Test
    void aCallIsAnsweredWithTheReject() {
        caller.run(script().reject("no")).expectReject(ErrorCode.CANISTER_REJECTED_MESSAGE, "no");
    }

    @Test
    void aCallThatEndsWithoutAnAnswerIsRejectedButKeepsItsChanges() {
        caller.run(script().setValue("kept"))
                .expectReject(ErrorCode.CANISTER_DID_NOT_REPLY, "did not reply to the call");
        caller.run(script().appendValue().reply()).expectReply("kept");
    }

    @Test
    void replyDataThatWasNotSentIsDropped() {
        caller.run(script().append("lost")
                        .call(Call.of(callee.id(), "run", script().reply())
                                .onReply(script().append("sent").reply())))
                .expectReply("sent");
    }

    @Test
    void aTrapUndoesTheChangesAndRejectsTheCall() {
        caller.run(script().setValue("before").reply());
        var before = caller.stateHashWithoutLog();

        caller.run(script().setValue("after")
                        .stableGrow(1)
                        .certify("x")
                        .setTimer(1)
                        .unreachable())
                .expectReject(ErrorCode.CANISTER_TRAPPED, "Canister trapped: unreachable");

        assertThat(caller.stateHashWithoutLog()).isEqualTo(before);
    }

    @Test
    void aTrapAfterTheReplyTakesTheReplyBack() {
        caller.run(script().reply("done").trap("oops"))
                .expectReject(ErrorCode.CANISTER_CALLED_TRAP, "Canister called `ic0.trap` with message: 'oops'");
    }

    @Test
    void aSecondReplyTraps() {
        caller.run(script().reply().reply()).expectReject(ErrorCode.CANISTER_CONTRACT_VIOLATION, "already replied");
    }

    @Test
    void anUnknownMethodIsRefused() {
        caller.call("no_such_method", new byte[0])
                .expectReject(ErrorCode.CANISTER_METHOD_NOT_FOUND, "Canister has no update method 'no_such_method'.");
        assertThat(kit.outcomes()).singleElement().isInstanceOf(Outcome.Skipped.class);
    }

    @Test
    void aCompositeQueryCannotBeCalledAsAnUpdate() {
        caller.call("compose", new byte[0])
                .expectReject(ErrorCode.COMPOSITE_QUERY_CALLED_IN_REPLICATED_MODE, "compose");
    }

    @Test
    void aQueryCalledAsAnUpdateForgetsItsWrites() {
        caller.call(
                "ask",
                script().setValue("forgotten")
                        .append(Fact.IS_REPLICATED)
                        .reply()
                        .bytes());
        assertThat(caller.call(
                                "ask",
                                script().append(Fact.IS_REPLICATED).reply().bytes())
                        .numbers())
                .containsExactly(1L);
        caller.run(script().appendValue().reply()).expectReply("");
        assertThat(caller.state().version()).isEqualTo(4);
    }

    @Test
    void anEmptyCanisterTakesNoCalls() {
        kit.create()
                .call("run", new byte[0])
                .expectReject(ErrorCode.CANISTER_WASM_MODULE_NOT_FOUND, "contains no Wasm module");
    }

    @Test
    void aStoppedCanisterTakesNoCalls() {
        caller.change(draft -> draft.status = new CanisterStatus.Stopped())
                .run(script().reply())
                .expectReject(ErrorCode.CANISTER_STOPPED, "is stopped");
    }

    @Test
    void theReplyOfAnotherCanisterReachesTheReplyCallback() {
        caller.run(script().call(Call.of(callee.id(), "run", script().reply("from afar"))
                        .onReply(script().appendArgument().reply())))
                .expectReply("from afar");
        assertThat(caller.state().calls().isEmpty()).isTrue();
        assertThat(caller.state().version()).isEqualTo(3);
    }

    @Test
    void theCalleeSeesTheCallerCanister() {
        assertThat(caller.run(script().call(Call.of(
                                        callee.id(),
                                        "run",
                                        script().appendCaller().reply())
                                .onReply(script().appendArgument().reply())))
                        .reply())
                .isEqualTo(caller.id().bytes());
    }

    @Test
    void callbacksSeeTheCallerOfTheCall() {
        assertThat(caller.run(script().call(Call.of(callee.id(), "run", script().reply())
                                .onReply(script().appendCaller().reply())))
                        .reply())
                .isEqualTo(CanisterKit.USER.bytes());
    }

    @Test
    void theRejectOfAnotherCanisterReachesTheRejectCallback() {
        var reply = caller.run(script().call(Call.of(callee.id(), "run", script().reject("because"))
                        .onReject(script().appendReject().reply())))
                .reply();
        assertThat(reply[0]).isEqualTo((byte) 4);
        assertThat(new String(reply, 8, reply.length - 8, StandardCharsets.UTF_8))
                .isEqualTo("because");
    }

    @Test
    void aCallOfACanisterThatIsNotThereIsRejected() {
        var reply = caller.run(script().call(Call.of(Principal.ofCanisterNumber(999), "run", script())
                        .onReject(script().appendReject().reply())))
                .reply();
        assertThat(reply[0]).isEqualTo((byte) 3);
    }

    @Test
    void aTrapOfTheCalleeIsARejectWithCodeFive() {
        var reply = caller.run(script().call(Call.of(callee.id(), "run", script().unreachable())
                        .onReject(script().appendReject().reply())))
                .reply();
        assertThat(reply[0]).isEqualTo((byte) 5);
    }

    @Test
    void aCanisterMayCallItself() {
        caller.run(script().call(Call.of(
                                caller.id(), "run", script().setValue("self").reply())
                        .onReply(script().appendValue().reply())))
                .expectReply("self");
    }

    @Test
    void callsMadeByAnExecutionThatTrapsAreNeverSent() {
        caller.run(script().call(Call.of(
                                callee.id(), "run", script().setValue("reached").reply()))
                        .unreachable())
                .expectReject(ErrorCode.CANISTER_TRAPPED, "unreachable");
        callee.run(script().appendValue().reply()).expectReply("");
    }

    @Test
    void anAnswerGivenBeforeTheCallbacksIsSentAtOnce() {
        var requestId = caller.submit(script().reply("early")
                .call(Call.of(callee.id(), "run", script().reply()).onReply(script().setValue("late"))));
        caller.executeNext();
        caller.answerTo(requestId).expectReply("early");
        assertThat(caller.state().calls().contexts()).hasSize(1);

        kit.drain();
        assertThat(caller.state().calls().isEmpty()).isTrue();
        caller.run(script().appendValue().reply()).expectReply("late");
    }

    @Test
    void aCallbackCannotReplyWhenTheCallIsAnswered() {
        caller.run(script().reply("first")
                        .call(Call.of(callee.id(), "run", script().reply()).onReply(script().reply())))
                .expectReply("first");
        assertThat(kit.outcomes().getLast()).isInstanceOfSatisfying(Outcome.Trapped.class, trapped -> {
            assertThat(trapped.failure().error()).isEqualTo(ErrorCode.CANISTER_CONTRACT_VIOLATION);
            assertThat(trapped.answers()).isEmpty();
        });
        assertThat(caller.state().calls().isEmpty()).isTrue();
    }

    @Test
    void theLastCallbackThatDoesNotReplyLeadsToAReject() {
        caller.run(script().call(Call.of(callee.id(), "run", script().reply())))
                .expectReject(ErrorCode.CANISTER_DID_NOT_REPLY, "did not reply");
    }

    @Test
    void aTrapInOneOfTwoCallbacksLeavesTheCallToTheOther() {
        caller.run(script().call(Call.of(callee.id(), "run", script().reply()).onReply(script().unreachable()))
                        .call(Call.of(callee.id(), "run", script().reply()).onReply(script().reply("second"))))
                .expectReply("second");
    }

    @Test
    void aTrapInTheLastCallbackRejectsTheCall() {
        caller.run(script().call(Call.of(callee.id(), "run", script().reply())
                        .onReply(script().setValue("undone").trap("in callback"))))
                .expectReject(ErrorCode.CANISTER_CALLED_TRAP, "in callback");
        caller.run(script().appendValue().reply()).expectReply("");
    }

    @Test
    void cleanupRunsAfterATrapInACallbackAndKeepsItsChanges() {
        caller.run(script().call(Call.of(callee.id(), "run", script().reply())
                        .onReply(script().setValue("undone").trap("in callback"))
                        .onCleanup(script().setValue("cleaned"))))
                .expectReject(ErrorCode.CANISTER_CALLED_TRAP, "in callback");
        caller.run(script().appendValue().reply()).expectReply("cleaned");
    }

    @Test
    void cleanupRunsAfterATrapInARejectCallbackToo() {
        caller.run(script().call(Call.of(callee.id(), "run", script().reject("no"))
                        .onReject(script().trap("in callback"))
                        .onCleanup(script().setValue("cleaned"))))
                .expectReject(ErrorCode.CANISTER_CALLED_TRAP, "in callback");
        caller.run(script().appendValue().reply()).expectReply("cleaned");
    }

    @Test
    void cleanupDoesNotRunWhenTheCallbackSucceeds() {
        caller.run(script().call(Call.of(callee.id(), "run", script().reply())
                        .onReply(script().reply("fine"))
                        .onCleanup(script().setValue("cleaned"))))
                .expectReply("fine");
        caller.run(script().appendValue().reply()).expectReply("");
    }

    @Test
    void cleanupHasInstructionsLeftWhenTheCallbackUsedItsOwn() {
        kit.with(limits -> limits.withMessageInstructionsMax(40_000_000));
        caller.run(script().call(Call.of(callee.id(), "run", script().reply())
                        .onReply(script().loopForEver())
                        .onCleanup(script().setValue("cleaned"))))
                .expectReject(ErrorCode.CANISTER_INSTRUCTION_LIMIT_EXCEEDED, "38000000");
        caller.run(script().appendValue().reply()).expectReply("cleaned");
    }

    @Test
    void aTrapInCleanupIsToldTooAndItsChangesAreDropped() {
        caller.run(script().call(Call.of(callee.id(), "run", script().reply())
                        .onReply(script().trap("first"))
                        .onCleanup(script().setValue("undone").trap("second"))))
                .expectReject(ErrorCode.CANISTER_CALLED_TRAP, "'first'")
                .expectReject(ErrorCode.CANISTER_CALLED_TRAP, "\n\ncall_on_cleanup also failed:\n\n")
                .expectReject(ErrorCode.CANISTER_CALLED_TRAP, "'second'");
        caller.run(script().appendValue().reply()).expectReply("");
    }

    @Test
    void cleanupCannotReply() {
        caller.run(script().call(Call.of(callee.id(), "run", script().reply())
                        .onReply(script().trap("first"))
                        .onCleanup(script().reply("too late"))))
                .expectReject(
                        ErrorCode.CANISTER_CALLED_TRAP,
                        "\"ic0_msg_reply_data_append\" cannot be executed in cleanup mode");
    }

    @Test
    void aCallbackThatIsInNoTableIsAFailure() {
        caller.run(script().callWithoutCallbacks(callee.id()))
                .expectReject(
                        ErrorCode.CANISTER_FUNCTION_NOT_FOUND,
                        "Canister requested to invoke a non-existent Wasm function 4294967295 from table 0");
    }

    @Test
    void aOneWayCallIsForgottenOnceAnswered() {
        caller.run(script().callWithoutCallbacks(callee.id()).reply("sent")).expectReply("sent");
        assertThat(caller.state().calls().isEmpty()).isTrue();
    }

    @Test
    void atMostFiveHundredCallsAreOpenToOneCallee() {
        var many = script();
        for (int i = 0; i < 500; i++) {
            many.callWithoutCallbacks(callee.id());
        }
        many.append(Fact.PERFORM_RESULT)
                .callWithoutCallbacks(callee.id())
                .append(Fact.PERFORM_RESULT)
                .reply();
        var requestId =
                caller.submit(many.call(Call.of(callee.id(), "run", script())).setValue("end"));
        caller.executeNext();

        assertThat(caller.answerTo(requestId).numbers()).hasSize(2);
        assertThat(caller.state().calls().outstandingTo(callee.id())).isEqualTo(500);
        assertThat(callee.state().inputQueue()).hasSize(500);

        kit.drain();
        assertThat(caller.state().calls().isEmpty()).isTrue();
    }

    @Test
    void callPerformReturnsTwoWhenTheQueueIsFull() {
        var many = script();
        for (int i = 0; i < 500; i++) {
            many.callWithoutCallbacks(callee.id());
        }
        var requestId = caller.submit(many.call(Call.of(callee.id(), "run", script()))
                .append(Fact.PERFORM_RESULT)
                .reply());
        caller.executeNext();

        assertThat(caller.answerTo(requestId).numbers()).containsExactly(2L);
    }

    @Test
    void aStoppingCanisterFinishesItsCallsAndThenStops() {
        var requestId = caller.submit(
                script().call(Call.of(callee.id(), "run", script().reply()).onReply(script().reply("finished"))));
        caller.executeNext();
        caller.apply(Lifecycle.stop(caller.state(), stopCall()));
        assertThat(caller.state().status()).isInstanceOf(CanisterStatus.Stopping.class);
        caller.run(script().reply()).expectReject(ErrorCode.CANISTER_STOPPING, "is stopping");

        kit.drain();
        caller.answerTo(requestId).expectReply("finished");
        assertThat(caller.state().status()).isInstanceOf(CanisterStatus.Stopped.class);
        caller.answerTo(STOP_REQUEST);
    }

    @Test
    void answersToUninstalledCodeOnlyBringTheirRefunds() {
        var requestId = caller.submit(script().call(Call.of(callee.id(), "run", script().reply())
                .withCycles(1_000)
                .onReply(script().setValue("must not run"))));
        caller.executeNext();
        caller.apply(Lifecycle.uninstall(
                caller.state(), new Change.Origin.FromUser(CanisterKit.CONTROLLER), kit.timeNanos()));
        caller.answerTo(requestId).expectReject(ErrorCode.CANISTER_REJECTED_MESSAGE, "Canister has been uninstalled.");

        kit.drain();
        assertThat(caller.state().calls().isEmpty()).isTrue();
        assertThat(caller.state().cycles()).isEqualTo(CanisterKit.BALANCE);
    }

    @Test
    void anAnswerNobodyWaitsForOnlyBringsItsRefund() {
        var outcome = caller.execute(
                new Message.Response(caller.id(), 77, callee.id(), new Payload.Reply(new byte[0]), Cycles.of(5)));

        assertThat(outcome).isInstanceOf(Outcome.Skipped.class);
        assertThat(caller.state().cycles()).isEqualTo(CanisterKit.BALANCE.plus(Cycles.of(5)));
    }

    @Test
    void openCallsSurviveAnUpgradeAndTheirCallbacksRunInTheNewModule() {
        var requestId = caller.submit(
                script().call(Call.of(callee.id(), "run", script().reply()).onReply(script().reply("old callback"))));
        caller.executeNext();
        assertThat(caller.state().calls().callbacks()).hasSize(1);

        // A fresh heap has no script at the callback's address: the new code runs, and does nothing.
        caller.upgrade(WasmFiles.wasm("puppet"), script()).expectInstalled();
        kit.drain();
        caller.answerTo(requestId).expectReject(ErrorCode.CANISTER_DID_NOT_REPLY, "did not reply");
    }

    @Test
    void openCallsOfAKeptHeapGoOnAfterTheUpgrade() {
        var persistent = WasmFiles.withPersistence(WasmFiles.wasm("puppet"));
        caller = kit.install(persistent, script());
        var requestId = caller.submit(
                script().call(Call.of(callee.id(), "run", script().reply()).onReply(script().reply("went on"))));
        caller.executeNext();

        caller.upgradeKeeping(persistent, script()).expectInstalled();
        kit.drain();
        caller.answerTo(requestId).expectReply("went on");
    }

    /// {@return how many instructions lie between the two counters where they are remembered}
    private long betweenCounters() {
        var numbers = caller.run(script().setValue("")
                        .remember(Fact.INSTRUCTIONS)
                        .remember(Fact.INSTRUCTIONS_OF_CALL)
                        .appendValue()
                        .reply())
                .numbers();
        return numbers.get(1) - numbers.get(0);
    }

    @Test
    void theSecondPerformanceCounterCountsTheWholeCall() {
        long between = betweenCounters();
        int before = kit.outcomes().size();
        var last = script().setValue("")
                .remember(Fact.INSTRUCTIONS)
                .remember(Fact.INSTRUCTIONS_OF_CALL)
                .appendValue()
                .reply();
        var numbers = caller.run(script().call(Call.of(callee.id(), "run", script().reply())
                        .onReply(script().call(Call.of(callee.id(), "run", script().reply())
                                .onReply(last)))))
                .numbers();
        long first = kit.outcomes().get(before).instructionsUsed();
        long second = kit.outcomes().get(before + 2).instructionsUsed();

        assertThat(numbers.get(1) - numbers.get(0) - between).isEqualTo(first + second);
    }

    @Test
    void inCleanupItCountsTheCallbackThatTrappedToo() {
        long between = betweenCounters();
        int before = kit.outcomes().size();
        caller.run(script().call(Call.of(callee.id(), "run", script().reply())
                        .onReply(script().trap("in callback"))
                        .onCleanup(script().setValue("")
                                .remember(Fact.INSTRUCTIONS)
                                .remember(Fact.INSTRUCTIONS_OF_CALL))))
                .expectReject(ErrorCode.CANISTER_CALLED_TRAP, "in callback");
        long first = kit.outcomes().get(before).instructionsUsed();
        long callbackAndCleanup = kit.outcomes().get(before + 2).instructionsUsed();
        var numbers = caller.run(script().appendValue().reply()).numbers();

        long callback = numbers.get(1) - numbers.get(0) - between - first;
        assertThat(callback).isPositive();
        assertThat(callback + numbers.get(0)).isLessThan(callbackAndCleanup);
        assertThat(callback + numbers.get(0) + between).isGreaterThan(callbackAndCleanup - 2_000);
    }

    @Test
    void aBestEffortCallCarriesItsDeadlineInWholeSeconds() {
        var numbers = caller.run(script().call(Call.of(
                                callee.id(),
                                "run",
                                script().append(Fact.DEADLINE).reply())
                        .withTimeout(1_000)
                        .onReply(script().appendArgument().append(Fact.DEADLINE).reply())))
                .numbers();

        assertThat(numbers).isEqualTo(List.of(kit.timeNanos() + 300_000_000_000L, 0L));
    }

    private static StopCall stopCall() {
        return new StopCall(
                new CallOrigin.FromUser(STOP_REQUEST, CanisterKit.CONTROLLER, Optional.empty()),
                Cycles.ZERO,
                Long.MAX_VALUE);
    }
}
