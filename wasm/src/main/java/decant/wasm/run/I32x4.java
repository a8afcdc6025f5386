package decant.wasm.run;

/// The instructions on vectors of four i32, each on the two lanes of one half where it takes one long per operand.
public final class I32x4 {
    private static final long SIGNS = 0x8000_0000_8000_0000L;
    private static final int BITS = Integer.SIZE;

    private I32x4() {}

    public static long eq(long a, long b) {
        return Lanes.eq(a, b, SIGNS, BITS);
    }

    public static long ne(long a, long b) {
        return ~eq(a, b);
    }

    public static long ltS(long a, long b) {
        return Lanes.ltS(a, b, SIGNS, BITS);
    }

    public static long gtS(long a, long b) {
        return ltS(b, a);
    }

    public static long leS(long a, long b) {
        return ~ltS(b, a);
    }

    public static long geS(long a, long b) {
        return ~ltS(a, b);
    }

    public static long ltU(long a, long b) {
        return Lanes.ltU(a, b, SIGNS, BITS);
    }

    public static long gtU(long a, long b) {
        return ltU(b, a);
    }

    public static long leU(long a, long b) {
        return ~ltU(b, a);
    }

    public static long geU(long a, long b) {
        return ~ltU(a, b);
    }

    public static long abs(long a) {
        return Lanes.abs(a, SIGNS, BITS);
    }

    public static long neg(long a) {
        return Lanes.neg(a, SIGNS);
    }

    public static long add(long a, long b) {
        return Lanes.add(a, b, SIGNS);
    }

    public static long sub(long a, long b) {
        return Lanes.sub(a, b, SIGNS);
    }

    public static long minS(long a, long b) {
        return Lanes.minS(a, b, SIGNS, BITS);
    }

    public static long minU(long a, long b) {
        return Lanes.minU(a, b, SIGNS, BITS);
    }

    public static long maxS(long a, long b) {
        return Lanes.maxS(a, b, SIGNS, BITS);
    }

    public static long maxU(long a, long b) {
        return Lanes.maxU(a, b, SIGNS, BITS);
    }

    public static long shl(long a, int count) {
        return Lanes.shl(a, count, SIGNS, BITS);
    }

    public static long shrS(long a, int count) {
        return Lanes.shrS(a, count, SIGNS, BITS);
    }

    public static long shrU(long a, int count) {
        return Lanes.shrU(a, count, SIGNS, BITS);
    }

    public static int allTrue(long low, long high) {
        return Lanes.allTrue(low, SIGNS) && Lanes.allTrue(high, SIGNS) ? 1 : 0;
    }

    public static long mul(long a, long b) {
        return of(low(a) * low(b), high(a) * high(b));
    }

    /// {@return for each two i16 lanes the sum of their products}
    public static long dotI16x8S(long a, long b) {
        return of(dot(low(a), low(b)), dot(high(a), high(b)));
    }

    private static int dot(int a, int b) {
        return (short) a * (short) b + (a >> 16) * (b >> 16);
    }

    public static long extaddPairwiseI16x8S(long a) {
        return of((short) low(a) + (low(a) >> 16), (short) high(a) + (high(a) >> 16));
    }

    public static long extaddPairwiseI16x8U(long a) {
        return (a & 0x0000_FFFF_0000_FFFFL) + (a >>> 16 & 0x0000_FFFF_0000_FFFFL);
    }

    /// {@return two i16 lanes as i32 lanes}
    public static long extendI16x8S(int lanes) {
        return of((short) lanes, lanes >> 16);
    }

    /// {@return two i16 lanes as i32 lanes}
    public static long extendI16x8U(int lanes) {
        return of(lanes & 0xFFFF, lanes >>> 16);
    }

    /// {@return the products of two i16 lanes}
    public static long extmulI16x8S(int a, int b) {
        return of((short) a * (short) b, (a >> 16) * (b >> 16));
    }

    /// {@return the products of two i16 lanes}
    public static long extmulI16x8U(int a, int b) {
        return of((a & 0xFFFF) * (b & 0xFFFF), (a >>> 16) * (b >>> 16));
    }

    public static long truncSatF32x4S(long a) {
        return of((int) F32x4.low(a), (int) F32x4.high(a));
    }

    public static long truncSatF32x4U(long a) {
        return of(Numeric.i32TruncSatF32U(F32x4.low(a)), Numeric.i32TruncSatF32U(F32x4.high(a)));
    }

    /// {@return two f64 lanes as i32 lanes}
    public static long truncSatF64x2S(long low, long high) {
        return of((int) Double.longBitsToDouble(low), (int) Double.longBitsToDouble(high));
    }

    /// {@return two f64 lanes as i32 lanes}
    public static long truncSatF64x2U(long low, long high) {
        return of(
                Numeric.i32TruncSatF64U(Double.longBitsToDouble(low)),
                Numeric.i32TruncSatF64U(Double.longBitsToDouble(high)));
    }

    public static int bitmask(long low, long high) {
        return highestBits(low) | highestBits(high) << 2;
    }

    private static int highestBits(long a) {
        return (int) (a >>> 31) & 1 | (int) (a >>> 62) & 2;
    }

    public static long splat(int x) {
        return of(x, x);
    }

    public static int extractLane(long a, int lane) {
        return (int) (a >>> 32 * lane);
    }

    public static long replaceLane(long a, int x, int lane) {
        return lane == 0 ? of(x, high(a)) : of(low(a), x);
    }

    private static int low(long a) {
        return (int) a;
    }

    private static int high(long a) {
        return (int) (a >>> 32);
    }

    static long of(int low, int high) {
        return low & 0xFFFF_FFFFL | (long) high << 32;
    }
}
