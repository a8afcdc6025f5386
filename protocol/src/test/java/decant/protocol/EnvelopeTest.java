package decant.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import decant.base.Principal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EnvelopeTest {
    private static final Content.CallContent CALL = new Content.CallContent(
            Principal.ANONYMOUS,
            42,
            Optional.of(new byte[] {1}),
            Principal.ofCanisterNumber(3),
            "greet",
            new byte[] {2},
            Optional.of(new SenderInfo(new byte[] {4}, Principal.ofCanisterNumber(5), new byte[] {6})));

    private static CborValue.Map contentWith(String name, CborValue value) {
        var entries = new ArrayList<CborValue.Entry>();
        for (var entry : ContentFormat.encode(CALL).entries()) {
            if (!entry.key().equals(CborValue.text(name))) {
                entries.add(entry);
            }
        }
        entries.add(CborValue.entry(name, value));
        return new CborValue.Map(entries);
    }

    private static byte[] envelope(CborValue content) {
        return Cbor.encode(CborValue.map(CborValue.entry("content", content)));
    }

    private static void assertMalformed(byte[] envelope, String message) {
        assertThatThrownBy(() -> Envelope.decode(envelope))
                .isInstanceOf(ProtocolException.class)
                .hasMessage(message);
    }

    @Test
    void whatIsSentIsWhatArrives() {
        var arrived = Envelope.decode(new Identity.Anonymous().sign(CALL).envelope());

        assertThat(arrived.content()).usingRecursiveComparison().isEqualTo(CALL);
        assertThat(arrived.senderPublicKey()).isEmpty();
    }

    @Test
    void malformedEnvelopesAreRefusedWithTheOffendingPart() {
        assertMalformed(Cbor.encode(CborValue.nat(1)), "an envelope must be a map, found a natural number");
        assertMalformed(Cbor.encode(CborValue.map()), "an envelope lacks the field \"content\"");
        assertMalformed(envelope(CborValue.text("x")), "the content of an envelope must be a map, found a text");
        assertMalformed(envelope(CborValue.map()), "the content of an envelope lacks the field \"request_type\"");
        assertMalformed(
                envelope(contentWith("request_type", CborValue.text("update"))),
                "\"request_type\" must be \"call\", \"query\" or \"read_state\", found \"update\"");
        assertMalformed(
                envelope(contentWith("sender", CborValue.bytes(new byte[30]))),
                "\"sender\" of the content of an envelope must be a principal of at most 29 bytes, found 30");
        assertMalformed(
                envelope(contentWith("sender", CborValue.text("aaaaa-aa"))),
                "\"sender\" of the content of an envelope must be a byte string, found a text");
        assertMalformed(
                envelope(contentWith("ingress_expiry", new CborValue.Real(1.5))),
                "\"ingress_expiry\" of the content of an envelope must be a natural number below 2^64, found a"
                        + " floating-point number");
        assertMalformed(
                envelope(contentWith("nonce", CborValue.bytes(new byte[33]))),
                "a nonce has at most 32 bytes, found 33");
        assertMalformed(
                envelope(contentWith("extra", new CborValue.Real(1))),
                "a hashed map has no place for a floating-point number");
    }

    @Test
    void tooManyPathsOrLabelsAreRefused() {
        var path = List.of(new byte[] {1});
        var many = new Content.ReadStateContent(
                Principal.ANONYMOUS, 1, Optional.empty(), Collections.nCopies(1_001, path));
        var deep = new Content.ReadStateContent(
                Principal.ANONYMOUS, 1, Optional.empty(), List.of(Collections.nCopies(128, new byte[] {1})));

        assertMalformed(envelope(ContentFormat.encode(many)), "a request reads at most 1000 paths, found 1001");
        assertMalformed(envelope(ContentFormat.encode(deep)), "a path has at most 127 labels, found 128");
    }
}
