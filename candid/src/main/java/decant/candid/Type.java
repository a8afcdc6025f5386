package decant.candid;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// A Candid type.
///
/// A type is complete in itself: where it mentions a definition by name, the [Named] node holds the scope the name
/// is defined in, so no environment need be passed along. Types may be recursive through such names.
@SuppressWarnings("AvoidCommonTypeNames") // a record is what the specification calls it, and is written Type.Record
public sealed interface Type {
    /// {@return this type, or what the definition says if this is a name}
    default Type unfold() {
        Type type = this;
        while (type instanceof Named named) {
            type = named.scope().definition(named.name());
        }
        return type;
    }

    /// {@return whether a value of this type may be left out and then reads as null: `null`, `opt ..`, `reserved`}
    default boolean isNullable() {
        var type = unfold();
        return type instanceof Opt || type == Primitive.NULL || type == Primitive.RESERVED;
    }

    /// {@return the type `vec nat8`}
    static Type blob() {
        return new Vec(Primitive.NAT8);
    }

    /// Reads a type without names of its own, such as `record { id : nat; tags : vec text }`.
    static Type parse(String text) {
        return new DidParser(text).wholeType();
    }

    /// The types without parts.
    enum Primitive implements Type {
        NULL(-1),
        BOOL(-2),
        NAT(-3),
        INT(-4),
        NAT8(-5),
        NAT16(-6),
        NAT32(-7),
        NAT64(-8),
        INT8(-9),
        INT16(-10),
        INT32(-11),
        INT64(-12),
        FLOAT32(-13),
        FLOAT64(-14),
        TEXT(-15),
        RESERVED(-16),
        EMPTY(-17),
        PRINCIPAL(-24);

        /// The number that stands for this type in a message.
        final int opcode;

        Primitive(int opcode) {
            this.opcode = opcode;
        }

        static Optional<Primitive> ofOpcode(long opcode) {
            for (var primitive : values()) {
                if (primitive.opcode == opcode) {
                    return Optional.of(primitive);
                }
            }
            return Optional.empty();
        }

        static Optional<Primitive> ofName(String name) {
            for (var primitive : values()) {
                if (primitive.toString().equals(name)) {
                    return Optional.of(primitive);
                }
            }
            return Optional.empty();
        }

        /// {@return 8, 16, 32 or 64 for an integer of fixed size, else 0}
        int bits() {
            return switch (this) {
                case NAT8, INT8 -> 8;
                case NAT16, INT16 -> 16;
                case NAT32, INT32 -> 32;
                case NAT64, INT64 -> 64;
                case NULL, BOOL, NAT, INT, FLOAT32, FLOAT64, TEXT, RESERVED, EMPTY, PRINCIPAL -> 0;
            };
        }

        /// {@return whether values are whole numbers}
        boolean isInteger() {
            return this == NAT || this == INT || bits() > 0;
        }

        /// {@return whether values are whole numbers of which some are negative}
        boolean isSigned() {
            return switch (this) {
                case INT, INT8, INT16, INT32, INT64 -> true;
                case NULL, BOOL, NAT, NAT8, NAT16, NAT32, NAT64, FLOAT32, FLOAT64, TEXT, RESERVED, EMPTY, PRINCIPAL ->
                    false;
            };
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// A value or nothing.
    record Opt(Type item) implements Type {
        @Override
        public String toString() {
            return TypePrinter.flat(this);
        }
    }

    /// Any number of values of one type. `vec nat8` is also written `blob`.
    record Vec(Type item) implements Type {
        @Override
        public String toString() {
            return TypePrinter.flat(this);
        }
    }

    /// A field of a record or a case of a variant.
    record Field(Label label, Type type) {}

    /// A value for each label. The fields are in ascending order of their ids.
    record Record(List<Field> fields) implements Type {
        public Record {
            fields = sortedFields("record", fields);
        }

        /// {@return whether the labels are 0, 1, 2, ... without names}
        boolean isTuple() {
            for (int i = 0; i < fields.size(); i++) {
                var label = fields.get(i).label();
                if (label.id() != i || label.name().isPresent()) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public String toString() {
            return TypePrinter.flat(this);
        }
    }

    /// One of several labels, with a value. The cases are in ascending order of their ids.
    record Variant(List<Field> fields) implements Type {
        public Variant {
            fields = sortedFields("variant", fields);
        }

        @Override
        public String toString() {
            return TypePrinter.flat(this);
        }
    }

    /// An argument or a result of a function. The name is documentation only.
    record Argument(Optional<String> name, Type type) {
        public static Argument of(Type type) {
            return new Argument(Optional.empty(), type);
        }
    }

    /// What a function's type says beside its arguments and results.
    enum Annotation {
        QUERY(1),
        ONEWAY(2),
        COMPOSITE_QUERY(3);

        /// The byte that stands for this annotation in a message.
        final int code;

        Annotation(int code) {
            this.code = code;
        }

        static Optional<Annotation> ofCode(int code) {
            for (var annotation : values()) {
                if (annotation.code == code) {
                    return Optional.of(annotation);
                }
            }
            return Optional.empty();
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// A method of some service.
    record Func(List<Argument> arguments, List<Argument> results, Set<Annotation> annotations) implements Type {
        public Func {
            arguments = List.copyOf(arguments);
            results = List.copyOf(results);
            annotations = annotations.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(annotations));
        }

        public List<Type> argumentTypes() {
            return arguments.stream().map(Argument::type).toList();
        }

        public List<Type> resultTypes() {
            return results.stream().map(Argument::type).toList();
        }

        /// {@return whether a call may be answered without going through consensus: `query` or `composite_query`}
        public boolean isQuery() {
            return annotations.contains(Annotation.QUERY) || annotations.contains(Annotation.COMPOSITE_QUERY);
        }

        @Override
        public String toString() {
            return TypePrinter.flat(this);
        }
    }

    /// A canister seen from outside: its methods by name. Each is a [Func] or a name for one.
    record Service(Map<String, Type> methods) implements Type {
        public Service {
            methods = Collections.unmodifiableMap(new TreeMap<>(methods));
        }

        /// {@return the type of the method with this name, if there is one}
        public Optional<Func> method(String name) {
            return Optional.ofNullable(methods.get(name)).map(type -> (Func) type.unfold());
        }

        @Override
        public String toString() {
            return TypePrinter.flat(this);
        }
    }

    /// A mention of a definition. Equal to other mentions of the same definition.
    record Named(String name, TypeScope scope) implements Type {
        @Override
        public String toString() {
            return name;
        }
    }

    /// A type from a later version of Candid, met in a message; its values can be skipped but not understood.
    record Future(long opcode) implements Type {
        @Override
        public String toString() {
            return "(unknown type " + opcode + ")";
        }
    }

    private static List<Field> sortedFields(String what, Collection<Field> fields) {
        var sorted = new ArrayList<>(fields);
        sorted.sort((a, b) -> a.label().compareTo(b.label()));
        for (int i = 1; i < sorted.size(); i++) {
            var previous = sorted.get(i - 1).label();
            var label = sorted.get(i).label();
            if (previous.equals(label)) {
                throw new CandidException("a " + what + " has the label " + label + " twice"
                        + (previous.name().equals(label.name())
                                ? ""
                                : ": " + previous + " and " + label + " both have the id " + label.id()));
            }
        }
        return List.copyOf(sorted);
    }
}
