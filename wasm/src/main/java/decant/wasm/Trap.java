package decant.wasm;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// An execution's abnormal end: a value, never an exception that leaves {@link Instance#call}.
///
/// @param backtrace the active functions, innermost first; only the innermost ones when there are very many
/// @param payload what the host function attached, for {@link TrapCode#HOST}
public record Trap(
        TrapCode code,
        String message,
        List<Frame> backtrace,
        @Nullable Object payload) {
    public Trap {
        backtrace = List.copyOf(backtrace);
    }
}
