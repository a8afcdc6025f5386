package decant.canister;

import decant.canister.state.Change;
import decant.canister.state.InstallMode;
import java.util.Optional;

/// The request to put the module into a canister; `module` is raw Wasm or gzip, `origin` who asks.
public record InstallRequest(Mode mode, byte[] module, byte[] argument, Change.Origin origin) {
    /// How to treat what is there already.
    public sealed interface Mode {
        /// {@return what the history calls this mode}
        default InstallMode name() {
            return switch (this) {
                case Install _ -> InstallMode.INSTALL;
                case Reinstall _ -> InstallMode.REINSTALL;
                case Upgrade _ -> InstallMode.UPGRADE;
            };
        }

        /// Into an empty canister.
        record Install() implements Mode {}

        /// Wiping all that is there.
        record Reinstall() implements Mode {}

        /// Keeping stable memory and, where `persistence` says so, the heap.
        record Upgrade(boolean skipPreUpgrade, Optional<Persistence> persistence) implements Mode {}
    }

    /// What happens to the heap in an upgrade: `wasm_memory_persistence` of `install_code`.
    public enum Persistence {
        KEEP,
        REPLACE
    }
}
