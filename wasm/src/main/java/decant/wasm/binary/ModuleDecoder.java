package decant.wasm.binary;

import decant.wasm.Features;
import decant.wasm.InvalidModuleException;

/// Reads the sections of a module.
public final class ModuleDecoder {
    private ModuleDecoder() {}

    /// {@return what the bytes say, valid}
    public static ModuleSections decode(byte[] bytes, Features features) {
        if (bytes.length < 8 || !features.memory64()) {
            throw new InvalidModuleException("unexpected end", bytes.length);
        }
        throw new AssertionError("BUG: sections are not read");
    }
}
