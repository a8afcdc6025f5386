package decant.wasm;

import java.util.List;

/// The code of a function: the module's bytes from `start`, its first instruction, to before `end`, behind its last
/// `end`.
///
/// The locals do not include the parameters.
public record FunctionBody(int functionIndex, int typeIndex, List<LocalGroup> locals, int start, int end) {}
