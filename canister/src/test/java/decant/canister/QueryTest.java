package decant.canister;

import static decant.canister.Script.script;
import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Principal;
import decant.canister.CanisterKit.Canister;
import decant.canister.Script.Call;
import decant.canister.Script.Fact;
import decant.canister.Script.Hook;
import decant.canister.state.CanisterStatus;
import decant.canister.state.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class QueryTest {
    private final CanisterKit kit = new CanisterKit();
    private final Canister canister = kit.puppet();
    private final Canister other = kit.puppet();

    @AfterEach
    void close() {
        kit.close();
    }

    @Test
    void aQuerySeesTheStateAndForgetsItsWrites() {
        canister.run(script().setValue("kept").reply());
        canister.ask(script().appendValue().setValue("lost").stableGrow(1).reply())
                .expectReply("kept");
        canister.ask(script().appendValue().reply()).expectReply("kept");
    }

    @Test
    void aQuerySeesEveryUpdateThatCameBefore() {
        for (String value : new String[] {"one", "two", "three"}) {
            canister.run(script().growHeap(1).setValue(value).reply());
            canister.ask(script().appendValue().reply()).expectReply(value);
        }
    }

    @Test
    void aQueryOfAnEarlierStateSeesThatState() {
        canister.run(script().setValue("before").reply());
        var before = kit.subnet();
        canister.run(script().growHeap(3).setValue("after").reply());
        canister.ask(script().appendValue().reply()).expectReply("after");

        kit.subnet(before);
        canister.ask(script().appendValue().append(Fact.IS_REPLICATED).reply());
        canister.ask(script().appendValue().reply()).expectReply("before");
    }

    @Test
    void anUpdateCannotBeQueried() {
        canister.query("run", new byte[0], Optional.empty())
                .expectReject(ErrorCode.CANISTER_METHOD_NOT_FOUND, "Canister has no query method 'run'.");
    }

    @Test
    void aCanisterThatIsNotThereCannotBeQueried() {
        kit.subnet(kit.subnet().without(other.id()));
        canister.compose(script().call(Call.of(other.id(), "ask", script()).onReject(script().reply("told"))))
                .expectReply("told");
    }

    @Test
    void aStoppedCanisterCannotBeQueried() {
        canister.change(draft -> draft.status = new CanisterStatus.Stopped());
        canister.ask(script().reply()).expectReject(ErrorCode.CANISTER_STOPPED, "is stopped");
    }

    @Test
    void aQueryThatDoesNotReplyIsRejected() {
        canister.ask(script()).expectReject(ErrorCode.CANISTER_DID_NOT_REPLY, "did not reply");
    }

    @Test
    void aQueryCannotCall() {
        canister.ask(script().call(Call.of(other.id(), "ask", script())))
                .expectReject(
                        ErrorCode.CANISTER_CONTRACT_VIOLATION,
                        "\"ic0_call_new\" cannot be executed in non replicated query mode");
    }

    @Test
    void aQueryMaySeeTheDataCertificate() {
        var certificate = Optional.of("certified".getBytes(StandardCharsets.UTF_8));
        canister.query("ask", script().appendCertificate().reply().bytes(), certificate)
                .expectReply("certified");
        assertThat(canister.ask(script().append(Fact.HAS_CERTIFICATE).reply()).numbers())
                .containsExactly(0L);
    }

    @Test
    void onlyTheQueriedCanisterSeesTheDataCertificate() {
        var inner = script().append(Fact.HAS_CERTIFICATE).reply();
        var outer = script().call(Call.of(other.id(), "ask", inner)
                .onReply(script().appendArgument().reply()));

        assertThat(canister.query("compose", outer.bytes(), Optional.of(new byte[1]))
                        .numbers())
                .containsExactly(0L);
    }

    @Test
    void aCompositeQueryCallsQueriesOfOtherCanisters() {
        other.run(script().setValue("theirs").reply());
        canister.compose(script().call(Call.of(
                                other.id(), "ask", script().appendValue().reply())
                        .onReply(script().append("I saw ").appendArgument().reply())))
                .expectReply("I saw theirs");
    }

    @Test
    void aCompositeQueryKeepsItsOwnWritesUntilItIsAnswered() {
        canister.compose(script().setValue("mine")
                        .call(Call.of(other.id(), "ask", script().reply())
                                .onReply(script().appendValue().reply())))
                .expectReply("mine");
        canister.ask(script().appendValue().reply()).expectReply("");
    }

    @Test
    void aCompositeQueryThatCallsItsOwnCanisterSeesTheStateWithoutItsWrites() {
        canister.compose(script().setValue("mine")
                        .call(Call.of(
                                        canister.id(),
                                        "ask",
                                        script().append("<").appendValue().reply())
                                .onReply(script().appendArgument()
                                        .append(">")
                                        .appendValue()
                                        .reply())))
                .expectReply("<>mine");
    }

    @Test
    void theSecondPerformanceCounterOfACallbackCountsTheCompositeQueryToo() {
        var counters = script().append(Fact.INSTRUCTIONS)
                .append(Fact.INSTRUCTIONS_OF_CALL)
                .reply();
        var alone = canister.compose(counters).numbers();
        var called = canister.compose(script().call(
                                Call.of(other.id(), "ask", script().reply()).onReply(counters)))
                .numbers();

        assertThat(called.get(1) - called.get(0)).isGreaterThan(alone.get(1) - alone.get(0) + 5_000);
    }

    @Test
    void aCompositeQueryCannotCallAnUpdate() {
        canister.compose(script().call(
                                Call.of(other.id(), "run", script().reply()).onReject(script().reply("refused"))))
                .expectReply("refused");
    }

    @Test
    void aTrapInACompositeCallbackRunsCleanup() {
        canister.compose(script().call(Call.of(other.id(), "ask", script().reply())
                                .onReply(script().trap("first"))
                                .onCleanup(script().setValue("cleaned")))
                        .call(Call.of(other.id(), "ask", script().reply())
                                .onReply(script().appendValue().reply())))
                .expectReply("cleaned");
    }

    @Test
    void aTrapInTheLastCompositeCallbackIsTold() {
        canister.compose(script().call(Call.of(other.id(), "ask", script().reply())
                        .onReply(script().trap("first"))
                        .onCleanup(script().trap("second"))))
                .expectReject(ErrorCode.CANISTER_CALLED_TRAP, "'first'")
                .expectReject(ErrorCode.CANISTER_CALLED_TRAP, "call_on_cleanup also failed");
    }

    @Test
    void compositeQueriesNestSixDeepAndNotDeeper() {
        canister.compose(nested(6)).expectReply("bottom");
        canister.compose(nested(7)).expectReply("too deep");
    }

    private Script nested(int depth) {
        var script = script().reply("bottom");
        for (int i = 0; i < depth; i++) {
            script = script().call(Call.of(other.id(), "compose", script)
                    .onReply(script().appendArgument().reply())
                    .onReject(script().reply("too deep")));
        }
        return script;
    }

    @Test
    void aCompositeQueryHasOneInstructionLimitForAllItCalls() {
        kit.with(limits -> limits.withQueryInstructionsMax(120_000_000));
        var call = Call.of(other.id(), "ask", script().reply());
        canister.compose(script().call(call.onReply(script().call(call.onReply(script().reply("two"))))))
                .expectReply("two");
        canister.compose(script().call(call.onReply(script().call(call.onReply(
                        script().call(call.onReject(script().appendReject().reply())))))))
                .expectReject(
                        ErrorCode.QUERY_CALL_GRAPH_TOTAL_INSTRUCTION_LIMIT_EXCEEDED, "120000000 instructions in total");
    }

    @Test
    void aCompositeQueryMayQueryTheManagementCanister() {
        canister.compose(script().call(Call.of(Principal.MANAGEMENT_CANISTER, "canister_status", script())
                        .onReply(script().appendArgument().reply())))
                .expectReply("management canister_status for " + canister.id().hex());
    }

    @Test
    void aCanisterWithoutAnInspectHookLetsMessagesIn() {
        assertThat(kit.install("counter").inspect("inc")).isInstanceOf(Inspection.Accepted.class);
    }

    @Test
    void theInspectHookDecidesWhichMessagesToLetIn() {
        assertThat(canister.inspect("run")).isInstanceOf(Inspection.Accepted.class);
        canister.run(
                script().set(Hook.INSPECT, script().setValue("does nothing")).reply());
        assertThat(canister.inspect("run"))
                .isInstanceOfSatisfying(
                        Inspection.Refused.class,
                        refused -> assertThat(refused.reject().error()).isEqualTo(ErrorCode.CANISTER_REJECTED_MESSAGE));
        canister.run(script().set(Hook.INSPECT, script().trap("never")).reply());
        assertThat(canister.inspect("run"))
                .isInstanceOfSatisfying(
                        Inspection.Refused.class,
                        refused -> assertThat(refused.reject().error()).isEqualTo(ErrorCode.CANISTER_CALLED_TRAP));
    }

    @Test
    void acceptingAMessageTwiceTraps() {
        canister.run(script().set(Hook.INSPECT, script().acceptMessage().acceptMessage())
                .reply());
        assertThat(canister.inspect("run"))
                .isInstanceOfSatisfying(
                        Inspection.Refused.class,
                        refused ->
                                assertThat(refused.reject().error()).isEqualTo(ErrorCode.CANISTER_CONTRACT_VIOLATION));
    }

    @Test
    void inspectingChangesNothing() {
        canister.run(script().set(Hook.INSPECT, script().setValue("lost").acceptMessage())
                .reply());
        assertThat(canister.inspect("run")).isInstanceOf(Inspection.Accepted.class);
        canister.ask(script().appendValue().reply()).expectReply("");
    }
}
