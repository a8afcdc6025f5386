package decant.canister;

import static decant.canister.Script.script;
import static org.assertj.core.api.Assertions.assertThat;

import decant.canister.CanisterKit.Canister;
import decant.canister.Script.Call;
import decant.canister.Script.Fact;
import decant.canister.Script.Hook;
import decant.canister.state.CanisterStatus;
import decant.canister.state.LowMemoryHook;
import decant.canister.state.Message;
import decant.canister.state.TaskKind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class TasksTest {
    private static final long WASM_PAGE_BYTES = 65_536;
    private static final Message.Task TIMER = new Message.Task(TaskKind.GLOBAL_TIMER);

    private final CanisterKit kit = new CanisterKit();
    private final Canister canister = kit.puppet();

    @AfterEach
    void close() {
        kit.close();
    }

    @Test
    void aCanisterIsDueTheTasksItsModuleExports() {
        assertThat(Tasks.due(canister.state(), kit.timeNanos())).containsExactly(new Message.Task(TaskKind.HEARTBEAT));
        assertThat(Tasks.due(kit.install("counter").state(), kit.timeNanos())).isEmpty();
    }

    @Test
    void aTimerIsDueWhenItsTimeHasComeAndNotBefore() {
        canister.run(script().setTimer(kit.timeNanos() + 5).reply());

        assertThat(Tasks.due(canister.state(), kit.timeNanos() + 4)).doesNotContain(TIMER);
        assertThat(Tasks.due(canister.state(), kit.timeNanos() + 5)).contains(TIMER);
    }

    @Test
    void aTimerRunsOnceUnlessItIsSetAgain() {
        canister.run(
                script().set(Hook.TIMER, script().setValue("rang")).setTimer(1).reply());
        canister.task(TaskKind.GLOBAL_TIMER);

        canister.run(script().appendValue().reply()).expectReply("rang");
        assertThat(canister.state().globalTimerNanos()).isZero();
    }

    @Test
    void aTimerMaySetItselfAgain() {
        canister.run(script().set(Hook.TIMER, script().setTimer(9)).setTimer(1).reply());
        canister.task(TaskKind.GLOBAL_TIMER);

        assertThat(canister.state().globalTimerNanos()).isEqualTo(9);
    }

    @Test
    void aTimerThatTrapsIsUsedUpAllTheSame() {
        canister.run(script().set(Hook.TIMER, script().setTimer(9).unreachable())
                .setTimer(1)
                .reply());
        var outcome = canister.task(TaskKind.GLOBAL_TIMER);

        assertThat(outcome).isInstanceOf(Outcome.Trapped.class);
        assertThat(canister.state().globalTimerNanos()).isZero();
    }

    @Test
    void aHeartbeatCallsOtherCanistersAndTakesTheirAnswers() {
        var other = kit.puppet();
        canister.run(script().set(
                        Hook.HEARTBEAT,
                        script().call(Call.of(other.id(), "run", script().reply())
                                .onReply(script().setValue("answered"))))
                .reply());
        canister.task(TaskKind.HEARTBEAT);

        canister.run(script().appendValue().reply()).expectReply("answered");
        assertThat(canister.state().calls().isEmpty()).isTrue();
    }

    @Test
    void aTaskCannotReply() {
        canister.run(script().set(Hook.HEARTBEAT, script().reply()).reply());

        assertThat(canister.task(TaskKind.HEARTBEAT))
                .isInstanceOfSatisfying(
                        Outcome.Trapped.class,
                        trapped -> assertThat(trapped.failure().text())
                                .isEqualTo(
                                        "Canister violated contract: \"ic0_msg_reply\" cannot be executed in heartbeat mode"));
    }

    @Test
    void aCanisterThatIsNotRunningIsDueNothing() {
        canister.change(draft -> draft.status = new CanisterStatus.Stopped());

        assertThat(Tasks.due(canister.state(), kit.timeNanos())).isEmpty();
        assertThat(canister.task(TaskKind.HEARTBEAT)).isInstanceOf(Outcome.Skipped.class);
    }

    @Test
    void theLowMemoryHookRunsOnceWhenLittleMemoryIsLeftAndAgainAfterItWasEnough() {
        canister.settings(draft -> {
            draft.wasmMemoryLimitBytes = 10 * WASM_PAGE_BYTES;
            draft.wasmMemoryThresholdBytes = 4 * WASM_PAGE_BYTES;
        });
        canister.run(script().set(Hook.LOW_MEMORY, script().setValue("low")).reply());
        assertThat(canister.state().lowMemoryHook()).isEqualTo(LowMemoryHook.CONDITION_NOT_SATISFIED);

        canister.run(script().growHeap(5).reply());
        assertThat(canister.state().lowMemoryHook()).isEqualTo(LowMemoryHook.READY);
        assertThat(Tasks.due(canister.state(), kit.timeNanos()))
                .first()
                .isEqualTo(new Message.Task(TaskKind.LOW_WASM_MEMORY));

        canister.task(TaskKind.LOW_WASM_MEMORY);
        assertThat(canister.state().lowMemoryHook()).isEqualTo(LowMemoryHook.EXECUTED);
        canister.run(script().appendValue().reply()).expectReply("low");
        assertThat(canister.state().lowMemoryHook()).isEqualTo(LowMemoryHook.EXECUTED);

        canister.settings(draft -> draft.wasmMemoryLimitBytes = 100 * WASM_PAGE_BYTES);
        canister.run(script().reply());
        assertThat(canister.state().lowMemoryHook()).isEqualTo(LowMemoryHook.CONDITION_NOT_SATISFIED);
    }

    @Test
    void timeStandsStillInAnExecution() {
        assertThat(canister.run(script().append(Fact.TIME).append(Fact.TIME).reply())
                        .numbers())
                .containsExactly(kit.timeNanos(), kit.timeNanos());
    }
}
