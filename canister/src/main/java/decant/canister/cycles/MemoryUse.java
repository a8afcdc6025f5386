package decant.canister.cycles;

import decant.canister.state.CanisterState;
import decant.canister.state.Change;
import decant.canister.state.Code;
import decant.canister.state.History;
import java.util.function.ToLongFunction;

/// How many bytes each part of a canister occupies.
public record MemoryUse(
        long heapBytes,
        long stableBytes,
        long globalBytes,
        long moduleBytes,
        long metadataBytes,
        long historyBytes,
        long chunkStoreBytes,
        long snapshotBytes,
        long logBytes) {
    /// What each chunk counts, whatever its size.
    public static final int CHUNK_BYTES = 1 << 20;

    private static final int GLOBAL_BYTES = 8;
    private static final int CHANGE_BYTES = 64;
    private static final int PRINCIPAL_BYTES = 30;

    /// {@return the use of a canister whose snapshots occupy so many bytes}
    public static MemoryUse of(CanisterState canister, long snapshotBytes) {
        return new MemoryUse(
                ofCode(canister, code -> code.heap().bytes()),
                ofCode(canister, code -> code.stable().bytes()),
                ofCode(canister, code -> (long) code.globals().length * GLOBAL_BYTES),
                ofCode(canister, code -> code.module().bytes().length),
                ofCode(canister, MemoryUse::metadataBytes),
                historyBytes(canister.history()),
                (long) canister.chunkStore().size() * CHUNK_BYTES,
                snapshotBytes,
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

    public long totalBytes() {
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
}
