package decant.wasm.run;

/// A mutable global that an instance imports, as its compiled code sees it: funcrefs are numbers of the instance.
public interface ImportedVariable {
    long get(InstanceState reader);

    void set(long value, InstanceState writer);
}
