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
        return new Message.Ingress(
                id(number),
                Principal.ANONYMOUS,
                Optional.empty(),
                Principal.ofCanisterNumber(1),
                "m",
                new byte[bytes],
                1);
    }

    private static Hash id(int number) {
        return Hash.sha256(new byte[] {(byte) number});
    }
}
