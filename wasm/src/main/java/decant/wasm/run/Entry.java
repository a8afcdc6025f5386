package decant.wasm.run;

/// The way into one compiled function for callers that have its arguments in slots.
public abstract class Entry {
    /// Calls the function: arguments in `slots[0..n)`, results in `slots[0..m)` afterwards.
    ///
    /// @param stackLeft how many bytes of stack frames may still take
    public abstract void call(long[] slots, int stackLeft, InstanceState state);

    /// As {@link #call}, but when the function ends in a tail call that call is left for
    /// {@link InstanceState#runTailCalls} and there are no results.
    public void body(long[] slots, int stackLeft, InstanceState state) {
        call(slots, stackLeft, state);
    }
}
