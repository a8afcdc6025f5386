package decant.canister.management;

import decant.candid.Value;
import decant.canister.cycles.MemoryUse;

/// The record `memory_metrics`.
final class MemoryMetrics {
    private MemoryMetrics() {}

    static Value of(MemoryUse use) {
        return Value.record()
                .with("wasm_memory_size", Value.nat(use.heapBytes()))
                .with("stable_memory_size", Value.nat(use.stableBytes()))
                .with("global_memory_size", Value.nat(use.globalBytes()))
                .with("wasm_binary_size", Value.nat(use.moduleBytes()))
                .with("custom_sections_size", Value.nat(use.metadataBytes()))
                .with("canister_history_size", Value.nat(use.historyBytes()))
                .with("wasm_chunk_store_size", Value.nat(use.chunkStoreBytes()))
                .with("snapshots_size", Value.nat(use.snapshotBytes()))
                .with("log_memory_store_size", Value.nat(use.logBytes()));
    }
}
