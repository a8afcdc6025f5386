package decant.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads JSON (RFC 8259). Numbers keep all their digits; of two fields with one name the later one counts.
final class JsonText {
    private static final int DEPTH_MAX = 100;

    private final String text;
    private int position;

    private JsonText(String text) {
        this.text = text;
    }

    /// What stands in the text instead of JSON.
    static final class Malformed extends RuntimeException {
        private static final long serialVersionUID = 1;

        private Malformed(String message) {
            super(message, null, false, false);
        }
    }

    /// {@return the value that the text is}
    ///
    /// @throws Malformed where it is none
    static Json parse(String text) {
        var reader = new JsonText(text);
        var value = reader.value(0);
        reader.skipBlanks();
        if (reader.position < text.length()) {
            throw reader.expected("the end");
        }
        return value;
    }

    private Json value(int depth) {
        if (depth > DEPTH_MAX) {
            throw expected("values that nest at most " + DEPTH_MAX + " deep");
        }
        skipBlanks();
        char next = peek();
        if (next == '{') {
            return fields(depth);
        }
        if (next == '[') {
            return array(depth);
        }
        if (next == '"') {
            return Json.text(string());
        }
        if (next == '-' || isDigit(next)) {
            return number();
        }
        if (takes("true")) {
            return Json.bool(true);
        }
        if (takes("false")) {
            return Json.bool(false);
        }
        if (takes("null")) {
            return Json.Null.NULL;
        }
        throw expected("a value");
    }

    private Json fields(int depth) {
        Map<String, Json> fields = new LinkedHashMap<>();
        take('{');
        if (!takesAfterBlanks('}')) {
            do {
                skipBlanks();
                var name = string();
                skipBlanks();
                take(':');
                fields.put(name, value(depth + 1));
            } while (takesAfterBlanks(','));
            skipBlanks();
            take('}');
        }
        return new Json.Fields(fields);
    }

    private Json array(int depth) {
        List<Json> items = new ArrayList<>();
        take('[');
        if (!takesAfterBlanks(']')) {
            do {
                items.add(value(depth + 1));
            } while (takesAfterBlanks(','));
            skipBlanks();
            take(']');
        }
        return Json.array(items);
    }

    private String string() {
        take('"');
        var string = new StringBuilder();
        while (peek() != '"') {
            if (position == text.length()) {
                throw expected("'\"'");
            }
            char next = text.charAt(position++);
            if (next < ' ') {
                throw expected("no control character inside a string");
            }
            string.append(next == '\\' ? escaped() : next);
        }
        position++;
        return string.toString();
    }

    private char escaped() {
        char kind = peek();
        position++;
        return switch (kind) {
            case '"', '\\', '/' -> kind;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                int end = Math.min(position + 4, text.length());
                var digits = text.substring(position, end);
                if (!digits.matches("[0-9A-Fa-f]{4}")) {
                    throw expected("four hexadecimal digits");
                }
                position = end;
                yield (char) Integer.parseInt(digits, 16);
            }
            default -> throw expected("an escape such as \\n");
        };
    }

    private Json number() {
        int start = position;
        takes("-");
        if (!takes("0")) {
            digits();
        }
        if (takes(".")) {
            digits();
        }
        if (takes("e") || takes("E")) {
            if (!takes("+")) {
                takes("-");
            }
            digits();
        }
        return new Json.NumberLiteral(text.substring(start, position));
    }

    private void digits() {
        if (!isDigit(peek())) {
            throw expected("a digit");
        }
        while (isDigit(peek())) {
            position++;
        }
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private void skipBlanks() {
        while (" \t\r\n".indexOf(peek()) >= 0) {
            position++;
        }
    }

    private boolean takesAfterBlanks(char wanted) {
        skipBlanks();
        boolean isThere = peek() == wanted;
        position += isThere ? 1 : 0;
        return isThere;
    }

    private boolean takes(String wanted) {
        boolean isThere = text.startsWith(wanted, position);
        position += isThere ? wanted.length() : 0;
        return isThere;
    }

    private void take(char wanted) {
        if (peek() != wanted) {
            throw expected("'" + wanted + "'");
        }
        position++;
    }

    /// {@return the next character; one that JSON has nowhere at the end}
    private char peek() {
        return position < text.length() ? text.charAt(position) : '\0';
    }

    private Malformed expected(String what) {
        int line = 1
                + (int) text.substring(0, Math.min(position, text.length()))
                        .chars()
                        .filter(c -> c == '\n')
                        .count();
        var found = position < text.length() ? "'" + text.charAt(position) + "'" : "the end";
        return new Malformed("in line " + line + " there must be " + what + ", found " + found);
    }
}
