package decant.motoko;

/// A word or a sign of a stable signature, and where it stands.
///
/// @param text the word or sign itself; of a quoted text its content
record Token(Kind kind, String text, int line, int column) {
    /// What a token is: a name may also be one of the language's own words.
    enum Kind {
        NAME,
        QUOTED,
        SIGN,
        END
    }

    boolean is(String word) {
        return kind != Kind.QUOTED && text.equals(word);
    }

    /// {@return how an error message names this token}
    String shown() {
        return kind == Kind.END ? "the end" : "`" + text + "`";
    }
}
