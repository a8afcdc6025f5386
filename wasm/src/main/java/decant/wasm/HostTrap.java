package decant.wasm;

import org.jspecify.annotations.Nullable;

/// A trap that a host function asks for. It arrives as a {@link Trap} with this message and payload.
public final class HostTrap extends TrapException {
    private static final long serialVersionUID = 1;

    private final transient @Nullable Object payload;

    public HostTrap(String message, @Nullable Object payload) {
        super(TrapCode.HOST, message);
        this.payload = payload;
    }

    public HostTrap(String message) {
        this(message, null);
    }

    /// {@return what the host function wants its embedder to know}
    public @Nullable Object payload() {
        return payload;
    }
}
