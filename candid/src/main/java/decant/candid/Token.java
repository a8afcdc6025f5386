package decant.candid;

import java.nio.charset.CharacterCodingException;

/// One word, number, text or sign of a source text.
///
/// @param text how it is written; empty for a text
/// @param bytes what a text stands for, escapes decoded; empty for anything else
record Token(Kind kind, String text, byte[] bytes, CandidException.Place place) {
    private static final byte[] NO_BYTES = new byte[0];

    enum Kind {
        WORD,
        INTEGER,
        FLOAT,
        TEXT,
        SIGN,
        END
    }

    static Token of(Kind kind, String text, CandidException.Place place) {
        return new Token(kind, text, NO_BYTES, place);
    }

    boolean isWord(String word) {
        return kind == Kind.WORD && text.equals(word);
    }

    boolean isSign(String sign) {
        return kind == Kind.SIGN && text.equals(sign);
    }

    /// {@return what a text stands for, which must be UTF-8}
    String string() {
        try {
            return Quoting.decodeUtf8(bytes, 0, bytes.length);
        } catch (CharacterCodingException e) {
            throw CandidException.at(place, "the text is not UTF-8; write blob before it if it means bytes");
        }
    }

    /// {@return the token as an error message shows it}
    @Override
    public String toString() {
        return kind == Kind.END
                ? "the end of the text"
                : Abbreviation.of(kind == Kind.TEXT ? Quoting.blob(bytes) : text);
    }
}
