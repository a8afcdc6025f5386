package decant.motoko;

import decant.motoko.MotokoType.Definition;
import decant.motoko.MotokoType.Field;
import decant.motoko.MotokoType.Item;
import decant.motoko.MotokoType.Primitive;
import decant.motoko.MotokoType.Sort;
import decant.motoko.MotokoType.TypeParameter;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Writes types as Motoko does, in one line.
///
/// In signatures the compiler tells definitions of the same name apart by a number after the name, as in
/// `Account__300891788`. For people the number is left out.
final class TypePrinter {
    private static final int SHOWN_MAX = 200;
    private static final Pattern STAMP = Pattern.compile("__\\d+$");

    private final boolean showsStamps;

    private TypePrinter(boolean showsStamps) {
        this.showsStamps = showsStamps;
    }

    /// {@return the type as a signature writes it}
    static String print(MotokoType type) {
        return new TypePrinter(true).type(type);
    }

    static String print(Definition definition) {
        return new TypePrinter(true).definition(definition);
    }

    static String print(Field field) {
        return new TypePrinter(true).field(field);
    }

    /// {@return the type for people, cut short where it is long}
    static String shown(MotokoType type) {
        return cut(new TypePrinter(false).type(type));
    }

    /// {@return the type for people and, if it is a name, what that stands for}
    static String shownWithDefinition(MotokoType type, Unfolding unfolding) {
        var printer = new TypePrinter(false);
        return type instanceof MotokoType.Reference
                ? cut(printer.type(type) + " = " + printer.type(unfolding.head(type)))
                : cut(printer.type(type));
    }

    static String shown(Field field) {
        return cut(new TypePrinter(false).field(field));
    }

    private static String cut(String text) {
        return text.length() <= SHOWN_MAX ? text : text.substring(0, SHOWN_MAX) + "...";
    }

    private String type(MotokoType type) {
        return switch (type) {
            case Primitive primitive -> primitive.toString();
            case MotokoType.Parameter parameter -> parameter.name();
            case MotokoType.Array(var isMutable, var item) -> "[" + (isMutable ? "var " : "") + type(item) + "]";
            case MotokoType.Option(var item) -> "?" + operand(item);
            case MotokoType.Weak(var item) -> "weak " + operand(item);
            case MotokoType.Async(var isLazy, var result) -> (isLazy ? "async* " : "async ") + operand(result);
            case MotokoType.Tuple(var items) -> items(items);
            case MotokoType.Variant(var tags) -> variant(tags);
            case MotokoType.Composite composite -> composite(composite);
            case MotokoType.Reference(var name, var arguments, var _) -> name(name) + arguments(arguments);
            case MotokoType.Function function -> function(function);
        };
    }

    /// {@return the type where only a type without an arrow or a leading word may stand}
    private String operand(MotokoType type) {
        boolean needsParentheses = switch (type) {
            case MotokoType.Function _, MotokoType.Async _ -> true;
            case MotokoType.Composite composite -> composite.sort() != Sort.OBJECT;
            case Primitive _,
                    MotokoType.Array _,
                    MotokoType.Option _,
                    MotokoType.Weak _,
                    MotokoType.Tuple _,
                    MotokoType.Variant _,
                    MotokoType.Reference _,
                    MotokoType.Parameter _ -> false;
        };
        return needsParentheses ? "(" + type(type) + ")" : type(type);
    }

    private String name(String name) {
        return showsStamps ? name : STAMP.matcher(name).replaceFirst("");
    }

    private String arguments(List<MotokoType> arguments) {
        return arguments.isEmpty()
                ? ""
                : arguments.stream().map(this::type).collect(Collectors.joining(", ", "<", ">"));
    }

    private String items(List<Item> items) {
        return items.stream()
                .map(item -> item.name().map(name -> name + " : ").orElse("") + type(item.type()))
                .collect(Collectors.joining(", ", "(", ")"));
    }

    /// {@return arguments or results; one without a name needs no parentheses unless it is a list itself}
    private String side(List<Item> items) {
        return items.size() == 1
                        && items.getFirst().name().isEmpty()
                        && !(items.getFirst().type() instanceof MotokoType.Tuple)
                ? operand(items.getFirst().type())
                : items(items);
    }

    private String variant(List<Field> tags) {
        return tags.isEmpty() ? "{#}" : tags.stream().map(this::tag).collect(Collectors.joining("; ", "{", "}"));
    }

    private String tag(Field tag) {
        boolean isBare = tag.type() instanceof MotokoType.Tuple(var items) && items.isEmpty();
        return "#" + tag.label() + (isBare ? "" : " : " + type(tag.type()));
    }

    private String composite(MotokoType.Composite composite) {
        var sort = switch (composite.sort()) {
            case OBJECT -> "";
            case ACTOR -> "actor ";
            case MODULE -> "module ";
        };
        return Stream.concat(
                        composite.types().stream().map(field -> "type " + definition(field.definition())),
                        composite.fields().stream().map(this::field))
                .collect(Collectors.joining("; ", sort + "{", "}"));
    }

    private String field(Field field) {
        return (field.isMutable() ? "var " : "") + field.label() + " : " + type(field.type());
    }

    private String function(MotokoType.Function function) {
        var sharing = switch (function.sharing()) {
            case LOCAL -> "";
            case SHARED -> "shared ";
            case QUERY -> "shared query ";
            case COMPOSITE_QUERY -> "shared composite query ";
        };
        return sharing + parameters(function.parameters()) + side(function.arguments()) + " -> "
                + (function.promises() ? "async " : "") + side(function.results());
    }

    private String definition(Definition definition) {
        return name(definition.name()) + parameters(definition.parameters()) + " = " + type(definition.body());
    }

    private String parameters(List<TypeParameter> parameters) {
        return parameters.isEmpty()
                ? ""
                : parameters.stream()
                        .map(parameter -> parameter.bound() == Primitive.ANY
                                ? parameter.name()
                                : parameter.name() + " <: " + type(parameter.bound()))
                        .collect(Collectors.joining(", ", "<", ">"));
    }
}
