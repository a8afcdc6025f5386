package decant.replica;

import static decant.replica.Node.number;
import static decant.replica.Node.reply;
import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Principal;
import decant.protocol.CallResponse;
import decant.protocol.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Pages that are in memory alone are few, however fast canisters write and whatever becomes of checkpoints.
final class DirtyPagesTest {
    private static final long PAGES_PER_CHECKPOINT = 1_024;
    private static final long PAGES_PER_CALL = 1_024;
    private static final long FIRST = 16;
    private static final int CALLS = 40;

    @TempDir
    private Path directory;

    @Test
    void aCanisterThatWritesFasterThanTheDiskWaitsForIt() {
        try (var node = node()) {
            var wide = install(node);
            for (int i = 0; i < CALLS; i++) {
                node.update(wide, "fill", range(i));
                assertThat(StateRecords.deltaPages(node.replica().state().subnet(), wide))
                        .isLessThanOrEqualTo(2 * PAGES_PER_CHECKPOINT + PAGES_PER_CALL + FIRST);
            }
            node.restart();
            expectFilled(node, wide, CALLS);
        }
    }

    /// While one is executed the next ones arrive, so a call waits whenever a checkpoint ends.
    @Test
    void callsThatEachWriteMoreThanMayWaitAreAllTaken() throws Exception {
        try (var node = node();
                var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            var wide = install(node);
            int callsAtOnce = 4;
            var made = new ArrayList<Future<?>>();
            for (int i = 0; i < CALLS; i += callsAtOnce) {
                byte[] range = range(i, callsAtOnce);
                made.add(callers.submit(() -> node.update(wide, "fill", range)));
                made.add(callers.submit(() -> node.update(wide, "fill", range(0, 1))));
            }
            for (var call : made) {
                call.get();
            }
            assertThat(node.replica().status().healthy()).isTrue();
            expectFilled(node, wide, CALLS);
        }
    }

    @Test
    void whileNoCheckpointCanBeWrittenCallsAreRefusedBeforeMemoryIsFull() throws IOException {
        var overlays = directory.resolve("state").resolve("store").resolve("overlays");
        var away = directory.resolve("overlays-away");
        try (var node = node()) {
            var wide = install(node);
            int taken = 0;
            node.update(wide, "fill", range(taken++));
            Files.move(overlays, away);
            Optional<Response.Rejected> refusal = Optional.empty();
            while (refusal.isEmpty()) {
                refusal = refusal(node, wide, taken);
                taken += refusal.isEmpty() ? 1 : 0;
                assertThat(taken).isLessThanOrEqualTo(5);
            }
            assertThat(refusal.get().message()).contains("cannot be written to");
            assertThat(node.replica().status().healthy()).isFalse();
            expectFilled(node, wide, taken);

            Files.move(away, overlays);
            while (!node.replica().status().healthy()) {
                node.clock.advance(Duration.ofSeconds(1));
                expectFilled(node, wide, taken);
            }
            node.update(wide, "fill", range(taken++));
            node.restart();
            expectFilled(node, wide, taken);
        }
    }

    private Node node() {
        return Node.in(
                directory.resolve("state"),
                config -> config.withCheckpointEvery(Long.MAX_VALUE, PAGES_PER_CHECKPOINT * 4_096));
    }

    private static Principal install(Node node) {
        var wide = node.install("wide.wasm", new byte[0]);
        long bytes = (FIRST + CALLS * PAGES_PER_CALL) * 4_096;
        node.update(wide, "grow", Node.number(bytes / 65_536));
        return wide;
    }

    private static byte[] range(int call) {
        return range(call, 1);
    }

    private static byte[] range(int firstCall, int calls) {
        long first = FIRST + firstCall * PAGES_PER_CALL;
        return WideHeapTest.numbers(first, first + calls * PAGES_PER_CALL, 1);
    }

    private static Optional<Response.Rejected> refusal(Node node, Principal wide, int call) {
        var request = node.callRequest(Node.ALICE, wide, "fill", range(call));
        var served = node.replica().call(wide, request.envelope());
        return served instanceof Served.Answered<CallResponse>(CallResponse.NotReplicated(var refusal))
                ? Optional.of(refusal)
                : Optional.empty();
    }

    private static void expectFilled(Node node, Principal wide, int calls) {
        var range = WideHeapTest.numbers(FIRST, FIRST + calls * PAGES_PER_CALL, 1);
        assertThat(number(reply(node.query(wide, "differing", range)))).isZero();
    }
}
