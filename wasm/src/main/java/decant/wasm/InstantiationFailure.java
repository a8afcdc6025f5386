package decant.wasm;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A module that cannot become an instance: an import is missing or of another type, or a segment does not fit.
public final class InstantiationFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient @Nullable Trap trap;

    public InstantiationFailure(String message) {
        super(message);
        this.trap = null;
    }

    public InstantiationFailure(Trap trap) {
        super(trap.message());
        this.trap = trap;
    }

    /// {@return the trap, when a segment does not fit its memory or table}
    public Optional<Trap> trap() {
        return Optional.ofNullable(trap);
    }
}
