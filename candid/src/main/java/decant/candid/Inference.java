package decant.candid;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Finds the smallest type of a value, for messages whose receiver's types are not at hand.
final class Inference {
    private Inference() {}

    static Type typeOf(Value value) {
        return switch (value) {
            case Value.Null _ -> Type.Primitive.NULL;
            case Value.Reserved _ -> Type.Primitive.RESERVED;
            case Value.Bool _ -> Type.Primitive.BOOL;
            case Value.WholeNumber(var type, var _) -> type;
            case Value.Float32 _ -> Type.Primitive.FLOAT32;
            case Value.Float64 _ -> Type.Primitive.FLOAT64;
            case Value.Text _ -> Type.Primitive.TEXT;
            case Value.Blob _ -> Type.blob();
            case Value.Vec(var elements) -> new Type.Vec(commonType(elements));
            case Value.Opt(var item) -> new Type.Opt(item.map(Inference::typeOf).orElse(Type.Primitive.EMPTY));
            case Value.Record(var fields) ->
                new Type.Record(fields.stream()
                        .map(field -> new Type.Field(field.label(), typeOf(field.value())))
                        .toList());
            case Value.Variant(var label, var payload) ->
                new Type.Variant(List.of(new Type.Field(label, typeOf(payload))));
            case Value.PrincipalValue _ -> Type.Primitive.PRINCIPAL;
            case Value.Service _ -> new Type.Service(Map.of());
            case Value.Func _ -> new Type.Func(List.of(), List.of(), Set.of());
        };
    }

    private static Type commonType(List<Value> elements) {
        Type common = Type.Primitive.EMPTY;
        for (var element : elements) {
            common = join(common, typeOf(element));
        }
        return common;
    }

    /// {@return the smallest type that both can be read as}
    private static Type join(Type a, Type b) {
        if (a.equals(b) || b == Type.Primitive.EMPTY) {
            return a;
        }
        if (a == Type.Primitive.EMPTY) {
            return b;
        }
        if (a instanceof Type.Opt(var itemA) && b instanceof Type.Opt(var itemB)) {
            return new Type.Opt(join(itemA, itemB));
        }
        if (a == Type.Primitive.NULL && b instanceof Type.Opt) {
            return b;
        }
        if (b == Type.Primitive.NULL && a instanceof Type.Opt) {
            return a;
        }
        if (a instanceof Type.Vec(var itemA) && b instanceof Type.Vec(var itemB)) {
            return new Type.Vec(join(itemA, itemB));
        }
        if (a instanceof Type.Record(var fieldsA)
                && b instanceof Type.Record(var fieldsB)
                && sameLabels(fieldsA, fieldsB)) {
            return new Type.Record(joinFields(fieldsA, fieldsB));
        }
        if (a instanceof Type.Variant(var casesA) && b instanceof Type.Variant(var casesB)) {
            return new Type.Variant(joinFields(casesA, casesB));
        }
        throw new CandidException("a vector's elements must be of one type, found " + Abbreviation.of(a.toString())
                + " and " + Abbreviation.of(b.toString()) + "; annotate them, as in (5 : nat8)");
    }

    private static boolean sameLabels(List<Type.Field> a, List<Type.Field> b) {
        return a.stream()
                .map(Type.Field::label)
                .toList()
                .equals(b.stream().map(Type.Field::label).toList());
    }

    private static List<Type.Field> joinFields(List<Type.Field> a, List<Type.Field> b) {
        var joined = new TreeMap<Label, Type>();
        a.forEach(field -> joined.put(field.label(), field.type()));
        b.forEach(field -> joined.merge(field.label(), field.type(), Inference::join));
        return joined.entrySet().stream()
                .map(entry -> new Type.Field(entry.getKey(), entry.getValue()))
                .toList();
    }
}
