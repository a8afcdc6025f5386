package decant.motoko;

/// Stable variables that cannot be read; the message says why.
public final class UnreadableValuesException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UnreadableValuesException(String message) {
        super(message, null, false, false);
    }
}
