package decant.canister;

import static decant.canister.Script.script;
import static org.assertj.core.api.Assertions.assertThat;

import decant.canister.CanisterKit.Canister;
import decant.canister.Script.Call;
import decant.canister.Script.Fact;
import decant.canister.Script.Hook;
import decant.canister.state.ErrorCode;
import decant.canister.state.TaskKind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class LimitsTest {
    private static final long WASM_PAGE_BYTES = 65_536;

    private final CanisterKit kit = new CanisterKit();
    private final Canister canister = kit.puppet();

    @BeforeEach
    void limitInstructions() {
        kit.with(limits -> limits.withMessageInstructionsMax(50_000_000).withQueryInstructionsMax(10_000_000));
    }

    @AfterEach
    void close() {
        kit.close();
    }

    @Test
    void anEndlessLoopEndsAtTheInstructionLimit() {
        canister.run(script().setValue("lost").loopForEver())
                .expectReject(
                        ErrorCode.CANISTER_INSTRUCTION_LIMIT_EXCEEDED,
                        "Canister exceeded the limit of 50000000 instructions for single message execution.");
        assertThat(kit.outcomes().getLast().instructionsUsed()).isEqualTo(50_000_000);
        canister.run(script().appendValue().reply()).expectReply("");
    }

    @Test
    void anEndlessLoopInAQueryEndsAtTheQueryLimit() {
        canister.ask(script().loopForEver())
                .expectReject(ErrorCode.CANISTER_INSTRUCTION_LIMIT_EXCEEDED, "limit of 10000000 instructions");
    }

    @Test
    void endlessRecursionIsAStackOverflow() {
        kit.with(limits -> limits.withMessageInstructionsMax(40_000_000_000L));
        canister.run(script().recurseForEver())
                .expectReject(ErrorCode.CANISTER_TRAPPED, "Canister trapped: stack overflow");
        canister.run(script().reply("alive")).expectReply("alive");
    }

    @Test
    void aDivisionByZeroTraps() {
        canister.run(script().divideByZero())
                .expectReject(ErrorCode.CANISTER_TRAPPED, "Canister trapped: integer division by 0");
    }

    @Test
    void theHeapCannotOutgrowTheCanistersOwnLimitInAnUpdate() {
        canister.settings(draft -> draft.wasmMemoryLimitBytes = 4 * WASM_PAGE_BYTES);
        canister.run(script().growHeap(2).reply("fits")).expectReply("fits");
        canister.run(script().growHeap(1).reply())
                .expectReject(
                        ErrorCode.CANISTER_WASM_MEMORY_LIMIT_EXCEEDED,
                        "Canister exceeded its current Wasm memory limit of 262144 bytes."
                                + " The peak Wasm memory usage was 327680 bytes.");
    }

    @Test
    void theCanistersOwnLimitDoesNotHoldInCallbacksAndTasks() {
        canister.settings(draft -> draft.wasmMemoryLimitBytes = 2 * WASM_PAGE_BYTES);
        canister.run(script().call(Call.of(canister.id(), "ask", script().reply())
                        .onReply(script().growHeap(3).reply("grown"))))
                .expectReply("grown");
        canister.settings(draft -> draft.wasmMemoryLimitBytes = 0);
        canister.run(script().set(Hook.HEARTBEAT, script().growHeap(3)).reply());
        canister.settings(draft -> draft.wasmMemoryLimitBytes = 2 * WASM_PAGE_BYTES);
        assertThat(canister.task(TaskKind.HEARTBEAT)).isInstanceOf(Outcome.Completed.class);
    }

    @Test
    void anUpdateOfACanisterThatIsAboveItsLimitFails() {
        canister.settings(draft -> draft.wasmMemoryLimitBytes = WASM_PAGE_BYTES);
        canister.run(script().reply())
                .expectReject(ErrorCode.CANISTER_WASM_MEMORY_LIMIT_EXCEEDED, "limit of 65536 bytes");
    }

    @Test
    void memoryThatCannotBeHadIsNotGrown() {
        assertThat(canister.run(script().growHeap(65_536)
                                .append(Fact.HEAP_PAGES)
                                .reply())
                        .numbers())
                .containsExactly(2L);
    }

    @Test
    void aReplyIsAtMostTwoMebibytesAndInQueriesThree() {
        kit.with(_ -> Limits.DEFAULT);
        var mebibyte = new byte[1 << 20];
        var two = script().append(mebibyte).append(mebibyte);
        canister.run(script().append(mebibyte).append(mebibyte).append("x").reply())
                .expectReject(ErrorCode.CANISTER_CONTRACT_VIOLATION, "cannot be larger than 2097152");
        assertThat(canister.run(two.reply()).reply()).hasSize(2 << 20);
        assertThat(canister.ask(script().append(mebibyte)
                                .append(mebibyte)
                                .append(mebibyte)
                                .reply())
                        .reply())
                .hasSize(3 << 20);
        canister.ask(script().append(mebibyte)
                        .append(mebibyte)
                        .append(mebibyte)
                        .append("x")
                        .reply())
                .expectReject(ErrorCode.CANISTER_CONTRACT_VIOLATION, "cannot be larger than 3145728");
    }

    @Test
    void moreThan32BytesCannotBeCertified() {
        canister.run(script().certify("x".repeat(32)).reply("fits")).expectReply("fits");
        assertThat(canister.state().certifiedData()).hasSize(32);
        canister.run(script().certify("x".repeat(33)))
                .expectReject(ErrorCode.CANISTER_CONTRACT_VIOLATION, "no larger than 32 bytes. Found 33 bytes");
    }

    @Test
    void copyingCostsInstructionsByTheByte() {
        canister.run(script().append("x".repeat(100)).reply());
        long hundred = kit.outcomes().getLast().instructionsUsed();
        canister.run(script().append("x".repeat(1_100)).reply());
        long more = kit.outcomes().getLast().instructionsUsed();

        // Fifty for each byte of a reply, one for each byte of the argument that the puppet copies in.
        assertThat(more - hundred).isEqualTo(1_000 * 51);
    }
}
