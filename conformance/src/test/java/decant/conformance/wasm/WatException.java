package decant.conformance.wasm;

/// Text that the assembler does not understand.
final class WatException extends RuntimeException {
    private static final long serialVersionUID = 1;

    WatException(String message, int line) {
        super(message + " (line " + line + ")");
    }

    WatException(String message, Sexp where) {
        this(message, where.line());
    }
}
