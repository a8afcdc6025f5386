package decant.canister.ic0;

import decant.canister.state.ErrorCode;
import decant.wasm.HostTrap;

/// How many bytes of stable memory a run may touch, counted in pages of 4 KiB.
///
/// @param bytesMax in this run
/// @param messageBytesMax in a message
/// @param queryBytesMax in a query
public record StableAccess(long bytesMax, long messageBytesMax, long queryBytesMax) {
    /// {@return the trap for having touched more}
    HostTrap exceeded() {
        return Fault.trap(
                ErrorCode.CANISTER_MEMORY_ACCESS_LIMIT_EXCEEDED,
                "Canister exceeded memory access limits: Exceeded the limit for the number of accessed pages in the stable"
                        + " memory in a single message execution: limit " + messageBytesMax / 1024
                        + " KB for regular messages and " + queryBytesMax / 1024 + " KB for queries.");
    }
}
