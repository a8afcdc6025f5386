package decant.canister.rehearsal;

import decant.base.Principal;
import decant.candid.Type;
import decant.candid.Value;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Makes up arguments for methods that take some: the smallest values of the types.
final class Samples {
    /// How many arguments are made up for each method.
    static final int COUNT = 3;

    private static final int DEPTH_MAX = 6;

    /// How many parts one argument may have before it is given up: a type may be wide and deep.
    private static final int PARTS_MAX = 1_000;

    private final List<Principal> principals;
    private int parts;

    /// @param principals whom to name where a principal is wanted, in turn
    Samples(List<Principal> principals) {
        this.principals = List.copyOf(principals);
    }

    /// {@return arguments of these types, each list of values once}
    List<List<Value>> of(List<Type> types) {
        var samples = new ArrayList<List<Value>>();
        for (int turn = 0; turn < COUNT; turn++) {
            parts = 0;
            var sample = values(types, turn);
            if (sample.isPresent() && !samples.contains(sample.get())) {
                samples.add(sample.get());
            }
        }
        return samples;
    }

    private Optional<List<Value>> values(List<Type> types, int turn) {
        var values = new ArrayList<Value>();
        for (var type : types) {
            var value = value(type, turn, 0);
            if (value.isEmpty()) {
                return Optional.empty();
            }
            values.add(value.get());
        }
        return Optional.of(values);
    }

    /// {@return a value of the type, unless none is known that is small}
    private Optional<Value> value(Type type, int turn, int depth) {
        parts++;
        if (depth > DEPTH_MAX || parts > PARTS_MAX) {
            return Optional.empty();
        }
        return switch (type.unfold()) {
            case Type.Primitive primitive -> primitive(primitive, turn);
            case Type.Opt(var item) -> {
                var none = Optional.of(Value.none());
                yield turn == 0
                        ? none
                        : value(item, turn - 1, depth + 1).map(Value::some).or(() -> none);
            }
            case Type.Vec(var item) -> vector(item, turn, depth);
            case Type.Record(var fields) -> record(fields, turn, depth);
            case Type.Variant(var cases) -> variant(cases, turn, depth);
            case Type.Func _, Type.Service _, Type.Future _, Type.Named _ -> Optional.empty();
        };
    }

    private Optional<Value> primitive(Type.Primitive type, int turn) {
        return switch (type) {
            case NULL -> Optional.of(Value.Null.NULL);
            case RESERVED -> Optional.of(Value.Reserved.RESERVED);
            case EMPTY -> Optional.empty();
            case BOOL -> Optional.of(Value.bool(turn % 2 == 1));
            case TEXT -> Optional.of(Value.text(turn == 0 ? "" : Character.toString('a' + turn - 1)));
            case FLOAT32 -> Optional.of(new Value.Float32(turn));
            case FLOAT64 -> Optional.of(new Value.Float64(turn));
            case PRINCIPAL -> Optional.of(Value.principal(principals.get(turn % principals.size())));
            case NAT, NAT8, NAT16, NAT32, NAT64, INT, INT8, INT16, INT32, INT64 ->
                Optional.of(new Value.WholeNumber(type, BigInteger.valueOf(turn)));
        };
    }

    private Optional<Value> vector(Type item, int turn, int depth) {
        if (item.unfold() == Type.Primitive.NAT8) {
            return Optional.of(Value.blob(new byte[turn]));
        }
        if (turn == 0) {
            return Optional.of(Value.vec(List.of()));
        }
        return value(item, turn - 1, depth + 1)
                .map(only -> Value.vec(List.of(only)))
                .or(() -> Optional.of(Value.vec(List.of())));
    }

    private Optional<Value> record(List<Type.Field> types, int turn, int depth) {
        var fields = new ArrayList<Value.Field>();
        for (var field : types) {
            var value = value(field.type(), turn, depth + 1);
            if (value.isEmpty()) {
                return Optional.empty();
            }
            fields.add(new Value.Field(field.label(), value.get()));
        }
        return Optional.of(new Value.Record(fields));
    }

    private Optional<Value> variant(List<Type.Field> cases, int turn, int depth) {
        for (int i = 0; i < cases.size(); i++) {
            var chosen = cases.get((turn + i) % cases.size());
            var payload = value(chosen.type(), turn, depth + 1);
            if (payload.isPresent()) {
                return Optional.of(new Value.Variant(chosen.label(), payload.get()));
            }
        }
        return Optional.empty();
    }
}
