package decant.candid;

import decant.base.Principal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A Candid value.
///
/// Values are immutable and compared by content; floats by their bits, except that every NaN equals every other.
/// A vector of `nat8` is always a [Blob], once its type is known. Build values with the factory methods here and
/// read them by name:
///
/// ```java
/// var argument = Value.record().with("canister_id", Value.principal(id)).with("settings", Value.none());
/// var controllers = reply.field("settings").field("controllers").items();
/// ```
@SuppressWarnings("AvoidCommonTypeNames") // a record is what the specification calls it, and is written Value.Record
public sealed interface Value {
    /// The value of type `null`.
    enum Null implements Value {
        NULL;

        @Override
        public String toString() {
            return "null";
        }
    }

    /// The value of type `reserved`: something was there and is of no interest.
    enum Reserved implements Value {
        RESERVED;

        @Override
        public String toString() {
            return "null : reserved";
        }
    }

    record Bool(boolean value) implements Value {
        @Override
        public String toString() {
            return Boolean.toString(value);
        }
    }

    /// A whole number of one of the ten integer types, within its range.
    record WholeNumber(Type.Primitive type, BigInteger value) implements Value {
        public WholeNumber {
            if (!type.isInteger()) {
                throw new CandidException(type + " is not a type of whole numbers");
            }
            if (!fits(value, type)) {
                throw new CandidException(value + " is not a " + type + ", whose range is " + range(type));
            }
        }

        static boolean fits(BigInteger value, Type.Primitive type) {
            if (!type.isSigned() && value.signum() < 0) {
                return false;
            }
            return type.bits() == 0 || value.bitLength() <= (type.isSigned() ? type.bits() - 1 : type.bits());
        }

        private static String range(Type.Primitive type) {
            if (type.bits() == 0) {
                return "0 and above";
            }
            return type.isSigned()
                    ? "-2^" + (type.bits() - 1) + " to 2^" + (type.bits() - 1) + " - 1"
                    : "0 to 2^" + type.bits() + " - 1";
        }

        @Override
        public String toString() {
            return ValuePrinter.flat(this);
        }
    }

    record Float32(float value) implements Value {
        @Override
        public String toString() {
            return ValuePrinter.flat(this);
        }
    }

    record Float64(double value) implements Value {
        @Override
        public String toString() {
            return ValuePrinter.flat(this);
        }
    }

    record Text(String value) implements Value {
        @Override
        public String toString() {
            return ValuePrinter.flat(this);
        }
    }

    /// A vector of bytes.
    final class Blob implements Value {
        private final byte[] bytes;

        private Blob(byte[] bytes) {
            this.bytes = bytes;
        }

        /// Takes the array over: the caller must not write to it again.
        static Blob owning(byte[] bytes) {
            return new Blob(bytes);
        }

        public int length() {
            return bytes.length;
        }

        byte at(int index) {
            return bytes[index];
        }

        byte[] shared() {
            return bytes;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Blob that && Arrays.equals(bytes, that.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }

        @Override
        public String toString() {
            return ValuePrinter.flat(this);
        }
    }

    record Vec(List<Value> elements) implements Value {
        public Vec {
            elements = List.copyOf(elements);
        }

        @Override
        public String toString() {
            return ValuePrinter.flat(this);
        }
    }

    record Opt(Optional<Value> item) implements Value {
        @Override
        public String toString() {
            return ValuePrinter.flat(this);
        }
    }

    /// A field of a record, or the one case of a variant.
    record Field(Label label, Value value) {}

    /// The fields are in ascending order of their ids.
    record Record(List<Field> fields) implements Value {
        public Record {
            var sorted = new ArrayList<>(fields);
            sorted.sort((a, b) -> a.label().compareTo(b.label()));
            for (int i = 1; i < sorted.size(); i++) {
                if (sorted.get(i - 1).label().equals(sorted.get(i).label())) {
                    throw new CandidException(
                            "a record has the label " + sorted.get(i).label() + " twice");
                }
            }
            fields = List.copyOf(sorted);
        }

        /// {@return this record with one field more, or another value for a field it has}
        public Record with(String name, Value value) {
            var label = Label.of(name);
            var changed = new ArrayList<>(fields);
            changed.removeIf(field -> field.label().equals(label));
            changed.add(new Field(label, value));
            return new Record(changed);
        }

        @Override
        public String toString() {
            return ValuePrinter.flat(this);
        }
    }

    record Variant(Label label, Value payload) implements Value {
        @Override
        public String toString() {
            return ValuePrinter.flat(this);
        }
    }

    record PrincipalValue(Principal value) implements Value {
        @Override
        public String toString() {
            return ValuePrinter.flat(this);
        }
    }

    record Service(Principal canister) implements Value {
        @Override
        public String toString() {
            return ValuePrinter.flat(this);
        }
    }

    record Func(Principal canister, String method) implements Value {
        @Override
        public String toString() {
            return ValuePrinter.flat(this);
        }
    }

    static Value bool(boolean value) {
        return new Bool(value);
    }

    static Value text(String value) {
        return new Text(value);
    }

    static Value nat(BigInteger value) {
        return new WholeNumber(Type.Primitive.NAT, value);
    }

    static Value nat(long value) {
        return nat(BigInteger.valueOf(value));
    }

    static Value integer(BigInteger value) {
        return new WholeNumber(Type.Primitive.INT, value);
    }

    static Value integer(long value) {
        return integer(BigInteger.valueOf(value));
    }

    /// {@return the bits of `value` as a `nat64`, so that -1 is the greatest one}
    static Value nat64(long value) {
        return new WholeNumber(Type.Primitive.NAT64, new BigInteger(Long.toUnsignedString(value)));
    }

    static Value nat32(long value) {
        return new WholeNumber(Type.Primitive.NAT32, BigInteger.valueOf(value));
    }

    static Value nat16(int value) {
        return new WholeNumber(Type.Primitive.NAT16, BigInteger.valueOf(value));
    }

    static Value blob(byte[] bytes) {
        return new Blob(bytes.clone());
    }

    static Value principal(Principal principal) {
        return new PrincipalValue(principal);
    }

    static Value none() {
        return new Opt(Optional.empty());
    }

    static Value some(Value item) {
        return new Opt(Optional.of(item));
    }

    static Value opt(Optional<? extends Value> item) {
        return new Opt(item.map(value -> value));
    }

    static Value vec(Collection<? extends Value> elements) {
        return new Vec(List.copyOf(elements));
    }

    /// {@return the record without fields, to be extended by [Record#with]}
    static Record record() {
        return new Record(List.of());
    }

    static Record record(Map<String, ? extends Value> fields) {
        return new Record(fields.entrySet().stream()
                .map(entry -> new Field(Label.of(entry.getKey()), entry.getValue()))
                .toList());
    }

    /// {@return the case `label` that carries nothing}
    static Value variant(String label) {
        return variant(label, Null.NULL);
    }

    static Value variant(String label, Value payload) {
        return new Variant(Label.of(label), payload);
    }

    /// {@return the value of the field with this name, which must be there}
    default Value field(String name) {
        return find(name).orElseThrow(() -> unexpected("a record with the field " + Quoting.name(name)));
    }

    /// {@return the value of the field with this name, if this record has it}
    default Optional<Value> find(String name) {
        if (!(this instanceof Record record)) {
            throw unexpected("a record");
        }
        var label = Label.of(name);
        for (var field : record.fields()) {
            if (field.label().equals(label)) {
                return Optional.of(field.value());
            }
        }
        return Optional.empty();
    }

    /// {@return what the option holds; `null` and `reserved` read as an empty option}
    default Optional<Value> optional() {
        return switch (this) {
            case Opt(var item) -> item;
            case Null _, Reserved _ -> Optional.empty();
            case Bool _,
                    WholeNumber _,
                    Float32 _,
                    Float64 _,
                    Text _,
                    Blob _,
                    Vec _,
                    Record _,
                    Variant _,
                    PrincipalValue _,
                    Service _,
                    Func _ -> throw unexpected("an option");
        };
    }

    /// {@return what the optional field with this name holds; a field that is not there reads as an empty option}
    default Optional<Value> optionalField(String name) {
        return find(name).flatMap(Value::optional);
    }

    /// {@return the elements of a vector}
    default List<Value> items() {
        return switch (this) {
            case Vec(var elements) -> elements;
            case Blob blob -> {
                var items = new ArrayList<Value>(blob.length());
                for (byte b : blob.shared()) {
                    items.add(new WholeNumber(Type.Primitive.NAT8, BigInteger.valueOf(b & 0xFF)));
                }
                yield List.copyOf(items);
            }
            case Null _,
                    Reserved _,
                    Bool _,
                    WholeNumber _,
                    Float32 _,
                    Float64 _,
                    Text _,
                    Opt _,
                    Record _,
                    Variant _,
                    PrincipalValue _,
                    Service _,
                    Func _ -> throw unexpected("a vector");
        };
    }

    /// {@return whether this variant is the case with this name}
    default boolean is(String label) {
        return variant().label().equals(Label.of(label));
    }

    /// {@return the name of this variant's case, or its number where the name is not known}
    default String tag() {
        var label = variant().label();
        return label.name().orElseGet(() -> Long.toString(label.id()));
    }

    /// {@return what this variant's case carries}
    default Value payload() {
        return variant().payload();
    }

    default boolean toBoolean() {
        if (this instanceof Bool(boolean value)) {
            return value;
        }
        throw unexpected("a bool");
    }

    default String toText() {
        if (this instanceof Text(var value)) {
            return value;
        }
        throw unexpected("a text");
    }

    default BigInteger toBigInteger() {
        if (this instanceof WholeNumber(var _, var value)) {
            return value;
        }
        throw unexpected("a whole number");
    }

    /// {@return the number, which must fit a signed 64-bit integer}
    default long toLong() {
        var value = toBigInteger();
        if (value.bitLength() > 63) {
            throw unexpected("a number below 2^63");
        }
        return value.longValue();
    }

    /// {@return the bytes of a `blob`, a copy}
    default byte[] toBytes() {
        return switch (this) {
            case Blob blob -> blob.bytes.clone();
            case Vec(var elements) when elements.isEmpty() -> new byte[0];
            case Null _,
                    Reserved _,
                    Bool _,
                    WholeNumber _,
                    Float32 _,
                    Float64 _,
                    Text _,
                    Vec _,
                    Opt _,
                    Record _,
                    Variant _,
                    PrincipalValue _,
                    Service _,
                    Func _ -> throw unexpected("a blob");
        };
    }

    /// {@return the principal that this value is or refers to}
    default Principal toPrincipal() {
        return switch (this) {
            case PrincipalValue(var principal) -> principal;
            case Service(var canister) -> canister;
            case Null _,
                    Reserved _,
                    Bool _,
                    WholeNumber _,
                    Float32 _,
                    Float64 _,
                    Text _,
                    Blob _,
                    Vec _,
                    Opt _,
                    Record _,
                    Variant _,
                    Func _ -> throw unexpected("a principal");
        };
    }

    private Variant variant() {
        if (this instanceof Variant variant) {
            return variant;
        }
        throw unexpected("a variant");
    }

    private CandidException unexpected(String expected) {
        return new CandidException("expected " + expected + ", found " + Abbreviation.of(toString()));
    }
}
