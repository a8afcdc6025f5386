package decant.wasm;

import java.util.Optional;

/// Bytes for the memory: `length` bytes of the module from `start`.
///
/// With an offset they are copied into the memory when the module is instantiated; without one the segment is passive
/// and waits for `memory.init`.
public record DataSegment(Optional<ConstantExpression> offset, int start, int length) {}
