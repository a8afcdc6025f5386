package decant.motoko;

import decant.motoko.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/// Cuts the text of a stable signature into tokens; comments and white space end here.
final class SignatureLexer {
    private static final String SIGNS = "(){}[]<>;:,?=#.*";

    private final String text;
    private int at;
    private int line = 1;
    private int lineStart;

    private SignatureLexer(String text) {
        this.text = text;
    }

    /// {@return the tokens, of which the last is the end}
    static List<Token> tokens(String text) {
        return new SignatureLexer(text).all();
    }

    private List<Token> all() {
        var tokens = new ArrayList<Token>();
        skipBlanks();
        while (at < text.length()) {
            tokens.add(next());
            skipBlanks();
        }
        tokens.add(token(Kind.END, "", at));
        return tokens;
    }

    private Token next() {
        int start = at;
        char c = text.charAt(at);
        if (isNameStart(c)) {
            while (at < text.length() && isNamePart(text.charAt(at))) {
                at++;
            }
            return token(Kind.NAME, text.substring(start, at), start);
        }
        if (c == '"') {
            return quoted();
        }
        if (text.startsWith("->", at) || text.startsWith("<:", at)) {
            at += 2;
            return token(Kind.SIGN, text.substring(start, at), start);
        }
        if (SIGNS.indexOf(c) >= 0) {
            at++;
            return token(Kind.SIGN, text.substring(start, at), start);
        }
        var found = token(Kind.SIGN, Character.toString(text.codePointAt(at)), start);
        throw StableSignatureException.at(found, found.shown() + " has no meaning here");
    }

    private Token quoted() {
        int start = at++;
        var content = new StringBuilder();
        while (at < text.length() && text.charAt(at) != '"' && text.charAt(at) != '\n') {
            if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                content.append(text.charAt(at++));
            }
            content.append(text.charAt(at++));
        }
        if (at == text.length() || text.charAt(at) != '"') {
            throw StableSignatureException.at(token(Kind.QUOTED, "", start), "a quoted text is not closed");
        }
        at++;
        return token(Kind.QUOTED, content.toString(), start);
    }

    private void skipBlanks() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '\n') {
                at++;
                line++;
                lineStart = at;
            } else if (c == ' ' || c == '\t' || c == '\r') {
                at++;
            } else if (text.startsWith("//", at)) {
                int end = text.indexOf('\n', at);
                at = end < 0 ? text.length() : end;
            } else if (text.startsWith("/*", at)) {
                skipBlockComment();
            } else {
                return;
            }
        }
    }

    /// Block comments may stand in one another.
    private void skipBlockComment() {
        var start = token(Kind.SIGN, "/*", at);
        int depth = 0;
        do {
            if (at == text.length()) {
                throw StableSignatureException.at(start, "a comment is not closed");
            }
            if (text.startsWith("/*", at)) {
                depth++;
                at += 2;
            } else if (text.startsWith("*/", at)) {
                depth--;
                at += 2;
            } else {
                if (text.charAt(at) == '\n') {
                    line++;
                    lineStart = at + 1;
                }
                at++;
            }
        } while (depth > 0);
    }

    private Token token(Kind kind, String content, int start) {
        return new Token(kind, content, line, start - lineStart + 1);
    }

    private static boolean isNameStart(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_';
    }

    private static boolean isNamePart(char c) {
        return isNameStart(c) || c >= '0' && c <= '9';
    }
}
