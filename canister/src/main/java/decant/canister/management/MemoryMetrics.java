package decant.canister.management;

import decant.candid.Value;
import decant.canister.state.CanisterState;
import decant.canister.state.Change;
import decant.canister.state.Code;
import decant.canister.state.History;
import decant.canister.state.Snapshots;
import java.util.function.ToLongFunction;

/// How many bytes each part of a canister occupies: the record `memory_metrics`.
record MemoryMetrics(
        long heapBytes,
        long stableBytes,
        long globalBytes,
        long moduleBytes,
        long metadataBytes,
        long historyBytes,
        long chunkStoreBytes,
        long snapshotBytes,
        long logBytes) {
    private static final int GLOBAL_BYTES = 8;
    private static final int CHANGE_BYTES = 64;
    private static final int PRINCIPAL_BYTES = 30;

    static MemoryMetrics of(CanisterState canister, Snapshots snapshots) {
        return new MemoryMetrics(
                ofCode(canister, code -> code.heap().bytes()),
                ofCode(canister, code -> code.stable().bytes()),
                ofCode(canister, code -> (long) code.globals().length * GLOBAL_BYTES),
                ofCode(canister, code -> code.module().bytes().length),
                ofCode(canister, MemoryMetrics::metadataBytes),
                historyBytes(canister.history()),
                (long) canister.chunkStore().size() * ChunkStore.CHUNK_BYTES_MAX,
                snapshots.bytes(),
                canister.log().bytes());
    }

    private static long ofCode(CanisterState canister, ToLongFunction<Code> bytes) {
        return canister.code().map(bytes::applyAsLong).orElse(0L);
    }

    private static long metadataBytes(Code code) {
        return code.module().metadata().values().stream()
                .mapToLong(metadata -> metadata.content().length)
                .sum();
    }

    private static long historyBytes(History history) {
        return history.recent().stream()
                .mapToLong(change -> CHANGE_BYTES + (long) PRINCIPAL_BYTES * controllers(change.details()))
                .sum();
    }

    private static int controllers(Change.Details details) {
        return switch (details) {
            case Change.Details.Creation(var controllers, var _) -> controllers.size();
            case Change.Details.ControllersChange(var controllers) -> controllers.size();
            case Change.Details.CodeDeployment _, Change.Details.CodeUninstall _, Change.Details.LoadSnapshot _ -> 0;
        };
    }

    long totalBytes() {
        return heapBytes
                + stableBytes
                + globalBytes
                + moduleBytes
                + metadataBytes
                + historyBytes
                + chunkStoreBytes
                + snapshotBytes
                + logBytes;
    }

    Value toValue() {
        return Value.record()
                .with("wasm_memory_size", Value.nat(heapBytes))
                .with("stable_memory_size", Value.nat(stableBytes))
                .with("global_memory_size", Value.nat(globalBytes))
                .with("wasm_binary_size", Value.nat(moduleBytes))
                .with("custom_sections_size", Value.nat(metadataBytes))
                .with("canister_history_size", Value.nat(historyBytes))
                .with("wasm_chunk_store_size", Value.nat(chunkStoreBytes))
                .with("snapshots_size", Value.nat(snapshotBytes))
                .with("log_memory_store_size", Value.nat(logBytes));
    }
}
