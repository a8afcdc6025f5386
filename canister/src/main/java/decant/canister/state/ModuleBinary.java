package decant.canister.state;

import decant.base.Hash;
import java.util.Optional;
import org.pcollections.PSortedMap;

/// A canister module exactly as it was uploaded, raw or gzip, its SHA-256, and what everyone asks of it: so that
/// nobody need look into the bytes again.
public record ModuleBinary(Hash hash, byte[] bytes, TaskExports tasks, PSortedMap<String, Metadata> metadata) {
    /// Which of the system tasks' functions a module exports.
    public record TaskExports(boolean lowWasmMemory, boolean globalTimer, boolean heartbeat) {
        public boolean contains(TaskKind kind) {
            return switch (kind) {
                case LOW_WASM_MEMORY -> lowWasmMemory;
                case GLOBAL_TIMER -> globalTimer;
                case HEARTBEAT -> heartbeat;
            };
        }
    }

    /// A custom section `icp:public <name>` or `icp:private <name>`; private ones are for controllers.
    public record Metadata(boolean isPublic, byte[] content) {}

    /// {@return the metadata section with this name}
    public Optional<Metadata> metadata(String name) {
        return Optional.ofNullable(metadata.get(name));
    }
}
