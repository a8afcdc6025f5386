package decant.wasm.differential;

import static decant.wasm.ValueType.F32;
import static decant.wasm.ValueType.F64;
import static decant.wasm.ValueType.FUNCREF;
import static decant.wasm.ValueType.I32;
import static decant.wasm.ValueType.I64;
import static decant.wasm.ValueType.V128;

import decant.wasm.ValueType;
import decant.wasm.WasmBuilder.Code;
import decant.wasm.binary.Opcode;
import decant.wasm.differential.Draft.Function;
import decant.wasm.differential.Draft.Global;
import decant.wasm.differential.Draft.Memory;
import decant.wasm.differential.Draft.Step;
import decant.wasm.differential.Draft.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Writes a valid module of which everything is random: memory and tables, the functions and their types.
///
/// The same seed gives the same module.
public final class RandomModule {
    private static final List<ValueType> NUMBERS = List.of(I32, I64, F32, F64);

    final Draft draft = new Draft();
    final Random random;
    final List<ValueType> valueTypes = new ArrayList<>(NUMBERS);

    private RandomModule(long seed, Features features) {
        this.random = new Random(seed);
        if (chance(70)) {
            valueTypes.add(V128);
        }
        declare(features);
    }

    /// What the engines can do.
    record Features(boolean memory64, boolean table64) {}

    static Draft of(long seed, Features features) {
        var module = new RandomModule(seed, features);
        module.write();
        return module.draft;
    }

    /// {@return a module of all features}
    public static byte[] bytes(long seed) {
        return of(seed, new Features(true, true)).bytes();
    }

    boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    ValueType anyType() {
        return chance(4) ? FUNCREF : one(valueTypes);
    }

    private List<ValueType> anyTypes(int max) {
        var types = new ArrayList<ValueType>();
        for (int count = random.nextInt(max + 1); count > 0; count--) {
            types.add(anyType());
        }
        return types;
    }

    private void declare(Features features) {
        if (chance(92)) {
            draft.memories.add(new Memory(features.memory64 && chance(45), 1, 1 + random.nextInt(3)));
        }
        int tables = chance(85) ? 1 + random.nextInt(2) : 0;
        for (int i = 0; i < tables; i++) {
            int size = 2 + random.nextInt(12);
            draft.tables.add(new Table(features.table64 && chance(35), size, size + random.nextInt(8)));
        }
        for (int i = 0; i < 8; i++) {
            draft.type(anyTypes(chance(8) ? 12 : 3), anyTypes(chance(8) ? 5 : 2));
        }
        for (ValueType type : valueTypes) {
            for (int i = 0; i < 2; i++) {
                draft.globals.add(new Global(type, i == 0 || chance(50), constant(type)));
            }
        }
        draft.globals.add(new Global(
                FUNCREF, true, new Code().op(Opcode.REF_NULL).u8(FUNCREF.code()).bytes()));
    }

    private void write() {
        int count = 2 + random.nextInt(6);
        for (int i = 0; i < count; i++) {
            int type = random.nextInt(draft.types.size());
            draft.functions.add(new Function(type, locals(), new ArrayList<>()));
        }
        addSegments();
        for (int i = 0; i < count; i++) {
            new RandomBody(this, i).write(chance(8) ? 1500 : 10 + random.nextInt(150));
        }
        for (int i = 0; i < count; i++) {
            addEntry(Draft.IMPORTED + i);
        }
    }

    private List<ValueType> locals() {
        var locals = new ArrayList<ValueType>();
        for (ValueType type : valueTypes) {
            locals.add(type);
            locals.add(type);
        }
        locals.add(FUNCREF);
        // What loops count with.
        for (int i = 0; i < RandomBody.COUNTERS; i++) {
            locals.add(I32);
        }
        return locals;
    }

    private void addSegments() {
        boolean is64 = draft.is64();
        if (!draft.memories.isEmpty()) {
            for (int i = 0; i < 2; i++) {
                draft.data.add(segment(new Code().u32(0), is64, random.nextInt(60_000), bytes(random.nextInt(2000))));
                draft.data.add(new Code()
                        .u32(1)
                        .raw(vector(bytes(random.nextInt(300))))
                        .bytes());
            }
        }
        for (int table = 0; table < draft.tables.size(); table++) {
            int size = draft.tables.get(table).minimum();
            var code = new Code().u32(2).u32(table);
            code.raw(offset(draft.tables.get(table).is64(), 0)).op(Opcode.END).u8(0);
            draft.elements.add(functions(code, size - random.nextInt(2)).bytes());
            draft.elements.add(
                    functions(new Code().u32(1).u8(0), random.nextInt(6)).bytes());
        }
        // Whatever is referred to must be declared.
        var all = new Code().u32(3).u8(0).u32(Draft.IMPORTED + draft.functions.size());
        for (int i = 0; i < Draft.IMPORTED + draft.functions.size(); i++) {
            all.u32(i);
        }
        draft.elements.add(all.bytes());
    }

    private static byte[] segment(Code code, boolean is64, int at, byte[] content) {
        return code.raw(offset(is64, at)).op(Opcode.END).raw(vector(content)).bytes();
    }

    private static byte[] offset(boolean is64, int at) {
        return is64 ? new Code().i64(at).bytes() : new Code().i32(at).bytes();
    }

    private static byte[] vector(byte[] content) {
        return new Code().u32(content.length).raw(content).bytes();
    }

    private Code functions(Code code, int count) {
        code.u32(count);
        for (int i = 0; i < count; i++) {
            code.u32(anyFunction());
        }
        return code;
    }

    /// {@return the index of a function that may be called}
    int anyFunction() {
        return chance(12) ? random.nextInt(Draft.OUT) : Draft.IMPORTED + random.nextInt(draft.functions.size());
    }

    byte[] bytes(int count) {
        var bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    /// Adds a function that calls another one with some arguments, and leaves what it returns in globals.
    private void addEntry(int function) {
        Draft.Type type = draft.typeOf(function);
        for (int round = 0; round < 2; round++) {
            var steps = new ArrayList<Step>();
            for (ValueType parameter : type.parameters()) {
                steps.add(new Step(constantOpcode(parameter), constant(parameter)));
            }
            steps.add(new Step(Opcode.CALL, new Code().op(Opcode.CALL, function).bytes()));
            for (ValueType result : type.results().reversed()) {
                steps.add(new Step(
                        Opcode.GLOBAL_SET,
                        new Code().op(Opcode.GLOBAL_SET, mutableGlobal(result)).bytes()));
            }
            steps.add(new Step(Opcode.END, new Code().end().bytes()));
            draft.functions.add(new Function(Draft.NOTHING, List.of(), steps));
            draft.entries.add(Draft.IMPORTED + draft.functions.size() - 1);
        }
    }

    /// {@return the first global of a type, which always is mutable}
    int mutableGlobal(ValueType type) {
        for (int i = 0; i < draft.globals.size(); i++) {
            if (draft.globals.get(i).type() == type && draft.globals.get(i).mutable()) {
                return i;
            }
        }
        throw new AssertionError(type);
    }

    static int constantOpcode(ValueType type) {
        return switch (type) {
            case I32 -> Opcode.I32_CONST;
            case I64 -> Opcode.I64_CONST;
            case F32 -> Opcode.F32_CONST;
            case F64 -> Opcode.F64_CONST;
            case V128 -> Opcode.V128_CONST;
            case FUNCREF, EXTERNREF -> Opcode.REF_NULL;
        };
    }

    /// {@return the instruction for a value of a type, often one with which things go wrong}
    byte[] constant(ValueType type) {
        return switch (type) {
            case I32 -> new Code().i32((int) integer()).bytes();
            case I64 -> new Code().i64(integer()).bytes();
            case F32 ->
                new Code()
                        .op(Opcode.F32_CONST)
                        .raw(littleEndian(Float.floatToRawIntBits(real32()), 4))
                        .bytes();
            case F64 ->
                new Code()
                        .op(Opcode.F64_CONST)
                        .raw(littleEndian(Double.doubleToRawLongBits(real64()), 8))
                        .bytes();
            case V128 -> new Code().op(Opcode.V128_CONST).raw(vectorBytes()).bytes();
            case FUNCREF, EXTERNREF ->
                new Code().op(Opcode.REF_NULL).u8(type.code()).bytes();
        };
    }

    private static byte[] littleEndian(long bits, int count) {
        var bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) (bits >>> 8 * i);
        }
        return bytes;
    }

    private byte[] vectorBytes() {
        var code = new Code();
        switch (random.nextInt(5)) {
            case 0 -> code.raw(bytes(16));
            case 1 -> {
                for (int i = 0; i < 4; i++) {
                    code.raw(littleEndian(Float.floatToRawIntBits(real32()), 4));
                }
            }
            case 2 -> {
                for (int i = 0; i < 2; i++) {
                    code.raw(littleEndian(Double.doubleToRawLongBits(real64()), 8));
                }
            }
            default -> {
                int lane = 1 << random.nextInt(4);
                for (int i = 0; i < 16; i += lane) {
                    code.raw(littleEndian(integer(), lane));
                }
            }
        }
        return code.bytes();
    }

    private long integer() {
        return switch (random.nextInt(8)) {
            case 0 -> random.nextInt(3) - 1;
            case 1 -> random.nextInt(256) - 128;
            case 2 -> 1L << random.nextInt(64);
            case 3 -> (1L << random.nextInt(64)) - 1;
            case 4 -> -(1L << random.nextInt(64));
            case 5 -> random.nextInt();
            case 6 -> random.nextInt(65536);
            default -> random.nextLong();
        };
    }

    private float real32() {
        return switch (random.nextInt(6)) {
            case 0 -> Float.intBitsToFloat(random.nextInt());
            case 1 -> random.nextInt(200) - 100;
            case 2 -> (float) integer();
            case 3 -> (random.nextInt(40) - 20) / 4f;
            case 4 ->
                one(List.of(
                        0f,
                        -0f,
                        Float.NaN,
                        Float.POSITIVE_INFINITY,
                        Float.NEGATIVE_INFINITY,
                        Float.MIN_VALUE,
                        Float.MAX_VALUE,
                        Float.MIN_NORMAL,
                        0.5f,
                        -0.5f,
                        2.5f));
            default -> random.nextFloat();
        };
    }

    private double real64() {
        return switch (random.nextInt(6)) {
            case 0 -> Double.longBitsToDouble(random.nextLong());
            case 1 -> random.nextInt(200) - 100;
            case 2 -> (double) integer();
            case 3 -> (random.nextInt(40) - 20) / 4.0;
            case 4 ->
                one(List.of(
                        0.0,
                        -0.0,
                        Double.NaN,
                        Double.POSITIVE_INFINITY,
                        Double.NEGATIVE_INFINITY,
                        Double.MIN_VALUE,
                        Double.MAX_VALUE,
                        Double.MIN_NORMAL,
                        0.5,
                        -0.5,
                        2.5,
                        (double) Float.MAX_VALUE,
                        9007199254740992.0));
            default -> random.nextDouble();
        };
    }
}
