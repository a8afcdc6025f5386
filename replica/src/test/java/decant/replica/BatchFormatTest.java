package decant.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import decant.base.Hash;
import decant.base.Principal;
import decant.canister.RecordedCall;
import decant.canister.Recording;
import decant.canister.state.Message;
import decant.canister.state.Outcall;
import decant.canister.state.QueryStats;
import decant.canister.state.SenderInfo;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class BatchFormatTest {
    private static final Message.Ingress PLAIN = new Message.Ingress(
            Hash.sha256(new byte[] {1}),
            Principal.ANONYMOUS,
            Optional.empty(),
            Principal.ofCanisterNumber(5),
            "zähle",
            new byte[] {1, 2, 3},
            1_800_000_000_000_000_000L);
    private static final Message.Ingress SIGNED_BY_A_CANISTER = new Message.Ingress(
            Hash.sha256(new byte[] {2}),
            Principal.selfAuthenticating(new byte[] {9}),
            Optional.of(new SenderInfo(Principal.ofCanisterNumber(6), new byte[] {4})),
            Principal.MANAGEMENT_CANISTER,
            "",
            new byte[0],
            -1);
    private static final Batch BATCH =
            new Batch(42, 7, new byte[32], Hash.sha256(), List.of(PLAIN, SIGNED_BY_A_CANISTER));

    private static final Batch.Ended ENDED =
            new Batch.Ended(Hash.sha256(new byte[] {3}), RecordedCall.Ending.ofReply(new byte[] {7}));
    private static final Batch WITH_RECORDING = with(new Recording.Known(
            3,
            List.of(
                    new RecordedCall(5, PLAIN, Optional.of(RecordedCall.Ending.ofReject("no"))),
                    new RecordedCall(6, SIGNED_BY_A_CANISTER, Optional.empty()))));
    private static final Batch WITHOUT_RECORDING = with(new Recording.Missing("It is long ago."));

    private static Batch with(Recording recording) {
        return new Batch(
                42,
                7,
                new byte[32],
                Hash.sha256(),
                List.of(SIGNED_BY_A_CANISTER),
                List.of(ENDED),
                Optional.of(new Batch.Recorded(SIGNED_BY_A_CANISTER.requestId(), recording)),
                Batch.Observed.NOTHING);
    }

    private static final Batch WITH_OBSERVED = new Batch(
            42,
            7,
            new byte[32],
            Hash.sha256(),
            List.of(),
            List.of(),
            Optional.empty(),
            new Batch.Observed(
                    List.of(
                            new Batch.OutcallEnd(9, new Outcall.Result.Failed(true, "zu spät")),
                            new Batch.OutcallEnd(
                                    11,
                                    new Outcall.Result.Responded(new Outcall.Response(
                                            200, List.of(new Outcall.Header("etag", "x")), new byte[] {1})))),
                    new TreeMap<>(Map.of(Principal.ofCanisterNumber(5), new QueryStats(1, 200, 3, 4)))));

    private static Stream<Batch> batches() {
        return Stream.of(BATCH, WITH_RECORDING, WITHOUT_RECORDING, WITH_OBSERVED);
    }

    @ParameterizedTest
    @MethodSource("batches")
    void aBatchIsReadAsItWasWritten(Batch batch) {
        byte[] bytes = BatchFormat.encode(batch);
        var read = BatchFormat.decode(42, bytes);
        assertThat(read).usingRecursiveComparison().isEqualTo(batch);
        assertThat(BatchFormat.encode(read)).isEqualTo(bytes);
    }

    @Test
    void aBatchHasTheFirstFormatThatHasRoomForIt() {
        assertThat(BatchFormat.encode(BATCH)[0]).isEqualTo((byte) 3);
        assertThat(BatchFormat.encode(WITH_RECORDING)[0]).isEqualTo((byte) 4);
        assertThat(BatchFormat.encode(WITH_OBSERVED)[0]).isEqualTo((byte) 5);
    }

    @ParameterizedTest
    @MethodSource("batches")
    void aBatchCutShortIsDamaged(Batch batch) {
        byte[] bytes = BatchFormat.encode(batch);
        for (int length = 1; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> BatchFormat.decode(42, cut))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("batch 42 of the input log is damaged");
        }
    }

    @Test
    void aBatchOfAnotherFormatIsRefusedWithTheRemedy() {
        byte[] bytes = BatchFormat.encode(BATCH);
        bytes[0] = 99;
        assertThatThrownBy(() -> BatchFormat.decode(42, bytes))
                .hasMessageContaining("has format 99, this program reads the formats 3 to 5")
                .hasMessageContaining("open it with the version of Decant that wrote it");
    }
}
