package decant.protocol;

import decant.base.Hash;
import java.util.List;
import java.util.Optional;

/// A request as it travels: its content and what proves its sender.
///
/// `requestId` is the representation-independent hash of the content as it arrived, unknown fields included.
/// Decoding proves nothing about the sender: [Authentication] does.
public record Envelope(
        Content content,
        Hash requestId,
        Optional<byte[]> senderPublicKey,
        List<Delegation.Signed> senderDelegation,
        Optional<byte[]> senderSignature) {
    public Envelope {
        senderDelegation = List.copyOf(senderDelegation);
    }

    /// {@return the envelope in `bytes`, self-describing tag or not}
    ///
    /// @throws ProtocolException saying which part is malformed
    public static Envelope decode(byte[] bytes) {
        var fields =
                Fields.of("an envelope", Cbor.decode(bytes, Cbor.Limits.REQUEST).withoutSelfDescription());
        var content = Fields.of("the content of an envelope", fields.required("content"));
        return new Envelope(
                ContentFormat.decode(content),
                MapHash.of(content.map()),
                fields.optionalBytes("sender_pubkey"),
                fields.optionalList("sender_delegation", Delegation.Signed::fromCbor)
                        .orElse(List.of()),
                fields.optionalBytes("sender_sig"));
    }
}
