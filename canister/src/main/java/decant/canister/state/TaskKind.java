package decant.canister.state;

/// The system tasks, each with the function that a module exports to receive it.
public enum TaskKind {
    LOW_WASM_MEMORY("canister_on_low_wasm_memory", "on low Wasm memory"),
    GLOBAL_TIMER("canister_global_timer", "global timer"),
    HEARTBEAT("canister_heartbeat", "heartbeat");

    private final String exportName;
    private final String mode;

    TaskKind(String exportName, String mode) {
        this.exportName = exportName;
        this.mode = mode;
    }

    public String exportName() {
        return exportName;
    }

    /// {@return how error messages call an execution of this task}
    public String mode() {
        return mode;
    }
}
