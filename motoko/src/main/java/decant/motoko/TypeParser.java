package decant.motoko;

import decant.motoko.MotokoType.Binder;
import decant.motoko.MotokoType.Definition;
import decant.motoko.MotokoType.Field;
import decant.motoko.MotokoType.Item;
import decant.motoko.MotokoType.Sharing;
import decant.motoko.MotokoType.Sort;
import decant.motoko.MotokoType.TypeField;
import decant.motoko.MotokoType.TypeParameter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads types, given the names that the signature defines.
final class TypeParser {
    private static final int NESTING_MAX = 200;

    private final TokenCursor cursor;
    private final Definitions definitions;
    private final Set<String> defined;
    private final Deque<Scope> scopes = new ArrayDeque<>();
    private final List<Mention> mentions = new ArrayList<>();
    private int nesting;

    /// @param defined the names in `definitions` once all is read
    TypeParser(TokenCursor cursor, Definitions definitions, Set<String> defined) {
        this.cursor = cursor;
        this.definitions = definitions;
        this.defined = defined;
    }

    /// The type parameters of a definition or function that is being read.
    private record Scope(Binder binder, List<String> names) {}

    /// A mention of a defined name, to be checked when all definitions are known.
    record Mention(Token place, MotokoType.Reference reference) {}

    /// What stands at one side of an arrow: a group in parentheses is a list, everything else is one.
    private record Operand(List<Item> items) {
        static Operand of(MotokoType type) {
            return new Operand(List.of(new Item(Optional.empty(), type)));
        }

        MotokoType type() {
            return items.size() == 1 ? items.getFirst().type() : new MotokoType.Tuple(items);
        }
    }

    /// The type parameters in angle brackets, of a definition or a function.
    private record Head(Binder binder, List<TypeParameter> parameters) {}

    List<Mention> mentions() {
        return mentions;
    }

    /// {@return `NAME<T> = TYPE`}
    Definition definition() {
        var name = cursor.name("the name of a type");
        var head = head();
        cursor.expect("=");
        var body = type();
        scopes.pop();
        return new Definition(name, head.parameters(), head.binder(), body);
    }

    MotokoType type() {
        return type(Sharing.LOCAL);
    }

    /// @param sharing what a function is that does not say so
    private MotokoType type(Sharing sharing) {
        if (++nesting > NESTING_MAX) {
            throw StableSignatureException.at(
                    cursor.peek(), "types are nested more than " + NESTING_MAX + " levels deep");
        }
        var type = functionOrOperand(sharing).type();
        if (cursor.isNext("and") || cursor.isNext("or")) {
            throw StableSignatureException.at(
                    cursor.peek(),
                    "types joined by " + cursor.peek().shown()
                            + " are not supported: the compiler writes the resulting type instead");
        }
        nesting--;
        return type;
    }

    private Operand functionOrOperand(Sharing byDefault) {
        var said = sharing();
        var sharing = said.orElse(byDefault);
        if (cursor.isNext("<")) {
            var head = head();
            var arguments = operand();
            return Operand.of(function(sharing, head, arguments, "->"));
        }
        var operand = operand();
        if (said.isEmpty() && !cursor.isNext("->")) {
            return operand;
        }
        return Operand.of(function(sharing, noParameters(), operand, "->"));
    }

    private Optional<Sharing> sharing() {
        boolean isShared = cursor.skip("shared");
        if (cursor.skip("composite")) {
            cursor.expect("query");
            return Optional.of(Sharing.COMPOSITE_QUERY);
        }
        if (cursor.skip("query")) {
            return Optional.of(Sharing.QUERY);
        }
        return isShared ? Optional.of(Sharing.SHARED) : Optional.empty();
    }

    /// Reads on after the arguments, in the scope of the function's type parameters, and leaves that scope.
    private MotokoType function(Sharing sharing, Head head, Operand arguments, String separator) {
        var place = cursor.peek();
        cursor.expect(separator);
        boolean isShared = sharing != Sharing.LOCAL;
        boolean promises = isShared && cursor.isNext("async") && !cursor.isSecond("*");
        if (promises) {
            cursor.next();
        }
        var results = promises ? operand() : functionOrOperand(Sharing.LOCAL);
        scopes.pop();
        if (isShared && !promises && !results.items().isEmpty()) {
            throw StableSignatureException.at(place, "a shared function must return () or an async type");
        }
        if (isShared && !head.parameters().isEmpty()) {
            throw StableSignatureException.at(place, "a shared function cannot have type parameters");
        }
        return new MotokoType.Function(
                sharing, promises, head.parameters(), head.binder(), arguments.items(), results.items());
    }

    private Head noParameters() {
        var binder = new Binder();
        scopes.push(new Scope(binder, List.of()));
        return new Head(binder, List.of());
    }

    /// Reads type parameters, if there are any, and enters their scope.
    private Head head() {
        var binder = new Binder();
        var names = new ArrayList<String>();
        scopes.push(new Scope(binder, names));
        var parameters = new ArrayList<TypeParameter>();
        if (cursor.skip("<")) {
            while (!cursor.isNext(">")) {
                var place = cursor.peek();
                var name = cursor.name("the name of a type parameter");
                if (names.contains(name)) {
                    throw StableSignatureException.at(place, "the type parameter " + name + " is there twice");
                }
                names.add(name);
                parameters.add(new TypeParameter(name, cursor.skip("<:") ? type() : MotokoType.Primitive.ANY));
                if (!cursor.skip(",")) {
                    break;
                }
            }
            cursor.expect(">");
        }
        return new Head(binder, parameters);
    }

    private Operand operand() {
        if (cursor.isNext("(")) {
            return new Operand(items());
        }
        return Operand.of(single());
    }

    private MotokoType single() {
        if (++nesting > NESTING_MAX) {
            throw StableSignatureException.at(
                    cursor.peek(), "types are nested more than " + NESTING_MAX + " levels deep");
        }
        var type = oneOf();
        nesting--;
        return type;
    }

    private MotokoType oneOf() {
        if (cursor.skip("?")) {
            return new MotokoType.Option(operand().type());
        }
        if (cursor.skip("weak")) {
            return new MotokoType.Weak(operand().type());
        }
        if (cursor.skip("async")) {
            return new MotokoType.Async(cursor.skip("*"), operand().type());
        }
        if (cursor.skip("actor")) {
            return composite(Sort.ACTOR);
        }
        if (cursor.skip("module")) {
            return composite(Sort.MODULE);
        }
        if (cursor.skip("object")) {
            return composite(Sort.OBJECT);
        }
        if (cursor.isNext("{")) {
            return cursor.isSecond("#") ? variant() : composite(Sort.OBJECT);
        }
        if (cursor.skip("[")) {
            boolean isMutable = cursor.skip("var");
            var item = type();
            cursor.expect("]");
            return new MotokoType.Array(isMutable, item);
        }
        return named();
    }

    private List<Item> items() {
        var items = new ArrayList<Item>();
        cursor.expect("(");
        while (!cursor.isNext(")")) {
            items.add(item());
            if (!cursor.skip(",")) {
                break;
            }
        }
        cursor.expect(")");
        return List.copyOf(items);
    }

    private Item item() {
        if (cursor.isSecond(":")) {
            var name = cursor.name("a name");
            cursor.expect(":");
            return new Item(Optional.of(name), type());
        }
        return new Item(Optional.empty(), type());
    }

    private MotokoType variant() {
        cursor.expect("{");
        var tags = new ArrayList<Field>();
        while (cursor.skip("#")) {
            if (tags.isEmpty() && cursor.isNext("}")) {
                break;
            }
            var label = cursor.name("the name of a tag");
            var type = cursor.skip(":") ? type() : new MotokoType.Tuple(List.of());
            tags.add(new Field(label, false, type));
            if (!cursor.skip(";")) {
                break;
            }
        }
        cursor.expect("}");
        return new MotokoType.Variant(sorted("tag", tags));
    }

    private MotokoType composite(Sort sort) {
        cursor.expect("{");
        var fields = new ArrayList<Field>();
        var types = new ArrayList<TypeField>();
        while (!cursor.isNext("}")) {
            if (cursor.skip("type")) {
                var definition = definition();
                types.add(new TypeField(definition.name(), definition));
            } else {
                fields.add(field(sort));
            }
            if (!cursor.skip(";")) {
                break;
            }
        }
        cursor.expect("}");
        types.sort(Comparator.comparing(TypeField::label));
        return new MotokoType.Composite(sort, sorted("field", fields), List.copyOf(types));
    }

    private Field field(Sort sort) {
        var sharing = sort == Sort.ACTOR ? Sharing.SHARED : Sharing.LOCAL;
        boolean isMutable = cursor.skip("var");
        var label = cursor.name("a field");
        if (isMutable || cursor.isNext(":")) {
            cursor.expect(":");
            return new Field(label, isMutable, type(sharing));
        }
        var head = head();
        var arguments = operand();
        return new Field(label, false, function(sharing, head, arguments, ":"));
    }

    private MotokoType named() {
        var place = cursor.peek();
        var name = cursor.name("a type");
        for (var scope : scopes) {
            int index = scope.names().indexOf(name);
            if (index >= 0) {
                return new MotokoType.Parameter(scope.binder(), index, name);
            }
        }
        if (!defined.contains(name)) {
            return MotokoType.Primitive.named(name)
                    .orElseThrow(() -> StableSignatureException.at(place, "the type " + name + " is not defined"));
        }
        var arguments = new ArrayList<MotokoType>();
        if (cursor.skip("<")) {
            while (!cursor.isNext(">")) {
                arguments.add(type());
                if (!cursor.skip(",")) {
                    break;
                }
            }
            cursor.expect(">");
        }
        var reference = new MotokoType.Reference(name, List.copyOf(arguments), definitions);
        mentions.add(new Mention(place, reference));
        return reference;
    }

    /// {@return the fields in the order of their labels}
    static List<Field> sorted(String what, List<Field> fields) {
        var sorted = fields.stream().sorted(Comparator.comparing(Field::label)).toList();
        for (int i = 1; i < sorted.size(); i++) {
            if (sorted.get(i).label().equals(sorted.get(i - 1).label())) {
                throw new StableSignatureException(
                        "the " + what + " " + sorted.get(i).label() + " is there twice");
            }
        }
        return sorted;
    }

    /// {@return the names that follow the word `type` outside all braces}
    static Set<String> definedIn(List<Token> tokens) {
        var names = new HashSet<String>();
        int depth = 0;
        for (int i = 0; i + 1 < tokens.size(); i++) {
            var token = tokens.get(i);
            if (token.is("{") || token.is("(")) {
                depth++;
            } else if (token.is("}") || token.is(")")) {
                depth--;
            } else if (depth == 0 && token.is("type")) {
                names.add(tokens.get(i + 1).text());
            }
        }
        return names;
    }
}
