package decant.candid;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Reads types. Names are resolved in one scope, which may be filled after they are mentioned.
final class TypeParser {
    private final TokenCursor cursor;
    private final TypeScope scope;
    private final Map<String, Token> mentions = new LinkedHashMap<>();
    private final Map<String, Token> methodTypes = new LinkedHashMap<>();
    private final Map<String, Token> serviceTypes = new LinkedHashMap<>();

    TypeParser(TokenCursor cursor, TypeScope scope) {
        this.cursor = cursor;
        this.scope = scope;
    }

    Type type() {
        cursor.enter();
        var token = cursor.next();
        var type = switch (token.kind()) {
            case WORD -> typeOfWord(token);
            case INTEGER, FLOAT, TEXT, SIGN, END ->
                throw CandidException.at(token.place(), "expected a type, found " + token);
        };
        cursor.leave();
        return type;
    }

    private Type typeOfWord(Token word) {
        return switch (word.text()) {
            case "opt" -> new Type.Opt(type());
            case "vec" -> new Type.Vec(type());
            case "blob" -> Type.blob();
            case "null" -> Type.Primitive.NULL;
            case "principal" -> Type.Primitive.PRINCIPAL;
            case "record" -> new Type.Record(recordFields());
            case "variant" -> new Type.Variant(variantFields());
            case "func" -> function();
            case "service" -> serviceBody();
            default -> {
                var primitive = Type.Primitive.ofName(word.text());
                yield primitive.isPresent() ? primitive.get() : mention(word, mentions);
            }
        };
    }

    private Type mention(Token word, Map<String, Token> mentioned) {
        if (Quoting.KEYWORDS.contains(word.text())) {
            throw CandidException.at(word.place(), "expected a type, found the keyword " + word);
        }
        mentioned.putIfAbsent(word.text(), word);
        return new Type.Named(word.text(), scope);
    }

    private List<Type.Field> recordFields() {
        var fields = new LinkedHashMap<Label, Type.Field>();
        long next = 0;
        cursor.expectSign("{");
        while (!cursor.acceptSign("}")) {
            var place = cursor.peek().place();
            var field = recordField(next);
            next = field.label().id() + 1;
            add(field, fields, place);
            endOfItem();
        }
        return List.copyOf(fields.values());
    }

    /// `label : type`, or a type alone, whose label is then the next number. A word can begin either.
    private Type.Field recordField(long next) {
        if (cursor.at(Token.Kind.INTEGER) || cursor.at(Token.Kind.TEXT)) {
            var label = label();
            cursor.expectSign(":");
            return new Type.Field(label, type());
        }
        var word = cursor.peek();
        if (word.kind() == Token.Kind.WORD && !Quoting.KEYWORDS.contains(word.text())) {
            cursor.next();
            if (cursor.acceptSign(":")) {
                return new Type.Field(Label.of(word.text()), type());
            }
            return new Type.Field(tupleLabel(next, word), typeOfWord(word));
        }
        return new Type.Field(tupleLabel(next, word), type());
    }

    private static Label tupleLabel(long next, Token token) {
        return label(BigInteger.valueOf(next), token);
    }

    private List<Type.Field> variantFields() {
        var fields = new LinkedHashMap<Label, Type.Field>();
        cursor.expectSign("{");
        while (!cursor.acceptSign("}")) {
            var place = cursor.peek().place();
            var label = label();
            add(new Type.Field(label, cursor.acceptSign(":") ? type() : Type.Primitive.NULL), fields, place);
            endOfItem();
        }
        return List.copyOf(fields.values());
    }

    private static void add(Type.Field field, Map<Label, Type.Field> fields, CandidException.Place place) {
        var earlier = fields.putIfAbsent(field.label(), field);
        if (earlier != null) {
            throw CandidException.at(
                    place, "the label " + field.label() + " has the same id as the earlier " + earlier.label());
        }
    }

    /// Reads a label: a number, a name, or a name in quotes.
    Label label() {
        var token = cursor.next();
        return switch (token.kind()) {
            case INTEGER -> label(Term.integer(token), token);
            case TEXT -> Label.of(token.string());
            case WORD -> Label.of(name(token));
            case FLOAT, SIGN, END -> throw CandidException.at(token.place(), "expected a label, found " + token);
        };
    }

    private static Label label(BigInteger id, Token token) {
        if (id.signum() < 0 || id.bitLength() > 32) {
            throw CandidException.at(token.place(), "a field id must be below 2^32, found " + id);
        }
        return Label.of(id.longValue());
    }

    private static String name(Token token) {
        if (token.kind() == Token.Kind.TEXT) {
            return token.string();
        }
        if (token.kind() != Token.Kind.WORD) {
            throw CandidException.at(token.place(), "expected a name, found " + token);
        }
        if (Quoting.KEYWORDS.contains(token.text())) {
            throw CandidException.at(
                    token.place(), token + " is a keyword; as a name it is written " + Quoting.text(token.text()));
        }
        return token.text();
    }

    private void endOfItem() {
        if (!cursor.acceptSign(";") && !cursor.atSign("}")) {
            throw cursor.unexpected("; or }");
        }
    }

    /// Reads `(arguments) -> (results) annotations`.
    Type.Func function() {
        var arguments = arguments();
        cursor.expectSign("->");
        var place = cursor.peek();
        var results = arguments();
        Set<Type.Annotation> annotations = EnumSet.noneOf(Type.Annotation.class);
        for (var annotation = annotation(); annotation.isPresent(); annotation = annotation()) {
            annotations.add(annotation.get());
        }
        if (annotations.contains(Type.Annotation.ONEWAY) && !results.isEmpty()) {
            throw CandidException.at(place.place(), "a oneway function has no results, found " + results.size());
        }
        return new Type.Func(arguments, results, annotations);
    }

    private Optional<Type.Annotation> annotation() {
        for (var annotation : Type.Annotation.values()) {
            if (cursor.acceptWord(annotation.toString())) {
                return Optional.of(annotation);
            }
        }
        return Optional.empty();
    }

    /// Reads `(type, name : type, ..)`.
    List<Type.Argument> arguments() {
        var arguments = new ArrayList<Type.Argument>();
        var names = new HashSet<String>();
        cursor.expectSign("(");
        while (!cursor.acceptSign(")")) {
            var place = cursor.peek().place();
            var argument = argument();
            if (argument.name().isPresent() && !names.add(argument.name().get())) {
                throw CandidException.at(
                        place, "the name " + Quoting.name(argument.name().get()) + " is given to two arguments");
            }
            arguments.add(argument);
            if (!cursor.acceptSign(",") && !cursor.atSign(")")) {
                throw cursor.unexpected(", or )");
            }
        }
        return arguments;
    }

    private Type.Argument argument() {
        var token = cursor.peek();
        if (token.kind() == Token.Kind.TEXT) {
            cursor.next();
            cursor.expectSign(":");
            return new Type.Argument(Optional.of(token.string()), type());
        }
        if (token.kind() == Token.Kind.WORD && !Quoting.KEYWORDS.contains(token.text())) {
            cursor.next();
            return cursor.acceptSign(":")
                    ? new Type.Argument(Optional.of(token.text()), type())
                    : Type.Argument.of(typeOfWord(token));
        }
        return Type.Argument.of(type());
    }

    /// Reads `{ method : type; .. }`.
    Type.Service serviceBody() {
        var methods = new LinkedHashMap<String, Type>();
        cursor.expectSign("{");
        while (!cursor.acceptSign("}")) {
            var token = cursor.next();
            var name = name(token);
            cursor.expectSign(":");
            if (methods.putIfAbsent(name, methodType()) != null) {
                throw CandidException.at(token.place(), "the method " + Quoting.name(name) + " is declared twice");
            }
            endOfItem();
        }
        return new Type.Service(methods);
    }

    private Type methodType() {
        return cursor.at(Token.Kind.WORD) ? mention(cursor.next(), methodTypes) : function();
    }

    /// Reads what follows the colon of a service declaration: a body or the name of a service type.
    Type service() {
        return cursor.at(Token.Kind.WORD) ? mention(cursor.next(), serviceTypes) : serviceBody();
    }

    /// Checks, once the scope is filled, that every name is defined, stands for something, and for the right thing.
    void checkNames() {
        mentions.forEach((name, token) -> definition(token));
        methodTypes.forEach((name, token) -> {
            if (!(definition(token) instanceof Type.Func)) {
                throw CandidException.at(
                        token.place(), "a method's type must be a function, but " + name + " is not one");
            }
        });
        serviceTypes.forEach((name, token) -> {
            if (!(definition(token) instanceof Type.Service)) {
                throw CandidException.at(token.place(), "expected a service type, but " + name + " is not one");
            }
        });
    }

    private Type definition(Token mention) {
        var seen = new HashSet<String>();
        Type type = new Type.Named(mention.text(), scope);
        while (type instanceof Type.Named(var name, var _)) {
            if (!scope.defines(name)) {
                throw CandidException.at(mention.place(), "the type " + name + " is not defined");
            }
            if (!seen.add(name)) {
                throw CandidException.at(mention.place(), "the type " + name + " is defined by itself alone");
            }
            type = scope.definition(name);
        }
        return type;
    }
}
