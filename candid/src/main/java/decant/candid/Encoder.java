package decant.candid;

import static java.nio.charset.StandardCharsets.UTF_8;

import decant.base.Leb128;
import decant.base.Principal;
import java.io.ByteArrayOutputStream;
import java.util.List;

/// Writes values as a message of given types.
///
/// A value must be of its type, with these allowances: a `nat` may stand for an `int`, a record may leave out nullable
/// fields and have fields the type does not know, `null` may stand for an empty option, a service for a principal, and
/// anything for `reserved`.
final class Encoder {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private Encoder() {}

    static byte[] encode(List<Value> values, List<Type> types) {
        if (values.size() != types.size()) {
            throw new CandidException("expected " + types.size() + " values, found " + values.size());
        }
        return new Encoder().message(values, types);
    }

    private byte[] message(List<Value> values, List<Type> types) {
        var table = new TypeTableBuilder();
        var references = types.stream().map(table::reference).toList();
        out.writeBytes("DIDL".getBytes(UTF_8));
        table.writeEntries(out);
        Leb128.writeUnsigned(out, references.size());
        references.forEach(reference -> Leb128.writeSigned(out, reference));
        for (int i = 0; i < values.size(); i++) {
            write(values.get(i), types.get(i));
        }
        return out.toByteArray();
    }

    private void write(Value value, Type name) {
        switch (name.unfold()) {
            case Type.Primitive type -> writePrimitive(value, type);
            case Type.Opt type -> writeOption(value, type);
            case Type.Vec type -> writeVector(value, type);
            case Type.Record type -> writeRecord(value, type);
            case Type.Variant type -> writeVariant(value, type);
            case Type.Func type -> writeFunction(value, type);
            case Type.Service type -> writeService(value, type);
            case Type.Future _, Type.Named _ -> throw mismatch(value, name);
        }
    }

    private static CandidException mismatch(Value value, Type type) {
        return new CandidException("expected a value of type " + Abbreviation.of(type.toString()) + ", found "
                + Abbreviation.of(value.toString()));
    }

    private void writePrimitive(Value value, Type.Primitive type) {
        switch (type) {
            case RESERVED -> {}
            case NULL -> require(value == Value.Null.NULL || value.equals(Value.none()), value, type);
            case EMPTY -> throw mismatch(value, type);
            case BOOL -> out.write(value.toBoolean() ? 1 : 0);
            case NAT, INT, NAT8, NAT16, NAT32, NAT64, INT8, INT16, INT32, INT64 -> writeInteger(value, type);
            case FLOAT32 -> {
                if (!(value instanceof Value.Float32(float number))) {
                    throw mismatch(value, type);
                }
                writeFixed(Float.floatToRawIntBits(number), 32);
            }
            case FLOAT64 -> {
                if (!(value instanceof Value.Float64(double number))) {
                    throw mismatch(value, type);
                }
                writeFixed(Double.doubleToRawLongBits(number), 64);
            }
            case TEXT -> writeBlob(value.toText().getBytes(UTF_8));
            case PRINCIPAL -> writePrincipal(value.toPrincipal());
        }
    }

    private static void require(boolean holds, Value value, Type type) {
        if (!holds) {
            throw mismatch(value, type);
        }
    }

    private void writeInteger(Value value, Type.Primitive type) {
        if (!(value instanceof Value.WholeNumber(var actual, var number))) {
            throw mismatch(value, type);
        }
        require(actual == type || actual == Type.Primitive.NAT && type == Type.Primitive.INT, value, type);
        switch (type) {
            case NAT -> Leb128.writeUnsigned(out, number);
            case INT -> Leb128.writeSigned(out, number);
            case NULL,
                    BOOL,
                    NAT8,
                    NAT16,
                    NAT32,
                    NAT64,
                    INT8,
                    INT16,
                    INT32,
                    INT64,
                    FLOAT32,
                    FLOAT64,
                    TEXT,
                    RESERVED,
                    EMPTY,
                    PRINCIPAL -> writeFixed(number.longValue(), type.bits());
        }
    }

    private void writeFixed(long value, int bits) {
        for (int shift = 0; shift < bits; shift += 8) {
            out.write((int) (value >>> shift));
        }
    }

    private void writeBlob(byte[] bytes) {
        Leb128.writeUnsigned(out, bytes.length);
        out.writeBytes(bytes);
    }

    private void writePrincipal(Principal principal) {
        out.write(1);
        writeBlob(principal.bytes());
    }

    private void writeOption(Value value, Type.Opt type) {
        require(value instanceof Value.Opt || value == Value.Null.NULL, value, type);
        var item = value.optional();
        out.write(item.isPresent() ? 1 : 0);
        item.ifPresent(present -> write(present, type.item()));
    }

    private void writeVector(Value value, Type.Vec type) {
        if (value instanceof Value.Blob blob && type.item().unfold() == Type.Primitive.NAT8) {
            writeBlob(blob.shared());
            return;
        }
        require(value instanceof Value.Vec || value instanceof Value.Blob, value, type);
        var items = value.items();
        Leb128.writeUnsigned(out, items.size());
        for (var item : items) {
            write(item, type.item());
        }
    }

    private void writeRecord(Value value, Type.Record type) {
        if (!(value instanceof Value.Record(var present))) {
            throw mismatch(value, type);
        }
        int next = 0;
        for (var field : type.fields()) {
            while (next < present.size() && present.get(next).label().compareTo(field.label()) < 0) {
                next++;
            }
            if (next < present.size() && present.get(next).label().equals(field.label())) {
                write(present.get(next).value(), field.type());
            } else if (field.type().isNullable()) {
                write(Value.Null.NULL, field.type());
            } else {
                throw new CandidException("the field " + field.label() + " is missing in "
                        + Abbreviation.of(value.toString()) + "; its type is "
                        + Abbreviation.of(field.type().toString()));
            }
        }
    }

    private void writeVariant(Value value, Type.Variant type) {
        if (!(value instanceof Value.Variant(var label, var payload))) {
            throw mismatch(value, type);
        }
        for (int i = 0; i < type.fields().size(); i++) {
            if (type.fields().get(i).label().equals(label)) {
                Leb128.writeUnsigned(out, i);
                write(payload, type.fields().get(i).type());
                return;
            }
        }
        throw mismatch(value, type);
    }

    private void writeFunction(Value value, Type.Func type) {
        if (!(value instanceof Value.Func(var canister, var method))) {
            throw mismatch(value, type);
        }
        out.write(1);
        writePrincipal(canister);
        writeBlob(method.getBytes(UTF_8));
    }

    private void writeService(Value value, Type.Service type) {
        require(value instanceof Value.Service, value, type);
        writePrincipal(value.toPrincipal());
    }
}
