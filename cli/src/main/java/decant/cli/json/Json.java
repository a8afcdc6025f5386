package decant.cli.json;

import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// A JSON value to be printed. Fields keep the order in which they were given.
public sealed interface Json {
    record Text(String value) implements Json {}

    record NumberLiteral(String literal) implements Json {}

    record Bool(boolean value) implements Json {}

    record Array(List<Json> items) implements Json {}

    record Fields(Map<String, Json> fields) implements Json {
        public Fields with(String name, Json value) {
            var more = new LinkedHashMap<>(fields);
            more.put(name, value);
            return new Fields(more);
        }
    }

    enum Null implements Json {
        NULL
    }

    static Json text(String value) {
        return new Text(value);
    }

    static Json text(Optional<String> value) {
        return value.map(Json::text).orElse(Null.NULL);
    }

    static Json number(long value) {
        return new NumberLiteral(Long.toString(value));
    }

    static Json number(BigInteger value) {
        return new NumberLiteral(value.toString());
    }

    static Json bool(boolean value) {
        return new Bool(value);
    }

    static Json array(List<Json> items) {
        return new Array(items);
    }

    static Fields fields() {
        return new Fields(Map.of());
    }

    /// {@return the value on one line}
    default String print() {
        return switch (this) {
            case Text(var value) -> quoted(value);
            case NumberLiteral(var literal) -> literal;
            case Bool(boolean value) -> Boolean.toString(value);
            case Array(var items) -> items.stream().map(Json::print).collect(Collectors.joining(",", "[", "]"));
            case Fields(var fields) ->
                fields.entrySet().stream()
                        .map(field ->
                                quoted(field.getKey()) + ":" + field.getValue().print())
                        .collect(Collectors.joining(",", "{", "}"));
            case Null.NULL -> "null";
        };
    }

    /// {@return the value over as many lines as it has parts, as people read it}
    default String printIndented() {
        return printIndented("\n");
    }

    private String printIndented(String lineBreak) {
        var inner = lineBreak + "  ";
        return switch (this) {
            case Array(var items)
            when !items.isEmpty() ->
                items.stream()
                        .map(item -> inner + item.printIndented(inner))
                        .collect(Collectors.joining(",", "[", lineBreak + "]"));
            case Fields(var fields)
            when !fields.isEmpty() ->
                fields.entrySet().stream()
                        .map(field -> inner + quoted(field.getKey()) + ": "
                                + field.getValue().printIndented(inner))
                        .collect(Collectors.joining(",", "{", lineBreak + "}"));
            case Text _, NumberLiteral _, Bool _, Array _, Fields _, Null _ -> print();
        };
    }

    private static String quoted(String text) {
        var quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                default -> {
                    if (c < 0x20 || Character.isSurrogate(c) || c == 0x7F) {
                        quoted.append("\\u").append(String.format("%04x", (int) c));
                    } else {
                        quoted.append(c);
                    }
                }
            }
        }
        return quoted.append('"').toString();
    }
}
