package decant.wasm.run;

/// The instructions on vectors of two f64 lanes, each on the one of one half where it takes one long per operand.
///
/// As with scalars, results of arithmetic have only one NaN; see {@link Numeric}.
public final class F64x2 {
    private F64x2() {}

    public static long eq(long a, long b) {
        return lane(a) == lane(b) ? -1 : 0;
    }

    public static long ne(long a, long b) {
        return lane(a) != lane(b) ? -1 : 0;
    }

    public static long lt(long a, long b) {
        return lane(a) < lane(b) ? -1 : 0;
    }

    public static long gt(long a, long b) {
        return lane(a) > lane(b) ? -1 : 0;
    }

    public static long le(long a, long b) {
        return lane(a) <= lane(b) ? -1 : 0;
    }

    public static long ge(long a, long b) {
        return lane(a) >= lane(b) ? -1 : 0;
    }

    public static long abs(long a) {
        return a & Long.MAX_VALUE;
    }

    public static long neg(long a) {
        return a ^ Long.MIN_VALUE;
    }

    public static long sqrt(long a) {
        return of(Numeric.f64Sqrt(lane(a)));
    }

    public static long ceil(long a) {
        return of(Numeric.f64Ceil(lane(a)));
    }

    public static long floor(long a) {
        return of(Numeric.f64Floor(lane(a)));
    }

    public static long trunc(long a) {
        return of(Numeric.f64Trunc(lane(a)));
    }

    public static long nearest(long a) {
        return of(Numeric.f64Nearest(lane(a)));
    }

    public static long add(long a, long b) {
        return of(Numeric.canonical(lane(a) + lane(b)));
    }

    public static long sub(long a, long b) {
        return of(Numeric.canonical(lane(a) - lane(b)));
    }

    public static long mul(long a, long b) {
        return of(Numeric.canonical(lane(a) * lane(b)));
    }

    public static long div(long a, long b) {
        return of(Numeric.canonical(lane(a) / lane(b)));
    }

    public static long min(long a, long b) {
        return of(Numeric.f64Min(lane(a), lane(b)));
    }

    public static long max(long a, long b) {
        return of(Numeric.f64Max(lane(a), lane(b)));
    }

    /// {@return one or the other lane as it is, NaN included: `b` where it is less}
    public static long pmin(long a, long b) {
        return lane(b) < lane(a) ? b : a;
    }

    /// {@return one or the other lane as it is, NaN included: `b` where it is greater}
    public static long pmax(long a, long b) {
        return lane(a) < lane(b) ? b : a;
    }

    public static long promoteF32x4(int lane) {
        return of(Numeric.f64PromoteF32(Float.intBitsToFloat(lane)));
    }

    public static long convertI32x4S(int lane) {
        return of(lane);
    }

    public static long convertI32x4U(int lane) {
        return of((double) (lane & 0xFFFF_FFFFL));
    }

    public static long splat(double x) {
        return of(x);
    }

    /// {@return the lane of a half, whose number is 0}
    public static double extractLane(long a, int lane) {
        return lane(a);
    }

    /// {@return the new lane of a half, whose number is 0}
    public static long replaceLane(long a, double x, int lane) {
        return of(x);
    }

    private static double lane(long a) {
        return Double.longBitsToDouble(a);
    }

    private static long of(double x) {
        return Double.doubleToRawLongBits(x);
    }
}
