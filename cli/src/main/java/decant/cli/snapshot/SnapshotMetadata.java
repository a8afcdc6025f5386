package decant.cli.snapshot;

import decant.base.Hash;
import decant.base.Principal;
import decant.candid.CandidException;
import decant.candid.Type;
import decant.candid.Value;
import decant.cli.json.CandidJson;
import decant.cli.json.Json;
import decant.cli.snapshot.SnapshotFolder.Part;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/// What is in a snapshot: the reply of `read_canister_snapshot_metadata`, and the file `metadata.json`.
///
/// @param value the reply
public record SnapshotMetadata(Value value) {
    private static final BigInteger LIMB_MASK = BigInteger.valueOf(0xFFFF_FFFFL);
    private static final int LIMB_BITS = 32;

    /// The fields that an upload takes over.
    private static final List<String> UPLOADED = List.of(
            "wasm_module_size",
            "globals",
            "wasm_memory_size",
            "stable_memory_size",
            "certified_data",
            "global_timer",
            "on_low_wasm_memory_hook_status");

    /// Why a file is no `metadata.json`.
    static final class Malformed extends RuntimeException {
        private static final long serialVersionUID = 1;

        private Malformed(String message) {
            super(message, null, false, false);
        }
    }

    long bytes(Part part) {
        return value.field(part.kind() + "_size").toLong();
    }

    /// {@return the size of module and memories}
    public long bytes() {
        long sum = 0;
        for (Part part : Part.values()) {
            sum += bytes(part);
        }
        return sum;
    }

    List<Hash> chunks() {
        return value.field("wasm_chunk_store").items().stream()
                .map(chunk -> Hash.of(chunk.field("hash").toBytes()))
                .toList();
    }

    long canisterVersion() {
        return value.field("canister_version").toLong();
    }

    BigInteger takenNanos() {
        return value.field("taken_at_timestamp").toBigInteger();
    }

    List<Value> globals() {
        return value.field("globals").items();
    }

    /// {@return the types of the globals, such as `i32`}
    List<String> globalTypes() {
        return globals().stream().map(Value::tag).toList();
    }

    /// {@return the numbers of the globals, from 0, whose values JSON has no numbers for}
    List<Integer> globalsWithoutNumber() {
        return IntStream.range(0, globals().size())
                .filter(i -> json(globals().get(i)) instanceof Json.Fields(var fields)
                        && fields.containsValue(Json.Null.NULL))
                .boxed()
                .toList();
    }

    /// {@return the globals with all their bits, such as `f64:7ff8000000000000`}
    List<String> exactGlobals() {
        return globals().stream().map(SnapshotMetadata::exact).toList();
    }

    private static String exact(Value global) {
        var payload = global.payload();
        return global.tag() + ":"
                + switch (payload) {
                    case Value.Float32(float number) -> HexFormat.of().toHexDigits(Float.floatToRawIntBits(number));
                    case Value.Float64(double number) -> HexFormat.of().toHexDigits(Double.doubleToRawLongBits(number));
                    default -> payload.toBigInteger().toString();
                };
    }

    /// {@return the argument of `upload_canister_snapshot_metadata` for a canister}
    Value.Record toUpload(Principal canister, Optional<Value> replaced) {
        var upload = Value.record()
                .with("canister_id", Value.principal(canister))
                .with("replace_snapshot", Value.opt(replaced));
        for (String field : UPLOADED) {
            upload = upload.with(field, value.field(field));
        }
        return upload;
    }

    Json toJson() {
        return Json.fields()
                .with("source", Json.fields().with(value.field("source").tag(), Json.Null.NULL))
                .with("taken_at_timestamp", Json.number(takenNanos()))
                .with("wasm_module_size", Json.number(bytes(Part.MODULE)))
                .with(
                        "globals",
                        Json.array(
                                globals().stream().map(SnapshotMetadata::json).toList()))
                .with("wasm_memory_size", Json.number(bytes(Part.HEAP)))
                .with("stable_memory_size", Json.number(bytes(Part.STABLE)))
                .with(
                        "wasm_chunk_store",
                        Json.array(chunks().stream()
                                .<Json>map(hash -> Json.fields().with("hash", numbers(hash.bytes())))
                                .toList()))
                .with(
                        "canister_version",
                        Json.number(value.field("canister_version").toBigInteger()))
                .with("certified_data", numbers(value.field("certified_data").toBytes()))
                .with("global_timer", optional("global_timer"))
                .with("on_low_wasm_memory_hook_status", optional("on_low_wasm_memory_hook_status"));
    }

    private Json optional(String field) {
        return value.optionalField(field).map(CandidJson::of).orElse(Json.Null.NULL);
    }

    private static Json json(Value global) {
        return Json.fields()
                .with(
                        global.tag(),
                        switch (global.payload()) {
                            case Value.Float32(float number) ->
                                Float.isFinite(number)
                                        ? new Json.NumberLiteral(Float.toString(number))
                                        : Json.Null.NULL;
                            case Value.Float64(double number) ->
                                Double.isFinite(number)
                                        ? new Json.NumberLiteral(Double.toString(number))
                                        : Json.Null.NULL;
                            default ->
                                global.is("v128")
                                        ? limbs(global.payload().toBigInteger())
                                        : Json.number(global.payload().toBigInteger());
                        });
    }

    /// {@return the digits of the number to the base of 2^32, the lowest first}
    private static Json limbs(BigInteger number) {
        var limbs = new ArrayList<Json>();
        for (var rest = number; rest.signum() > 0; rest = rest.shiftRight(LIMB_BITS)) {
            limbs.add(Json.number(rest.and(LIMB_MASK)));
        }
        return Json.array(limbs);
    }

    private static Json numbers(byte[] bytes) {
        var numbers = new ArrayList<Json>(bytes.length);
        for (byte b : bytes) {
            numbers.add(Json.number(b & 0xFF));
        }
        return Json.array(numbers);
    }

    /// {@return the metadata that the file says; what it does not say of globals is taken from `exact`, if that is
    /// there}
    ///
    /// @throws Malformed if the file is of another format, or a value is lost
    static SnapshotMetadata ofJson(Json json, Optional<List<String>> exact) {
        var file = fields(json, "the file");
        return new SnapshotMetadata(Value.record()
                .with("source", source(file))
                .with("taken_at_timestamp", nat64(file, "taken_at_timestamp"))
                .with("wasm_module_size", nat64(file, "wasm_module_size"))
                .with("globals", globals(file, exact))
                .with("wasm_memory_size", nat64(file, "wasm_memory_size"))
                .with("stable_memory_size", nat64(file, "stable_memory_size"))
                .with("wasm_chunk_store", chunks(file))
                .with("canister_version", nat64(file, "canister_version"))
                .with("certified_data", Value.blob(bytes(required(file, "certified_data"), "certified_data")))
                .with("global_timer", timer(optional(file, "global_timer")))
                .with("on_low_wasm_memory_hook_status", hook(optional(file, "on_low_wasm_memory_hook_status"))));
    }

    private static Value source(Map<String, Json> file) {
        boolean uploaded =
                file.get("source") instanceof Json.Fields(var source) && source.containsKey("metadata_upload");
        return Value.variant(uploaded ? "metadata_upload" : "taken_from_canister", Value.Reserved.RESERVED);
    }

    private static Value globals(Map<String, Json> file, Optional<List<String>> exact) {
        var items = array(required(file, "globals"), "globals");
        var globals = new ArrayList<Value>();
        for (int i = 0; i < items.size(); i++) {
            globals.add(global(items.get(i), i, exact));
        }
        return Value.vec(globals);
    }

    private static Value global(Json item, int number, Optional<List<String>> exact) {
        if (exact.isPresent() && number < exact.get().size()) {
            return exactGlobal(exact.get().get(number));
        }
        if (item instanceof Json.Fields(var fields) && fields.size() == 1) {
            var entry = fields.entrySet().iterator().next();
            var type = entry.getKey();
            if (entry.getValue() == Json.Null.NULL && (type.equals("f32") || type.equals("f64"))) {
                throw new Malformed("the value of global " + number + ", of type " + type
                        + ", is lost: it was infinite or not a number, which JSON has no number for, so null was written."
                        + " Download the snapshot again with `decant snapshot export`, which keeps such values in "
                        + SnapshotFolder.SIDECAR);
            }
            return global(type, entry.getValue(), number);
        }
        throw new Malformed("global " + number + " must look like {\"i32\": 1}, found " + item.print());
    }

    private static Value global(String type, Json value, int number) {
        var name = "global " + number;
        return switch (type) {
            case "i32" -> Value.variant(type, whole(Type.Primitive.INT32, value, name));
            case "i64" -> Value.variant(type, whole(Type.Primitive.INT64, value, name));
            case "f32" -> Value.variant(type, new Value.Float32(Float.parseFloat(literal(value, name))));
            case "f64" -> Value.variant(type, new Value.Float64(Double.parseDouble(literal(value, name))));
            case "v128" -> {
                var sum = BigInteger.ZERO;
                for (Json limb : array(value, name).reversed()) {
                    sum = sum.shiftLeft(LIMB_BITS).or(new BigInteger(literal(limb, name)));
                }
                yield Value.variant(type, Value.nat(sum));
            }
            default -> throw new Malformed(name + " is of the type " + type + ", expected i32, i64, f32, f64 or v128");
        };
    }

    private static Value exactGlobal(String text) {
        int colon = text.indexOf(':');
        var type = text.substring(0, Math.max(colon, 0));
        var bits = text.substring(colon + 1);
        return switch (type) {
            case "f32" ->
                Value.variant(type, new Value.Float32(Float.intBitsToFloat(Integer.parseUnsignedInt(bits, 16))));
            case "f64" ->
                Value.variant(type, new Value.Float64(Double.longBitsToDouble(Long.parseUnsignedLong(bits, 16))));
            case "i32" -> Value.variant(type, new Value.WholeNumber(Type.Primitive.INT32, new BigInteger(bits)));
            case "i64" -> Value.variant(type, new Value.WholeNumber(Type.Primitive.INT64, new BigInteger(bits)));
            case "v128" -> Value.variant(type, Value.nat(new BigInteger(bits)));
            default -> throw new Malformed("the global " + text + " in " + SnapshotFolder.SIDECAR + " has no type");
        };
    }

    private static Value chunks(Map<String, Json> file) {
        return Value.vec(array(required(file, "wasm_chunk_store"), "wasm_chunk_store").stream()
                .map(chunk -> Value.record()
                        .with(
                                "hash",
                                Value.blob(bytes(required(fields(chunk, "a chunk"), "hash"), "the hash of a chunk"))))
                .toList());
    }

    private static Value timer(Optional<Json> timer) {
        return Value.opt(timer.map(found -> switch (found) {
            case Json.Text(var text) when text.equals("inactive") -> Value.variant("inactive");
            case Json.Fields(var fields)
            when fields.containsKey("active") ->
                Value.variant("active", whole(Type.Primitive.NAT64, fields.get("active"), "global_timer"));
            default ->
                throw new Malformed(
                        "global_timer must be \"inactive\", {\"active\": NANOSECONDS} or null, found " + found.print());
        }));
    }

    private static Value hook(Optional<Json> hook) {
        return Value.opt(hook.map(found -> switch (found) {
            case Json.Text(var text)
            when List.of("condition_not_satisfied", "ready", "executed").contains(text) -> Value.variant(text);
            default ->
                throw new Malformed("on_low_wasm_memory_hook_status must be \"condition_not_satisfied\", \"ready\","
                        + " \"executed\" or null, found " + found.print());
        }));
    }

    private static Value nat64(Map<String, Json> file, String field) {
        return whole(Type.Primitive.NAT64, required(file, field), field);
    }

    private static Value whole(Type.Primitive type, Json json, String name) {
        var literal = literal(json, name);
        try {
            return new Value.WholeNumber(type, new BigInteger(literal));
        } catch (NumberFormatException | CandidException _) {
            throw new Malformed(name + " must be a whole number of the type " + type + ", found " + literal);
        }
    }

    private static byte[] bytes(Json json, String name) {
        var items = array(json, name);
        var bytes = new byte[items.size()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = whole(Type.Primitive.NAT8, items.get(i), "byte " + i + " of " + name)
                    .toBigInteger()
                    .byteValue();
        }
        return bytes;
    }

    private static Json required(Map<String, Json> file, String field) {
        var value = file.get(field);
        if (value == null) {
            throw new Malformed("the field \"" + field + "\" is missing");
        }
        return value;
    }

    private static Optional<Json> optional(Map<String, Json> file, String field) {
        return Optional.ofNullable(file.get(field)).filter(value -> value != Json.Null.NULL);
    }

    private static String literal(Json json, String name) {
        if (json instanceof Json.NumberLiteral(var literal)) {
            return literal;
        }
        throw new Malformed(name + " must be a number, found " + json.print());
    }

    private static List<Json> array(Json json, String name) {
        if (json instanceof Json.Array(var items)) {
            return items;
        }
        throw new Malformed(name + " must be an array, found " + json.print());
    }

    private static Map<String, Json> fields(Json json, String name) {
        if (json instanceof Json.Fields(var fields)) {
            return fields;
        }
        throw new Malformed(name + " must be an object, found " + json.print());
    }
}
