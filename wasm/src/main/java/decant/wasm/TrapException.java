package decant.wasm;

/// A trap on its way from where it happened to {@link Instance#call}, which turns it into a {@link Trap}.
///
/// Only code below a call sees it: compiled functions, and host functions that touch the memory or charge instructions.
/// A host function lets it pass. The stack trace is kept since the backtrace is read from it.
public sealed class TrapException extends RuntimeException permits HostTrap {
    private static final long serialVersionUID = 1;

    private final TrapCode code;

    public TrapException(TrapCode code, String message) {
        super(message, null, false, true);
        this.code = code;
    }

    public TrapException(TrapCode code) {
        this(code, code.toString());
    }

    public TrapCode code() {
        return code;
    }

    /// {@return the message, which is never null here}
    public String reason() {
        return String.valueOf(getMessage());
    }
}
