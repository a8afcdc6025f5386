package decant.canister.ic0;

/// What guest code is run for; it decides which imports may be called. Specification: "Overview of imports".
public enum Context {
    START("s", "start"),
    INIT("I", "init"),
    PRE_UPGRADE("G", "pre upgrade"),
    UPDATE("U", "update"),
    REPLICATED_QUERY("RQ", "replicated query"),
    QUERY("NRQ", "non replicated query"),
    TRANSFORM("TQ", "non replicated query"),
    COMPOSITE_QUERY("CQ", "composite query"),
    REPLY_CALLBACK("Ry", "reply callback"),
    REJECT_CALLBACK("Rt", "reject callback"),
    COMPOSITE_REPLY_CALLBACK("CRy", "composite reply callback"),
    COMPOSITE_REJECT_CALLBACK("CRt", "composite reject callback"),
    CLEANUP("C", "cleanup"),
    COMPOSITE_CLEANUP("CC", "composite cleanup"),
    HEARTBEAT("T", "heartbeat"),
    GLOBAL_TIMER("T", "global timer"),
    LOW_WASM_MEMORY("T", "on low Wasm memory"),
    INSPECT_MESSAGE("F", "inspect message");

    private final String letters;
    private final String mode;

    Context(String letters, String mode) {
        this.letters = letters;
        this.mode = mode;
    }

    /// {@return the letters that stand for this context in the specification's table of imports}
    String letters() {
        return letters;
    }

    /// {@return how error messages name this context}
    public String mode() {
        return mode;
    }

    /// {@return whether every replica runs this, so that its effects can be kept}
    public boolean isReplicated() {
        return switch (this) {
            case START,
                    INIT,
                    PRE_UPGRADE,
                    UPDATE,
                    REPLICATED_QUERY,
                    REPLY_CALLBACK,
                    REJECT_CALLBACK,
                    CLEANUP,
                    HEARTBEAT,
                    GLOBAL_TIMER,
                    LOW_WASM_MEMORY -> true;
            case QUERY,
                    TRANSFORM,
                    COMPOSITE_QUERY,
                    COMPOSITE_REPLY_CALLBACK,
                    COMPOSITE_REJECT_CALLBACK,
                    COMPOSITE_CLEANUP,
                    INSPECT_MESSAGE -> false;
        };
    }

    /// {@return what a run pays for the pages of heap and stable memory that it touches}
    ///
    /// So much for each of the sixteen pages of an operating system in a page of 64 KiB. What a run writes
    /// without effect, nobody counts.
    PageCosts pageCosts() {
        long page = 16 * 5_000;
        return new PageCosts(page, isReplicated() ? page : 0);
    }

    /// {@return whether the heap may not outgrow the canister's own `wasm_memory_limit`}
    public boolean obeysWasmMemoryLimit() {
        return this == UPDATE || this == INIT;
    }
}
