package decant.canister.management;

import decant.base.Hash;
import decant.candid.Value;
import decant.canister.cycles.MemoryUse;
import decant.canister.state.CanisterState;
import decant.canister.state.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/// The pieces of a large module that wait in a canister to be put together.
final class ChunkStore {
    static final int CHUNK_BYTES_MAX = MemoryUse.CHUNK_BYTES;
    private static final int CHUNKS_MAX = 100;

    private ChunkStore() {}

    private static Refusal error(String why) {
        return new Refusal(ErrorCode.CANISTER_CONTRACT_VIOLATION, "Error from Wasm chunk store: " + why);
    }

    /// {@return the canister with the chunk in its store, or as it is if it has the chunk}
    static CanisterState with(CanisterState canister, Hash hash, byte[] chunk) {
        var next = plus(canister.chunkStore(), hash, chunk);
        return canister.chunkStore().containsKey(hash) ? canister : canister.with(draft -> draft.chunkStore = next);
    }

    /// {@return the store with the chunk, or as it is if it has the chunk}
    static PSortedMap<Hash, byte[]> plus(PSortedMap<Hash, byte[]> store, Hash hash, byte[] chunk) {
        if (chunk.length > CHUNK_BYTES_MAX) {
            throw error("Wasm chunk size " + chunk.length + " exceeds the maximum chunk size of " + CHUNK_BYTES_MAX);
        }
        if (store.containsKey(hash)) {
            return store;
        }
        if (store.size() >= CHUNKS_MAX) {
            throw error("Wasm chunk store has already reached maximum capacity of "
                    + (long) CHUNKS_MAX * CHUNK_BYTES_MAX + " bytes or the maximum number of entries, " + CHUNKS_MAX);
        }
        return store.plus(hash, chunk);
    }

    static CanisterState cleared(CanisterState canister) {
        return canister.with(draft -> draft.chunkStore = TreePMap.empty());
    }

    static Value hashes(SortedMap<Hash, byte[]> store) {
        return Value.vec(store.keySet().stream().map(ChunkStore::chunkHash).toList());
    }

    static Value chunkHash(Hash hash) {
        return Value.record().with("hash", Value.blob(hash.bytes()));
    }

    /// {@return the module that these chunks make, which must have the hash `expected`}
    static byte[] module(CanisterState store, List<Value> chunkHashes, byte[] expected) {
        if (chunkHashes.size() > CHUNKS_MAX) {
            throw error(
                    "Wasm chunk list has " + chunkHashes.size() + " entries, at most " + CHUNKS_MAX + " are allowed");
        }
        var module = new ByteArrayOutputStream();
        for (var chunkHash : chunkHashes) {
            module.writeBytes(chunk(store.chunkStore(), chunkHash.field("hash").toBytes()));
        }
        byte[] bytes = module.toByteArray();
        var hash = Hash.sha256(bytes);
        if (!hash.hex().equals(HexFormat.of().formatHex(expected))) {
            throw error("Wasm module hash " + hash.hex() + " does not match given hash "
                    + HexFormat.of().formatHex(expected));
        }
        return bytes;
    }

    static byte[] chunk(SortedMap<Hash, byte[]> store, byte[] hash) {
        byte[] chunk = hash.length == Hash.BYTES ? store.get(Hash.of(hash)) : null;
        if (chunk == null) {
            throw error("Chunk hash " + HexFormat.of().formatHex(hash) + " was not found");
        }
        return chunk;
    }
}
