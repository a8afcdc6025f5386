package decant.replica;

import static decant.replica.IngressHistory.MINUTE_NANOS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import decant.base.Hash;
import decant.base.Principal;
import decant.protocol.RequestStatus;
import decant.protocol.Response;
import java.util.ArrayList;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class IngressHistoryTest {
    private static final Principal USER = Principal.ANONYMOUS;
    private static final Principal CANISTER = Principal.ofCanisterNumber(7);
    private static final long NOW = 100 * MINUTE_NANOS;
    private static final long EXPIRY = NOW + 4 * MINUTE_NANOS;

    private final Hash request = request(1);

    @Test
    void aCallIsReceivedThenProcessingThenEnded() {
        var received = received(IngressHistory.NONE, request);
        assertThat(status(received)).isInstanceOf(RequestStatus.Received.class);
        var processing = received.processing(request);
        assertThat(status(processing)).isInstanceOf(RequestStatus.Processing.class);
        assertThat(processing.entry(request).orElseThrow().isOpen()).isTrue();
        var ended = processing.ended(request, reply(3), NOW);
        assertThat(status(ended)).isInstanceOf(RequestStatus.Ended.class);
        assertThat(ended.replyBytes()).isEqualTo(3);
        assertThat(ended.size()).isEqualTo(1);
    }

    @Test
    void aKnownCallCannotBeReceivedAgain() {
        var history = received(IngressHistory.NONE, request);
        assertThatThrownBy(() -> received(history, request)).isInstanceOf(AssertionError.class);
    }

    @Test
    void anEndedCallIsKnownUntilBothItsExpiryAndFiveMinutesAfterItsEndHavePassed() {
        var forgotten = new ArrayList<Hash>();
        var early = received(IngressHistory.NONE, request).ended(request, reply(3), NOW);
        assertThat(early.pruned(NOW + 5 * MINUTE_NANOS, forgotten::add).contains(request))
                .isTrue();
        assertThat(early.pruned(NOW + 6 * MINUTE_NANOS, forgotten::add).contains(request))
                .isFalse();
        assertThat(forgotten).containsExactly(request);
        var late = received(IngressHistory.NONE, request).ended(request, reply(3), EXPIRY);
        assertThat(late.pruned(EXPIRY + 5 * MINUTE_NANOS, forgotten::add).contains(request))
                .isTrue();
    }

    @Test
    void forgettingGivesTheReplyBytesBack() {
        var history = received(IngressHistory.NONE, request).ended(request, reply(3), NOW);
        assertThat(history.pruned(NOW + 60 * MINUTE_NANOS, _ -> {})).isEqualTo(IngressHistory.NONE);
    }

    @Test
    void aCallThatHasNotEndedIsNeverForgotten() {
        var history = received(IngressHistory.NONE, request).processing(request);
        for (int minute = 0; minute < 100; minute++) {
            history = history.pruned(NOW + minute * MINUTE_NANOS, _ -> {});
        }
        assertThat(status(history)).isInstanceOf(RequestStatus.Processing.class);
    }

    @Test
    void beyondTheLimitTheOldestRepliesAreGivenUpButTheCallsStayKnown() {
        var history = IngressHistory.NONE;
        int megabyte = 1 << 20;
        for (int i = 0; i < 300; i++) {
            long end = NOW + i * MINUTE_NANOS / 60;
            history = received(history, request(i)).ended(request(i), reply(megabyte), end);
        }
        var done = new ArrayList<Hash>();
        var pruned = history.pruned(NOW, done::add);
        assertThat(pruned.replyBytes()).isLessThanOrEqualTo(IngressHistory.REPLY_BYTES_MAX);
        assertThat(pruned.size()).isEqualTo(300);
        assertThat(done)
                .hasSize(300 - 48)
                .allSatisfy(given ->
                        assertThat(pruned.entry(given).orElseThrow().status()).isInstanceOf(RequestStatus.Done.class));
    }

    @Test
    void aBucketIsReadAsItWasWritten() {
        var history = received(IngressHistory.NONE, request(1));
        history = received(history, request(2)).processing(request(2));
        history = received(history, request(3)).ended(request(3), reply(5), NOW);
        history = received(history, request(4))
                .ended(request(4), new Response.Rejected(5, "no", Optional.of("IC0503")), NOW);
        history = received(history, request(5)).ended(request(5), new Response.Rejected(4, "", Optional.empty()), NOW);
        for (var bucket : history.buckets().values()) {
            byte[] bytes = IngressHistoryFormat.encode(bucket);
            var read = IngressHistoryFormat.decode("a bucket", bytes);
            assertThat(IngressHistoryFormat.encode(read)).isEqualTo(bytes);
            assertThat(read.entries().keySet()).isEqualTo(bucket.entries().keySet());
        }
        assertThat(IngressHistory.of(history.buckets())).isEqualTo(history);
    }

    private static IngressHistory received(IngressHistory history, Hash request) {
        return history.received(request, USER, CANISTER, EXPIRY);
    }

    private RequestStatus status(IngressHistory history) {
        return history.entry(request).orElseThrow().status();
    }

    private static Response reply(int bytes) {
        return new Response.Replied(new byte[bytes]);
    }

    private static Hash request(int number) {
        return Hash.sha256(new byte[] {(byte) number, (byte) (number >> 8)});
    }
}
