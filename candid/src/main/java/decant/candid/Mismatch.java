package decant.candid;

import java.util.ArrayDeque;
import java.util.Deque;

/// A well-formed value that is not of the expected type. An enclosing option turns it into null; nothing else may
/// catch it but the decoder's outermost call, which makes it a [CandidException].
///
/// It is cheap, because a hostile message can cause millions: no stack trace, and the text is made only at the end.
final class Mismatch extends RuntimeException {
    private final int offset;
    private final transient Type found;
    private final transient Type expected;
    private final String because;
    private final transient Deque<String> path = new ArrayDeque<>();

    Mismatch(int offset, Type found, Type expected, String because) {
        super(null, null, false, false);
        this.offset = offset;
        this.found = found;
        this.expected = expected;
        this.because = because;
    }

    /// Notes that this happened inside the named part of a larger value.
    Mismatch inside(String part) {
        path.addFirst(part);
        return this;
    }

    CandidException toCandidException() {
        var text = new StringBuilder("expected ")
                .append(Abbreviation.of(expected.toString()))
                .append(", found ")
                .append(Abbreviation.of(found.toString()));
        if (!because.isEmpty()) {
            text.append(": ").append(because);
        }
        if (!path.isEmpty()) {
            text.append(" (in ")
                    .append(Abbreviation.of(String.join(", ", path)))
                    .append(')');
        }
        return CandidException.atByte(offset, text.toString());
    }
}
