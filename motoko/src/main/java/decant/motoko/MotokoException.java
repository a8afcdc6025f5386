package decant.motoko;

/// The machine's fault, not the source's: no compiler, or one that cannot be run.
public final class MotokoException extends RuntimeException {
    private static final long serialVersionUID = 1;

    MotokoException(String message) {
        super(message);
    }

    MotokoException(String message, Throwable cause) {
        super(message, cause);
    }
}
