package decant.candid;

import static java.nio.charset.StandardCharsets.UTF_8;

import decant.base.Leb128;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Collects the composite types of a message as the entries of its type table. See [TypeTable] for the layout.
final class TypeTableBuilder {
    private final Map<Type, Integer> indices = new HashMap<>();
    private final List<byte[]> entries = new ArrayList<>();

    /// {@return the number that refers to the type: a primitive type's opcode, or an entry, made when first needed}
    int reference(Type type) {
        var unfolded = type.unfold();
        if (unfolded instanceof Type.Primitive primitive) {
            return primitive.opcode;
        }
        var known = indices.get(unfolded);
        if (known != null) {
            return known;
        }
        int index = entries.size();
        indices.put(unfolded, index);
        entries.add(new byte[0]);
        entries.set(index, entry(unfolded));
        return index;
    }

    void writeEntries(ByteArrayOutputStream out) {
        Leb128.writeUnsigned(out, entries.size());
        entries.forEach(out::writeBytes);
    }

    private byte[] entry(Type type) {
        var out = new ByteArrayOutputStream();
        switch (type) {
            case Type.Opt(var item) -> {
                Leb128.writeSigned(out, TypeTable.OPT);
                writeReference(out, item);
            }
            case Type.Vec(var item) -> {
                Leb128.writeSigned(out, TypeTable.VEC);
                writeReference(out, item);
            }
            case Type.Record(var fields) -> {
                Leb128.writeSigned(out, TypeTable.RECORD);
                writeFields(out, fields);
            }
            case Type.Variant(var fields) -> {
                Leb128.writeSigned(out, TypeTable.VARIANT);
                writeFields(out, fields);
            }
            case Type.Func func -> {
                Leb128.writeSigned(out, TypeTable.FUNC);
                writeFunction(out, func);
            }
            case Type.Service(var methods) -> {
                Leb128.writeSigned(out, TypeTable.SERVICE);
                writeMethods(out, methods);
            }
            case Type.Future future -> throw new CandidException("a value of " + future + " cannot be encoded");
            case Type.Primitive _, Type.Named _ -> throw new AssertionError("BUG: " + type + " has no entry");
        }
        return out.toByteArray();
    }

    private void writeReference(ByteArrayOutputStream out, Type type) {
        Leb128.writeSigned(out, reference(type));
    }

    private void writeFields(ByteArrayOutputStream out, List<Type.Field> fields) {
        Leb128.writeUnsigned(out, fields.size());
        for (var field : fields) {
            Leb128.writeUnsigned(out, field.label().id());
            writeReference(out, field.type());
        }
    }

    private void writeFunction(ByteArrayOutputStream out, Type.Func func) {
        writeTypes(out, func.argumentTypes());
        writeTypes(out, func.resultTypes());
        Leb128.writeUnsigned(out, func.annotations().size());
        func.annotations().forEach(annotation -> out.write(annotation.code));
    }

    private void writeTypes(ByteArrayOutputStream out, List<Type> types) {
        Leb128.writeUnsigned(out, types.size());
        types.forEach(type -> writeReference(out, type));
    }

    private void writeMethods(ByteArrayOutputStream out, Map<String, Type> methods) {
        Leb128.writeUnsigned(out, methods.size());
        methods.entrySet().stream()
                .map(entry -> Map.entry(entry.getKey().getBytes(UTF_8), entry.getValue()))
                .sorted((a, b) -> Arrays.compareUnsigned(a.getKey(), b.getKey()))
                .forEach(entry -> {
                    Leb128.writeUnsigned(out, entry.getKey().length);
                    out.writeBytes(entry.getKey());
                    writeReference(out, entry.getValue());
                });
    }
}
