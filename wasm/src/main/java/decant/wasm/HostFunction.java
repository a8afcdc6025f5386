package decant.wasm;

/// A function of the host that modules may import.
///
/// Values travel in slots of 64 bits: an i32 in the low half (the high half means nothing), floats as their raw bits,
/// a v128 in two slots, first its low half, an externref as a number of the embedder's choice, a funcref as a function
/// index of the calling instance, null references as -1.
@FunctionalInterface
public interface HostFunction {
    /// Called with the arguments in `slots[0..n)`; leaves the results in `slots[0..m)`.
    ///
    /// To trap, it throws a {@link HostTrap}.
    void call(Instance caller, long[] slots);
}
