package decant.wasm;

/// Of which of its accesses to memory a module's code leaves a trace.
public enum Tracking {
    /// Of stores, as is always needed to undo and to commit a message.
    WRITES,

    /// Of loads as well, so that {@link Memory#touches} counts the pages they read. It makes code some percent slower.
    READS_AND_WRITES
}
