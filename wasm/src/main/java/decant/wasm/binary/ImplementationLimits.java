package decant.wasm.binary;

/// The largest modules this engine takes: far beyond what compilers emit, and small enough that a hostile module
/// costs memory and time in proportion to its bytes.
public final class ImplementationLimits {
    public static final int TYPES_MAX = 1_000_000;

    /// A vector counts as two.
    public static final int PARAMETERS_MAX = 1_000;

    /// A vector counts as two.
    public static final int RESULTS_MAX = 1_000;
    public static final int IMPORTS_MAX = 100_000;
    public static final int FUNCTIONS_MAX = 1_000_000;
    public static final int TABLES_MAX = 100;
    public static final int GLOBALS_MAX = 100_000;
    public static final int EXPORTS_MAX = 1_000_000;
    public static final int ELEMENT_SEGMENTS_MAX = 100_000;
    public static final int DATA_SEGMENTS_MAX = 100_000;
    public static final int CUSTOM_SECTIONS_MAX = 100_000;

    /// References in all element segments together.
    public static final int ELEMENTS_MAX = 10_000_000;

    /// Parameters and locals of one function.
    public static final int LOCALS_MAX = 50_000;

    /// Blocks inside one another in one function.
    public static final int NESTING_MAX = 50_000;

    /// Values on the operand stack of one function at any place.
    public static final int OPERANDS_MAX = 100_000;

    /// Characters of a function's name that are kept.
    public static final int FUNCTION_NAME_MAX = 256;

    private ImplementationLimits() {}
}
