package decant.motoko;

/// A text that is no stable signature, or one that cannot be understood within its limits; the message says why.
public final class StableSignatureException extends RuntimeException {
    private static final long serialVersionUID = 1;

    StableSignatureException(String message) {
        super(message, null, false, false);
    }

    static StableSignatureException at(Token token, String message) {
        return new StableSignatureException("line " + token.line() + ", column " + token.column() + ": " + message);
    }
}
