package decant.canister.state;

/// Where the low-memory hook stands.
///
/// ```
/// CONDITION_NOT_SATISFIED --memory is low--> READY --it ran--> EXECUTED
///         ^-------------- memory is not low any more -------------'
/// ```
public enum LowMemoryHook {
    CONDITION_NOT_SATISFIED,
    READY,
    EXECUTED;

    /// {@return where the hook stands after memory was found low or not}
    public LowMemoryHook observe(boolean memoryIsLow) {
        if (!memoryIsLow) {
            return CONDITION_NOT_SATISFIED;
        }
        return this == CONDITION_NOT_SATISFIED ? READY : this;
    }
}
