package decant.canister;

import decant.canister.InstallRequest.Mode;
import decant.canister.state.ErrorCode;
import java.util.Optional;

/// The rules by which an upgrade keeps the heap. Specification: "IC method install_code", `wasm_memory_persistence`.
final class HeapPersistence {
    private HeapPersistence() {}

    /// {@return why the upgrade may not treat the heap as it says, if so}
    static Optional<Failure> violation(Mode.Upgrade upgrade, CanisterModule before, CanisterModule after) {
        if (upgrade.persistence().isEmpty() && before.supportsEnhancedPersistence()) {
            return Optional.of(Failure.of(
                    ErrorCode.CANISTER_CONTRACT_VIOLATION,
                    "Missing upgrade option: Enhanced orthogonal persistence requires the"
                            + " `wasm_memory_persistence` upgrade option."));
        }
        if (upgrade.keepsHeap() && !after.supportsEnhancedPersistence()) {
            return Optional.of(Failure.of(
                    ErrorCode.CANISTER_CONTRACT_VIOLATION,
                    "Invalid upgrade option: The `wasm_memory_persistence: opt Keep` upgrade option requires that"
                            + " the new canister module supports enhanced orthogonal persistence."));
        }
        return Optional.empty();
    }

    /// {@return why a heap of so many bytes is none for the module, if so}
    ///
    /// One that is larger than the module declares at most is taken; no code of the module runs on it then.
    static Optional<String> misfit(CanisterModule module, long bytes) {
        long addressable = ModuleLimits.heapBytesMax(module.is64());
        if (!module.hasMemory() && bytes > 0) {
            return Optional.of("the Wasm memory (" + bytes
                    + " bytes) is not empty, but the canister module declares no Wasm memory");
        }
        if (bytes > addressable) {
            return Optional.of("the Wasm memory (" + bytes + " bytes) is larger than the " + addressable
                    + " bytes that a canister with " + (module.is64() ? 64 : 32) + "-bit addresses can have");
        }
        if (bytes < module.heapBytesMin()) {
            return Optional.of("the Wasm memory (" + bytes + " bytes) is smaller than the minimum Wasm memory ("
                    + module.heapBytesMin() + " bytes) declared by the canister module");
        }
        return Optional.empty();
    }
}
