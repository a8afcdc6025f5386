package decant.canister;

import static decant.canister.Script.script;
import static org.assertj.core.api.Assertions.assertThat;

import decant.canister.CanisterKit.Canister;
import decant.canister.InstallRequest.Mode;
import decant.canister.state.ErrorCode;
import decant.wasm.FunctionType;
import decant.wasm.ValueType;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What a message pays for the pages of the heap that it touches.
final class HeapPagesTest {
    private static final long PAGE_COST = 80_000;

    private final CanisterKit kit = new CanisterKit();
    private final Canister canister = kit.create();

    HeapPagesTest() {
        canister.deploy(new Mode.Install(), module(), script()).expectInstalled();
    }

    @AfterEach
    void close() {
        kit.close();
    }

    /// A canister of 100 pages with methods that load from or store to the pages behind page 10, touch nothing else,
    /// and
    /// reply.
    private static byte[] module() {
        var builder = new ModuleBuilder()
                .importFunction("ic0", "msg_reply", new FunctionType(List.of(), List.of()))
                .importFunction("ic0", "performance_counter", type(List.of(ValueType.I32), List.of(ValueType.I64)))
                .importFunction("ic0", "msg_reply_data_append", type(List.of(ValueType.I32, ValueType.I32), List.of()))
                .memory(100, false)
                .global(ValueType.I32, true, 0x41, 0x00);
        return builder.function("canister_update nothing", 0x10, 0)
                .function("canister_update look", code(looks(), reply()))
                .function("canister_update lookAndRead", code(looks(), load(10), reply()))
                .function("canister_update read", code(load(10), load(11), load(10), load(12), reply()))
                .function("canister_update write", code(store(10), store(11), store(10), store(12), reply()))
                .function("canister_update readThenWrite", code(load(10), store(10), load(11), reply()))
                .function("canister_update writeThenRead", code(store(10), load(10), load(11), reply()))
                .function("canister_update readAndTrap", code(load(10), load(11), new int[] {0x00}))
                .function("canister_query ask", code(store(20), counter(0), append(), reply()))
                .function("canister_update append", code(append(), reply()))
                .function(
                        "canister_update count",
                        code(store(20), counter(0), load(21), counter(8), counter(16), append(), reply()))
                .build();
    }

    private static FunctionType type(List<ValueType> parameters, List<ValueType> results) {
        return new FunctionType(parameters, results);
    }

    private static int[] code(int[]... parts) {
        return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
    }

    /// `i32.const` of the first address of a page.
    private static int[] address(int page) {
        int value = page << 16;
        return new int[] {0x41, 0x80 | value & 0x7F, 0x80 | value >> 7 & 0x7F, 0x80 | value >> 14 & 0x7F, value >> 21};
    }

    private static int[] load(int page) {
        return code(address(page), new int[] {0x28, 0x02, 0x00, 0x1A});
    }

    private static int[] store(int page) {
        return code(address(page), new int[] {0x41, 0x01, 0x36, 0x02, 0x00});
    }

    /// Stores the performance counter to the page 20.
    private static int[] counter(int offset) {
        return code(address(20), new int[] {0x41, 0x00, 0x10, 0x01, 0x37, 0x03, offset});
    }

    /// Reads the performance counter 5,000 times, counting in a global.
    private static int[] looks() {
        return new int[] {
            0x41,
            0x88,
            0x27,
            0x24,
            0x00, // i32.const 5000, global.set 0
            0x03,
            0x40, // loop
            0x41,
            0x00,
            0x10,
            0x01,
            0x1A, // i32.const 0, call performance_counter, drop
            0x23,
            0x00,
            0x41,
            0x01,
            0x6B,
            0x24,
            0x00, // global.get 0, i32.const 1, i32.sub, global.set 0
            0x23,
            0x00,
            0x0D,
            0x00,
            0x0B // global.get 0, br_if 0, end
        };
    }

    /// Appends 24 bytes of page 20 to the reply.
    private static int[] append() {
        return code(address(20), new int[] {0x41, 24, 0x10, 0x02});
    }

    private static int[] reply() {
        return new int[] {0x10, 0x00};
    }

    private long cost(String method) {
        canister.call(method, new byte[0]);
        return kit.outcomes().getLast().instructionsUsed();
    }

    /// {@return what a method costs besides its instructions, of which these tests have a few thousand at most}
    private long pagesPaid(String method) {
        long cost = cost(method);
        assertThat(cost % PAGE_COST).as(method + " costs " + cost).isLessThan(5_000);
        return cost / PAGE_COST;
    }

    @Test
    void aPageIsPaidForWhenItIsFirstReadAndWhenItIsFirstWritten() {
        assertThat(pagesPaid("nothing")).isZero();
        assertThat(pagesPaid("read")).isEqualTo(3);
        assertThat(pagesPaid("write")).isEqualTo(6);
        assertThat(pagesPaid("readThenWrite")).isEqualTo(3);
        assertThat(pagesPaid("writeThenRead")).isEqualTo(3);
    }

    @Test
    void everyMessagePaysAgain() {
        long first = cost("write");
        assertThat(cost("write")).isEqualTo(first);
        assertThat(cost("nothing")).isLessThan(PAGE_COST);
    }

    @Test
    void whatASystemCallReadsIsPaidFor() {
        assertThat(pagesPaid("append")).isEqualTo(1);
    }

    @Test
    void aRunThatTrapsHasPaidToo() {
        assertThat(pagesPaid("readAndTrap")).isEqualTo(2);
    }

    @Test
    void whatAQueryWritesNobodyCounts() {
        var counted = canister.query("ask", new byte[0], Optional.empty()).numbers();
        assertThat(counted.getFirst() / PAGE_COST).isEqualTo(1);
    }

    @Test
    void theCounterShowsAPageAsSoonAsItWasTouched() {
        var counted = canister.call("count", new byte[0]).numbers();
        assertThat(counted.get(0) / PAGE_COST).isEqualTo(2);
        assertThat(counted.get(1) / PAGE_COST).isEqualTo(3);
        assertThat(counted.get(2) / PAGE_COST).isEqualTo(3);
    }

    @Test
    void whoReadsTheCounterVeryOftenPaysForPagesJustTheSame() {
        long looking = cost("look");
        assertThat(looking).isGreaterThan(5_000 * 200);
        assertThat(cost("lookAndRead") - looking).isBetween(PAGE_COST, PAGE_COST + 10);
    }

    @Test
    void pagesThatCannotBePaidForEndTheRun() {
        kit.with(limits -> limits.withMessageInstructionsMax(3 * PAGE_COST));
        canister.call("read", new byte[0])
                .expectReject(
                        ErrorCode.CANISTER_INSTRUCTION_LIMIT_EXCEEDED,
                        "Canister exceeded the limit of 240000 instructions for single message execution.");
        assertThat(kit.outcomes().getLast().instructionsUsed()).isEqualTo(3 * PAGE_COST);
        canister.call("write", new byte[0])
                .expectReject(ErrorCode.CANISTER_INSTRUCTION_LIMIT_EXCEEDED, "240000 instructions");

        kit.with(limits -> limits.withMessageInstructionsMax(3 * PAGE_COST + 5_000));
        assertThat(pagesPaid("read")).isEqualTo(3);
    }

    @Test
    void aRunThatTrapsBehindThePagesItCouldNotPayForHasExceededTheLimit() {
        kit.with(limits -> limits.withMessageInstructionsMax(PAGE_COST));
        canister.call("readAndTrap", new byte[0])
                .expectReject(ErrorCode.CANISTER_INSTRUCTION_LIMIT_EXCEEDED, "80000 instructions");
    }
}
