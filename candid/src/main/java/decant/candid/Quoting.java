package decant.candid;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/// How names, texts and blobs are written between quotes.
final class Quoting {
    /// Words the grammar owns. The names of primitive types are not among them: `text` may well name a field.
    static final Set<String> KEYWORDS = Set.of(
            "blob",
            "composite_query",
            "false",
            "func",
            "import",
            "null",
            "oneway",
            "opt",
            "principal",
            "query",
            "record",
            "service",
            "true",
            "type",
            "variant",
            "vec");

    private Quoting() {}

    /// {@return the name as it stands if it is an identifier, else in quotes}
    static String name(String name) {
        return isIdentifier(name) && !KEYWORDS.contains(name) ? name : text(name);
    }

    static boolean isIdentifier(String name) {
        return !name.isEmpty()
                && isIdentifierStart(name.charAt(0))
                && name.chars().allMatch(c -> isIdentifierPart((char) c));
    }

    static boolean isIdentifierStart(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_';
    }

    static boolean isIdentifierPart(char c) {
        return isIdentifierStart(c) || c >= '0' && c <= '9';
    }

    /// {@return the text in quotes, with escapes for what would not be visible}
    static String text(String text) {
        var out = new StringBuilder(text.length() + 2).append('"');
        text.codePoints().forEach(c -> appendEscaped(out, c));
        return out.append('"').toString();
    }

    /// {@return the bytes in quotes: printable ASCII as it is, all else as two hexadecimal digits}
    static String blob(byte[] bytes) {
        var out = new StringBuilder(bytes.length + 2).append('"');
        for (byte b : bytes) {
            if (b >= ' ' && b <= '~' && b != '"' && b != '\\') {
                out.append((char) b);
            } else {
                out.append('\\').append(hexDigit(b >> 4)).append(hexDigit(b));
            }
        }
        return out.append('"').toString();
    }

    /// {@return the bytes read as UTF-8}
    static String decodeUtf8(byte[] bytes, int start, int length) throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes, start, length))
                .toString();
    }

    private static void appendEscaped(StringBuilder out, int c) {
        switch (c) {
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            default -> {
                if (isVisible(c)) {
                    out.appendCodePoint(c);
                } else {
                    out.append("\\u{").append(Integer.toHexString(c)).append('}');
                }
            }
        }
    }

    private static boolean isVisible(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    private static char hexDigit(int value) {
        return Character.forDigit(value & 0xF, 16);
    }
}
