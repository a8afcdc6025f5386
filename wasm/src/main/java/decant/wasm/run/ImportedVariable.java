package decant.wasm.run;

/// A mutable global that an instance imports, as its compiled code sees it: funcrefs are numbers of the instance.
public interface ImportedVariable {
    /// {@return one of the value's slots, the first one being part 0}
    long get(int part, InstanceState reader);

    void set(int part, long slot, InstanceState writer);
}
