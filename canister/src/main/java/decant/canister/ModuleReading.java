package decant.canister;

import decant.canister.check.CodeFacts;

/// What becomes of bytes that are to be a canister's module, before there is a canister.
public sealed interface ModuleReading {
    /// They are a module that can be installed.
    record Valid(CodeFacts facts) implements ModuleReading {}

    /// They break a rule.
    record Invalid(String reason) implements ModuleReading {}

    /// Reads a module as it would be uploaded, raw or gzip.
    static ModuleReading of(byte[] uploaded) {
        try {
            return new Valid(CanisterModule.parse(uploaded).facts());
        } catch (InvalidCanisterModule e) {
            return new Invalid(String.valueOf(e.getMessage()));
        }
    }
}
