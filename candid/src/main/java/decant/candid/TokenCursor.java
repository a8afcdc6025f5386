package decant.candid;

/// The tokens of one text, read one after the other with a look ahead of one.
final class TokenCursor {
    private static final int NESTING_MAX = 256;

    private final Lexer lexer;
    private Token current;
    private int nesting;

    TokenCursor(String source) {
        this.lexer = new Lexer(source);
        this.current = lexer.next();
    }

    Token peek() {
        return current;
    }

    Token next() {
        var token = current;
        if (token.kind() != Token.Kind.END) {
            current = lexer.next();
        }
        return token;
    }

    boolean atSign(String sign) {
        return current.isSign(sign);
    }

    boolean atWord(String word) {
        return current.isWord(word);
    }

    boolean at(Token.Kind kind) {
        return current.kind() == kind;
    }

    boolean acceptSign(String sign) {
        if (!atSign(sign)) {
            return false;
        }
        next();
        return true;
    }

    boolean acceptWord(String word) {
        if (!atWord(word)) {
            return false;
        }
        next();
        return true;
    }

    void expectSign(String sign) {
        if (!acceptSign(sign)) {
            throw unexpected(sign);
        }
    }

    void expectEnd() {
        if (!at(Token.Kind.END)) {
            throw unexpected("the end of the text");
        }
    }

    CandidException unexpected(String expected) {
        return CandidException.at(current.place(), "expected " + expected + ", found " + current);
    }

    /// Notes that a nested construct begins; too deep nesting would overflow the parser's stack.
    void enter() {
        if (++nesting > NESTING_MAX) {
            throw CandidException.at(current.place(), "nested deeper than the limit of " + NESTING_MAX + " levels");
        }
    }

    void leave() {
        nesting--;
    }
}
