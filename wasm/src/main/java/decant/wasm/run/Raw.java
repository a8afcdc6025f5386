package decant.wasm.run;

/// The raw memory that this virtual machine lets us have, chosen once: a constant to the just-in-time compiler, which
/// sees through its methods.
public final class Raw {
    private static final boolean IS_UNSAFE = isUnsafeAvailable();

    static final RawMemory RAW = IS_UNSAFE ? new UnsafeMemory() : new SegmentMemory();

    /// The class whose methods are the loads and stores.
    public static final Class<?> ACCESS = IS_UNSAFE ? UnsafeAccess.class : SegmentAccess.class;

    private Raw() {}

    private static boolean isUnsafeAvailable() {
        try {
            return UnsafeMemory.isSuitable();
        } catch (IllegalAccessError | NoClassDefFoundError _) {
            return false;
        }
    }
}
