package decant.wasm.compile;

import static decant.wasm.binary.Opcode.*;

import decant.wasm.FunctionBody;
import decant.wasm.binary.Opcode;
import java.lang.constant.ClassDesc;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An instruction on 128-bit vectors.
///
/// There is a class in `decant.wasm.run` for each shape, with a method for each instruction; what the method is called
/// with, and how often, is the instruction's form. Instructions that access the memory are a scalar access and a
/// method.
///
/// @param owner the class of the shape
/// @param method named like the instruction, without the shape and without `low`, `high` and `zero`
/// @param lane what a lane is when it is alone
/// @param lanesPerHalf how many lanes a half has, or 0 when the instruction is on bits
/// @param access the scalar load or store, or 0
record VectorOperation(Form form, ClassDesc owner, String method, Kind lane, int lanesPerHalf, int access) {
    /// How an instruction is made of calls for halves.
    enum Form {
        CONSTANT(0, 6),
        /// For each half.
        UNARY(2, 22),
        BINARY(4, 38),
        TERNARY(6, 54),
        /// For each half with the count.
        SHIFT(3, 34),
        /// For both halves, which gives an i32.
        TEST(2, 20),
        /// For a lane, which gives each half.
        SPLAT(1, 4),
        /// For one half with the number of its lane.
        EXTRACT(2, 20),
        REPLACE(3, 30),
        /// For each 32 bits of a half, which gives a half.
        WIDEN_LOW(2, 30),
        WIDEN_HIGH(2, 30),
        WIDEN_BINARY_LOW(4, 48),
        WIDEN_BINARY_HIGH(4, 48),
        /// For both halves of a vector, which gives one of the result; the other is from the other vector, or zero.
        NARROW(4, 38),
        NARROW_ZERO(2, 20),
        /// For both halves of a vector with each half of the other.
        SWIZZLE(4, 46),
        /// For all halves of both with each half of the constant.
        SHUFFLE(4, 60),
        LOAD(1, 44),
        /// As WIDEN, for the 64 bits that were loaded.
        LOAD_EXTEND(1, 40),
        /// As SPLAT, for what was loaded.
        LOAD_SPLAT(1, 26),
        LOAD_ZERO(1, 22),
        /// As REPLACE, with what was loaded.
        LOAD_LANE(3, 50),
        STORE(3, 50),
        /// As EXTRACT, for what is stored.
        STORE_LANE(3, 50);

        /// How many operands it takes.
        final int parameterCount;

        /// How many bytes of bytecode it is at most.
        final int bytesMax;

        Form(int parameterCount, int bytesMax) {
            this.parameterCount = parameterCount;
            this.bytesMax = bytesMax;
        }
    }

    private static final int PREFIX = 0xFD;
    private static final String RUN_PACKAGE = "decant.wasm.run";
    private static final String INTEGERS = "i8x16 i16x8 i32x4 i64x2";
    private static final String FLOATS = "f32x4 f64x2";
    private static final Kind[] NOTHING = {};
    private static final Kind[] VECTOR = {Kind.LONG, Kind.HIGH};

    private static final Map<String, Integer> OPCODES = new HashMap<>();
    private static final @Nullable VectorOperation[] OPERATIONS = new VectorOperation[256];

    static {
        for (int opcode = V128_LOAD; opcode <= F64X2_CONVERT_LOW_I32X4_U; opcode++) {
            OPCODES.put(Opcode.name(opcode), opcode);
        }
        all(Form.CONSTANT, "v128", "const");
        all(Form.UNARY, "v128", "not");
        all(Form.UNARY, INTEGERS + " " + FLOATS, "abs neg");
        all(Form.UNARY, "i8x16", "popcnt");
        all(Form.UNARY, "i16x8", "extadd_pairwise_i8x16_s extadd_pairwise_i8x16_u");
        all(Form.UNARY, "i32x4", "extadd_pairwise_i16x8_s extadd_pairwise_i16x8_u trunc_sat_f32x4_s trunc_sat_f32x4_u");
        all(Form.UNARY, "f32x4", "convert_i32x4_s convert_i32x4_u");
        all(Form.UNARY, FLOATS, "sqrt ceil floor trunc nearest");
        all(Form.BINARY, "v128", "and andnot or xor");
        all(Form.BINARY, INTEGERS, "eq ne lt_s gt_s le_s ge_s add sub");
        all(Form.BINARY, "i8x16 i16x8 i32x4", "lt_u gt_u le_u ge_u min_s min_u max_s max_u");
        all(Form.BINARY, "i8x16 i16x8", "add_sat_s add_sat_u sub_sat_s sub_sat_u avgr_u");
        all(Form.BINARY, "i16x8 i32x4 i64x2", "mul");
        all(Form.BINARY, "i16x8", "q15mulr_sat_s");
        all(Form.BINARY, "i32x4", "dot_i16x8_s");
        all(Form.BINARY, FLOATS, "eq ne lt gt le ge add sub mul div min max pmin pmax");
        all(Form.TERNARY, "v128", "bitselect");
        all(Form.SHIFT, INTEGERS, "shl shr_s shr_u");
        all(Form.TEST, INTEGERS, "all_true bitmask");
        all(Form.TEST, "v128", "any_true");
        all(Form.SPLAT, INTEGERS + " " + FLOATS, "splat");
        all(Form.EXTRACT, "i8x16 i16x8", "extract_lane_s extract_lane_u");
        all(Form.EXTRACT, "i32x4 i64x2 " + FLOATS, "extract_lane");
        all(Form.REPLACE, INTEGERS + " " + FLOATS, "replace_lane");
        all(Form.WIDEN_LOW, "i16x8", "extend_low_i8x16_s extend_low_i8x16_u");
        all(Form.WIDEN_LOW, "i32x4", "extend_low_i16x8_s extend_low_i16x8_u");
        all(Form.WIDEN_LOW, "i64x2", "extend_low_i32x4_s extend_low_i32x4_u");
        all(Form.WIDEN_LOW, "f64x2", "convert_low_i32x4_s convert_low_i32x4_u promote_low_f32x4");
        all(Form.WIDEN_HIGH, "i16x8", "extend_high_i8x16_s extend_high_i8x16_u");
        all(Form.WIDEN_HIGH, "i32x4", "extend_high_i16x8_s extend_high_i16x8_u");
        all(Form.WIDEN_HIGH, "i64x2", "extend_high_i32x4_s extend_high_i32x4_u");
        all(Form.WIDEN_BINARY_LOW, "i16x8", "extmul_low_i8x16_s extmul_low_i8x16_u");
        all(Form.WIDEN_BINARY_LOW, "i32x4", "extmul_low_i16x8_s extmul_low_i16x8_u");
        all(Form.WIDEN_BINARY_LOW, "i64x2", "extmul_low_i32x4_s extmul_low_i32x4_u");
        all(Form.WIDEN_BINARY_HIGH, "i16x8", "extmul_high_i8x16_s extmul_high_i8x16_u");
        all(Form.WIDEN_BINARY_HIGH, "i32x4", "extmul_high_i16x8_s extmul_high_i16x8_u");
        all(Form.WIDEN_BINARY_HIGH, "i64x2", "extmul_high_i32x4_s extmul_high_i32x4_u");
        all(Form.NARROW, "i8x16", "narrow_i16x8_s narrow_i16x8_u");
        all(Form.NARROW, "i16x8", "narrow_i32x4_s narrow_i32x4_u");
        all(Form.NARROW_ZERO, "i32x4", "trunc_sat_f64x2_s_zero trunc_sat_f64x2_u_zero");
        all(Form.NARROW_ZERO, "f32x4", "demote_f64x2_zero");
        all(Form.SWIZZLE, "i8x16", "swizzle");
        all(Form.SHUFFLE, "i8x16", "shuffle");
        access(V128_LOAD, Form.LOAD, "v128", "load", 0);
        access(V128_LOAD8X8_S, Form.LOAD_EXTEND, "i16x8", "extend_i8x16_s", I64_LOAD);
        access(V128_LOAD8X8_U, Form.LOAD_EXTEND, "i16x8", "extend_i8x16_u", I64_LOAD);
        access(V128_LOAD16X4_S, Form.LOAD_EXTEND, "i32x4", "extend_i16x8_s", I64_LOAD);
        access(V128_LOAD16X4_U, Form.LOAD_EXTEND, "i32x4", "extend_i16x8_u", I64_LOAD);
        access(V128_LOAD32X2_S, Form.LOAD_EXTEND, "i64x2", "extend_i32x4_s", I64_LOAD);
        access(V128_LOAD32X2_U, Form.LOAD_EXTEND, "i64x2", "extend_i32x4_u", I64_LOAD);
        access(V128_LOAD8_SPLAT, Form.LOAD_SPLAT, "i8x16", "splat", I32_LOAD8_U);
        access(V128_LOAD16_SPLAT, Form.LOAD_SPLAT, "i16x8", "splat", I32_LOAD16_U);
        access(V128_LOAD32_SPLAT, Form.LOAD_SPLAT, "i32x4", "splat", I32_LOAD);
        access(V128_LOAD64_SPLAT, Form.LOAD_SPLAT, "i64x2", "splat", I64_LOAD);
        access(V128_LOAD32_ZERO, Form.LOAD_ZERO, "v128", "load", I64_LOAD32_U);
        access(V128_LOAD64_ZERO, Form.LOAD_ZERO, "v128", "load", I64_LOAD);
        access(V128_LOAD8_LANE, Form.LOAD_LANE, "i8x16", "replace_lane", I32_LOAD8_U);
        access(V128_LOAD16_LANE, Form.LOAD_LANE, "i16x8", "replace_lane", I32_LOAD16_U);
        access(V128_LOAD32_LANE, Form.LOAD_LANE, "i32x4", "replace_lane", I32_LOAD);
        access(V128_LOAD64_LANE, Form.LOAD_LANE, "i64x2", "replace_lane", I64_LOAD);
        access(V128_STORE, Form.STORE, "v128", "store", 0);
        access(V128_STORE8_LANE, Form.STORE_LANE, "i8x16", "extract_lane_u", I32_STORE8);
        access(V128_STORE16_LANE, Form.STORE_LANE, "i16x8", "extract_lane_u", I32_STORE16);
        access(V128_STORE32_LANE, Form.STORE_LANE, "i32x4", "extract_lane", I32_STORE);
        access(V128_STORE64_LANE, Form.STORE_LANE, "i64x2", "extract_lane", I64_STORE);
    }

    /// {@return the operation with this code, or null when the instruction is none on vectors}
    static @Nullable VectorOperation of(int opcode) {
        return opcode >>> 8 == PREFIX ? OPERATIONS[opcode & 0xFF] : null;
    }

    /// {@return whether there is a byte in a function that may begin an instruction on vectors}
    static boolean mayBeIn(FunctionBody body, byte[] bytes) {
        for (int i = body.start(); i < body.end(); i++) {
            if ((bytes[i] & 0xFF) == PREFIX) {
                return true;
            }
        }
        return false;
    }

    private static void all(Form form, String shapes, String instructions) {
        for (String shape : shapes.split(" ", -1)) {
            for (String instruction : instructions.split(" ", -1)) {
                put(opcode(shape + "." + instruction), form, shape, instruction, 0);
            }
        }
    }

    private static int opcode(String name) {
        Integer opcode = OPCODES.get(name);
        if (opcode == null) {
            throw new AssertionError("BUG: " + name + " is no instruction");
        }
        return opcode;
    }

    private static void access(int opcode, Form form, String shape, String method, int access) {
        put(opcode, form, shape, method, access);
    }

    private static void put(int opcode, Form form, String shape, String instruction, int access) {
        String method = Operation.methodName(instruction.replaceFirst("_(low|high|zero)", ""));
        Kind lane = switch (shape) {
            case "i64x2" -> Kind.LONG;
            case "f32x4" -> Kind.FLOAT;
            case "f64x2" -> Kind.DOUBLE;
            default -> Kind.INT;
        };
        ClassDesc owner = ClassDesc.of(RUN_PACKAGE, Character.toUpperCase(shape.charAt(0)) + shape.substring(1));
        int lanes = shape.equals("v128") ? 0 : Integer.parseInt(shape.substring(shape.indexOf('x') + 1));
        OPERATIONS[opcode & 0xFF] = new VectorOperation(form, owner, method, lane, lanes / 2, access);
    }

    /// {@return what it leaves on the operand stack}
    Kind[] results() {
        return switch (form) {
            case TEST -> new Kind[] {Kind.INT};
            case EXTRACT -> new Kind[] {lane};
            case STORE, STORE_LANE -> NOTHING;
            default -> VECTOR;
        };
    }

    /// {@return whether it loads or stores}
    boolean accessesMemory() {
        return form.compareTo(Form.LOAD) >= 0;
    }
}
