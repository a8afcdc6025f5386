package decant.canister.management;

import decant.base.Principal;
import java.util.List;
import java.util.Optional;

/// The keys with which a node signs for its canisters: each canister has its own, one for each derivation path.
///
/// The same question has always the same answer: a replay signs again.
public interface CanisterKeys {
    /// By which rules is signed.
    enum Algorithm {
        ECDSA_SECP256K1,
        BIP340_SECP256K1,
        ED25519
    }

    /// A secret of the node, from which keys are derived.
    record KeyId(Algorithm algorithm, String name) {}

    /// A derived public key, and what further keys can be derived with.
    record PublicKey(byte[] bytes, byte[] chainCode) {}

    /// {@return the public key of a canister at a path}
    PublicKey publicKey(KeyId id, Principal canister, List<byte[]> path);

    /// {@return the signature by the key of a canister at a path, bound to the root of a tree of scripts if there is
    /// one}
    byte[] sign(KeyId id, Principal canister, List<byte[]> path, byte[] message, Optional<byte[]> merkleRoot);

    /// {@return the public key, in the second group of BLS12-381, of the keys that a canister derives in a context}
    byte[] vetPublicKey(String name, Principal canister, byte[] context);

    /// {@return the key that a canister derives of an input, encrypted for the holder of the transport key; nothing if
    /// the transport key is none}
    ///
    /// @param random what nobody can guess
    Optional<byte[]> vetKey(
            String name, Principal canister, byte[] context, byte[] input, byte[] transportKey, byte[] random);
}
