package decant.protocol;

import decant.base.Hash;
import decant.base.Principal;
import java.util.ArrayList;

/// The signature of one node under its response to a query, made at `timestamp`, in nanoseconds since 1970.
public record NodeSignature(long timestamp, byte[] signature, Principal identity) {
    public static NodeSignature sign(Response response, Hash requestId, long timestamp, SigningKey nodeKey) {
        return new NodeSignature(
                timestamp,
                nodeKey.sign(signedBytes(response, requestId, timestamp)),
                nodeKey.publicKey().principal());
    }

    /// {@return whether the node with this key gave `response` to the request with this id}
    public boolean verify(Response response, Hash requestId, PublicKey nodeKey) {
        return nodeKey instanceof PublicKey.Ed25519Key key
                && key.verify(signedBytes(response, requestId, timestamp), signature);
    }

    private static byte[] signedBytes(Response response, Hash requestId, long timestamp) {
        var fields = new ArrayList<>(response.queryFields());
        fields.add(CborValue.entry("request_id", CborValue.bytes(requestId.bytes())));
        fields.add(CborValue.entry("timestamp", CborValue.nat(timestamp)));
        return DomainSeparator.RESPONSE.before(
                MapHash.of(new CborValue.Map(fields)).bytes());
    }

    CborValue toCbor() {
        return CborValue.map(
                CborValue.entry("timestamp", CborValue.nat(timestamp)),
                CborValue.entry("signature", CborValue.bytes(signature)),
                CborValue.entry("identity", CborValue.bytes(identity.bytes())));
    }

    static NodeSignature fromCbor(CborValue value) {
        var fields = Fields.of("a node signature", value);
        return new NodeSignature(fields.nat64("timestamp"), fields.bytes("signature"), fields.principal("identity"));
    }
}
