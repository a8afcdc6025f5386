package decant.conformance.wasm;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// Cuts text into words, strings and forms. Comments and annotations vanish.
final class SexpReader {
    private final byte[] text;
    private int position;
    private int line = 1;

    private SexpReader(byte[] text) {
        this.text = text;
    }

    /// {@return the pieces of the text that are in no other piece}
    static List<Sexp> read(byte[] text) {
        return new SexpReader(text).pieces();
    }

    private List<Sexp> pieces() {
        Deque<List<Sexp>> open = new ArrayDeque<>();
        Deque<Integer> lines = new ArrayDeque<>();
        List<Sexp> current = new ArrayList<>();
        while (true) {
            skipBlanks();
            if (position >= text.length) {
                break;
            }
            int start = line;
            switch (text[position]) {
                case '(' -> {
                    position++;
                    open.push(current);
                    lines.push(start);
                    current = new ArrayList<>();
                }
                case ')' -> {
                    position++;
                    if (open.isEmpty()) {
                        throw new WatException("nothing is open that this parenthesis could close", start);
                    }
                    var form = new Sexp.Form(current, lines.pop());
                    current = open.pop();
                    if (!form.head().startsWith("@")) {
                        current.add(form);
                    }
                }
                case '"' -> current.add(new Sexp.Text(string(), start));
                default -> current.add(word());
            }
        }
        if (!open.isEmpty()) {
            throw new WatException("a parenthesis is not closed", lines.pop());
        }
        return current;
    }

    private void skipBlanks() {
        while (position < text.length) {
            byte c = text[position];
            if (c == '\n') {
                line++;
                position++;
            } else if (c == ' ' || c == '\t' || c == '\r') {
                position++;
            } else if (c == ';' && at(position + 1) == ';') {
                while (position < text.length && text[position] != '\n' && text[position] != '\r') {
                    position++;
                }
            } else if (c == '(' && at(position + 1) == ';') {
                skipBlockComment();
            } else {
                return;
            }
        }
    }

    private void skipBlockComment() {
        int depth = 0;
        do {
            if (at(position) == '(' && at(position + 1) == ';') {
                depth++;
                position += 2;
            } else if (at(position) == ';' && at(position + 1) == ')') {
                depth--;
                position += 2;
            } else if (position >= text.length) {
                throw new WatException("a comment is not closed", line);
            } else {
                if (text[position] == '\n') {
                    line++;
                }
                position++;
            }
        } while (depth > 0);
    }

    private int at(int index) {
        return index < text.length ? text[index] : -1;
    }

    private Sexp.Word word() {
        int start = position;
        while (position < text.length && " \t\r\n()\";".indexOf(text[position]) < 0) {
            position++;
        }
        String word = new String(text, start, position - start, UTF_8);
        if (word.equals("$") && at(position) == '"') {
            return new Sexp.Word("$" + new String(string(), UTF_8), line);
        }
        if (word.isEmpty()) {
            throw new WatException("unexpected character " + (char) text[position], line);
        }
        return new Sexp.Word(word, line);
    }

    private byte[] string() {
        var out = new ByteArrayOutputStream();
        position++;
        while (at(position) != '"') {
            if (position >= text.length) {
                throw new WatException("a string is not closed", line);
            }
            if (text[position] == '\\') {
                position++;
                escape(out);
            } else {
                out.write(text[position++]);
            }
        }
        position++;
        return out.toByteArray();
    }

    private void escape(ByteArrayOutputStream out) {
        int c = at(position++);
        switch (c) {
            case 'n' -> out.write('\n');
            case 't' -> out.write('\t');
            case 'r' -> out.write('\r');
            case '"', '\'', '\\' -> out.write(c);
            case 'u' -> {
                int end = position;
                while (at(end) != '}') {
                    end++;
                }
                int character = Integer.parseInt(new String(text, position + 1, end - position - 1, UTF_8), 16);
                out.writeBytes(Character.toString(character).getBytes(UTF_8));
                position = end + 1;
            }
            default -> out.write(Character.digit(c, 16) << 4 | Character.digit(at(position++), 16));
        }
    }
}
