package decant.candid;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Writes types and interface descriptions as text that reads back as the same.
final class TypePrinter {
    private TypePrinter() {}

    static String flat(Type type) {
        return layout(type).flat();
    }

    static String print(Did did) {
        var parts = new ArrayList<String>();
        did.scope()
                .definitions()
                .forEach((name, type) -> parts.add(
                        Layout.Row.of(new Layout.Leaf("type " + name + " = "), layout(type), new Layout.Leaf(";"))
                                .broken()));
        did.actor().ifPresent(actor -> parts.add(actor(actor).broken()));
        return parts.stream().map(part -> part + "\n").collect(Collectors.joining());
    }

    private static Layout actor(Did.Actor actor) {
        var head =
                new Layout.Leaf("service" + actor.name().map(name -> " " + name).orElse("") + " : ");
        var body = actor.service() instanceof Type.Service(var methods)
                ? methodsLayout("{", methods)
                : layout(actor.service());
        var init = actor.initArguments()
                .<Layout>map(arguments -> Layout.Row.of(argumentsLayout(arguments), new Layout.Leaf(" -> ")))
                .orElse(new Layout.Leaf(""));
        return Layout.Row.of(head, init, body);
    }

    static Layout layout(Type type) {
        return switch (type) {
            case Type.Primitive primitive -> new Layout.Leaf(primitive.toString());
            case Type.Opt(var item) -> Layout.Row.of(new Layout.Leaf("opt "), layout(item));
            case Type.Vec(Type.Primitive item) when item == Type.Primitive.NAT8 -> new Layout.Leaf("blob");
            case Type.Vec(var item) -> Layout.Row.of(new Layout.Leaf("vec "), layout(item));
            case Type.Record record -> fieldsLayout("record {", record.fields(), record.isTuple(), false);
            case Type.Variant(var fields) -> fieldsLayout("variant {", fields, false, true);
            case Type.Func func -> Layout.Row.of(new Layout.Leaf("func "), functionLayout(func));
            case Type.Service(var methods) -> methodsLayout("service {", methods);
            case Type.Named named -> new Layout.Leaf(named.name());
            case Type.Future future -> new Layout.Leaf(future.toString());
        };
    }

    private static Layout fieldsLayout(String open, List<Type.Field> fields, boolean tuple, boolean cases) {
        var items = fields.stream()
                .map(field -> {
                    if (tuple) {
                        return layout(field.type());
                    }
                    return cases && field.type() == Type.Primitive.NULL
                            ? new Layout.Leaf(field.label().toString())
                            : Layout.Row.of(new Layout.Leaf(field.label() + " : "), layout(field.type()));
                })
                .toList();
        return Layout.Group.of(open, " ", items, ";", "}");
    }

    private static Layout functionLayout(Type.Func func) {
        var annotations =
                func.annotations().stream().map(annotation -> " " + annotation).collect(Collectors.joining());
        return Layout.Row.of(
                argumentsLayout(func.arguments()),
                new Layout.Leaf(" -> "),
                argumentsLayout(func.results()),
                new Layout.Leaf(annotations));
    }

    private static Layout argumentsLayout(List<Type.Argument> arguments) {
        var items = arguments.stream()
                .map(argument -> argument.name()
                        .<Layout>map(name ->
                                Layout.Row.of(new Layout.Leaf(Quoting.name(name) + " : "), layout(argument.type())))
                        .orElseGet(() -> layout(argument.type())))
                .toList();
        return Layout.Group.of("(", "", items, ",", ")");
    }

    private static Layout methodsLayout(String open, Map<String, Type> methods) {
        var items = new ArrayList<Layout>();
        methods.forEach((name, type) -> items.add(Layout.Row.of(
                new Layout.Leaf(Quoting.name(name) + " : "),
                type instanceof Type.Func func ? functionLayout(func) : layout(type))));
        return Layout.Group.of(open, " ", items, ";", "}");
    }
}
