package decant.wasm;

import java.util.Locale;

/// The kinds of things a module can offer, in the order of their codes.
public enum ExportKind {
    FUNCTION,
    TABLE,
    MEMORY,
    GLOBAL;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
