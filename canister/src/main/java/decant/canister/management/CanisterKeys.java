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
}
