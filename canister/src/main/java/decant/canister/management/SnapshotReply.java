package decant.canister.management;

import decant.candid.Type;
import decant.candid.Value;
import decant.canister.state.GlobalValue;
import decant.canister.state.LowMemoryHook;
import decant.canister.state.Snapshot;
import decant.canister.state.Snapshot.Uploaded;
import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/// Snapshots as the records of the management canister, and globals, timers and hooks both ways.
public final class SnapshotReply {
    private static final int LONG_BITS = 64;

    private SnapshotReply() {}

    static Value listed(Snapshot snapshot) {
        return Value.record()
                .with("id", Value.blob(snapshot.id().bytes()))
                .with("taken_at_timestamp", Value.nat64(snapshot.takenNanos()))
                .with("total_size", Value.nat64(snapshot.bytes()));
    }

    /// {@return the reply of `read_canister_snapshot_metadata`}
    ///
    /// @param globals the values of the lasting globals
    public static Value metadata(Snapshot snapshot, List<GlobalValue> globals) {
        var content = snapshot.content();
        return Value.record()
                .with("source", source(content instanceof Uploaded))
                .with("taken_at_timestamp", Value.nat64(snapshot.takenNanos()))
                .with("wasm_module_size", Value.nat64(content.moduleBytes()))
                .with(
                        "globals",
                        Value.vec(globals.stream().map(SnapshotReply::global).toList()))
                .with("wasm_memory_size", Value.nat64(content.heap().bytes()))
                .with("stable_memory_size", Value.nat64(content.stable().bytes()))
                .with("wasm_chunk_store", ChunkStore.hashes(snapshot.chunkStore()))
                .with("canister_version", Value.nat64(snapshot.canisterVersion()))
                .with("certified_data", Value.blob(snapshot.certifiedData()))
                .with("global_timer", timer(snapshot.globalTimerNanos()))
                .with(
                        "on_low_wasm_memory_hook_status",
                        Value.opt(snapshot.lowMemoryHook().map(SnapshotReply::hook)));
    }

    static Value source(boolean uploaded) {
        return Value.variant(uploaded ? "metadata_upload" : "taken_from_canister", Value.Reserved.RESERVED);
    }

    private static Value global(GlobalValue global) {
        return switch (global.type()) {
            case I32 ->
                Value.variant(
                        "i32",
                        new Value.WholeNumber(Type.Primitive.INT32, BigInteger.valueOf(global.low() << 32 >> 32)));
            case I64 ->
                Value.variant("i64", new Value.WholeNumber(Type.Primitive.INT64, BigInteger.valueOf(global.low())));
            case F32 -> Value.variant("f32", new Value.Float32(Float.intBitsToFloat((int) global.low())));
            case F64 -> Value.variant("f64", new Value.Float64(Double.longBitsToDouble(global.low())));
            case V128 ->
                Value.variant(
                        "v128",
                        Value.nat(unsigned(global.high()).shiftLeft(LONG_BITS).or(unsigned(global.low()))));
        };
    }

    /// {@return the global that the variant says}
    static GlobalValue global(Value variant) {
        var payload = variant.payload();
        return switch (variant.tag()) {
            case "i32" ->
                new GlobalValue(
                        GlobalValue.Type.I32,
                        Integer.toUnsignedLong(payload.toBigInteger().intValue()),
                        0);
            case "i64" ->
                new GlobalValue(GlobalValue.Type.I64, payload.toBigInteger().longValue(), 0);
            case "f32" -> {
                int bits = Float.floatToRawIntBits(((Value.Float32) payload).value());
                yield new GlobalValue(GlobalValue.Type.F32, Integer.toUnsignedLong(bits), 0);
            }
            case "f64" -> {
                long bits = Double.doubleToRawLongBits(((Value.Float64) payload).value());
                yield new GlobalValue(GlobalValue.Type.F64, bits, 0);
            }
            case "v128" -> vector(payload.toBigInteger());
            default -> throw new AssertionError("BUG: " + variant + " is not of the type of a global");
        };
    }

    private static GlobalValue vector(BigInteger value) {
        if (value.bitLength() > 2 * LONG_BITS) {
            throw Refusal.malformed(
                    "Snapshot Metadata contains invalid data: the global v128 = " + value + " has more than 128 bits");
        }
        return new GlobalValue(
                GlobalValue.Type.V128,
                value.longValue(),
                value.shiftRight(LONG_BITS).longValue());
    }

    private static BigInteger unsigned(long bits) {
        return new BigInteger(Long.toUnsignedString(bits));
    }

    private static Value timer(OptionalLong nanos) {
        if (nanos.isEmpty()) {
            return Value.none();
        }
        return Value.some(
                nanos.getAsLong() == 0
                        ? Value.variant("inactive")
                        : Value.variant("active", Value.nat64(nanos.getAsLong())));
    }

    /// {@return the time of the timer as canisters have it: 0 where it is inactive}
    static OptionalLong timer(Optional<Value> variant) {
        return variant.stream()
                .mapToLong(timer ->
                        timer.is("active") ? timer.payload().toBigInteger().longValue() : 0)
                .findFirst();
    }

    private static Value hook(LowMemoryHook hook) {
        return Value.variant(hook.name().toLowerCase(Locale.ROOT));
    }

    static Optional<LowMemoryHook> hook(Optional<Value> variant) {
        return variant.map(hook -> LowMemoryHook.valueOf(hook.tag().toUpperCase(Locale.ROOT)));
    }
}
