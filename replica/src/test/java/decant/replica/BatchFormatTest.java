package decant.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import decant.base.Hash;
import decant.base.Principal;
import decant.canister.state.Message;
import decant.canister.state.SenderInfo;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

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

    @Test
    void aBatchIsReadAsItWasWritten() {
        byte[] bytes = BatchFormat.encode(BATCH);
        var read = BatchFormat.decode(42, bytes);
        assertThat(read).usingRecursiveComparison().isEqualTo(BATCH);
        assertThat(BatchFormat.encode(read)).isEqualTo(bytes);
    }

    @Test
    void aBatchCutShortIsDamaged() {
        byte[] bytes = BatchFormat.encode(BATCH);
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
                .hasMessageContaining("has format 99, this program reads format 1")
                .hasMessageContaining("open it with the version of Decant that wrote it");
    }
}
