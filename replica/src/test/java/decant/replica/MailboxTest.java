package decant.replica;

import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Hash;
import decant.base.Principal;
import decant.canister.state.Message;
import decant.replica.Mailbox.Receipt;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class MailboxTest {
    private final Mailbox mailbox = new Mailbox(3, 10_000);

    @Test
    void callsAreTakenInTheOrderOfTheirArrival() {
        for (int i = 3; i > 0; i--) {
            assertThat(mailbox.offer(call(i, 10))).isEqualTo(Receipt.TAKEN);
        }
        assertThat(mailbox.take(2, 10_000))
                .extracting(Message.Ingress::requestId)
                .containsExactly(id(3), id(2));
        assertThat(mailbox.take(2, 10_000))
                .extracting(Message.Ingress::requestId)
                .containsExactly(id(1));
    }

    @Test
    void aCallIsHereFromItsOfferUntilItIsForgotten() {
        mailbox.offer(call(1, 10));
        assertThat(mailbox.offer(call(1, 10))).isEqualTo(Receipt.ALREADY_HERE);
        var taken = mailbox.take(10, 10_000);
        assertThat(mailbox.offer(call(1, 10))).isEqualTo(Receipt.ALREADY_HERE);
        mailbox.forget(taken);
        assertThat(mailbox.offer(call(1, 10))).isEqualTo(Receipt.TAKEN);
    }

    @Test
    void noMoreThanSoManyCallsWait() {
        for (int i = 0; i < 3; i++) {
            mailbox.offer(call(i, 10));
        }
        assertThat(mailbox.offer(call(3, 10))).isEqualTo(Receipt.FULL);
        mailbox.take(1, 10_000);
        assertThat(mailbox.offer(call(3, 10))).isEqualTo(Receipt.TAKEN);
    }

    @Test
    void noMoreThanSoManyBytesWait() {
        assertThat(mailbox.offer(call(1, 9_000))).isEqualTo(Receipt.TAKEN);
        assertThat(mailbox.offer(call(2, 1_000))).isEqualTo(Receipt.FULL);
        assertThat(mailbox.offer(call(3, 10))).isEqualTo(Receipt.TAKEN);
    }

    @Test
    void halfOfThePlacesAreLeftToOtherCanisters() {
        var wide = new Mailbox(4, 10_000);
        var popular = Principal.ofCanisterNumber(100);
        assertThat(wide.offer(call(1, 10, popular))).isEqualTo(Receipt.TAKEN);
        assertThat(wide.offer(call(2, 10, popular))).isEqualTo(Receipt.TAKEN);
        assertThat(wide.offer(call(3, 10, popular))).isEqualTo(Receipt.FULL_OF_CANISTER);
        assertThat(wide.offer(call(4, 10))).isEqualTo(Receipt.TAKEN);
        assertThat(wide.take(1, 10_000)).hasSize(1);
        assertThat(wide.offer(call(3, 10, popular))).isEqualTo(Receipt.TAKEN);
        assertThat(wide.offer(call(5, 10))).isEqualTo(Receipt.TAKEN);
        assertThat(wide.offer(call(6, 10))).isEqualTo(Receipt.FULL);
    }

    @Test
    void callsOfACanisterThatIsBehindWaitAndOthersOvertakeThem() {
        var slow = Principal.ofCanisterNumber(100);
        var backlog = new Backlog();
        for (int i = 0; i < Backlog.CALLS_OF_CANISTER_MAX - 1; i++) {
            backlog.add(call(0, 10, slow));
        }
        var wide = new Mailbox(10, 10_000);
        wide.offer(call(1, 10, slow));
        wide.offer(call(2, 10, slow));
        wide.offer(call(3, 10));

        assertThat(wide.take(10, 10_000, backlog))
                .extracting(Message.Ingress::requestId)
                .containsExactly(id(1), id(3));
        assertThat(wide.take(10, 10_000, backlog)).isEmpty();
        assertThat(wide.take(10, 10_000, new Backlog()))
                .extracting(Message.Ingress::requestId)
                .containsExactly(id(2));
    }

    @Test
    void theStateHoldsNoMoreThanSoManyCallsOfSoManyBytes() {
        var many = new Backlog();
        for (int i = 0; i < Backlog.CALLS_MAX; i++) {
            assertThat(many.hasRoomFor(call(0, 10, Principal.ofCanisterNumber(i))))
                    .isTrue();
            many.add(call(0, 10, Principal.ofCanisterNumber(i)));
        }
        assertThat(many.hasRoomFor(call(1, 10))).isFalse();

        var large = new Backlog();
        for (long bytes = 0; bytes < Backlog.BYTES_MAX; bytes += 1 << 20) {
            assertThat(large.hasRoomFor(call(1, 10))).isTrue();
            large.add(call(0, 1 << 20));
        }
        assertThat(large.hasRoomFor(call(1, 10))).isFalse();
    }

    @Test
    void aBatchTakesItsFirstCallHoweverLargeAndTheOthersAsFarAsTheyFit() {
        mailbox.offer(call(1, 5_000));
        mailbox.offer(call(2, 100));
        assertThat(mailbox.take(10, 1_000)).hasSize(1);
        assertThat(mailbox.take(10, 1_000)).hasSize(1);
    }

    @Test
    void aClosedMailboxTakesNothingAndDoesNotBlock() throws InterruptedException {
        mailbox.close();
        assertThat(mailbox.offer(call(1, 10))).isEqualTo(Receipt.CLOSED);
        assertThat(mailbox.await(() -> Long.MAX_VALUE)).isFalse();
    }

    @Test
    void aRingIsNotMissedWhenNobodyWaitsYet() throws InterruptedException {
        mailbox.ring();
        assertThat(mailbox.await(() -> Long.MAX_VALUE)).isFalse();
        mailbox.wantRound();
        assertThat(mailbox.await(() -> Long.MAX_VALUE)).isTrue();
    }

    private static Message.Ingress call(int number, int bytes) {
        return call(number, bytes, Principal.ofCanisterNumber(number));
    }

    private static Message.Ingress call(int number, int bytes, Principal receiver) {
        return new Message.Ingress(
                id(number), Principal.ANONYMOUS, Optional.empty(), receiver, "m", new byte[bytes], 1);
    }

    private static Hash id(int number) {
        return Hash.sha256(new byte[] {(byte) number});
    }
}
