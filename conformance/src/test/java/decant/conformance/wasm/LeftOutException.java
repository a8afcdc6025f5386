package decant.conformance.wasm;

/// A command that cannot be run because of something the engine leaves out.
final class LeftOutException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String reason;

    /// @param reason continues the sentence "this command .."
    LeftOutException(String reason) {
        super(reason, null, false, false);
        this.reason = reason;
    }

    /// Text that uses a proposal which the engine leaves out.
    LeftOutException(String feature, Sexp where) {
        super("needs " + feature + " (line " + where.line() + ")", null, false, false);
        this.reason = "needs " + feature;
    }

    String reason() {
        return reason;
    }
}
