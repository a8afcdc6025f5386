package decant.protocol;

import decant.base.Hash;
import decant.base.Principal;
import java.util.Arrays;

/// A "key" by which a canister signs: nothing but the id of the canister and a seed it chose.
///
/// A signature is a certificate of the canister's certified data and a tree with that root that holds, under
/// the hashes of seed and message, that the canister did sign. Interface specification, "Canister
/// signatures".
record CanisterKey(Principal canisterId, byte[] seed) implements PublicKey {
    @Override
    public byte[] der() {
        byte[] id = canisterId.bytes();
        byte[] payload = Arrays.copyOf(new byte[] {(byte) id.length}, 1 + id.length + seed.length);
        System.arraycopy(id, 0, payload, 1, id.length);
        System.arraycopy(seed, 0, payload, 1 + id.length, seed.length);
        return SubjectPublicKey.CANISTER_SIGNATURE.encode(payload);
    }

    static CanisterKey ofPayload(byte[] payload) {
        int idBytes = payload.length == 0 ? -1 : payload[0] & 0xFF;
        if (idBytes < 0 || idBytes > Principal.BYTES_MAX || 1 + idBytes > payload.length) {
            throw new ProtocolException(
                    "the public key of a canister signature does not hold a canister id and a seed");
        }
        return new CanisterKey(
                Principal.of(Arrays.copyOfRange(payload, 1, 1 + idBytes)),
                Arrays.copyOfRange(payload, 1 + idBytes, payload.length));
    }

    /// {@return whether the canister signed `message`, by the word of the network whose key is `rootKey`}
    ///
    /// @throws ProtocolException saying what is not proven
    boolean verify(byte[] message, byte[] signature, BlsPublicKey rootKey) {
        var fields = Fields.of(
                "a canister signature",
                Cbor.decode(signature, Cbor.Limits.CERTIFICATE).withoutSelfDescription());
        var certificate = Certificate.decode(fields.bytes("certificate"));
        certificate.verify(rootKey, canisterId);
        byte[] certified = certificate.found("canister", canisterId, "certified_data");
        var tree = HashTree.fromCbor(fields.required("tree"));
        if (!Arrays.equals(certified, tree.rootHash().bytes())) {
            throw new ProtocolException(
                    "the tree of a canister signature is not the one that canister " + canisterId + " has certified");
        }
        return tree.lookup(Label.path("sig", Hash.sha256(seed), Hash.sha256(message)))
                        instanceof HashTree.Lookup.Found(var value)
                && value.length == 0;
    }
}
