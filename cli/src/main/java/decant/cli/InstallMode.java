package decant.cli;

import decant.candid.Value;
import java.util.Map;
import java.util.Optional;

/// What becomes of a canister's state when code is installed.
enum InstallMode {
    INSTALL("installed"),
    REINSTALL("reinstalled"),
    UPGRADE("upgraded");

    private final String done;

    InstallMode(String done) {
        this.done = done;
    }

    /// {@return what is said when it has happened}
    String done() {
        return done;
    }

    /// {@return this mode as the management canister understands it}
    ///
    /// @param keepsHeap for an upgrade, whether the new code is to go on with the heap of the old
    Value toCandid(boolean keepsHeap) {
        return switch (this) {
            case INSTALL -> Value.variant("install");
            case REINSTALL -> Value.variant("reinstall");
            case UPGRADE ->
                Value.variant(
                        "upgrade",
                        Value.opt(Optional.of(keepsHeap)
                                .filter(keeps -> keeps)
                                .map(_ -> Value.record(Map.of(
                                        "skip_pre_upgrade",
                                        Value.none(),
                                        "wasm_memory_persistence",
                                        Value.some(Value.variant("keep")))))));
        };
    }
}
