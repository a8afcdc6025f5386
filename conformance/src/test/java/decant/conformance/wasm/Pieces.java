package decant.conformance.wasm;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Optional;

/// A cursor over the pieces of a form.
final class Pieces {
    private final List<Sexp> items;
    private final int line;
    private int next;

    Pieces(List<Sexp> items, int line) {
        this.items = items;
        this.line = line;
    }

    /// A cursor behind the first word of a form.
    static Pieces of(Sexp.Form form) {
        return new Pieces(form.tail(), form.line());
    }

    boolean atEnd() {
        return next >= items.size();
    }

    int line() {
        return atEnd() ? line : items.get(next).line();
    }

    Sexp peek() {
        if (atEnd()) {
            throw new WatException("something is missing at the end", line);
        }
        return items.get(next);
    }

    Sexp take() {
        var taken = peek();
        next++;
        return taken;
    }

    /// {@return what is left}
    List<Sexp> rest() {
        return items.subList(next, items.size());
    }

    boolean nextIsWord() {
        return !atEnd() && items.get(next) instanceof Sexp.Word;
    }

    boolean nextIs(String word) {
        return !atEnd() && Sexp.isWord(items.get(next), word);
    }

    boolean nextIsForm(String head) {
        return !atEnd() && Sexp.isForm(items.get(next), head);
    }

    boolean nextIsForm() {
        return !atEnd() && items.get(next) instanceof Sexp.Form;
    }

    boolean nextIsText() {
        return !atEnd() && items.get(next) instanceof Sexp.Text;
    }

    /// {@return whether the next piece is an index: a number or an identifier}
    boolean nextIsIndex() {
        return !atEnd()
                && items.get(next) instanceof Sexp.Word(String text, int _)
                && (text.startsWith("$") || Literals.isNumber(text));
    }

    /// Takes the word if it is next. {@return whether it was}
    boolean takeIf(String word) {
        boolean found = nextIs(word);
        if (found) {
            next++;
        }
        return found;
    }

    String word() {
        var taken = take();
        if (taken instanceof Sexp.Word(String text, int _)) {
            return text;
        }
        throw new WatException("a word is expected, found " + taken, taken);
    }

    Sexp.Form form() {
        var taken = take();
        if (taken instanceof Sexp.Form form) {
            return form;
        }
        throw new WatException("a form is expected, found " + taken, taken);
    }

    byte[] text() {
        var taken = take();
        if (taken instanceof Sexp.Text(byte[] bytes, int _)) {
            return bytes;
        }
        throw new WatException("a string is expected, found " + taken, taken);
    }

    String name() {
        return new String(text(), UTF_8);
    }

    /// Takes an identifier if it is next.
    Optional<String> identifier() {
        return !atEnd() && items.get(next) instanceof Sexp.Word(String text, int _) && text.startsWith("$")
                ? Optional.of(word())
                : Optional.empty();
    }

    /// Takes all strings that are next. {@return them in one}
    byte[] texts() {
        var bytes = new Bytes();
        while (nextIsText()) {
            bytes.raw(text());
        }
        return bytes.array();
    }
}
