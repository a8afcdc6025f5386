package decant.replica;

import static org.assertj.core.api.Assertions.assertThat;

import decant.canister.Limits;
import decant.canister.state.Message;
import decant.canister.state.Traffic;
import decant.protocol.Response;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Calls with best-effort response make room for each other: what does not fit is dropped, and its callers are told.
final class SheddingTest {
    private static final int ARGUMENT_BYTES = 60;
    private static final int REQUEST_BYTES = "stamp".length() + ARGUMENT_BYTES;

    @TempDir
    private Path directory;

    /// {@return a user's call that has the caller call the callee}
    private static Message.Ingress forwarding(Rounds rounds, int caller, int callee) {
        var argument = new ByteArrayOutputStream();
        byte[] id = rounds.canister(callee).bytes();
        argument.write(id.length);
        argument.writeBytes(id);
        argument.write("stamp".length());
        argument.writeBytes("stamp".getBytes(StandardCharsets.UTF_8));
        argument.writeBytes(new byte[ARGUMENT_BYTES]);
        return rounds.ingress(rounds.canister(caller), "forward_for_ten_seconds", argument.toByteArray());
    }

    private void withRoomFor(long bytes, Consumer<Rounds> story) {
        Rounds.play(directory, Limits.DEFAULT.withBestEffortBytesMax(bytes), 3, "probe.wasm", story);
    }

    @Test
    void callsThatFitAreExecuted() {
        withRoomFor(2L * REQUEST_BYTES, rounds -> {
            var first = forwarding(rounds, 0, 2);
            var second = forwarding(rounds, 1, 2);
            rounds.run(first, second);
            assertThat(rounds.outcome(first)).isInstanceOf(Response.Replied.class);
            assertThat(rounds.outcome(second)).isInstanceOf(Response.Replied.class);
            assertThat(rounds.last.state().agenda().traffic().bestEffortBytes()).isZero();
        });
    }

    @Test
    void theOneThatEndsFirstMakesRoomForTheNext() {
        withRoomFor(2L * REQUEST_BYTES - 1, rounds -> {
            var first = forwarding(rounds, 0, 2);
            var second = forwarding(rounds, 1, 2);
            rounds.run(first, second);
            assertThat(rounds.outcome(first))
                    .isInstanceOfSatisfying(
                            Response.Rejected.class,
                            rejected -> assertThat(rejected.message()).startsWith("The call was dropped:"));
            assertThat(rounds.outcome(second)).isInstanceOf(Response.Replied.class);
            assertThat(rounds.last.state().agenda().traffic()).isEqualTo(Traffic.NONE);
            assertThat(rounds.last.state().deadlines()).hasSize(1);
        });
    }

    @Test
    void aCallThatDoesNotFitAloneIsDroppedAtOnce() {
        withRoomFor(REQUEST_BYTES - 1, rounds -> {
            var only = forwarding(rounds, 0, 2);
            rounds.run(only);
            assertThat(rounds.outcome(only)).isInstanceOf(Response.Rejected.class);
            assertThat(rounds.last.state().agenda().hasWork()).isFalse();
        });
    }

    /// Such a call runs while its caller waits, and holds no room meanwhile.
    @Test
    void aCanisterThatCallsItselfNeedsRoomOnlyUntilItRuns() {
        withRoomFor(REQUEST_BYTES, rounds -> {
            var own = forwarding(rounds, 0, 0);
            rounds.run(own);
            assertThat(rounds.outcome(own)).isInstanceOf(Response.Replied.class);
            assertThat(rounds.last.state().agenda().traffic()).isEqualTo(Traffic.NONE);
        });
    }
}
