package decant.canister;

/// How large a canister module may be. Specification: "Canister module format".
public final class ModuleLimits {
    static final int MODULE_BYTES_MAX = 100 << 20;
    static final long CODE_BYTES_MAX = 11L << 20;
    static final int FUNCTIONS_MAX = 50_000;
    static final int GLOBALS_MAX = 1_000;
    static final int FUNCTION_INSTRUCTIONS_MAX = 1_000_000;
    static final int FUNCTION_COMPLEXITY_MAX = 1_000_000;
    static final int FUNCTION_NAME_BYTES_MAX = 1 << 20;
    static final int METHODS_MAX = 1_000;
    static final int METHOD_NAME_BYTES_MAX = 20_000;
    static final int METADATA_SECTIONS_MAX = 16;
    static final int METADATA_BYTES_MAX = 1 << 20;
    static final long HEAP_BYTES_MAX_32_BIT = 4L << 30;
    static final long HEAP_BYTES_MAX_64_BIT = 6L << 30;

    private ModuleLimits() {}

    /// {@return the bytes that a heap with 64-bit addresses, or with 32-bit addresses, can have}
    public static long heapBytesMax(boolean is64) {
        return is64 ? HEAP_BYTES_MAX_64_BIT : HEAP_BYTES_MAX_32_BIT;
    }
}
