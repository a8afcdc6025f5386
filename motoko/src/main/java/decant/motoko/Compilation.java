package decant.motoko;

import java.util.Optional;

/// What the Motoko compiler made of a source file: a module, or the reasons why not.
public sealed interface Compilation {
    /// A compiled actor.
    ///
    /// @param wasm the module, with its Candid interface and stable signature as public metadata
    /// @param candid the interface as a `.did` text
    /// @param stableTypes the stable signature as a `.most` text; absent where the compiler wrote none
    /// @param warnings what the compiler had to say all the same, as it says it; empty if nothing
    record Compiled(byte[] wasm, String candid, Optional<String> stableTypes, String warnings) implements Compilation {}

    /// A source file with errors.
    ///
    /// @param diagnostics the errors as the compiler prints them
    record Failed(String diagnostics) implements Compilation {}
}
