package decant.canister.state;

/// A function of the module by table index, resolved when it is called, and the argument to call it with.
public record Closure(long tableIndex, long environment) {}
