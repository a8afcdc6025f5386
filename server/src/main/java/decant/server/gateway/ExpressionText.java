package decant.server.gateway;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A certification expression as it is written, in the small part of the Common Expression Language that it may use.
///
/// ```text
/// expression = text | '[' list ']' | NAME '(' list ')' | NAME '{' (NAME ':' expression),* '}'
/// list       = expression,*
/// text       = '"' character* '"'
/// ```
sealed interface ExpressionText {
    /// Text between quotes.
    record Quoted(String text) implements ExpressionText {}

    /// Expressions between brackets.
    record Items(List<ExpressionText> items) implements ExpressionText {}

    /// A function applied to arguments.
    record Call(String name, List<ExpressionText> arguments) implements ExpressionText {}

    /// An object of a type, with fields.
    record Fields(String name, Map<String, ExpressionText> fields) implements ExpressionText {}

    static ExpressionText parse(String text) {
        var parser = new Parser(text);
        var expression = parser.expression(0);
        parser.end();
        return expression;
    }

    /// {@return the arguments, if this is the function of this name}
    default List<ExpressionText> call(String name) {
        if (this instanceof Call(var found, var arguments) && found.equals(name)) {
            return arguments;
        }
        throw Parser.malformed("expected " + name + "(..)");
    }

    /// {@return the fields, if this is an object of this type}
    default Map<String, ExpressionText> object(String name) {
        if (this instanceof Fields(var found, var fields) && found.equals(name)) {
            return fields;
        }
        throw Parser.malformed("expected " + name + "{..}");
    }

    /// {@return the elements, if this is a list of texts}
    default List<String> texts() {
        if (!(this instanceof Items(var items))) {
            throw Parser.malformed("expected a list of texts");
        }
        var texts = new ArrayList<String>();
        for (var item : items) {
            if (!(item instanceof Quoted(var text))) {
                throw Parser.malformed("expected a list of texts");
            }
            texts.add(text);
        }
        return texts;
    }

    /// Reads an expression from left to right.
    final class Parser {
        private static final int DEPTH_MAX = 16;

        private final String text;
        private int next;

        private Parser(String text) {
            this.text = text;
        }

        private ExpressionText expression(int depth) {
            if (depth > DEPTH_MAX) {
                throw malformed("it nests deeper than " + DEPTH_MAX);
            }
            return switch (peek()) {
                case '"' -> new Quoted(quoted());
                case '[' -> new Items(list('[', ']', depth));
                default -> named(depth);
            };
        }

        private ExpressionText named(int depth) {
            var name = name();
            return switch (peek()) {
                case '(' -> new Call(name, list('(', ')', depth));
                case '{' -> new Fields(name, fields(depth));
                default -> throw malformed("expected ( or { after " + name);
            };
        }

        private List<ExpressionText> list(char opening, char closing, int depth) {
            take(opening);
            var items = new ArrayList<ExpressionText>();
            while (peek() != closing) {
                items.add(expression(depth + 1));
                if (peek() != closing) {
                    take(',');
                }
            }
            take(closing);
            return items;
        }

        private Map<String, ExpressionText> fields(int depth) {
            take('{');
            var fields = new HashMap<String, ExpressionText>();
            while (peek() != '}') {
                var name = name();
                take(':');
                if (fields.put(name, expression(depth + 1)) != null) {
                    throw malformed("the field " + name + " is there twice");
                }
                if (peek() != '}') {
                    take(',');
                }
            }
            take('}');
            return fields;
        }

        private String name() {
            peek();
            int start = next;
            while (next < text.length() && isOfName(text.charAt(next))) {
                next++;
            }
            if (start == next) {
                throw malformed("expected a name at character " + start);
            }
            return text.substring(start, next);
        }

        private static boolean isOfName(char c) {
            return c == '_' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z';
        }

        private String quoted() {
            take('"');
            int end = text.indexOf('"', next);
            if (end < 0 || text.substring(next, end).indexOf('\\') >= 0) {
                throw malformed("expected a text without escapes at character " + next);
            }
            var quoted = text.substring(next, end);
            next = end + 1;
            return quoted;
        }

        /// {@return the next character that is not white space; NUL at the end}
        private char peek() {
            while (next < text.length() && Character.isWhitespace(text.charAt(next))) {
                next++;
            }
            return next < text.length() ? text.charAt(next) : '\0';
        }

        private void take(char expected) {
            if (peek() != expected) {
                throw malformed("expected " + expected + " at character " + next);
            }
            next++;
        }

        private void end() {
            if (peek() != '\0' || next < text.length()) {
                throw malformed("expected the end at character " + next);
            }
        }

        private static NotCertifiedException malformed(String what) {
            return new NotCertifiedException("the header " + Expression.HEADER + " makes no sense: " + what);
        }
    }
}
