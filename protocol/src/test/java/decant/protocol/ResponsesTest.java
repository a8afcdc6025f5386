package decant.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import decant.base.Hash;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ResponsesTest {
    private static final SigningKey NODE = new SigningKey.Ed25519SigningKey(new byte[32]);
    private static final Hash ID = Hash.sha256(new byte[] {1});
    private static final Response REPLIED = new Response.Replied(new byte[] {7});
    private static final Response REJECTED = new Response.Rejected(3, "gone", Optional.of("IC0301"));

    @Test
    void aNodeSignatureHoldsForExactlyItsResponseRequestAndTime() {
        for (var response : List.of(REPLIED, REJECTED)) {
            var signature = NodeSignature.sign(response, ID, 99, NODE);
            var later = new NodeSignature(100, signature.signature(), signature.identity());
            var otherKey = new SigningKey.Ed25519SigningKey(new byte[] {
                1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
            });

            assertThat(signature.identity()).isEqualTo(NODE.publicKey().principal());
            assertThat(signature.verify(response, ID, NODE.publicKey())).isTrue();
            assertThat(signature.verify(response, Hash.sha256(new byte[0]), NODE.publicKey()))
                    .isFalse();
            assertThat(signature.verify(new Response.Replied(new byte[] {8}), ID, NODE.publicKey()))
                    .isFalse();
            assertThat(later.verify(response, ID, NODE.publicKey())).isFalse();
            assertThat(signature.verify(response, ID, otherKey.publicKey())).isFalse();
        }
    }

    @Test
    void queryResponsesReadBack() {
        for (var response : List.of(REPLIED, REJECTED, new Response.Rejected(4, "no", Optional.empty()))) {
            var sent = new QueryResponse(response, List.of(NodeSignature.sign(response, ID, 5, NODE)));

            assertThat(QueryResponse.decode(sent.encode()))
                    .usingRecursiveComparison()
                    .isEqualTo(sent);
        }
    }

    @Test
    void callAndReadStateResponsesReadBack() {
        for (CallResponse sent : List.of(
                new CallResponse.Certified(new byte[] {1}),
                new CallResponse.NotReplicated((Response.Rejected) REJECTED),
                new CallResponse.Accepted())) {
            assertThat(CallResponse.decode(sent.encode()))
                    .usingRecursiveComparison()
                    .isEqualTo(sent);
        }
        assertThat(ReadStateResponse.decode(new ReadStateResponse(new byte[] {3}).encode())
                        .certificate())
                .isEqualTo(new byte[] {3});
    }

    @Test
    void anUnknownStatusIsNamed() {
        byte[] odd = Cbor.encode(CborValue.map(CborValue.entry("status", CborValue.text("odd"))));

        assertThatThrownBy(() -> CallResponse.decode(odd))
                .isInstanceOf(ProtocolException.class)
                .hasMessage("the status of a call response is \"odd\"");
        assertThatThrownBy(() -> QueryResponse.decode(odd))
                .isInstanceOf(ProtocolException.class)
                .hasMessage("the status of a query response is \"odd\"");
    }
}
