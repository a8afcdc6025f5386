package decant.conformance.wasm;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;

/// A piece of WebAssembly's text format: a word, a string or a form in parentheses.
sealed interface Sexp {
    /// {@return the line it begins on, from 1}
    int line();

    /// A keyword, number or identifier.
    record Word(String text, int line) implements Sexp {
        @Override
        public String toString() {
            return text;
        }
    }

    /// A string, its escapes resolved.
    record Text(byte[] bytes, int line) implements Sexp {
        @Override
        public String toString() {
            return '"' + new String(bytes, UTF_8) + '"';
        }
    }

    /// Pieces in parentheses.
    record Form(List<Sexp> items, int line) implements Sexp {
        /// {@return the word it begins with, or nothing}
        String head() {
            return !items.isEmpty() && items.getFirst() instanceof Word(String text, int _) ? text : "";
        }

        /// {@return what follows the first piece}
        List<Sexp> tail() {
            return items.subList(1, items.size());
        }

        @Override
        public String toString() {
            return "(" + head() + " ..)";
        }
    }

    /// {@return whether `sexp` is a form that begins with this word}
    static boolean isForm(Sexp sexp, String head) {
        return sexp instanceof Form form && form.head().equals(head);
    }

    /// {@return whether `sexp` is this word}
    static boolean isWord(Sexp sexp, String word) {
        return sexp instanceof Word(String text, int _) && text.equals(word);
    }
}
