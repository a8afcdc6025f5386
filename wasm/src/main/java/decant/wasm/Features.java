package decant.wasm;

/// Which parts of WebAssembly beyond the common ground a module may use.
///
/// Always there: multi-value, mutable globals in imports and exports, sign extension, saturating conversions, bulk
/// memory, reference types.
///
/// @param memory64 memories and tables addressed by i64
/// @param simd 128-bit vectors
/// @param tailCalls `return_call` and `return_call_indirect`
/// @param tableMutation `table.set`, `table.grow`, `table.fill`, `table.copy` and `table.init`
public record Features(boolean memory64, boolean simd, boolean tailCalls, boolean tableMutation) {
    /// Everything the engine knows.
    public static final Features ALL = new Features(true, true, true, true);

    /// What the Internet Computer lets a canister use.
    public static final Features IC = new Features(true, true, true, false);
}
