package decant.wasm;

import java.util.Arrays;
import java.util.function.LongBinaryOperator;

/// What instructions on vectors do, lane after lane and with no thought of speed. Memory is not touched here.
///
/// A vector is two longs, low and high. Lanes are longs: integers with their sign, floats as bits.
final class LaneReference {
    private static final int NAN_F32 = 0x7FC0_0000;
    private static final long NAN_F64 = 0x7FF8_0000_0000_0000L;

    private final String shape;
    private final String operation;
    private final int bits;
    private final int count;

    private LaneReference(String name) {
        this.shape = name.substring(0, name.indexOf('.'));
        this.operation = name.substring(name.indexOf('.') + 1);
        this.bits = shape.equals("v128") ? 64 : Integer.parseInt(shape.substring(1, shape.indexOf('x')));
        this.count = 128 / bits;
    }

    /// {@return the slots of the result}
    ///
    /// @param arguments the slots of the operands
    static long[] apply(String name, byte[] immediates, long[] arguments) {
        return new LaneReference(name).apply(immediates, arguments);
    }

    private long[] apply(byte[] immediates, long[] slots) {
        return switch (operation) {
            case "const" -> vector(8, lanesOfBytes(immediates));
            case "shuffle" -> shuffle(immediates, slots);
            case "swizzle" -> swizzle(slots);
            case "splat" -> vector(bits, filled(slots[0]));
            case "extract_lane", "extract_lane_s" -> new long[] {lanes(slots, 0, bits, true)[immediates[0]]};
            case "extract_lane_u" -> new long[] {lanes(slots, 0, bits, false)[immediates[0]]};
            case "replace_lane" -> {
                long[] lanes = lanes(slots, 0, bits, true);
                lanes[immediates[0]] = slots[2];
                yield vector(bits, lanes);
            }
            case "not" -> new long[] {~slots[0], ~slots[1]};
            case "bitselect" -> bitselect(slots);
            case "any_true" -> truth((slots[0] | slots[1]) != 0);
            case "all_true" -> truth(Arrays.stream(lanes(slots, 0, bits, true)).allMatch(lane -> lane != 0));
            case "bitmask" -> bitmask(slots);
            case "shl", "shr_s", "shr_u" -> shift(slots);
            default -> {
                if (operation.startsWith("ext") || operation.startsWith("narrow") || operation.startsWith("dot")) {
                    yield resized(slots);
                }
                if (operation.matches("(convert|promote|demote|trunc_sat)_.*")) {
                    yield converted(slots);
                }
                yield slots.length == 2 ? unary(slots) : binary(slots);
            }
        };
    }

    private static long[] truth(boolean holds) {
        return new long[] {holds ? 1 : 0};
    }

    private long[] filled(long lane) {
        var lanes = new long[count];
        Arrays.fill(lanes, lane);
        return lanes;
    }

    private static long[] lanesOfBytes(byte[] bytes) {
        var lanes = new long[16];
        for (int i = 0; i < 16; i++) {
            lanes[i] = bytes[i];
        }
        return lanes;
    }

    /// {@return the lanes of a vector that begins at a slot}
    static long[] lanes(long[] slots, int at, int bits, boolean signed) {
        var lanes = new long[128 / bits];
        for (int i = 0; i < lanes.length; i++) {
            long shifted = slots[at + i * bits / 64] << 64 - bits - i * bits % 64;
            lanes[i] = signed ? shifted >> 64 - bits : shifted >>> 64 - bits;
        }
        return lanes;
    }

    static long[] vector(int bits, long[] lanes) {
        var slots = new long[2];
        for (int i = 0; i < lanes.length; i++) {
            slots[i * bits / 64] |= (lanes[i] & -1L >>> 64 - bits) << i * bits % 64;
        }
        return slots;
    }

    private long[] shuffle(byte[] indices, long[] slots) {
        long[] first = lanes(slots, 0, 8, true);
        long[] second = lanes(slots, 2, 8, true);
        var result = new long[16];
        for (int i = 0; i < 16; i++) {
            result[i] = indices[i] < 16 ? first[indices[i]] : second[indices[i] - 16];
        }
        return vector(8, result);
    }

    private long[] swizzle(long[] slots) {
        long[] lanes = lanes(slots, 0, 8, true);
        long[] indices = lanes(slots, 2, 8, false);
        var result = new long[16];
        for (int i = 0; i < 16; i++) {
            result[i] = indices[i] < 16 ? lanes[(int) indices[i]] : 0;
        }
        return vector(8, result);
    }

    private static long[] bitselect(long[] slots) {
        var result = new long[2];
        for (int bit = 0; bit < 128; bit++) {
            int half = bit / 64;
            long one = 1L << bit % 64;
            result[half] |= ((slots[4 + half] & one) != 0 ? slots[half] : slots[2 + half]) & one;
        }
        return result;
    }

    private long[] bitmask(long[] slots) {
        long[] lanes = lanes(slots, 0, bits, true);
        long mask = 0;
        for (int i = 0; i < count; i++) {
            mask |= lanes[i] < 0 ? 1L << i : 0;
        }
        return new long[] {mask};
    }

    private long[] shift(long[] slots) {
        int by = (int) slots[2] & bits - 1;
        long[] lanes = lanes(slots, 0, bits, !operation.equals("shr_u"));
        for (int i = 0; i < count; i++) {
            lanes[i] = switch (operation) {
                case "shl" -> lanes[i] << by;
                case "shr_s" -> lanes[i] >> by;
                default -> lanes[i] >>> by;
            };
        }
        return vector(bits, lanes);
    }

    /// Instructions that read lanes of another width than they write.
    private long[] resized(long[] slots) {
        boolean signed = !operation.endsWith("_u");
        if (operation.startsWith("narrow")) {
            return narrow(slots, signed);
        }
        long[] first = lanes(slots, 0, bits / 2, signed);
        long[] second = slots.length == 4 ? lanes(slots, 2, bits / 2, signed) : first;
        int from = operation.contains("_high_") ? count : 0;
        var result = new long[count];
        for (int i = 0; i < count; i++) {
            result[i] = switch (operation.substring(0, operation.indexOf('_'))) {
                case "extend" -> first[from + i];
                case "extmul" -> first[from + i] * second[from + i];
                case "extadd" -> first[2 * i] + first[2 * i + 1];
                default -> first[2 * i] * second[2 * i] + first[2 * i + 1] * second[2 * i + 1];
            };
        }
        return vector(bits, result);
    }

    private long[] narrow(long[] slots, boolean signed) {
        var result = new long[count];
        for (int i = 0; i < count; i++) {
            long lane = lanes(slots, i < count / 2 ? 0 : 2, bits * 2, true)[i % (count / 2)];
            result[i] = signed ? saturatedSigned(lane) : saturatedUnsigned(lane);
        }
        return vector(bits, result);
    }

    private long saturatedSigned(long x) {
        return Math.clamp(x, -1L << bits - 1, (1L << bits - 1) - 1);
    }

    private long saturatedUnsigned(long x) {
        return Math.clamp(x, 0, (1L << bits) - 1);
    }

    private long[] converted(long[] slots) {
        boolean signed = !operation.contains("_u");
        var result = new long[count];
        boolean fromDoubles = operation.contains("f64x2");
        long[] sources = lanes(slots, 0, fromDoubles ? 64 : 32, signed);
        for (int i = 0; i < Math.min(count, sources.length); i++) {
            long source = sources[i];
            double real = fromDoubles ? Double.longBitsToDouble(source) : Float.intBitsToFloat((int) source);
            result[i] = switch (operation.substring(0, operation.indexOf('_'))) {
                case "convert" ->
                    bits == 32 ? Float.floatToRawIntBits((float) source) : Double.doubleToRawLongBits((double) source);
                case "promote" -> f64(real);
                case "demote" -> f32((float) real);
                default -> signed ? (int) real : (long) Math.clamp(real, 0, 4294967295.0);
            };
        }
        return vector(bits, result);
    }

    private static long f32(float x) {
        return Float.isNaN(x) ? NAN_F32 : Float.floatToRawIntBits(x);
    }

    private static long f64(double x) {
        return Double.isNaN(x) ? NAN_F64 : Double.doubleToRawLongBits(x);
    }

    private long[] unary(long[] slots) {
        long[] lanes = lanes(slots, 0, bits, true);
        for (int i = 0; i < count; i++) {
            lanes[i] = shape.startsWith("f") ? floatUnary(lanes[i]) : integerUnary(lanes[i]);
        }
        return vector(bits, lanes);
    }

    private long integerUnary(long lane) {
        return switch (operation) {
            case "abs" -> lane < 0 ? -lane : lane;
            case "neg" -> -lane;
            case "popcnt" -> Long.bitCount(lane & 0xFF);
            default -> throw new AssertionError(shape + "." + operation);
        };
    }

    private long floatUnary(long lane) {
        long sign = 1L << bits - 1;
        if (operation.equals("abs")) {
            return lane & ~sign;
        }
        if (operation.equals("neg")) {
            return lane ^ sign;
        }
        double x = real(lane);
        return real(
                switch (operation) {
                    case "ceil" -> Math.ceil(x);
                    case "floor" -> Math.floor(x);
                    case "trunc" -> x < 0 ? Math.ceil(x) : Math.floor(x);
                    case "nearest" -> Math.rint(x);
                    case "sqrt" -> Math.sqrt(x);
                    default -> throw new AssertionError(shape + "." + operation);
                });
    }

    private double real(long lane) {
        return bits == 32 ? Float.intBitsToFloat((int) lane) : Double.longBitsToDouble(lane);
    }

    private long real(double x) {
        return bits == 32 ? f32((float) x) : f64(x);
    }

    private long[] binary(long[] slots) {
        LongBinaryOperator each = shape.startsWith("f") ? this::floatBinary : this::integerBinary;
        boolean signed = !operation.endsWith("_u");
        long[] first = lanes(slots, 0, bits, signed);
        long[] second = lanes(slots, 2, bits, signed);
        for (int i = 0; i < count; i++) {
            first[i] = each.applyAsLong(first[i], second[i]);
        }
        return vector(bits, first);
    }

    private long integerBinary(long a, long b) {
        return switch (operation) {
            case "and" -> a & b;
            case "andnot" -> a & ~b;
            case "or" -> a | b;
            case "xor" -> a ^ b;
            case "eq" -> a == b ? -1 : 0;
            case "ne" -> a != b ? -1 : 0;
            case "lt_s", "lt_u" -> a < b ? -1 : 0;
            case "gt_s", "gt_u" -> a > b ? -1 : 0;
            case "le_s", "le_u" -> a <= b ? -1 : 0;
            case "ge_s", "ge_u" -> a >= b ? -1 : 0;
            case "add" -> a + b;
            case "sub" -> a - b;
            case "mul" -> a * b;
            case "add_sat_s" -> saturatedSigned(a + b);
            case "add_sat_u" -> saturatedUnsigned(a + b);
            case "sub_sat_s" -> saturatedSigned(a - b);
            case "sub_sat_u" -> saturatedUnsigned(a - b);
            case "min_s", "min_u" -> Math.min(a, b);
            case "max_s", "max_u" -> Math.max(a, b);
            case "avgr_u" -> (a + b + 1) / 2;
            case "q15mulr_sat_s" -> saturatedSigned(a * b + 0x4000 >> 15);
            default -> throw new AssertionError(shape + "." + operation);
        };
    }

    private long floatBinary(long first, long second) {
        double a = real(first);
        double b = real(second);
        return switch (operation) {
            case "eq" -> a == b ? -1 : 0;
            case "ne" -> a != b ? -1 : 0;
            case "lt" -> a < b ? -1 : 0;
            case "gt" -> a > b ? -1 : 0;
            case "le" -> a <= b ? -1 : 0;
            case "ge" -> a >= b ? -1 : 0;
            case "pmin" -> b < a ? second : first;
            case "pmax" -> a < b ? second : first;
            // Rounding the exact or nearly exact double to a float is what the instruction does: a double has more than
            // twice the precision.
            case "add" -> real(a + b);
            case "sub" -> real(a - b);
            case "mul" -> real(a * b);
            case "div" -> real(a / b);
            case "min" -> real(Math.min(a, b));
            case "max" -> real(Math.max(a, b));
            default -> throw new AssertionError(shape + "." + operation);
        };
    }
}
