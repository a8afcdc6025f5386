package decant.candid;

import static java.nio.charset.StandardCharsets.UTF_8;

import decant.candid.CandidException.Place;
import java.io.ByteArrayOutputStream;

/// Splits a source text - values, types or an interface description - into tokens.
final class Lexer {
    private static final String SIGNS = "(){};,:=.";

    private final String source;
    private int position;
    private int line = 1;
    private int lineStart;

    Lexer(String source) {
        this.source = source;
    }

    Token next() {
        skipBlanks();
        var place = place();
        if (position == source.length()) {
            return Token.of(Token.Kind.END, "", place);
        }
        char c = source.charAt(position);
        if (Quoting.isIdentifierStart(c)) {
            return word(place);
        }
        if (c == '"') {
            return text(place);
        }
        if (isDigit(c) || (c == '+' || c == '-') && isNumberAt(position + 1)) {
            return number(place);
        }
        if (source.startsWith("->", position)) {
            position += 2;
            return Token.of(Token.Kind.SIGN, "->", place);
        }
        if (SIGNS.indexOf(c) >= 0) {
            position++;
            return Token.of(Token.Kind.SIGN, Character.toString(c), place);
        }
        throw CandidException.at(
                place, "no token starts with " + Quoting.text(Character.toString(source.codePointAt(position))));
    }

    private Place place() {
        return new Place(line, position - lineStart + 1);
    }

    private char at(int index) {
        return index < source.length() ? source.charAt(index) : '\0';
    }

    private void skipBlanks() {
        while (position < source.length()) {
            if (source.startsWith("//", position)) {
                skipLine();
            } else if (source.startsWith("/*", position)) {
                skipComment();
            } else if (Character.isWhitespace(source.charAt(position)) || source.charAt(position) == '\uFEFF') {
                advance();
            } else {
                return;
            }
        }
    }

    private void advance() {
        if (source.charAt(position++) == '\n') {
            line++;
            lineStart = position;
        }
    }

    private void skipLine() {
        while (position < source.length() && source.charAt(position) != '\n') {
            position++;
        }
    }

    /// Comments between `/*` and `*/` nest.
    private void skipComment() {
        var start = place();
        int depth = 0;
        do {
            if (position == source.length()) {
                throw CandidException.at(start, "the comment is not closed");
            }
            if (source.startsWith("/*", position)) {
                depth++;
                position += 2;
            } else if (source.startsWith("*/", position)) {
                depth--;
                position += 2;
            } else {
                advance();
            }
        } while (depth > 0);
    }

    private Token word(Place place) {
        int start = position;
        while (Quoting.isIdentifierPart(at(position))) {
            position++;
        }
        return Token.of(Token.Kind.WORD, source.substring(start, position), place);
    }

    private boolean isNumberAt(int index) {
        return isDigit(at(index)) || source.startsWith("inf", index) && !Quoting.isIdentifierPart(at(index + 3));
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private Token number(Place place) {
        int start = position;
        if (!isDigit(at(position))) {
            position++;
        }
        if (at(position) == 'i') {
            position += 3;
            return Token.of(Token.Kind.FLOAT, source.substring(start, position), place);
        }
        boolean hex = at(position) == '0' && at(position + 1) == 'x';
        if (hex) {
            position += 2;
        }
        skipDigits(hex, place);
        boolean real = false;
        if (at(position) == '.') {
            position++;
            real = true;
            if (isDigit(at(position), hex)) {
                skipDigits(hex, place);
            }
        }
        if (isExponent(at(position), hex)) {
            position++;
            real = true;
            if (at(position) == '+' || at(position) == '-') {
                position++;
            }
            skipDigits(false, place);
        }
        if (Quoting.isIdentifierPart(at(position))) {
            throw CandidException.at(place(), "a number is followed by " + at(position));
        }
        return Token.of(real ? Token.Kind.FLOAT : Token.Kind.INTEGER, source.substring(start, position), place);
    }

    private static boolean isExponent(char c, boolean hex) {
        return hex ? c == 'p' || c == 'P' : c == 'e' || c == 'E';
    }

    private static boolean isDigit(char c, boolean hex) {
        return isDigit(c) || hex && Character.digit(c, 16) >= 0 && c < 0x80;
    }

    /// Digits may be parted by single underscores.
    private void skipDigits(boolean hex, Place place) {
        if (!isDigit(at(position), hex)) {
            throw CandidException.at(place, "a number lacks its digits");
        }
        while (isDigit(at(position), hex) || at(position) == '_' && isDigit(at(position + 1), hex)) {
            position++;
        }
    }

    private Token text(Place place) {
        var bytes = new ByteArrayOutputStream();
        position++;
        while (at(position) != '"' || position >= source.length()) {
            if (position >= source.length()) {
                throw CandidException.at(place, "the text is not closed");
            }
            if (source.charAt(position) == '\\') {
                escape(bytes);
            } else {
                int c = source.codePointAt(position);
                for (int i = 0; i < Character.charCount(c); i++) {
                    advance();
                }
                append(bytes, c, place);
            }
        }
        position++;
        return new Token(Token.Kind.TEXT, "", bytes.toByteArray(), place);
    }

    private static void append(ByteArrayOutputStream bytes, int c, Place place) {
        if (!Character.isValidCodePoint(c) || c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
            throw CandidException.at(place, "U+" + Integer.toHexString(c) + " is not a character");
        }
        bytes.writeBytes(Character.toString(c).getBytes(UTF_8));
    }

    private void escape(ByteArrayOutputStream bytes) {
        var place = place();
        char c = at(position + 1);
        position += 2;
        switch (c) {
            case 'n' -> bytes.write('\n');
            case 'r' -> bytes.write('\r');
            case 't' -> bytes.write('\t');
            case '\\', '"', '\'' -> bytes.write(c);
            case 'u' -> append(bytes, unicodeEscape(place), place);
            default -> {
                if (!isDigit(c, true) || !isDigit(at(position), true)) {
                    throw CandidException.at(
                            place, "\\ must be followed by n, r, t, \\, \", ', u{..} or two hex digits");
                }
                bytes.write(Character.digit(c, 16) << 4 | Character.digit(at(position), 16));
                position++;
            }
        }
    }

    private int unicodeEscape(Place place) {
        int end = source.indexOf('}', position);
        if (at(position) != '{' || end < 0) {
            throw CandidException.at(place, "a character's number is written \\u{...}");
        }
        int start = ++position;
        skipDigits(true, place);
        var digits = source.substring(start, position).replace("_", "");
        if (position != end || digits.length() > 6) {
            throw CandidException.at(place, "\\u{...} holds one to six hex digits");
        }
        position++;
        return Integer.parseInt(digits, 16);
    }
}
