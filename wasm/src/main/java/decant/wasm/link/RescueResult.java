package decant.wasm.link;

import java.util.List;

/// What came of an attempt to widen the calls of a module's hooks.
public sealed interface RescueResult {
    /// The module with hooks that call the wide imports, and the functions changed for that. It is proven to fit.
    record Rescued(byte[] module, List<String> changed) implements RescueResult {
        public Rescued {
            changed = List.copyOf(changed);
        }
    }

    /// No hook reaches any of the narrow imports.
    record Unneeded() implements RescueResult {}

    /// No module can take over this module's memory, not even the module itself.
    record Refused(Verdict.Differs verdict) implements RescueResult {}
}
