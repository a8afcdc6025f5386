package decant.wasm.run;

/// The raw memory that this virtual machine lets us have, chosen once: a constant to the just-in-time compiler, which
/// sees through its methods.
public final class Raw {
    static final RawMemory RAW = UnsafeMemory.isAvailable() ? new UnsafeMemory() : new SegmentMemory();

    /// The class whose methods are the loads and stores.
    public static final Class<?> ACCESS = UnsafeMemory.isAvailable() ? UnsafeAccess.class : SegmentAccess.class;

    private Raw() {}
}
