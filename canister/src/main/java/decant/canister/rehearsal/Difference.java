package decant.canister.rehearsal;

import decant.candid.Value;
import java.math.BigInteger;

/// A place where two answers to one probe are not the same.
///
/// @param path the way into the answer, as `.entries[3].owner`; empty for the answer itself
/// @param isByOne whether a whole number is greater by one
record Difference(Kind kind, String path, boolean isByOne, String found, String expected) {
    /// What the difference looks like. Only what is lost is a sign of damage by itself: everything else may be wanted.
    enum Kind {
        /// Something is gone: a number is smaller, a list is shorter, an option or a text is empty.
        LOST,
        /// Something is another.
        CHANGED,
        /// Something is more: a number is greater, a list is longer, an option has a value.
        GREW
    }

    private static final int SHOWN_MAX = 160;

    static Difference of(Kind kind, String path, Object found, Object expected) {
        return new Difference(kind, path, false, shown(found), shown(expected));
    }

    /// {@return the difference between two whole numbers}
    static Difference of(String path, Value.WholeNumber found, Value.WholeNumber expected) {
        var more = found.value().subtract(expected.value());
        var kind = more.signum() < 0 ? Kind.LOST : Kind.GREW;
        return new Difference(kind, path, more.equals(BigInteger.ONE), shown(found), shown(expected));
    }

    static String shown(Object value) {
        var text = value.toString();
        return text.length() <= SHOWN_MAX ? text : text.substring(0, SHOWN_MAX) + "...";
    }
}
