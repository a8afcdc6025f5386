package decant.motoko;

import decant.motoko.MotokoType.Item;
import java.util.List;
import java.util.stream.Stream;

/// The types that a type is directly made of.
final class Parts {
    private Parts() {}

    static Stream<MotokoType> of(MotokoType type) {
        return switch (type) {
            case MotokoType.Primitive _, MotokoType.Parameter _ -> Stream.empty();
            case MotokoType.Array array -> Stream.of(array.item());
            case MotokoType.Option option -> Stream.of(option.item());
            case MotokoType.Weak weak -> Stream.of(weak.item());
            case MotokoType.Async async -> Stream.of(async.result());
            case MotokoType.Tuple tuple -> items(tuple.items());
            case MotokoType.Variant variant -> variant.tags().stream().map(MotokoType.Field::type);
            case MotokoType.Reference reference -> reference.arguments().stream();
            case MotokoType.Composite composite ->
                Stream.concat(
                        composite.fields().stream().map(MotokoType.Field::type),
                        composite.types().stream().flatMap(field -> ofDefinition(field.definition())));
            case MotokoType.Function function ->
                Stream.of(bounds(function.parameters()), items(function.arguments()), items(function.results()))
                        .flatMap(part -> part);
        };
    }

    private static Stream<MotokoType> ofDefinition(MotokoType.Definition definition) {
        return Stream.concat(bounds(definition.parameters()), Stream.of(definition.body()));
    }

    private static Stream<MotokoType> items(List<Item> items) {
        return items.stream().map(Item::type);
    }

    private static Stream<MotokoType> bounds(List<MotokoType.TypeParameter> parameters) {
        return parameters.stream().map(MotokoType.TypeParameter::bound);
    }
}
