package decant.candid;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The head of a message: its type table, as a scope, and the types of its arguments.
///
/// ```text
/// head   := "DIDL" count entry* count reference*
/// entry  := -18 reference                    opt
///         | -19 reference                    vec
///         | -20 count (id reference)*        record, ids ascending
///         | -21 count (id reference)*        variant, ids ascending
///         | -22 references references count annotation*
///         | -23 count (text reference)*      service, names ascending
///         | below -24, count byte*           a type of the future
/// ```
/// Counts and ids are unsigned, opcodes and references signed LEB128. A reference is a primitive type's opcode or the
/// number of an entry.
final class TypeTable {
    private static final byte[] MAGIC = "DIDL".getBytes(UTF_8);
    static final int OPT = -18;
    static final int VEC = -19;
    static final int RECORD = -20;
    static final int VARIANT = -21;
    static final int FUNC = -22;
    static final int SERVICE = -23;
    private static final int FUTURE_MAX = -25;

    private final Input input;
    private final Meter meter;
    private final TypeScope scope = new TypeScope();
    private Type[] names = new Type[0];

    private TypeTable(Input input, Meter meter) {
        this.input = input;
        this.meter = meter;
    }

    /// Reads the head of a message and returns the types of its arguments.
    static List<Type> read(Input input, Meter meter) {
        var table = new TypeTable(input, meter);
        table.magic();
        table.entries();
        table.checkMethods();
        return table.references("the number of arguments");
    }

    private void magic() {
        if (input.remaining() < MAGIC.length) {
            throw input.malformed("a message starts with DIDL, found only " + input.remaining() + " bytes");
        }
        for (byte expected : MAGIC) {
            if (input.u8("DIDL") != expected) {
                throw CandidException.atByte(0, "a message starts with DIDL, this one does not");
            }
        }
    }

    private void entries() {
        names = new Type[input.count("the size of the type table")];
        Arrays.setAll(names, i -> new Type.Named("type" + i, scope));
        for (int i = 0; i < names.length; i++) {
            scope.define("type" + i, entry());
        }
    }

    private Type entry() {
        meter.charge(Quota.VALUE_COST);
        int start = input.position();
        long opcode = input.signed("a type");
        if (opcode <= FUTURE_MAX) {
            input.skipBytes(input.count("the length of a type of the future"));
            return new Type.Future(opcode);
        }
        return switch ((int) opcode) {
            case OPT -> new Type.Opt(reference());
            case VEC -> new Type.Vec(reference());
            case RECORD -> new Type.Record(fields());
            case VARIANT -> new Type.Variant(fields());
            case FUNC -> function();
            case SERVICE -> service();
            default ->
                throw CandidException.atByte(
                        start, "an entry of the type table must be a composite type, found opcode " + opcode);
        };
    }

    private Type reference() {
        int start = input.position();
        long reference = input.signed("a type");
        if (reference >= 0) {
            if (reference >= names.length) {
                throw CandidException.atByte(
                        start, "type " + reference + " is mentioned, but the type table ends at " + names.length);
            }
            return names[(int) reference];
        }
        Optional<Type.Primitive> primitive = Type.Primitive.ofOpcode(reference);
        return primitive.orElseThrow(
                () -> CandidException.atByte(start, "opcode " + reference + " is not a primitive type"));
    }

    private List<Type> references(String what) {
        int count = input.count(what);
        var types = new ArrayList<Type>();
        for (int i = 0; i < count; i++) {
            meter.charge(Quota.VALUE_COST);
            types.add(reference());
        }
        return types;
    }

    private List<Type.Field> fields() {
        int count = input.count("the number of fields");
        var fields = new ArrayList<Type.Field>();
        long previous = -1;
        for (int i = 0; i < count; i++) {
            meter.charge(Quota.VALUE_COST);
            int start = input.position();
            long id = input.unsigned("a field id");
            if (id <= previous || id > 0xFFFF_FFFFL) {
                throw CandidException.atByte(
                        start, "field ids must ascend and be below 2^32, found " + id + " after " + previous);
            }
            previous = id;
            fields.add(new Type.Field(Label.of(id), reference()));
        }
        return fields;
    }

    private Type function() {
        var arguments = references("the number of a function's arguments");
        var results = references("the number of a function's results");
        int count = input.count("the number of a function's annotations");
        Set<Type.Annotation> annotations = EnumSet.noneOf(Type.Annotation.class);
        for (int i = 0; i < count; i++) {
            int start = input.position();
            int code = input.u8("a function's annotation");
            annotations.add(Type.Annotation.ofCode(code)
                    .orElseThrow(() ->
                            CandidException.atByte(start, "a function's annotation must be 1, 2 or 3, found " + code)));
        }
        return new Type.Func(
                arguments.stream().map(Type.Argument::of).toList(),
                results.stream().map(Type.Argument::of).toList(),
                annotations);
    }

    private Type service() {
        int count = input.count("the number of a service's methods");
        var methods = new LinkedHashMap<String, Type>();
        byte[] previous = null;
        for (int i = 0; i < count; i++) {
            meter.charge(Quota.VALUE_COST);
            int start = input.position();
            var name = input.text("a method's name");
            byte[] bytes = name.getBytes(UTF_8);
            if (previous != null && Arrays.compareUnsigned(previous, bytes) >= 0) {
                throw CandidException.atByte(
                        start, "the names of methods must ascend, found " + Quoting.name(name) + " out of order");
            }
            previous = bytes;
            methods.put(name, reference());
        }
        return new Type.Service(methods);
    }

    /// A method may be declared before the function type it refers to, hence the check at the end.
    private void checkMethods() {
        for (var type : scope.definitions().values()) {
            if (type instanceof Type.Service(var methods)) {
                methods.forEach((name, method) -> {
                    if (!(method.unfold() instanceof Type.Func)) {
                        throw input.malformed(
                                "the type of the method " + Quoting.name(name) + " must be a function, found "
                                        + Abbreviation.of(method.unfold().toString()));
                    }
                });
            }
        }
    }
}
