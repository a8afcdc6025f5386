package decant.canister;

import static decant.canister.Script.script;
import static org.assertj.core.api.Assertions.assertThat;

import decant.canister.CanisterKit.Canister;
import decant.canister.state.CanisterLog;
import decant.canister.state.ErrorCode;
import decant.canister.state.Visibility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class CanisterLogTest {
    private final CanisterKit kit = new CanisterKit();
    private final Canister canister = kit.puppet();

    @AfterEach
    void close() {
        kit.close();
    }

    @Test
    void whatACanisterPrintsIsInItsLogWithTimeAndNumber() {
        canister.run(script().print("one").print("two").reply());

        assertThat(canister.logLines()).containsExactly("one", "two");
        assertThat(canister.state().log().lines())
                .extracting(CanisterLog.Line::index)
                .containsExactly(0L, 1L);
        assertThat(canister.state().log().lines())
                .extracting(CanisterLog.Line::timeNanos)
                .containsOnly(kit.timeNanos());
    }

    @Test
    void aTrapIsInTheLogAfterWhatWasPrinted() {
        canister.run(script().print("before").trap("why"));

        assertThat(canister.logLines()).hasSize(2);
        assertThat(canister.logLines().get(0)).isEqualTo("before");
        assertThat(canister.logLines().get(1)).startsWith("[TRAP]: why\nCanister Backtrace:\n");
    }

    @Test
    void theNewestLinesFitTheLimit() {
        for (int i = 0; i < 100; i++) {
            canister.run(script().print("line " + i + "x".repeat(80)).reply());
        }
        assertThat(canister.state().log().bytes()).isLessThanOrEqualTo(4_096);
        assertThat(canister.logLines()).last().asString().startsWith("line 99");
        assertThat(canister.logLines()).hasSizeBetween(30, 41);
    }

    @Test
    void aLineLongerThanTheLogIsCut() {
        canister.run(script().print("x".repeat(10_000)).reply());

        assertThat(canister.logLines()).singleElement().asString().hasSize((int)
                (4_096 - CanisterLog.LINE_OVERHEAD_BYTES));
    }

    @Test
    void aCanisterWithoutLogMemoryHasNoLog() {
        canister.settings(draft -> draft.logMemoryLimitBytes = 0);
        canister.run(script().print("lost").reply());

        assertThat(canister.logLines()).isEmpty();
    }

    @Test
    void queriesLeaveNothingInTheLogUnlessTheyAreCalledAsUpdates() {
        canister.ask(script().print("lost").reply());
        canister.call("ask", script().print("kept").reply().bytes());

        assertThat(canister.logLines()).containsExactly("kept");
    }

    @Test
    void whoMaySeeTheLogIsToldTheFunctionsThatTrapped() {
        canister.run(script().unreachable()).expectReject(ErrorCode.CANISTER_TRAPPED, "unreachable");
        assertThat(canister.run(script().unreachable()).payload().toString()).doesNotContain("Backtrace");

        canister.settings(draft -> draft.logVisibility = new Visibility.Public());
        canister.run(script().unreachable()).expectReject(ErrorCode.CANISTER_TRAPPED, "Canister Backtrace:\nrun_at");
    }
}
