package decant.motoko;

import decant.motoko.MotokoType.Binder;
import decant.motoko.MotokoType.Definition;
import decant.motoko.MotokoType.Field;
import decant.motoko.MotokoType.Item;
import decant.motoko.MotokoType.TypeParameter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Replaces names of types by what they stand for, one level at a time.
final class Unfolding {
    private static final int NAMES_IN_A_ROW_MAX = 10_000;

    private final Effort effort;
    private final Map<MotokoType.Reference, MotokoType> known = new HashMap<>();

    Unfolding(Effort effort) {
        this.effort = effort;
    }

    /// {@return the type itself, or what its definition says if it is a name; never a reference}
    MotokoType head(MotokoType type) {
        var head = type;
        for (int i = 0; head instanceof MotokoType.Reference reference; i++) {
            if (i == NAMES_IN_A_ROW_MAX) {
                throw new StableSignatureException("the definition of the type " + reference.name()
                        + " leads back to itself without saying what it is");
            }
            head = unfold(reference);
        }
        return head;
    }

    private MotokoType unfold(MotokoType.Reference reference) {
        var seen = known.get(reference);
        if (seen != null) {
            return seen;
        }
        var unfolded = instantiated(reference.definitions().get(reference.name()), reference.arguments());
        effort.weigh(unfolded);
        known.put(reference, unfolded);
        return unfolded;
    }

    /// {@return the body of the definition with the arguments in place of its parameters}
    MotokoType instantiated(Definition definition, List<MotokoType> arguments) {
        return definition.parameters().isEmpty()
                ? definition.body()
                : replaced(definition.body(), definition.binder(), arguments);
    }

    MotokoType replaced(MotokoType type, Binder binder, List<MotokoType> arguments) {
        effort.step();
        return switch (type) {
            case MotokoType.Primitive primitive -> primitive;
            case MotokoType.Parameter parameter ->
                parameter.binder() == binder ? arguments.get(parameter.index()) : parameter;
            case MotokoType.Array(var isMutable, var item) ->
                new MotokoType.Array(isMutable, replaced(item, binder, arguments));
            case MotokoType.Option(var item) -> new MotokoType.Option(replaced(item, binder, arguments));
            case MotokoType.Weak(var item) -> new MotokoType.Weak(replaced(item, binder, arguments));
            case MotokoType.Async(var isLazy, var result) ->
                new MotokoType.Async(isLazy, replaced(result, binder, arguments));
            case MotokoType.Tuple(var items) -> new MotokoType.Tuple(items(items, binder, arguments));
            case MotokoType.Variant(var tags) -> new MotokoType.Variant(fields(tags, binder, arguments));
            case MotokoType.Reference(var name, var given, var definitions) ->
                new MotokoType.Reference(
                        name,
                        given.stream()
                                .map(argument -> replaced(argument, binder, arguments))
                                .toList(),
                        definitions);
            case MotokoType.Composite(var sort, var fields, var types) ->
                new MotokoType.Composite(
                        sort,
                        fields(fields, binder, arguments),
                        types.stream()
                                .map(field -> new MotokoType.TypeField(
                                        field.label(), definition(field.definition(), binder, arguments)))
                                .toList());
            case MotokoType.Function(var sharing, var promises, var parameters, var own, var given, var results) ->
                new MotokoType.Function(
                        sharing,
                        promises,
                        parameters(parameters, binder, arguments),
                        own,
                        items(given, binder, arguments),
                        items(results, binder, arguments));
        };
    }

    private Definition definition(Definition definition, Binder binder, List<MotokoType> arguments) {
        return new Definition(
                definition.name(),
                parameters(definition.parameters(), binder, arguments),
                definition.binder(),
                replaced(definition.body(), binder, arguments));
    }

    private List<TypeParameter> parameters(List<TypeParameter> parameters, Binder binder, List<MotokoType> arguments) {
        return parameters.stream()
                .map(parameter -> new TypeParameter(parameter.name(), replaced(parameter.bound(), binder, arguments)))
                .toList();
    }

    private List<Item> items(List<Item> items, Binder binder, List<MotokoType> arguments) {
        return items.stream()
                .map(item -> new Item(item.name(), replaced(item.type(), binder, arguments)))
                .toList();
    }

    private List<Field> fields(List<Field> fields, Binder binder, List<MotokoType> arguments) {
        return fields.stream()
                .map(field -> new Field(field.label(), field.isMutable(), replaced(field.type(), binder, arguments)))
                .toList();
    }
}
