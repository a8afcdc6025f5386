package decant.candid;

import decant.base.Principal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/// Types and values drawn from a seed.
final class RandomCandid {
    private static final List<String> NAMES =
            List.of("a", "b", "head", "tail", "text", "opt", "über", "two words", "ok", "err");

    private static final Did RECURSIVE = Did.parse("""
            type list = opt record { head : int; tail : list };
            type tree = variant { leaf : nat8; branch : vec tree };
            """);

    private final Random random;

    RandomCandid(long seed) {
        this.random = new Random(seed);
    }

    private <T> T one(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    Type type(int depth) {
        int kind = random.nextInt(depth > 0 ? 12 : 5);
        return switch (kind) {
            case 5 -> new Type.Opt(type(depth - 1));
            case 6 -> new Type.Vec(type(depth - 1));
            case 7, 8 -> new Type.Record(fields(depth - 1, 0));
            case 9 -> new Type.Variant(fields(depth - 1, 1));
            case 10 -> function(depth - 1);
            case 11 ->
                random.nextBoolean()
                        ? RECURSIVE.type(random.nextBoolean() ? "list" : "tree")
                        : new Type.Service(Map.of("a", function(0), "über", function(depth - 1)));
            default -> primitive();
        };
    }

    private Type primitive() {
        Type type;
        do {
            type = one(List.of(Type.Primitive.values()));
        } while (type == Type.Primitive.EMPTY);
        return type;
    }

    private List<Type.Field> fields(int depth, int atLeast) {
        var fields = new LinkedHashMap<Label, Type.Field>();
        int count = atLeast + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            var label = label();
            fields.put(label, new Type.Field(label, type(depth)));
        }
        return List.copyOf(fields.values());
    }

    private Label label() {
        return random.nextInt(3) == 0 ? Label.of(random.nextInt(4)) : Label.of(one(NAMES));
    }

    private Type.Func function(int depth) {
        var annotation = one(List.of(Type.Annotation.values()));
        return new Type.Func(
                List.of(new Type.Argument(Optional.of("first"), type(depth))),
                annotation == Type.Annotation.ONEWAY ? List.of() : List.of(Type.Argument.of(type(depth))),
                random.nextBoolean() && annotation != Type.Annotation.ONEWAY ? Set.of() : Set.of(annotation));
    }

    Value value(Type type) {
        return value(type, 6);
    }

    private Value value(Type name, int depth) {
        return switch (name.unfold()) {
            case Type.Primitive type -> primitive(type);
            case Type.Opt(var item) ->
                depth > 0 && random.nextInt(3) > 0 ? Value.some(value(item, depth - 1)) : Value.none();
            case Type.Vec(var item) -> vector(item, depth);
            case Type.Record(var fields) ->
                new Value.Record(fields.stream()
                        .map(field -> new Value.Field(field.label(), value(field.type(), depth - 1)))
                        .toList());
            case Type.Variant(var fields) -> {
                var field = depth > 0 ? fields.get(random.nextInt(fields.size())) : fields.getLast();
                yield new Value.Variant(field.label(), value(field.type(), depth - 1));
            }
            case Type.Func _ -> new Value.Func(principal(), one(NAMES));
            case Type.Service _ -> new Value.Service(principal());
            case Type.Future _, Type.Named _ -> throw new AssertionError("not drawn: " + name);
        };
    }

    private Value vector(Type item, int depth) {
        int length = depth > 0 ? random.nextInt(4) : 0;
        if (item.unfold() == Type.Primitive.NAT8) {
            var bytes = new byte[length];
            random.nextBytes(bytes);
            return Value.blob(bytes);
        }
        var elements = new ArrayList<Value>();
        for (int i = 0; i < length; i++) {
            elements.add(value(item, depth - 1));
        }
        return Value.vec(elements);
    }

    private Value primitive(Type.Primitive type) {
        return switch (type) {
            case NULL -> Value.Null.NULL;
            case RESERVED -> Value.Reserved.RESERVED;
            case BOOL -> Value.bool(random.nextBoolean());
            case NAT -> Value.nat(new BigInteger(random.nextInt(200), random));
            case INT -> {
                var magnitude = new BigInteger(random.nextInt(200), random);
                yield Value.integer(random.nextBoolean() ? magnitude : magnitude.not());
            }
            case NAT8, NAT16, NAT32, NAT64 -> new Value.WholeNumber(type, new BigInteger(type.bits(), random));
            case INT8, INT16, INT32, INT64 ->
                new Value.WholeNumber(
                        type, new BigInteger(type.bits(), random).subtract(BigInteger.ONE.shiftLeft(type.bits() - 1)));
            case FLOAT32 -> new Value.Float32(Float.intBitsToFloat(random.nextInt()));
            case FLOAT64 -> new Value.Float64(Double.longBitsToDouble(random.nextLong()));
            case TEXT -> Value.text(text());
            case PRINCIPAL -> Value.principal(principal());
            case EMPTY -> throw new AssertionError("empty has no values");
        };
    }

    private String text() {
        var text = new StringBuilder();
        int length = random.nextInt(6);
        while (text.length() < length) {
            int c = random.nextInt(random.nextBoolean() ? 0x80 : 0x11_0000);
            if (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE) {
                text.appendCodePoint(c);
            }
        }
        return text.toString();
    }

    private Principal principal() {
        var bytes = new byte[random.nextInt(Principal.BYTES_MAX + 1)];
        random.nextBytes(bytes);
        return Principal.of(bytes);
    }
}
