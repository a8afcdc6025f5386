package decant.replica;

import static org.assertj.core.api.Assertions.assertThat;

import decant.canister.Limits;
import decant.canister.state.Message;
import decant.protocol.RequestStatus;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What canisters answer users is on the Java heap, and must not become more than that holds.
final class RepliesTest {
    private static final int MIB = 1 << 20;
    private static final int CALLS = 24;

    @TempDir
    private Path directory;

    private void withRounds(Consumer<Rounds> story) {
        Rounds.play(directory, Limits.DEFAULT, 1, "teller.wasm", story);
    }

    private static Message.Ingress[] calls(Rounds rounds) {
        return Stream.generate(() -> rounds.ingress(rounds.canister(0), "tell", new byte[0]))
                .limit(CALLS)
                .toArray(Message.Ingress[]::new);
    }

    private static long answered(Rounds rounds, Message.Ingress[] calls) {
        var history = rounds.last.state().history();
        return Stream.of(calls)
                .map(call -> history.entry(call.requestId()).orElseThrow().status())
                .filter(RequestStatus.Ended.class::isInstance)
                .count();
    }

    @Test
    void aRoundEndsAfterSoManyBytesAndTheNextOneGoesOn() {
        withRounds(rounds -> {
            var calls = calls(rounds);
            rounds.run(calls);
            assertThat(answered(rounds, calls)).isEqualTo(Round.REPLY_BYTES_MAX / MIB);
            rounds.run();
            assertThat(answered(rounds, calls)).isEqualTo(CALLS);
        });
    }

    @Test
    void aCheckpointHasThemInManyRecords() {
        withRounds(rounds -> {
            rounds.run(calls(rounds));
            rounds.run();
            var state = rounds.last.state();
            var checkpoint = StateRecords.encode(state);
            var sizes = checkpoint.records().entrySet().stream()
                    .filter(record -> record.getKey().startsWith("ingress/"))
                    .map(record -> record.getValue().get().length)
                    .toList();
            assertThat(sizes).hasSizeGreaterThanOrEqualTo(CALLS / 4).allMatch(size -> size < 6 * MIB);
            assertThat(StateRecords.stateHash(StateRecords.decode(checkpoint)))
                    .isEqualTo(StateRecords.stateHash(state));
        });
    }
}
