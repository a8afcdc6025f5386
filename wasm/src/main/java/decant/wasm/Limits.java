package decant.wasm;

import java.util.OptionalLong;

/// The smallest and largest size of a memory, in pages, or of a table, in elements; both are unsigned.
public record Limits(long minimum, OptionalLong maximum) {}
