package decant.canister;

import static decant.canister.Script.script;
import static org.assertj.core.api.Assertions.assertThat;

import decant.canister.CanisterKit.Canister;
import decant.canister.Script.Fact;
import decant.canister.state.ErrorCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class StableMemoryTest {
    private static final long PAGES_OF_4_GIB = 65_536;
    private static final long PAGES_OF_500_GIB = 500 * 16_384;
    private static final long GIB = 1L << 30;

    private final CanisterKit kit = new CanisterKit();
    private final Canister canister = kit.puppet();

    @AfterEach
    void close() {
        kit.close();
    }

    @Test
    void whatIsWrittenIsReadInTheSameMessageAndLater() {
        canister.run(script().stableGrow(1)
                        .stableWrite(4_090, "across pages")
                        .appendStable(4_090, 12)
                        .reply())
                .expectReply("across pages");
        canister.run(script().appendStable(4_090, 12).reply()).expectReply("across pages");
        canister.ask(script().appendStable(4_096, 6).reply()).expectReply(" pages");
    }

    @Test
    void writingPartOfAPageKeepsTheRestOfIt() {
        canister.run(script().stableGrow(1).stableWrite(10, "abcdef").reply());
        canister.run(script().stableWrite(12, "XY").appendStable(10, 6).reply()).expectReply("abXYef");
        canister.run(script().appendStable(10, 6).reply()).expectReply("abXYef");
    }

    @Test
    void freshStableMemoryReadsAsZeros() {
        assertThat(canister.run(script().stableGrow(1).appendStable(65_528, 8).reply())
                        .numbers())
                .containsExactly(0L);
    }

    @Test
    void aTrapUndoesWritesAndGrowth() {
        canister.run(script().stableGrow(1).stableWrite(0, "kept").reply());
        canister.run(script().stableGrow(1).stableWrite(0, "lost").unreachable());
        canister.run(script().appendStable(0, 4).reply()).expectReply("kept");
        assertThat(canister.run(script().append(Fact.STABLE_PAGES).reply()).numbers())
                .containsExactly(1L);
    }

    @Test
    void accessBeyondTheEndTraps() {
        canister.run(script().stableGrow(1).appendStable(65_530, 8))
                .expectReject(ErrorCode.CANISTER_TRAPPED, "Canister trapped: stable memory out of bounds");
        canister.run(script().stableGrow(1).stableWrite(65_530, "12345678"))
                .expectReject(ErrorCode.CANISTER_TRAPPED, "Canister trapped: stable memory out of bounds");
        canister.run(script().stableGrow(1).appendStable(-8, 8))
                .expectReject(ErrorCode.CANISTER_TRAPPED, "Canister trapped: stable memory out of bounds");
    }

    @Test
    void accessOfNoBytesNeverTraps() {
        canister.run(script().appendStable(1_000_000, 0).stableWrite(-1, "").reply("fine"))
                .expectReply("fine");
    }

    @Test
    void readingIntoTheHeapBeyondItsEndTraps() {
        canister.run(script().stableGrow(100).appendStable(0, 50 * 65_536))
                .expectReject(ErrorCode.CANISTER_TRAPPED, "Canister trapped: heap out of bounds");
    }

    @Test
    void stableMemoryBeyondFourGibibytesIsReachedByThe64BitInterface() {
        canister.run(script().stableGrow(51 * 16_384)
                .stableWrite(50 * GIB, "far away")
                .reply());
        canister.run(
                script().appendStable(50 * GIB, 8).append(Fact.STABLE_PAGES).reply());
        canister.ask(script().appendStable(50 * GIB, 8).reply()).expectReply("far away");
    }

    @Test
    void stableMemoryGrowsToFiveHundredGibibytesAndNotFurther() {
        canister.run(script().stableGrow(PAGES_OF_500_GIB + 1)
                .stableGrow(PAGES_OF_500_GIB)
                .stableGrow(1)
                .reply());
        assertThat(canister.run(script().append(Fact.STABLE_PAGES).reply()).numbers())
                .containsExactly(PAGES_OF_500_GIB);
    }

    @Test
    void the32BitInterfaceWorksUpToFourGibibytes() {
        assertThat(canister.run(script().stableGrow32(PAGES_OF_4_GIB)
                                .appendStablePages32()
                                .stableGrow32(1)
                                .stableWrite32(4 * GIB - 8, "the end.")
                                .reply())
                        .numbers())
                .containsExactly(0L, PAGES_OF_4_GIB, -1L);
        canister.run(script().appendStable32(4 * GIB - 8).reply()).expectReply("the end.");
    }

    @Test
    void the32BitInterfaceTrapsOnMoreThanFourGibibytes() {
        var trap = "32 bit stable memory api used on a memory larger than 4GB";
        canister.run(script().stableGrow(PAGES_OF_4_GIB + 1).reply());

        canister.run(script().appendStablePages32()).expectReject(ErrorCode.CANISTER_TRAPPED, trap);
        canister.run(script().stableGrow32(1)).expectReject(ErrorCode.CANISTER_TRAPPED, trap);
        canister.run(script().appendStable32(0)).expectReject(ErrorCode.CANISTER_TRAPPED, trap);
        canister.run(script().stableWrite32(0, "x")).expectReject(ErrorCode.CANISTER_TRAPPED, trap);
    }

    private static final long PAGE_COST = 80_000;

    /// {@return what a run of the script costs, in a message of its own}
    private long cost(Script script) {
        canister.run(script.reply());
        return kit.outcomes().getLast().instructionsUsed();
    }

    @Test
    void aMessagePaysForEachPageOf64KiBWhenItFirstReadsItAndWhenItFirstWritesIt() {
        canister.run(script().stableGrow(10).reply());
        long nothing = cost(script().stableWrite(0, ""));
        long byteCost = cost(script().stableWrite(0, "ab")) - cost(script().stableWrite(0, "a"));
        long write = cost(script().stableWrite(0, "a"));
        assertThat(write - nothing - byteCost).isEqualTo(2 * PAGE_COST);

        // What is written behind the first write is paid for by the byte only, in the same 64 KiB.
        long again = cost(script().stableWrite(0, "a").stableWrite(65_535, "a")) - write;
        assertThat(again).isEqualTo(cost(script().stableWrite(0, "a").stableWrite(1, "a")) - write);
        assertThat(cost(script().stableWrite(0, "a").stableWrite(65_536, "a")) - write)
                .isEqualTo(again + 2 * PAGE_COST);
        assertThat(cost(script().stableWrite(0, "ab")) + 2 * PAGE_COST)
                .isEqualTo(cost(script().stableWrite(65_535, "ab")));
    }

    @Test
    void readingAPageAndThenWritingItIsPaidForOnceEach() {
        canister.run(script().stableGrow(10).reply());
        long read = cost(script().appendStable(70_000, 8));
        long readElsewhere = cost(script().appendStable(70_000, 8).appendStable(200_000, 8));
        long readAgain = cost(script().appendStable(70_000, 8).appendStable(71_000, 8));
        assertThat(readElsewhere - readAgain).isEqualTo(PAGE_COST);
        long readAndWritten = cost(script().appendStable(70_000, 8).stableWrite(70_000, "a"));
        long writtenElsewhere = cost(script().appendStable(70_000, 8).stableWrite(200_000, "a"));
        assertThat(writtenElsewhere - readAndWritten).isEqualTo(PAGE_COST);
        assertThat(readAndWritten - read).isGreaterThan(PAGE_COST).isLessThan(2 * PAGE_COST);
    }

    @Test
    void theNextMessagePaysAgain() {
        canister.run(script().stableGrow(10).reply());
        assertThat(cost(script().stableWrite(0, "a"))).isEqualTo(cost(script().stableWrite(0, "a")));
    }

    @Test
    void touchingMoreThanAMessageMayIsAnError() {
        kit.with(limits -> new Limits(
                limits.messageInstructionsMax(),
                limits.queryInstructionsMax(),
                limits.installInstructionsMax(),
                limits.inspectInstructionsMax(),
                limits.queryDepthMax(),
                limits.stableMemoryBytesMax(),
                2 * 4_096,
                limits.stableTouchedInInstallBytesMax(),
                limits.stableTouchedInQueryBytesMax(),
                Limits.DEFAULT.bestEffortBytesMax(),
                limits.writtenBytesMax()));
        canister.run(script().stableGrow(1)
                        .stableWrite(0, "a")
                        .stableWrite(4_096, "b")
                        .stableWrite(1, "a")
                        .reply("two"))
                .expectReply("two");
        canister.run(script().stableWrite(0, "a").stableWrite(4_096, "b").stableWrite(8_192, "c"))
                .expectReject(
                        ErrorCode.CANISTER_MEMORY_ACCESS_LIMIT_EXCEEDED,
                        "Canister exceeded memory access limits: Exceeded the limit for the number of accessed pages in the"
                                + " stable memory in a single message execution: limit 8 KB for regular messages and"
                                + " 1048576 KB for queries.");
    }
}
