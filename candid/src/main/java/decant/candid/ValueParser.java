package decant.candid;

import decant.base.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// Reads values from text.
final class ValueParser {
    private final TokenCursor cursor;
    private final TypeParser types;

    ValueParser(String source) {
        this.cursor = new TokenCursor(source);
        this.types = new TypeParser(cursor, new TypeScope());
    }

    List<Value> arguments(List<Type> expected) {
        return Elaboration.arguments(wholeArguments(), expected);
    }

    List<Value> arguments() {
        return wholeArguments().stream().map(Elaboration::infer).toList();
    }

    private List<Term> wholeArguments() {
        var terms = new ArrayList<Term>();
        cursor.expectSign("(");
        while (!cursor.acceptSign(")")) {
            terms.add(annotated());
            if (!cursor.acceptSign(",") && !cursor.atSign(")")) {
                throw cursor.unexpected(", or )");
            }
        }
        cursor.expectEnd();
        types.checkNames();
        return terms;
    }

    private Term annotated() {
        var term = term();
        return cursor.acceptSign(":") ? new Term.Annotated(term, types.type()) : term;
    }

    private Term term() {
        cursor.enter();
        var token = cursor.next();
        var term = switch (token.kind()) {
            case INTEGER -> new Term.WholeNumber(Term.integer(token), token.place());
            case FLOAT -> new Term.RealNumber(javaLiteral(token.text()), token.place());
            case TEXT -> new Term.Text(token);
            case WORD -> word(token);
            case SIGN -> parenthesised(token);
            case END -> throw notAValue(token);
        };
        cursor.leave();
        return term;
    }

    private static CandidException notAValue(Token token) {
        return CandidException.at(token.place(), "expected a value, found " + token);
    }

    private static String javaLiteral(String literal) {
        var digits = literal.replace("_", "");
        boolean needsExponent = digits.contains("0x") && !digits.contains("p") && !digits.contains("P");
        return needsExponent ? digits + "p0" : digits;
    }

    private Term parenthesised(Token token) {
        if (!token.isSign("(")) {
            throw notAValue(token);
        }
        var term = annotated();
        cursor.expectSign(")");
        return term;
    }

    private Term word(Token word) {
        var place = word.place();
        return switch (word.text()) {
            case "true" -> new Term.Bool(true, place);
            case "false" -> new Term.Bool(false, place);
            case "null" -> new Term.Null(place);
            case "nan", "inf" -> new Term.RealNumber(word.text(), place);
            case "opt" -> new Term.Opt(term(), place);
            case "vec" -> new Term.Vec(items(this::annotated), place);
            case "blob" -> new Term.Blob(text().bytes(), place);
            case "record" -> new Term.Fields(recordFields(), place);
            case "variant" -> variant(word);
            case "principal" -> new Term.PrincipalReference(principal(), place);
            case "service" -> new Term.ServiceReference(principal(), place);
            case "func" -> {
                var canister = principal();
                cursor.expectSign(".");
                yield new Term.FunctionReference(canister, methodName(), place);
            }
            default -> throw notAValue(word);
        };
    }

    private Token text() {
        var token = cursor.next();
        if (token.kind() != Token.Kind.TEXT) {
            throw CandidException.at(token.place(), "expected a text in quotes, found " + token);
        }
        return token;
    }

    private Principal principal() {
        var token = text();
        try {
            return Principal.parse(token.string());
        } catch (IllegalArgumentException e) {
            throw CandidException.at(token.place(), String.valueOf(e.getMessage()));
        }
    }

    private String methodName() {
        var token = cursor.next();
        return switch (token.kind()) {
            case TEXT -> token.string();
            case WORD -> token.text();
            case INTEGER, FLOAT, SIGN, END ->
                throw CandidException.at(token.place(), "expected a method's name, found " + token);
        };
    }

    /// Reads `{ item; .. }`.
    private <T> List<T> items(Supplier<T> item) {
        var items = new ArrayList<T>();
        cursor.expectSign("{");
        while (!cursor.acceptSign("}")) {
            items.add(item.get());
            if (!cursor.acceptSign(";") && !cursor.atSign("}")) {
                throw cursor.unexpected("; or }");
            }
        }
        return items;
    }

    private List<Term.Field> recordFields() {
        var next = new TupleLabels();
        return items(() -> next.noting(recordField(next.label())));
    }

    /// `label = value`, or a value alone, whose label is then the next number. A number or text can begin either.
    private Term.Field recordField(Label next) {
        var token = cursor.peek();
        if (token.kind() == Token.Kind.WORD && !isValueWord(token.text())) {
            var label = types.label();
            cursor.expectSign("=");
            return new Term.Field(label, annotated());
        }
        var term = term();
        if (cursor.acceptSign("=")) {
            return new Term.Field(label(term), annotated());
        }
        return new Term.Field(next, cursor.acceptSign(":") ? new Term.Annotated(term, types.type()) : term);
    }

    private static boolean isValueWord(String word) {
        return Quoting.KEYWORDS.contains(word) || word.equals("nan") || word.equals("inf");
    }

    private static Label label(Term term) {
        if (term instanceof Term.WholeNumber(var id, var _) && id.signum() >= 0 && id.bitLength() <= 32) {
            return Label.of(id.longValue());
        }
        if (term instanceof Term.Text(var token)) {
            return Label.of(token.string());
        }
        throw CandidException.at(term.place(), "a label is a name, a text or a number below 2^32");
    }

    private Term variant(Token word) {
        var fields = items(() -> {
            var label = types.label();
            return new Term.Field(label, cursor.acceptSign("=") ? annotated() : new Term.Null(word.place()));
        });
        if (fields.size() != 1) {
            throw CandidException.at(word.place(), "a variant has exactly one case, found " + fields.size());
        }
        return new Term.Variant(fields.getFirst(), word.place());
    }

    /// The labels that fields without one get: the number after the previous field's.
    private static final class TupleLabels {
        private long next;

        Label label() {
            return Label.of(Math.min(next, 0xFFFF_FFFFL));
        }

        Term.Field noting(Term.Field field) {
            next = field.label().id() + 1;
            return field;
        }
    }
}
