package decant.wasm.run;

import decant.wasm.TrapCode;
import decant.wasm.TrapException;

/// The numeric instructions that are more than one JVM instruction, a method each.
///
/// Results of floating-point arithmetic have only one NaN, the positive quiet one without payload, so that no machine's
/// choice of NaN bits can be seen. Negation, absolute value and copying a sign are operations on bits and keep a NaN's
/// payload.
public final class Numeric {
    private static final float TWO_TO_31_F = 0x1p31f;
    private static final float TWO_TO_32_F = 0x1p32f;
    private static final float TWO_TO_63_F = 0x1p63f;
    private static final float TWO_TO_64_F = 0x1p64f;
    private static final double TWO_TO_31 = 0x1p31;
    private static final double TWO_TO_32 = 0x1p32;
    private static final double TWO_TO_63 = 0x1p63;
    private static final double TWO_TO_64 = 0x1p64;

    private Numeric() {}

    // Comparisons, as 0 or 1.

    public static int i32Eqz(int x) {
        return x == 0 ? 1 : 0;
    }

    public static int i32Eq(int x, int y) {
        return x == y ? 1 : 0;
    }

    public static int i32Ne(int x, int y) {
        return x != y ? 1 : 0;
    }

    public static int i32LtS(int x, int y) {
        return x < y ? 1 : 0;
    }

    public static int i32LtU(int x, int y) {
        return Integer.compareUnsigned(x, y) < 0 ? 1 : 0;
    }

    public static int i32GtS(int x, int y) {
        return x > y ? 1 : 0;
    }

    public static int i32GtU(int x, int y) {
        return Integer.compareUnsigned(x, y) > 0 ? 1 : 0;
    }

    public static int i32LeS(int x, int y) {
        return x <= y ? 1 : 0;
    }

    public static int i32LeU(int x, int y) {
        return Integer.compareUnsigned(x, y) <= 0 ? 1 : 0;
    }

    public static int i32GeS(int x, int y) {
        return x >= y ? 1 : 0;
    }

    public static int i32GeU(int x, int y) {
        return Integer.compareUnsigned(x, y) >= 0 ? 1 : 0;
    }

    public static int i64Eqz(long x) {
        return x == 0 ? 1 : 0;
    }

    public static int i64Eq(long x, long y) {
        return x == y ? 1 : 0;
    }

    public static int i64Ne(long x, long y) {
        return x != y ? 1 : 0;
    }

    public static int i64LtS(long x, long y) {
        return x < y ? 1 : 0;
    }

    public static int i64LtU(long x, long y) {
        return Long.compareUnsigned(x, y) < 0 ? 1 : 0;
    }

    public static int i64GtS(long x, long y) {
        return x > y ? 1 : 0;
    }

    public static int i64GtU(long x, long y) {
        return Long.compareUnsigned(x, y) > 0 ? 1 : 0;
    }

    public static int i64LeS(long x, long y) {
        return x <= y ? 1 : 0;
    }

    public static int i64LeU(long x, long y) {
        return Long.compareUnsigned(x, y) <= 0 ? 1 : 0;
    }

    public static int i64GeS(long x, long y) {
        return x >= y ? 1 : 0;
    }

    public static int i64GeU(long x, long y) {
        return Long.compareUnsigned(x, y) >= 0 ? 1 : 0;
    }

    public static int f32Eq(float x, float y) {
        return x == y ? 1 : 0;
    }

    public static int f32Ne(float x, float y) {
        return x != y ? 1 : 0;
    }

    public static int f32Lt(float x, float y) {
        return x < y ? 1 : 0;
    }

    public static int f32Gt(float x, float y) {
        return x > y ? 1 : 0;
    }

    public static int f32Le(float x, float y) {
        return x <= y ? 1 : 0;
    }

    public static int f32Ge(float x, float y) {
        return x >= y ? 1 : 0;
    }

    public static int f64Eq(double x, double y) {
        return x == y ? 1 : 0;
    }

    public static int f64Ne(double x, double y) {
        return x != y ? 1 : 0;
    }

    public static int f64Lt(double x, double y) {
        return x < y ? 1 : 0;
    }

    public static int f64Gt(double x, double y) {
        return x > y ? 1 : 0;
    }

    public static int f64Le(double x, double y) {
        return x <= y ? 1 : 0;
    }

    public static int f64Ge(double x, double y) {
        return x >= y ? 1 : 0;
    }

    // Integer division.

    public static int i32DivS(int x, int y) {
        if (y == 0) {
            throw divideByZero();
        }
        if (x == Integer.MIN_VALUE && y == -1) {
            throw overflow();
        }
        return x / y;
    }

    public static int i32DivU(int x, int y) {
        if (y == 0) {
            throw divideByZero();
        }
        return Integer.divideUnsigned(x, y);
    }

    public static int i32RemS(int x, int y) {
        if (y == 0) {
            throw divideByZero();
        }
        return x % y;
    }

    public static int i32RemU(int x, int y) {
        if (y == 0) {
            throw divideByZero();
        }
        return Integer.remainderUnsigned(x, y);
    }

    public static long i64DivS(long x, long y) {
        if (y == 0) {
            throw divideByZero();
        }
        if (x == Long.MIN_VALUE && y == -1) {
            throw overflow();
        }
        return x / y;
    }

    public static long i64DivU(long x, long y) {
        if (y == 0) {
            throw divideByZero();
        }
        return Long.divideUnsigned(x, y);
    }

    public static long i64RemS(long x, long y) {
        if (y == 0) {
            throw divideByZero();
        }
        return x % y;
    }

    public static long i64RemU(long x, long y) {
        if (y == 0) {
            throw divideByZero();
        }
        return Long.remainderUnsigned(x, y);
    }

    // Shifts of i64 by i64, whose JVM counterparts count by int.

    public static long i64Shl(long x, long y) {
        return x << (int) y;
    }

    public static long i64ShrS(long x, long y) {
        return x >> (int) y;
    }

    public static long i64ShrU(long x, long y) {
        return x >>> (int) y;
    }

    public static long i64Rotl(long x, long y) {
        return Long.rotateLeft(x, (int) y);
    }

    public static long i64Rotr(long x, long y) {
        return Long.rotateRight(x, (int) y);
    }

    public static int i32Rotl(int x, int y) {
        return Integer.rotateLeft(x, y);
    }

    public static int i32Rotr(int x, int y) {
        return Integer.rotateRight(x, y);
    }

    // Bit counts, extensions and reinterpretations.

    public static int i32Clz(int x) {
        return Integer.numberOfLeadingZeros(x);
    }

    public static int i32Ctz(int x) {
        return Integer.numberOfTrailingZeros(x);
    }

    public static int i32Popcnt(int x) {
        return Integer.bitCount(x);
    }

    public static int i32ReinterpretF32(float x) {
        return Float.floatToRawIntBits(x);
    }

    public static long i64ReinterpretF64(double x) {
        return Double.doubleToRawLongBits(x);
    }

    public static float f32ReinterpretI32(int x) {
        return Float.intBitsToFloat(x);
    }

    public static double f64ReinterpretI64(long x) {
        return Double.longBitsToDouble(x);
    }

    public static long i64Clz(long x) {
        return Long.numberOfLeadingZeros(x);
    }

    public static long i64Ctz(long x) {
        return Long.numberOfTrailingZeros(x);
    }

    public static long i64Popcnt(long x) {
        return Long.bitCount(x);
    }

    public static long i64ExtendI32U(int x) {
        return x & 0xFFFF_FFFFL;
    }

    public static long i64Extend8S(long x) {
        return (byte) x;
    }

    public static long i64Extend16S(long x) {
        return (short) x;
    }

    public static long i64Extend32S(long x) {
        return (int) x;
    }

    // Arithmetic of f32.

    /// {@return the number, or the one NaN}
    public static float canonical(float x) {
        return Float.isNaN(x) ? Float.NaN : x;
    }

    public static float f32Abs(float x) {
        return Float.intBitsToFloat(Float.floatToRawIntBits(x) & Integer.MAX_VALUE);
    }

    public static float f32Neg(float x) {
        return Float.intBitsToFloat(Float.floatToRawIntBits(x) ^ Integer.MIN_VALUE);
    }

    public static float f32Copysign(float x, float y) {
        return Float.intBitsToFloat(
                Float.floatToRawIntBits(x) & Integer.MAX_VALUE | Float.floatToRawIntBits(y) & Integer.MIN_VALUE);
    }

    public static float f32Ceil(float x) {
        return canonical((float) Math.ceil(x));
    }

    public static float f32Floor(float x) {
        return canonical((float) Math.floor(x));
    }

    public static float f32Trunc(float x) {
        return canonical((float) (x < 0 ? Math.ceil(x) : Math.floor(x)));
    }

    public static float f32Nearest(float x) {
        return canonical((float) Math.rint(x));
    }

    public static float f32Sqrt(float x) {
        return canonical((float) Math.sqrt(x));
    }

    public static float f32Min(float x, float y) {
        return canonical(Math.min(x, y));
    }

    public static float f32Max(float x, float y) {
        return canonical(Math.max(x, y));
    }

    // Arithmetic of f64.

    /// {@return the number, or the one NaN}
    public static double canonical(double x) {
        return Double.isNaN(x) ? Double.NaN : x;
    }

    public static double f64Abs(double x) {
        return Double.longBitsToDouble(Double.doubleToRawLongBits(x) & Long.MAX_VALUE);
    }

    public static double f64Neg(double x) {
        return Double.longBitsToDouble(Double.doubleToRawLongBits(x) ^ Long.MIN_VALUE);
    }

    public static double f64Copysign(double x, double y) {
        return Double.longBitsToDouble(
                Double.doubleToRawLongBits(x) & Long.MAX_VALUE | Double.doubleToRawLongBits(y) & Long.MIN_VALUE);
    }

    public static double f64Ceil(double x) {
        return canonical(Math.ceil(x));
    }

    public static double f64Floor(double x) {
        return canonical(Math.floor(x));
    }

    public static double f64Trunc(double x) {
        return canonical(x < 0 ? Math.ceil(x) : Math.floor(x));
    }

    public static double f64Nearest(double x) {
        return canonical(Math.rint(x));
    }

    public static double f64Sqrt(double x) {
        return canonical(Math.sqrt(x));
    }

    public static double f64Min(double x, double y) {
        return canonical(Math.min(x, y));
    }

    public static double f64Max(double x, double y) {
        return canonical(Math.max(x, y));
    }

    // Conversions between floating-point numbers and of integers.

    public static float f32DemoteF64(double x) {
        return canonical((float) x);
    }

    public static double f64PromoteF32(float x) {
        return canonical((double) x);
    }

    public static float f32ConvertI32U(int x) {
        return (float) (x & 0xFFFF_FFFFL);
    }

    public static double f64ConvertI32U(int x) {
        return (double) (x & 0xFFFF_FFFFL);
    }

    public static float f32ConvertI64U(long x) {
        // Half of a number that has no sign, its lost bit kept where it still decides the rounding.
        return x >= 0 ? (float) x : (float) (x >>> 1 | x & 1) * 2;
    }

    public static double f64ConvertI64U(long x) {
        return x >= 0 ? (double) x : (double) (x >>> 1 | x & 1) * 2;
    }

    // Conversions to integers that trap. The bounds are exact in their type, and comparisons with NaN are false.

    public static int i32TruncF32S(float x) {
        if (x >= -TWO_TO_31_F && x < TWO_TO_31_F) {
            return (int) x;
        }
        throw notAnInteger(x);
    }

    public static int i32TruncF32U(float x) {
        if (x > -1 && x < TWO_TO_32_F) {
            return (int) (long) x;
        }
        throw notAnInteger(x);
    }

    public static int i32TruncF64S(double x) {
        if (x > -TWO_TO_31 - 1 && x < TWO_TO_31) {
            return (int) x;
        }
        throw notAnInteger(x);
    }

    public static int i32TruncF64U(double x) {
        if (x > -1 && x < TWO_TO_32) {
            return (int) (long) x;
        }
        throw notAnInteger(x);
    }

    public static long i64TruncF32S(float x) {
        if (x >= -TWO_TO_63_F && x < TWO_TO_63_F) {
            return (long) x;
        }
        throw notAnInteger(x);
    }

    public static long i64TruncF32U(float x) {
        if (x > -1 && x < TWO_TO_64_F) {
            return i64TruncSatF32U(x);
        }
        throw notAnInteger(x);
    }

    public static long i64TruncF64S(double x) {
        if (x >= -TWO_TO_63 && x < TWO_TO_63) {
            return (long) x;
        }
        throw notAnInteger(x);
    }

    public static long i64TruncF64U(double x) {
        if (x > -1 && x < TWO_TO_64) {
            return i64TruncSatF64U(x);
        }
        throw notAnInteger(x);
    }

    // Conversions to integers that saturate. The signed ones are the JVM's own.

    public static int i32TruncSatF32U(float x) {
        return i32TruncSatF64U(x);
    }

    public static int i32TruncSatF64U(double x) {
        return (int) Math.clamp((long) x, 0, 0xFFFF_FFFFL);
    }

    public static long i64TruncSatF32U(float x) {
        return i64TruncSatF64U(x);
    }

    public static long i64TruncSatF64U(double x) {
        if (x < TWO_TO_63) {
            return Math.max((long) x, 0);
        }
        return x < TWO_TO_64 ? (long) (x - TWO_TO_63) ^ Long.MIN_VALUE : Double.isNaN(x) ? 0 : -1;
    }

    // Selections.

    public static int select(int x, int y, int first) {
        return first != 0 ? x : y;
    }

    public static long select(long x, long y, int first) {
        return first != 0 ? x : y;
    }

    public static float select(float x, float y, int first) {
        return first != 0 ? x : y;
    }

    public static double select(double x, double y, int first) {
        return first != 0 ? x : y;
    }

    // References.

    public static int isNull(int reference) {
        return reference == ReferenceSpace.NULL ? 1 : 0;
    }

    // Traps.

    /// {@return the trap of `unreachable`, to be thrown}
    public static TrapException unreachable() {
        return new TrapException(TrapCode.UNREACHABLE);
    }

    /// {@return the trap of a function that cannot be compiled, to be thrown}
    public static TrapException tooLarge() {
        return new TrapException(
                TrapCode.UNREACHABLE,
                "the function cannot be compiled: it has too many operands at once, or too many jumps by large tables");
    }

    private static TrapException divideByZero() {
        return new TrapException(TrapCode.INTEGER_DIVIDE_BY_ZERO);
    }

    private static TrapException overflow() {
        return new TrapException(TrapCode.INTEGER_OVERFLOW);
    }

    private static TrapException notAnInteger(double x) {
        return Double.isNaN(x) ? new TrapException(TrapCode.BAD_CONVERSION_TO_INTEGER) : overflow();
    }
}
