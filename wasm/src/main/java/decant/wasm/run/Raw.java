package decant.wasm.run;

/// The raw memory that this virtual machine lets us have, chosen once: a constant to the just-in-time compiler, which
/// sees through its methods.
final class Raw {
    static final RawMemory RAW = UnsafeMemory.isAvailable() ? new UnsafeMemory() : new SegmentMemory();

    private Raw() {}
}
