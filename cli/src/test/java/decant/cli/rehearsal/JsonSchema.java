package decant.cli.rehearsal;

import decant.cli.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// The part of JSON Schema that the documented schemas use. Stricter in one thing: a field that the schema does not
/// name is a fault, so that nothing is printed that is not documented.
final class JsonSchema {
    private final Json.Fields root;

    JsonSchema(Json root) {
        this.root = fields(root);
    }

    /// {@return where the value is not what the schema says, a line for each place}
    List<String> faults(Json value) {
        var faults = new ArrayList<String>();
        check(root, value, "$", faults);
        return faults;
    }

    /// {@return the names of all fields that the schema knows}
    Set<String> fieldNames() {
        var names = new TreeSet<String>();
        collect(root, names);
        return names;
    }

    private static void collect(Json part, Set<String> names) {
        switch (part) {
            case Json.Fields(var rules) -> {
                if (rules.get("properties") instanceof Json.Fields(var properties)) {
                    names.addAll(properties.keySet());
                }
                rules.values().forEach(rule -> collect(rule, names));
            }
            case Json.Array(var items) -> items.forEach(item -> collect(item, names));
            case Json.Text _, Json.NumberLiteral _, Json.Bool _, Json.Null _ -> {}
        }
    }

    private void check(Json schema, Json value, String path, List<String> faults) {
        var rules = fields(schema).fields();
        if (rules.get("$ref") instanceof Json.Text(var reference)) {
            check(definition(reference), value, path, faults);
        }
        if (rules.get("anyOf") instanceof Json.Array(var choices)) {
            boolean fits = choices.stream().anyMatch(choice -> fits(choice, value, path));
            require(fits, path + " is none of the choices: " + value.print(), faults);
        }
        if (rules.get("enum") instanceof Json.Array(var known)) {
            require(known.contains(value), path + " is " + value.print(), faults);
        }
        if (rules.get("type") instanceof Json.Text(var type)) {
            require(type.equals(typeOf(value)), path + " is not of type " + type + ": " + value.print(), faults);
        }
        if (rules.get("pattern") instanceof Json.Text(var pattern) && value instanceof Json.Text(var text)) {
            require(text.matches(pattern), path + " does not match " + pattern + ": " + text, faults);
        }
        if (rules.containsKey("items") && value instanceof Json.Array(var items)) {
            for (int i = 0; i < items.size(); i++) {
                check(rules.get("items"), items.get(i), path + "[" + i + "]", faults);
            }
        }
        if (value instanceof Json.Fields(var found)) {
            checkFields(rules, found, path, faults);
        }
    }

    private void checkFields(Map<String, Json> rules, Map<String, Json> found, String path, List<String> faults) {
        if (rules.get("required") instanceof Json.Array(var names)) {
            names.forEach(name -> require(
                    name instanceof Json.Text(var text) && found.containsKey(text),
                    path + " has no " + name.print(),
                    faults));
        }
        if (rules.containsKey("properties")) {
            var properties = fields(rules.get("properties")).fields();
            found.forEach((name, item) -> {
                var property = properties.get(name);
                require(property != null, path + "." + name + " is not in the schema", faults);
                if (property != null) {
                    check(property, item, path + "." + name, faults);
                }
            });
        }
    }

    private boolean fits(Json schema, Json value, String path) {
        var faults = new ArrayList<String>();
        check(schema, value, path, faults);
        return faults.isEmpty();
    }

    private Json definition(String reference) {
        var name = reference.replace("#/$defs/", "");
        var definition = fields(root.fields().get("$defs")).fields().get(name);
        if (definition == null) {
            throw new AssertionError("the schema has no " + reference);
        }
        return definition;
    }

    private static String typeOf(Json value) {
        return switch (value) {
            case Json.Text _ -> "string";
            case Json.NumberLiteral(var literal) -> literal.matches("-?[0-9]+") ? "integer" : "number";
            case Json.Bool _ -> "boolean";
            case Json.Array _ -> "array";
            case Json.Fields _ -> "object";
            case Json.Null.NULL -> "null";
        };
    }

    private static Json.Fields fields(Json value) {
        if (value instanceof Json.Fields fields) {
            return fields;
        }
        throw new AssertionError("no fields: " + value.print());
    }

    private static void require(boolean holds, String fault, List<String> faults) {
        if (!holds) {
            faults.add(fault);
        }
    }
}
