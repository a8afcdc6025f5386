package decant.motoko;

import java.util.List;
import java.util.Set;

/// The tokens of a stable signature, read one after the other.
final class TokenCursor {
    /// Names that the grammar of types gives a meaning.
    private static final Set<String> WORDS = Set.of(
            "actor",
            "and",
            "async",
            "composite",
            "in",
            "module",
            "object",
            "or",
            "query",
            "shared",
            "stable",
            "type",
            "var",
            "weak");

    private final List<Token> tokens;
    private int at;

    TokenCursor(String text) {
        this.tokens = SignatureLexer.tokens(text);
    }

    Token peek() {
        return tokens.get(at);
    }

    boolean isNext(String word) {
        return peek().is(word);
    }

    /// {@return whether the token after the next one is this word}
    boolean isSecond(String word) {
        return at + 1 < tokens.size() && tokens.get(at + 1).is(word);
    }

    Token next() {
        var token = peek();
        if (token.kind() != Token.Kind.END) {
            at++;
        }
        return token;
    }

    /// Passes the word if it is next.
    boolean skip(String word) {
        boolean found = isNext(word);
        if (found) {
            next();
        }
        return found;
    }

    void expect(String word) {
        if (!skip(word)) {
            throw unexpected("`" + word + "`");
        }
    }

    boolean isNameNext() {
        return peek().kind() == Token.Kind.NAME && !WORDS.contains(peek().text());
    }

    String name(String what) {
        if (!isNameNext()) {
            throw unexpected(what);
        }
        return next().text();
    }

    StableSignatureException unexpected(String wanted) {
        return StableSignatureException.at(peek(), "expected " + wanted + ", found " + peek().shown());
    }

    List<Token> tokens() {
        return tokens;
    }
}
