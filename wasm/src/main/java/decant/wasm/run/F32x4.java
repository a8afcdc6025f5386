package decant.wasm.run;

/// The instructions on vectors of four f32 lanes, each on the two of one half where it takes one long per operand.
///
/// As with scalars, results of arithmetic have only one NaN; see {@link Numeric}.
public final class F32x4 {
    private F32x4() {}

    public static long eq(long a, long b) {
        return masks(low(a) == low(b), high(a) == high(b));
    }

    public static long ne(long a, long b) {
        return masks(low(a) != low(b), high(a) != high(b));
    }

    public static long lt(long a, long b) {
        return masks(low(a) < low(b), high(a) < high(b));
    }

    public static long gt(long a, long b) {
        return masks(low(a) > low(b), high(a) > high(b));
    }

    public static long le(long a, long b) {
        return masks(low(a) <= low(b), high(a) <= high(b));
    }

    public static long ge(long a, long b) {
        return masks(low(a) >= low(b), high(a) >= high(b));
    }

    private static long masks(boolean low, boolean high) {
        return (low ? 0xFFFF_FFFFL : 0) | (high ? 0xFFFF_FFFFL << 32 : 0);
    }

    public static long abs(long a) {
        return a & 0x7FFF_FFFF_7FFF_FFFFL;
    }

    public static long neg(long a) {
        return a ^ 0x8000_0000_8000_0000L;
    }

    public static long sqrt(long a) {
        return of(Numeric.f32Sqrt(low(a)), Numeric.f32Sqrt(high(a)));
    }

    public static long ceil(long a) {
        return of(Numeric.f32Ceil(low(a)), Numeric.f32Ceil(high(a)));
    }

    public static long floor(long a) {
        return of(Numeric.f32Floor(low(a)), Numeric.f32Floor(high(a)));
    }

    public static long trunc(long a) {
        return of(Numeric.f32Trunc(low(a)), Numeric.f32Trunc(high(a)));
    }

    public static long nearest(long a) {
        return of(Numeric.f32Nearest(low(a)), Numeric.f32Nearest(high(a)));
    }

    public static long add(long a, long b) {
        return of(Numeric.canonical(low(a) + low(b)), Numeric.canonical(high(a) + high(b)));
    }

    public static long sub(long a, long b) {
        return of(Numeric.canonical(low(a) - low(b)), Numeric.canonical(high(a) - high(b)));
    }

    public static long mul(long a, long b) {
        return of(Numeric.canonical(low(a) * low(b)), Numeric.canonical(high(a) * high(b)));
    }

    public static long div(long a, long b) {
        return of(Numeric.canonical(low(a) / low(b)), Numeric.canonical(high(a) / high(b)));
    }

    public static long min(long a, long b) {
        return of(Numeric.f32Min(low(a), low(b)), Numeric.f32Min(high(a), high(b)));
    }

    public static long max(long a, long b) {
        return of(Numeric.f32Max(low(a), low(b)), Numeric.f32Max(high(a), high(b)));
    }

    /// {@return one or the other lane as it is, NaN included: `b` where it is less}
    public static long pmin(long a, long b) {
        return Lanes.choose(lt(b, a), b, a);
    }

    /// {@return one or the other lane as it is, NaN included: `b` where it is greater}
    public static long pmax(long a, long b) {
        return Lanes.choose(lt(a, b), b, a);
    }

    public static long convertI32x4S(long a) {
        return of((float) (int) a, (float) (int) (a >>> 32));
    }

    public static long convertI32x4U(long a) {
        return of(Numeric.f32ConvertI32U((int) a), Numeric.f32ConvertI32U((int) (a >>> 32)));
    }

    /// {@return two f64 lanes as f32 lanes}
    public static long demoteF64x2(long low, long high) {
        return of(
                Numeric.f32DemoteF64(Double.longBitsToDouble(low)),
                Numeric.f32DemoteF64(Double.longBitsToDouble(high)));
    }

    public static long splat(float x) {
        return of(x, x);
    }

    public static float extractLane(long a, int lane) {
        return lane == 0 ? low(a) : high(a);
    }

    public static long replaceLane(long a, float x, int lane) {
        return I32x4.replaceLane(a, Float.floatToRawIntBits(x), lane);
    }

    static float low(long a) {
        return Float.intBitsToFloat((int) a);
    }

    static float high(long a) {
        return Float.intBitsToFloat((int) (a >>> 32));
    }

    private static long of(float low, float high) {
        return I32x4.of(Float.floatToRawIntBits(low), Float.floatToRawIntBits(high));
    }
}
