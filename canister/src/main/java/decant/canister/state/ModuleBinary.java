package decant.canister.state;

import decant.base.Hash;

/// A canister module exactly as it was uploaded, raw or gzip, its SHA-256, and which system tasks it receives.
public record ModuleBinary(Hash hash, byte[] bytes, TaskExports tasks) {
    /// Which of the system tasks' functions a module exports; so that a round need not look into modules.
    public record TaskExports(boolean lowWasmMemory, boolean globalTimer, boolean heartbeat) {
        public boolean contains(TaskKind kind) {
            return switch (kind) {
                case LOW_WASM_MEMORY -> lowWasmMemory;
                case GLOBAL_TIMER -> globalTimer;
                case HEARTBEAT -> heartbeat;
            };
        }
    }
}
