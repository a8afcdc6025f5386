package decant.canister;

import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Hash;
import decant.base.Principal;
import decant.canister.state.Answer;
import decant.canister.state.CallContext;
import decant.canister.state.CallOrigin;
import decant.canister.state.CanisterState;
import decant.canister.state.CanisterStatus;
import decant.canister.state.CanisterStatus.StopCall;
import decant.canister.state.Change;
import decant.canister.state.Cycles;
import decant.canister.state.ErrorCode;
import decant.canister.state.Message;
import decant.canister.state.Payload;
import decant.canister.state.Settings;
import decant.canister.state.TaskKind;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class LifecycleTest {
    private static final Principal CALLER = Principal.of(new byte[] {1});
    private static final Change.Origin ORIGIN = new Change.Origin.FromUser(CALLER);

    private final CanisterState canister =
            CanisterState.create(Principal.ofCanisterNumber(0), Settings.DEFAULT, Cycles.of(100), 5);

    @Test
    void aCanisterWithoutOpenCallsStopsAtOnceAndTheCallerIsAnswered() {
        var stopped = Lifecycle.stop(canister, stopCall(1, 100));

        assertThat(stopped.next().status()).isInstanceOf(CanisterStatus.Stopped.class);
        assertThat(stopped.next().version()).isEqualTo(2);
        assertThat(stopped.answers()).hasSize(1);
        assertThat(stopped.answers().get(0).payload()).isInstanceOf(Payload.Reply.class);
    }

    @Test
    void aCanisterWithAnOpenCallIsStoppingUntilThatIsDone() {
        var stopping = Lifecycle.stop(withOpenCall(), stopCall(1, 100));

        assertThat(stopping.next().status()).isInstanceOf(CanisterStatus.Stopping.class);
        assertThat(stopping.answers()).isEmpty();
    }

    @Test
    void everyCallerWhoWaitsForTheStopIsAnsweredWhenTheLastCallIsDone() {
        var twice = Lifecycle.stop(
                        Lifecycle.stop(withOpenCall(), stopCall(1, 100)).next(), stopCall(2, 100))
                .next();
        var done = twice.with(
                draft -> draft.calls = draft.calls.put(1, draft.calls.context(1).answered()));

        assertThat(Lifecycle.settle(done).answers())
                .extracting(Answer::to)
                .containsExactly(stopCall(1, 100).origin(), stopCall(2, 100).origin());
    }

    @Test
    void aStartRejectsTheCallersWhoWaitForTheStop() {
        var stopping = Lifecycle.stop(withOpenCall(), stopCall(1, 100)).next();
        var started = Lifecycle.start(stopping);

        assertThat(started.next().isRunning()).isTrue();
        assertThat(started.next().version()).isEqualTo(stopping.version() + 1);
        assertThat(started.answers())
                .singleElement()
                .satisfies(answer -> rejectedWith(answer, ErrorCode.CANISTER_STOPPING_CANCELLED));
    }

    @Test
    void aStopThatTakesTooLongIsRejectedAndTheCanisterStaysStopping() {
        var stopping = Lifecycle.stop(
                        Lifecycle.stop(withOpenCall(), stopCall(1, 100)).next(), stopCall(2, 200))
                .next();
        var expired = Lifecycle.expireStopCalls(stopping, 100);

        assertThat(expired.answers())
                .singleElement()
                .satisfies(answer -> rejectedWith(answer, ErrorCode.STOP_CANISTER_REQUEST_TIMEOUT));
        assertThat(expired.next().status())
                .isInstanceOfSatisfying(
                        CanisterStatus.Stopping.class,
                        status -> assertThat(status.waiting()).containsExactly(stopCall(2, 200)));
    }

    @Test
    void nothingExpiresBeforeItsDeadline() {
        var stopping = Lifecycle.stop(withOpenCall(), stopCall(1, 100)).next();

        assertThat(Lifecycle.expireStopCalls(stopping, 99).next()).isSameAs(stopping);
    }

    @Test
    void uninstallingRejectsOpenCallsAndGivesTheirCyclesBack() {
        var uninstalled = Lifecycle.uninstall(withOpenCall(), ORIGIN, 7);

        assertThat(uninstalled.answers()).singleElement().satisfies(answer -> {
            rejectedWith(answer, ErrorCode.CANISTER_REJECTED_MESSAGE);
            assertThat(answer.refund()).isEqualTo(Cycles.of(40));
        });
        assertThat(uninstalled.next().calls().isEmpty()).isTrue();
        assertThat(uninstalled.next().code()).isEmpty();
        assertThat(uninstalled.next().lastInstalledNanos()).isEmpty();
        assertThat(uninstalled.next().version()).isEqualTo(1);
        assertThat(uninstalled.next().history().recent())
                .containsExactly(new Change(7, 1, ORIGIN, new Change.Details.CodeUninstall()));
    }

    @Test
    void onlyAStoppedCanisterCanBeDeleted() {
        assertThat(Lifecycle.deletionHindrance(canister, CALLER))
                .get()
                .extracting(Payload.Reject::error)
                .isEqualTo(ErrorCode.CANISTER_NOT_STOPPED);
        assertThat(Lifecycle.deletionHindrance(stopped(), CALLER)).isEmpty();
    }

    @Test
    void aCanisterCannotDeleteItself() {
        assertThat(Lifecycle.deletionHindrance(stopped(), canister.id()))
                .get()
                .extracting(Payload.Reject::message)
                .asString()
                .contains("cannot delete itself");
    }

    @Test
    void aCanisterWithMessagesInItsQueueCannotBeDeleted() {
        var busy = stopped().enqueue(new Message.Task(TaskKind.HEARTBEAT));

        assertThat(Lifecycle.deletionHindrance(busy, CALLER))
                .get()
                .extracting(Payload.Reject::error)
                .isEqualTo(ErrorCode.CANISTER_QUEUE_NOT_EMPTY);
    }

    private CanisterState stopped() {
        return Lifecycle.stop(canister, stopCall(1, 100)).next();
    }

    private CanisterState withOpenCall() {
        var context = CallContext.of(new CallOrigin.FromCanister(CALLER, 3, 0), 6, Cycles.of(40));
        return canister.with(draft -> draft.calls = draft.calls.open(context));
    }

    private static StopCall stopCall(int number, long deadlineNanos) {
        var requestId = Hash.sha256(new byte[] {(byte) number});
        return new StopCall(new CallOrigin.FromUser(requestId, CALLER, Optional.empty()), Cycles.ZERO, deadlineNanos);
    }

    private static void rejectedWith(Answer answer, ErrorCode error) {
        assertThat(answer.payload())
                .isInstanceOfSatisfying(
                        Payload.Reject.class,
                        reject -> assertThat(reject.error()).isEqualTo(error));
    }
}
