package decant.candid;

import decant.base.Principal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/// Reads the values of one message at the types its reader expects.
///
/// The message brings its own types; the reader's may differ from them as far as the rules of coercion allow. What the
/// reader does not ask for is skipped, yet checked as thoroughly as what it does. Inside an option, a value that does
/// not fit makes the option null: the decoder then goes back to the value's start and skips it.
final class Decoder {
    private static final int REFERENCE_TAG = 1;

    private final Input input;
    private final Meter meter;
    private final SubtypeCheck subtypes;

    private Decoder(Input input, Meter meter) {
        this.input = input;
        this.meter = meter;
        this.subtypes = new SubtypeCheck(meter);
    }

    /// {@return the message's arguments, coerced to the types in `expected`}
    static List<Value> decode(byte[] message, List<Type> expected, Quota quota) {
        var meter = new Meter(quota);
        var input = new Input(message, meter);
        var found = TypeTable.read(input, meter);
        return new Decoder(input, meter).arguments(found, expected);
    }

    /// {@return the message's arguments as they were sent; the labels have no names}
    static List<Value> decode(byte[] message, Quota quota) {
        var meter = new Meter(quota);
        var input = new Input(message, meter);
        var found = TypeTable.read(input, meter);
        return new Decoder(input, meter).arguments(found, found);
    }

    private List<Value> arguments(List<Type> found, List<Type> expected) {
        try {
            var values = new ArrayList<Value>();
            for (int i = 0; i < expected.size(); i++) {
                values.add(i < found.size() ? argument(i, found.get(i), expected.get(i)) : missing(i, expected.get(i)));
            }
            for (int i = expected.size(); i < found.size(); i++) {
                skip(found.get(i));
            }
            if (input.remaining() > 0) {
                throw input.malformed(input.remaining() + " bytes are left over after the last value");
            }
            return List.copyOf(values);
        } catch (Mismatch mismatch) {
            throw mismatch.toCandidException();
        }
    }

    private Value argument(int index, Type found, Type expected) {
        try {
            return value(found, expected);
        } catch (Mismatch mismatch) {
            throw mismatch.inside("argument " + (index + 1));
        }
    }

    private Value missing(int index, Type expected) {
        return Absent.valueOf(expected)
                .orElseThrow(() -> input.malformed("argument " + (index + 1) + " is missing: expected "
                        + Abbreviation.of(expected.toString()) + ", found only " + index + " arguments"));
    }

    private Value value(Type foundName, Type expectedName) {
        meter.enter();
        meter.charge(Quota.VALUE_COST);
        var found = foundName.unfold();
        if (found == Type.Primitive.EMPTY) {
            throw noEmpty();
        }
        var value = switch (expectedName.unfold()) {
            case Type.Primitive expected -> primitive(found, expected);
            case Type.Opt expected -> option(found, expected);
            case Type.Vec expected -> vector(found, expected);
            case Type.Record expected -> record(found, expected);
            case Type.Variant expected -> variant(found, expected);
            case Type.Func expected -> function(found, expected);
            case Type.Service expected -> service(found, expected);
            case Type.Future expected -> future(found, expected);
            case Type.Named named -> throw new AssertionError("BUG: " + named + " was unfolded");
        };
        meter.leave();
        return value;
    }

    private CandidException noEmpty() {
        return input.malformed("a value of type empty, which has no values");
    }

    private Mismatch mismatch(Type found, Type expected) {
        return mismatch(found, expected, "");
    }

    private Mismatch mismatch(Type found, Type expected, String because) {
        return new Mismatch(input.position(), found, expected, because);
    }

    private Value primitive(Type found, Type.Primitive expected) {
        if (expected == Type.Primitive.RESERVED) {
            skipBody(found);
            return Value.Reserved.RESERVED;
        }
        if (expected == Type.Primitive.INT && found == Type.Primitive.NAT) {
            return Value.integer(input.natural());
        }
        if (expected == Type.Primitive.PRINCIPAL && found instanceof Type.Service) {
            return Value.principal(principal());
        }
        if (found != expected) {
            throw mismatch(found, expected);
        }
        return switch (expected) {
            case NULL -> Value.Null.NULL;
            case BOOL -> Value.bool(bool());
            case NAT -> Value.nat(input.natural());
            case INT -> Value.integer(input.integer());
            case NAT8, NAT16, NAT32, NAT64, INT8, INT16, INT32, INT64 -> fixed(expected);
            case FLOAT32 -> new Value.Float32(Float.intBitsToFloat((int) input.fixed(4, "a float32")));
            case FLOAT64 -> new Value.Float64(Double.longBitsToDouble(input.fixed(8, "a float64")));
            case TEXT -> Value.text(input.text("a text"));
            case PRINCIPAL -> Value.principal(principal());
            case RESERVED, EMPTY -> throw new AssertionError("BUG: " + expected + " was handled above");
        };
    }

    private boolean bool() {
        int value = input.u8("a bool");
        if (value > 1) {
            throw CandidException.atByte(input.position() - 1, "a bool is 0 or 1, found " + value);
        }
        return value == 1;
    }

    private Value fixed(Type.Primitive type) {
        long bits = input.fixed(type.bits() / 8, "a " + type);
        if (type.isSigned()) {
            int unused = Long.SIZE - type.bits();
            return new Value.WholeNumber(type, BigInteger.valueOf(bits << unused >> unused));
        }
        return type == Type.Primitive.NAT64 ? Value.nat64(bits) : new Value.WholeNumber(type, BigInteger.valueOf(bits));
    }

    private Principal principal() {
        int tag = input.u8("a reference's tag");
        if (tag != REFERENCE_TAG) {
            throw CandidException.atByte(input.position() - 1, "a reference's tag must be 1, found " + tag);
        }
        int start = input.position();
        int length = input.count("a principal's length");
        if (length > Principal.BYTES_MAX) {
            throw CandidException.atByte(
                    start, "a principal has at most " + Principal.BYTES_MAX + " bytes, found " + length);
        }
        return Principal.of(input.blob(length));
    }

    private Value option(Type found, Type.Opt expected) {
        if (found == Type.Primitive.NULL || found == Type.Primitive.RESERVED) {
            return Value.none();
        }
        if (found instanceof Type.Opt(var item)) {
            return isPresent() ? attempt(item, expected.item()) : Value.none();
        }
        return attempt(found, expected.item());
    }

    private boolean isPresent() {
        int tag = input.u8("an option's tag");
        if (tag > 1) {
            throw CandidException.atByte(input.position() - 1, "an option's tag is 0 or 1, found " + tag);
        }
        return tag == 1;
    }

    private Value attempt(Type found, Type expected) {
        int start = input.position();
        int depth = meter.depth();
        try {
            return Value.some(value(found, expected));
        } catch (Mismatch doesNotFit) {
            input.seek(start);
            meter.restoreDepth(depth);
            skip(found);
            return Value.none();
        }
    }

    private Value vector(Type found, Type.Vec expected) {
        if (!(found instanceof Type.Vec(var item))) {
            throw mismatch(found, expected);
        }
        if (item == Type.Primitive.NAT8 && expected.item().unfold() == Type.Primitive.NAT8) {
            return Value.Blob.owning(input.blob(input.count("a blob's length")));
        }
        long length = vectorLength(item);
        var elements = new ArrayList<Value>((int) Math.min(length, input.remaining()));
        for (int i = 0; i < length; i++) {
            try {
                elements.add(value(item, expected.item()));
            } catch (Mismatch mismatch) {
                throw mismatch.inside("element " + i);
            }
        }
        return expected.item().unfold() == Type.Primitive.NAT8
                ? Value.Blob.owning(new byte[0])
                : new Value.Vec(elements);
    }

    private long vectorLength(Type item) {
        int start = input.position();
        long length = input.unsigned("a vector's length");
        long bytesMin = item instanceof Type.Primitive primitive ? bytesMin(primitive) : 0;
        if (bytesMin > 0 && length > input.remaining() / bytesMin) {
            throw CandidException.atByte(
                    start, "a vector has " + length + " elements, but only " + input.remaining() + " bytes follow");
        }
        meter.requireValues(length);
        return length;
    }

    private static int bytesMin(Type.Primitive type) {
        return switch (type) {
            case NULL, RESERVED, EMPTY -> 0;
            case BOOL, NAT, INT, NAT8, INT8, TEXT -> 1;
            case NAT16, INT16, PRINCIPAL -> 2;
            case NAT32, INT32, FLOAT32 -> 4;
            case NAT64, INT64, FLOAT64 -> 8;
        };
    }

    private Value record(Type found, Type.Record expected) {
        if (!(found instanceof Type.Record(var present))) {
            throw mismatch(found, expected);
        }
        int start = input.position();
        var fields = new ArrayList<Value.Field>(expected.fields().size());
        int next = 0;
        for (var field : expected.fields()) {
            while (next < present.size() && present.get(next).label().compareTo(field.label()) < 0) {
                skip(present.get(next++).type());
            }
            if (next < present.size() && present.get(next).label().equals(field.label())) {
                fields.add(field(present.get(next++).type(), field));
            } else {
                meter.charge(Quota.VALUE_COST);
                fields.add(new Value.Field(field.label(), missing(start, found, expected, field)));
            }
        }
        while (next < present.size()) {
            skip(present.get(next++).type());
        }
        return new Value.Record(fields);
    }

    private Value.Field field(Type found, Type.Field expected) {
        try {
            return new Value.Field(expected.label(), value(found, expected.type()));
        } catch (Mismatch mismatch) {
            throw mismatch.inside("field " + expected.label());
        }
    }

    private static Value missing(int start, Type found, Type.Record expected, Type.Field field) {
        return Absent.valueOf(field.type())
                .orElseThrow(() -> new Mismatch(start, found, expected, "the field " + field.label() + " is missing"));
    }

    private Value variant(Type found, Type.Variant expected) {
        if (!(found instanceof Type.Variant(var present))) {
            throw mismatch(found, expected);
        }
        var sent = variantCase(present);
        for (var field : expected.fields()) {
            if (field.label().equals(sent.label())) {
                var value = field(sent.type(), field);
                return new Value.Variant(value.label(), value.value());
            }
        }
        throw mismatch(found, expected, "the case " + sent.label() + " is not known");
    }

    private Type.Field variantCase(List<Type.Field> cases) {
        int start = input.position();
        long index = input.unsigned("a variant's index");
        if (index >= cases.size()) {
            throw CandidException.atByte(start, "a variant's index must be below " + cases.size() + ", found " + index);
        }
        return cases.get((int) index);
    }

    private Value service(Type found, Type.Service expected) {
        requireSubtype(found, expected);
        return new Value.Service(principal());
    }

    private Value function(Type found, Type.Func expected) {
        requireSubtype(found, expected);
        return functionReference();
    }

    private Value functionReference() {
        int tag = input.u8("a function reference's tag");
        if (tag != REFERENCE_TAG) {
            throw CandidException.atByte(input.position() - 1, "a function reference's tag must be 1, found " + tag);
        }
        var canister = principal();
        return new Value.Func(canister, input.text("a method's name"));
    }

    private void requireSubtype(Type found, Type expected) {
        if (!subtypes.holds(found, expected)) {
            throw mismatch(found, expected, "the one is not a subtype of the other");
        }
    }

    private Value future(Type found, Type.Future expected) {
        if (!found.equals(expected)) {
            throw mismatch(found, expected);
        }
        skipBody(found);
        return Value.Reserved.RESERVED;
    }

    private void skip(Type name) {
        meter.enter();
        meter.charge(Quota.VALUE_COST);
        skipBody(name.unfold());
        meter.leave();
    }

    private void skipBody(Type type) {
        switch (type) {
            case Type.Primitive primitive -> skipPrimitive(primitive);
            case Type.Opt(var item) -> {
                if (isPresent()) {
                    skip(item);
                }
            }
            case Type.Vec(var item) -> skipVector(item);
            case Type.Record(var fields) -> {
                for (var field : fields) {
                    skip(field.type());
                }
            }
            case Type.Variant(var fields) -> skip(variantCase(fields).type());
            case Type.Func _ -> functionReference();
            case Type.Service _ -> principal();
            case Type.Future _ -> skipFuture();
            case Type.Named named -> throw new AssertionError("BUG: " + named + " was unfolded");
        }
    }

    private void skipPrimitive(Type.Primitive type) {
        switch (type) {
            case NULL, RESERVED -> {}
            case BOOL -> bool();
            case NAT, INT -> input.integer();
            case NAT8, NAT16, NAT32, NAT64, INT8, INT16, INT32, INT64 -> input.fixed(type.bits() / 8, "a " + type);
            case FLOAT32 -> input.fixed(4, "a float32");
            case FLOAT64 -> input.fixed(8, "a float64");
            case TEXT -> input.text("a text");
            case PRINCIPAL -> principal();
            case EMPTY -> throw noEmpty();
        }
    }

    private void skipVector(Type item) {
        if (item == Type.Primitive.NAT8) {
            input.skipBytes(input.count("a blob's length"));
            return;
        }
        long length = vectorLength(item);
        for (int i = 0; i < length; i++) {
            skip(item);
        }
    }

    private void skipFuture() {
        int length = input.count("the length of an unknown value");
        long references = input.unsigned("the number of an unknown value's references");
        if (references != 0) {
            throw input.malformed("an unknown value has " + references + " references, but messages carry none");
        }
        input.skipBytes(length);
    }
}
