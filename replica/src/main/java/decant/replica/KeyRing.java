package decant.replica;

import decant.base.Hash;
import decant.base.Principal;
import decant.canister.management.CanisterKeys;
import decant.protocol.ChainKey;
import decant.protocol.ProtocolException;
import decant.protocol.VetKeys;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// The keys of canisters, from the secret of the node. Any thread may use it.
final class KeyRing implements CanisterKeys {
    private final byte[] seed;
    private final ConcurrentHashMap<KeyId, ChainKey> keys = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, VetKeys> vetKeys = new ConcurrentHashMap<>();

    KeyRing(Hash seed) {
        this.seed = seed.bytes();
    }

    @Override
    public PublicKey publicKey(KeyId id, Principal canister, List<byte[]> path) {
        var derived = key(id).derive(ChainKey.path(canister, path));
        return new PublicKey(derived.publicKey(), derived.chainCode());
    }

    @Override
    public byte[] sign(KeyId id, Principal canister, List<byte[]> path, byte[] message, Optional<byte[]> merkleRoot) {
        var whole = ChainKey.path(canister, path);
        return merkleRoot
                .map(root -> key(id).signForScripts(whole, message, root))
                .orElseGet(() -> key(id).sign(whole, message));
    }

    @Override
    public byte[] vetPublicKey(String name, Principal canister, byte[] context) {
        return vetKeys(name).publicKey(canister, context);
    }

    @Override
    public Optional<byte[]> vetKey(
            String name, Principal canister, byte[] context, byte[] input, byte[] transportKey, byte[] random) {
        try {
            return Optional.of(vetKeys(name).derive(canister, context, input, transportKey, random));
        } catch (ProtocolException _) {
            return Optional.empty();
        }
    }

    private VetKeys vetKeys(String name) {
        return vetKeys.computeIfAbsent(name, known -> VetKeys.of(known, seed));
    }

    private ChainKey key(KeyId id) {
        return keys.computeIfAbsent(id, known -> ChainKey.of(algorithm(known.algorithm()), known.name(), seed));
    }

    private static ChainKey.Algorithm algorithm(Algorithm algorithm) {
        return switch (algorithm) {
            case ECDSA_SECP256K1 -> ChainKey.Algorithm.ECDSA_SECP256K1;
            case BIP340_SECP256K1 -> ChainKey.Algorithm.BIP340_SECP256K1;
            case ED25519 -> ChainKey.Algorithm.ED25519;
        };
    }
}
