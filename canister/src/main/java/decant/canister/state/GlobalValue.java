package decant.canister.state;

/// The value of one global as a snapshot names it: its type and its bits, of which those above the type's are zero.
public record GlobalValue(Type type, long low, long high) {
    /// The types of globals that a canister's module may have.
    public enum Type {
        I32,
        I64,
        F32,
        F64,
        V128
    }
}
