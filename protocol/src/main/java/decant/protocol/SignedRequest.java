package decant.protocol;

import decant.base.Hash;
import java.util.ArrayList;

/// An envelope ready to be sent, and the id under which the network knows the request.
public record SignedRequest(Hash requestId, byte[] envelope) {
    static SignedRequest of(Content content, Identity identity) {
        if (!content.sender().equals(identity.principal())) {
            throw new IllegalArgumentException(
                    "the sender is " + content.sender() + " but the identity is " + identity.principal());
        }
        var map = ContentFormat.encode(content);
        var requestId = MapHash.of(map);
        byte[] message = Authentication.signedBytes(requestId);
        var entries = new ArrayList<CborValue.Entry>();
        entries.add(CborValue.entry("content", map));
        switch (identity) {
            case Identity.Anonymous _ -> {}
            case Identity.KeyHolder holder -> {
                var key = holder.key();
                entries.add(CborValue.entry(
                        "sender_pubkey", CborValue.bytes(key.publicKey().der())));
                entries.add(CborValue.entry("sender_sig", CborValue.bytes(key.sign(message))));
            }
            case Identity.Delegated(var publicKey, var chain, var sessionKey) -> {
                entries.add(CborValue.entry("sender_pubkey", CborValue.bytes(publicKey)));
                entries.add(CborValue.entry(
                        "sender_delegation",
                        new CborValue.Array(chain.stream()
                                .<CborValue>map(Delegation.Signed::toCbor)
                                .toList())));
                entries.add(CborValue.entry("sender_sig", CborValue.bytes(sessionKey.sign(message))));
            }
        }
        return new SignedRequest(requestId, Cbor.encodeSelfDescribed(new CborValue.Map(entries)));
    }
}
