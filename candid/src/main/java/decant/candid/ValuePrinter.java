package decant.candid;

import java.util.List;

/// Writes values as text that reads back as the same, numbers with their types.
final class ValuePrinter {
    private static final int DIGIT_GROUP = 3;

    private ValuePrinter() {}

    /// {@return the arguments in parentheses}
    static String print(List<Value> values) {
        return Layout.Group.of(
                        "(", "", values.stream().map(ValuePrinter::layout).toList(), ",", ")")
                .broken();
    }

    static String flat(Value value) {
        return layout(value).flat();
    }

    private static Layout layout(Value value) {
        return switch (value) {
            case Value.Null _ -> new Layout.Leaf("null");
            case Value.Reserved _ -> new Layout.Leaf("null : reserved");
            case Value.Bool(boolean bool) -> new Layout.Leaf(Boolean.toString(bool));
            case Value.WholeNumber(var type, var number) -> new Layout.Leaf(grouped(number.toString()) + " : " + type);
            case Value.Float32(float number) -> new Layout.Leaf(real(Float.toString(number)) + " : float32");
            case Value.Float64(double number) -> new Layout.Leaf(real(Double.toString(number)) + " : float64");
            case Value.Text(var text) -> new Layout.Leaf(Quoting.text(text));
            case Value.Blob blob -> new Layout.Leaf("blob " + Quoting.blob(blob.shared()));
            case Value.Vec(var elements) ->
                Layout.Group.of(
                        "vec {",
                        " ",
                        elements.stream().map(ValuePrinter::layout).toList(),
                        ";",
                        "}");
            case Value.Opt(var item) ->
                item.<Layout>map(present -> Layout.Row.of(new Layout.Leaf("opt "), operand(present)))
                        .orElse(new Layout.Leaf("null"));
            case Value.Record(var fields) -> recordLayout(fields);
            case Value.Variant(var label, var payload) ->
                Layout.Group.of("variant {", " ", List.of(caseLayout(label, payload)), "", "}");
            case Value.PrincipalValue(var principal) -> new Layout.Leaf("principal \"" + principal + "\"");
            case Value.Service(var canister) -> new Layout.Leaf("service \"" + canister + "\"");
            case Value.Func(var canister, var method) ->
                new Layout.Leaf("func \"" + canister + "\"." + Quoting.name(method));
        };
    }

    /// Annotated values go into parentheses where an annotation would otherwise be ambiguous.
    private static Layout operand(Value value) {
        return switch (value) {
            case Value.WholeNumber _, Value.Float32 _, Value.Float64 _, Value.Reserved _ ->
                Layout.Row.of(new Layout.Leaf("("), layout(value), new Layout.Leaf(")"));
            case Value.Null _,
                    Value.Bool _,
                    Value.Text _,
                    Value.Blob _,
                    Value.Vec _,
                    Value.Opt _,
                    Value.Record _,
                    Value.Variant _,
                    Value.PrincipalValue _,
                    Value.Service _,
                    Value.Func _ -> layout(value);
        };
    }

    private static Layout recordLayout(List<Value.Field> fields) {
        boolean tuple = isTuple(fields);
        var items = fields.stream()
                .map(field -> tuple
                        ? layout(field.value())
                        : Layout.Row.of(new Layout.Leaf(field.label() + " = "), layout(field.value())))
                .toList();
        return Layout.Group.of("record {", " ", items, ";", "}");
    }

    private static boolean isTuple(List<Value.Field> fields) {
        for (int i = 0; i < fields.size(); i++) {
            var label = fields.get(i).label();
            if (label.id() != i || label.name().isPresent()) {
                return false;
            }
        }
        return true;
    }

    private static Layout caseLayout(Label label, Value payload) {
        return payload == Value.Null.NULL
                ? new Layout.Leaf(label.toString())
                : Layout.Row.of(new Layout.Leaf(label + " = "), layout(payload));
    }

    private static String grouped(String digits) {
        int start = digits.startsWith("-") ? 1 : 0;
        var out = new StringBuilder(digits);
        for (int at = digits.length() - DIGIT_GROUP; at > start; at -= DIGIT_GROUP) {
            out.insert(at, '_');
        }
        return out.toString();
    }

    private static String real(String number) {
        return switch (number) {
            case "NaN" -> "nan";
            case "Infinity" -> "inf";
            case "-Infinity" -> "-inf";
            default -> number;
        };
    }
}
