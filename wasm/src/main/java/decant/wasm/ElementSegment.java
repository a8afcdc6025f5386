package decant.wasm;

import java.util.List;
import java.util.Optional;

/// References for a table. Only an active segment has an offset and is copied when the module is instantiated.
public record ElementSegment(
        Mode mode, int table, Optional<ConstantExpression> offset, ValueType type, List<ConstantExpression> elements) {
    public ElementSegment {
        elements = List.copyOf(elements);
    }

    /// What becomes of a segment: copied into its table, kept for `table.init`, or only naming functions.
    public enum Mode {
        ACTIVE,
        PASSIVE,
        DECLARATIVE
    }
}
