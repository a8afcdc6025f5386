package decant.protocol;

import decant.base.Principal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A secret from which every canister has keys of its own, one for each derivation path, to sign with.
///
/// Keys are derived as on the network, so that whoever knows the public key of the secret can derive theirs. On the
/// network the secret is spread over the nodes of a subnet and nobody knows it; here the node does.
/// Signing needs no randomness: the same message has the same signature.
public sealed interface ChainKey permits SecpChainKey, EdwardsChainKey {
    /// The most elements a derivation path may have.
    int PATH_MAX = 255;

    /// What is signed by which rules.
    enum Algorithm {
        /// ECDSA on secp256k1; the message is a hash of 32 bytes.
        ECDSA_SECP256K1,
        /// Schnorr signatures on secp256k1, as BIP 340 defines them.
        BIP340_SECP256K1,
        /// Schnorr signatures on edwards25519, as RFC 8032 defines them.
        ED25519
    }

    /// A public key in the form that its algorithm's users expect, and what further keys can be derived with.
    record Derived(byte[] publicKey, byte[] chainCode) {}

    /// {@return the key that belongs to a seed and a name, the same on every machine}
    static ChainKey of(Algorithm algorithm, String name, byte[] seed) {
        byte[] secret = Hmac.sha512(seed, ("decant " + algorithm + " " + name).getBytes(StandardCharsets.UTF_8));
        return switch (algorithm) {
            case ECDSA_SECP256K1 -> SecpChainKey.ecdsa(secret);
            case BIP340_SECP256K1 -> SecpChainKey.bip340(secret);
            case ED25519 -> new EdwardsChainKey(secret);
        };
    }

    /// {@return the path that begins with a canister, which nobody else can sign for}
    static List<byte[]> path(Principal canister, List<byte[]> rest) {
        var path = new ArrayList<byte[]>();
        path.add(canister.bytes());
        path.addAll(rest);
        return path;
    }

    /// {@return the public key at this path}
    Derived derive(List<byte[]> path);

    /// {@return the signature of `message` by the key at this path}
    byte[] sign(List<byte[]> path, byte[] message);

    /// {@return the signature by the key at this path after it was bound to the root of a tree of scripts, as BIP 341
    /// defines it}
    ///
    /// @throws ProtocolException if the algorithm has no such thing, or the root is none
    byte[] signForScripts(List<byte[]> path, byte[] message, byte[] merkleRoot);
}
