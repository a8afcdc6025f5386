package decant.candid;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/// Makes values of written terms: at an expected type, or at the type the term itself suggests.
final class Elaboration {
    private Elaboration() {}

    static List<Value> arguments(List<Term> terms, List<Type> expected) {
        if (terms.size() > expected.size()) {
            throw CandidException.at(terms.get(expected.size()).place(), wrongCount(terms, expected));
        }
        var values = new ArrayList<Value>();
        for (int i = 0; i < expected.size(); i++) {
            var type = expected.get(i);
            values.add(
                    i < terms.size()
                            ? value(terms.get(i), type)
                            : Absent.valueOf(type)
                                    .orElseThrow(() -> new CandidException(wrongCount(terms, expected)
                                            + "; the next one is of type " + Abbreviation.of(type.toString()))));
        }
        return List.copyOf(values);
    }

    private static String wrongCount(List<Term> terms, List<Type> expected) {
        return "expected " + expected.size() + (expected.size() == 1 ? " argument" : " arguments") + ", found "
                + terms.size();
    }

    static Value value(Term term, Type expected) {
        if (term instanceof Term.Annotated(var inner, var type)) {
            return annotated(inner, type, expected);
        }
        return switch (expected.unfold()) {
            case Type.Primitive primitive -> primitive(term, primitive);
            case Type.Opt(var item) -> option(term, item);
            case Type.Vec vec -> vector(term, vec);
            case Type.Record record -> record(term, record);
            case Type.Variant variant -> variant(term, variant);
            case Type.Func func -> {
                if (term instanceof Term.FunctionReference(var canister, var method, var _)) {
                    yield new Value.Func(canister, method);
                }
                throw mismatch(term, func);
            }
            case Type.Service service -> {
                if (term instanceof Term.ServiceReference(var canister, var _)) {
                    yield new Value.Service(canister);
                }
                throw mismatch(term, service);
            }
            case Type.Future _, Type.Named _ -> throw mismatch(term, expected);
        };
    }

    private static CandidException mismatch(Term term, Type expected) {
        return CandidException.at(
                term.place(), "expected " + Abbreviation.of(expected.toString()) + ", found " + describe(term));
    }

    private static String describe(Term term) {
        return switch (term) {
            case Term.WholeNumber(var value, var _) -> "the number " + Abbreviation.of(value.toString());
            case Term.RealNumber(var literal, var _) -> "the number " + Abbreviation.of(literal);
            case Term.Text(var token) -> "the text " + token;
            case Term.Blob _ -> "a blob";
            case Term.Bool(boolean value, var _) -> Boolean.toString(value);
            case Term.Null _ -> "null";
            case Term.Opt _ -> "an option";
            case Term.Vec _ -> "a vector";
            case Term.Fields _ -> "a record";
            case Term.Variant(var field, var _) -> "the variant " + field.label();
            case Term.PrincipalReference(var value, var _) -> "the principal " + value;
            case Term.ServiceReference(var canister, var _) -> "the service " + canister;
            case Term.FunctionReference(var canister, var method, var _) -> "the function " + canister + "." + method;
            case Term.Annotated(var _, var type) -> "a value of type " + Abbreviation.of(type.toString());
        };
    }

    /// An annotated value has exactly the type it says; it then coerces as if it came in a message of that type.
    private static Value annotated(Term term, Type type, Type expected) {
        var value = value(term, type);
        if (!Subtyping.holds(type, expected)) {
            throw CandidException.at(
                    term.place(),
                    "expected " + Abbreviation.of(expected.toString()) + ", found a value annotated as "
                            + Abbreviation.of(type.toString()));
        }
        return Candid.decode(Candid.encode(value, type), expected, Quota.DEFAULT.withCostMax(Long.MAX_VALUE));
    }

    private static Value primitive(Term term, Type.Primitive expected) {
        if (expected == Type.Primitive.RESERVED) {
            return Value.Reserved.RESERVED;
        }
        if (expected.isInteger() && term instanceof Term.WholeNumber(var number, var _)) {
            return integer(term, expected, number);
        }
        return switch (term) {
            case Term.Null _ when expected == Type.Primitive.NULL -> Value.Null.NULL;
            case Term.Bool(boolean value, var _) when expected == Type.Primitive.BOOL -> Value.bool(value);
            case Term.Text(var token) when expected == Type.Primitive.TEXT -> Value.text(token.string());
            case Term.PrincipalReference(var principal, var _)
            when expected == Type.Primitive.PRINCIPAL -> Value.principal(principal);
            case Term.ServiceReference(var canister, var _)
            when expected == Type.Primitive.PRINCIPAL -> Value.principal(canister);
            case Term.WholeNumber(var number, var _) when isFloat(expected) -> real(number.toString(), expected);
            case Term.RealNumber(var literal, var _) when isFloat(expected) -> real(literal, expected);
            case Term _ -> throw mismatch(term, expected);
        };
    }

    private static Value integer(Term term, Type.Primitive type, BigInteger number) {
        if (!Value.WholeNumber.fits(number, type)) {
            throw mismatch(term, type);
        }
        return new Value.WholeNumber(type, number);
    }

    private static boolean isFloat(Type type) {
        return type == Type.Primitive.FLOAT32 || type == Type.Primitive.FLOAT64;
    }

    private static Value real(String literal, Type.Primitive type) {
        var number = switch (literal) {
            case "nan" -> "NaN";
            case "inf", "+inf" -> "Infinity";
            case "-inf" -> "-Infinity";
            default -> literal;
        };
        return type == Type.Primitive.FLOAT32
                ? new Value.Float32(Float.parseFloat(number))
                : new Value.Float64(Double.parseDouble(number));
    }

    private static Value option(Term term, Type item) {
        return switch (term) {
            case Term.Null _ -> Value.none();
            case Term.Opt(var inner, var _) -> Value.some(value(inner, item));
            case Term _ -> Value.some(value(term, item));
        };
    }

    private static Value vector(Term term, Type.Vec expected) {
        boolean bytes = expected.item().unfold() == Type.Primitive.NAT8;
        return switch (term) {
            case Term.Blob(var content, var _) when bytes -> Value.blob(content);
            case Term.Blob(var content, var place) -> {
                var elements = new ArrayList<Value>();
                for (byte b : content) {
                    elements.add(value(new Term.WholeNumber(BigInteger.valueOf(b & 0xFF), place), expected.item()));
                }
                yield Value.vec(elements);
            }
            case Term.Vec(var terms, var _) -> {
                var elements = terms.stream()
                        .map(element -> value(element, expected.item()))
                        .toList();
                yield bytes ? blobOf(elements) : Value.vec(elements);
            }
            case Term _ -> throw mismatch(term, expected);
        };
    }

    private static Value blobOf(List<Value> elements) {
        var bytes = new byte[elements.size()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = elements.get(i).toBigInteger().byteValue();
        }
        return Value.Blob.owning(bytes);
    }

    private static Value record(Term term, Type.Record expected) {
        if (!(term instanceof Term.Fields(var written, var _))) {
            throw mismatch(term, expected);
        }
        requireDistinct(term, written);
        var fields = new ArrayList<Value.Field>();
        for (var field : expected.fields()) {
            var given = written.stream()
                    .filter(candidate -> candidate.label().equals(field.label()))
                    .findFirst();
            var value = given.map(found -> Optional.of(value(found.value(), field.type())))
                    .orElseGet(() -> Absent.valueOf(field.type()));
            fields.add(new Value.Field(
                    field.label(),
                    value.orElseThrow(() -> CandidException.at(
                            term.place(),
                            "the field " + field.label() + " of type "
                                    + Abbreviation.of(field.type().toString()) + " is missing"))));
        }
        return new Value.Record(fields);
    }

    private static void requireDistinct(Term term, List<Term.Field> fields) {
        var labels = new HashSet<Label>();
        for (var field : fields) {
            if (!labels.add(field.label())) {
                throw CandidException.at(term.place(), "the field " + field.label() + " is given twice");
            }
        }
    }

    private static Value variant(Term term, Type.Variant expected) {
        if (term instanceof Term.Variant(var written, var _)) {
            for (var field : expected.fields()) {
                if (field.label().equals(written.label())) {
                    return new Value.Variant(field.label(), value(written.value(), field.type()));
                }
            }
        }
        throw mismatch(term, expected);
    }

    /// {@return the value a term means where no type is expected}
    static Value infer(Term term) {
        return switch (term) {
            case Term.WholeNumber(var number, var _) -> Value.integer(number);
            case Term.RealNumber(var literal, var _) -> real(literal, Type.Primitive.FLOAT64);
            case Term.Text(var token) -> Value.text(token.string());
            case Term.Blob(var bytes, var _) -> Value.blob(bytes);
            case Term.Bool(boolean value, var _) -> Value.bool(value);
            case Term.Null _ -> Value.Null.NULL;
            case Term.Opt(var item, var _) -> Value.some(infer(item));
            case Term.Vec(var elements, var _) ->
                inferredVector(elements.stream().map(Elaboration::infer).toList());
            case Term.Fields(var fields, var _) -> {
                requireDistinct(term, fields);
                yield new Value.Record(fields.stream()
                        .map(field -> new Value.Field(field.label(), infer(field.value())))
                        .toList());
            }
            case Term.Variant(var field, var _) -> new Value.Variant(field.label(), infer(field.value()));
            case Term.PrincipalReference(var principal, var _) -> Value.principal(principal);
            case Term.ServiceReference(var canister, var _) -> new Value.Service(canister);
            case Term.FunctionReference(var canister, var method, var _) -> new Value.Func(canister, method);
            case Term.Annotated(var inner, var type) -> value(inner, type);
        };
    }

    private static Value inferredVector(List<Value> elements) {
        boolean bytes = !elements.isEmpty()
                && elements.stream()
                        .allMatch(element ->
                                element instanceof Value.WholeNumber(var type, var _) && type == Type.Primitive.NAT8);
        return bytes ? blobOf(elements) : Value.vec(elements);
    }
}
