package decant.candid;

import decant.base.Principal;
import decant.candid.CandidException.Place;
import java.math.BigInteger;
import java.util.List;

/// A value as it is written, before its type is known: `42` may become a `nat8` or a `float64`.
sealed interface Term {
    /// {@return where it begins}
    Place place();

    record WholeNumber(BigInteger value, Place place) implements Term {}

    /// A number with a fraction or an exponent.
    ///
    /// @param literal in the syntax of Java's floating-point literals, or one of nan, inf, +inf, -inf
    record RealNumber(String literal, Place place) implements Term {}

    record Text(Token token) implements Term {
        @Override
        public Place place() {
            return token.place();
        }
    }

    record Blob(byte[] bytes, Place place) implements Term {}

    record Bool(boolean value, Place place) implements Term {}

    record Null(Place place) implements Term {}

    record Opt(Term item, Place place) implements Term {}

    record Vec(List<Term> elements, Place place) implements Term {}

    record Field(Label label, Term value) {}

    record Fields(List<Field> fields, Place place) implements Term {}

    record Variant(Field field, Place place) implements Term {}

    record PrincipalReference(Principal value, Place place) implements Term {}

    record ServiceReference(Principal canister, Place place) implements Term {}

    record FunctionReference(Principal canister, String method, Place place) implements Term {}

    record Annotated(Term term, Type type) implements Term {
        @Override
        public Place place() {
            return term.place();
        }
    }

    /// {@return the number an integer token stands for}
    static BigInteger integer(Token token) {
        var digits = token.text().replace("_", "");
        boolean negative = digits.startsWith("-");
        var unsigned = negative || digits.startsWith("+") ? digits.substring(1) : digits;
        var magnitude =
                unsigned.startsWith("0x") ? new BigInteger(unsigned.substring(2), 16) : new BigInteger(unsigned);
        return negative ? magnitude.negate() : magnitude;
    }
}
