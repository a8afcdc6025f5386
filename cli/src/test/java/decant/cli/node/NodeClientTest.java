package decant.cli.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import decant.base.Principal;
import decant.protocol.BlsSecretKey;
import decant.protocol.Identity;
import decant.protocol.ProtocolException;
import decant.protocol.Response;
import decant.protocol.SigningKey;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What the client believes and what not.
final class NodeClientTest {
    private static final Principal CANISTER = Principal.ofCanisterNumber(0);
    private static final byte[] REPLY = {1, 2, 3};

    private final FakeNode node = new FakeNode();
    private final NodeClient client = new NodeClient(
            node.address(), new Identity.KeyHolder(new SigningKey.Ed25519SigningKey(filled(7))), Optional.empty());

    NodeClientTest() {
        node.response = new Response.Replied(REPLY);
    }

    @AfterEach
    void close() {
        client.close();
        node.close();
    }

    @Test
    void aCertifiedReplyIsBelieved() {
        assertThat(call())
                .isInstanceOfSatisfying(
                        Response.Replied.class,
                        replied -> assertThat(replied.argument()).isEqualTo(REPLY));
        assertThat(node.requests()).containsExactly("call", "status");
    }

    @Test
    void aReplyThatComesLaterIsWaitedFor() {
        node.answersLater = true;
        assertThat(call()).isInstanceOf(Response.Replied.class);
        assertThat(node.requests()).startsWith("call").endsWith("read_state", "status");
    }

    @Test
    void aNodeThatIsBusyIsAskedAgain() {
        node.busyAnswers = 2;
        assertThat(call()).isInstanceOf(Response.Replied.class);
        assertThat(node.requests()).startsWith("call", "call", "call");
    }

    @Test
    void aRejectIsAResponse() {
        node.response = new Response.Rejected(5, "it trapped", Optional.of("IC0503"));
        assertThat(call()).isEqualTo(node.response);
    }

    @Test
    void aRefusalBeforeTheCallIsOrderedIsAResponse() {
        var refusal = new Response.Rejected(3, "no such canister", Optional.of("IC0301"));
        node.refusal = Optional.of(refusal);
        assertThat(call()).isEqualTo(refusal);
    }

    @Test
    void aCertificateByAnotherKeyIsNotBelieved() {
        node.certifyingKey = BlsSecretKey.fromSeed(filled(1));
        untrusted(this::call, "is the root key that of this network?");
    }

    @Test
    void aPinnedKeyCountsMoreThanWhatTheNodeSays() {
        try (var pinned = new NodeClient(
                node.address(),
                new Identity.Anonymous(),
                Optional.of(BlsSecretKey.fromSeed(filled(1)).publicKey().der()))) {
            untrusted(() -> pinned.call(CANISTER, CANISTER, "m", REPLY), "is the root key that of this network?");
        }
        assertThat(node.requests()).containsExactly("call");
    }

    @Test
    void anOldCertificateIsNotBelieved() {
        node.age = Duration.ofMinutes(7);
        untrusted(this::call, "7 minutes behind this machine's clock");
    }

    @Test
    void aSignedQueryResponseIsBelieved() {
        assertThat(query()).isInstanceOf(Response.Replied.class);
        assertThat(query()).isInstanceOf(Response.Replied.class);
        assertThat(node.requests()).containsExactly("query", "read_state", "status", "query");
    }

    @Test
    void anUnsignedQueryResponseIsNotBelieved() {
        node.signsQueries = false;
        untrusted(this::query, "carries no node's signature");
    }

    @Test
    void aQueryResponseOfAStrangerIsNotBelieved() {
        node.queryKey = new SigningKey.Ed25519SigningKey(filled(9));
        untrusted(this::query, "is absent");
    }

    @Test
    void metadataIsFoundOrProvenAbsent() {
        node.metadata = Map.of("candid:service", "service : {}");
        assertThat(client.metadata(CANISTER, "candid:service"))
                .hasValueSatisfying(value -> assertThat(value).asString().isEqualTo("service : {}"));
        assertThat(client.metadata(CANISTER, "candid:args")).isEmpty();
    }

    private Response call() {
        return client.call(CANISTER, CANISTER, "m", new byte[0]);
    }

    private Response query() {
        return client.query(CANISTER, CANISTER, "m", new byte[0]);
    }

    private static void untrusted(ThrowingCallable request, String reason) {
        assertThatThrownBy(request).isInstanceOf(ProtocolException.class).hasMessageContaining(reason);
    }

    private static byte[] filled(int value) {
        var bytes = new byte[32];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }
}
