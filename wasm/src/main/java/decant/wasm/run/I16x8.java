package decant.wasm.run;

/// The instructions on vectors of eight i16, each on the four lanes of one half where it takes one long per operand.
public final class I16x8 {
    private static final long SIGNS = 0x8000_8000_8000_8000L;
    private static final int BITS = Short.SIZE;

    private static final long EVEN_BYTES = 0x00FF_00FF_00FF_00FFL;

    private I16x8() {}

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

    public static long addSatS(long a, long b) {
        return Lanes.addSatS(a, b, SIGNS, BITS);
    }

    public static long addSatU(long a, long b) {
        return Lanes.addSatU(a, b, SIGNS, BITS);
    }

    public static long subSatS(long a, long b) {
        return Lanes.subSatS(a, b, SIGNS, BITS);
    }

    public static long subSatU(long a, long b) {
        return Lanes.subSatU(a, b, SIGNS, BITS);
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

    public static long avgrU(long a, long b) {
        return Lanes.avgrU(a, b, SIGNS);
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
        return of(lane(a, 0) * lane(b, 0), lane(a, 1) * lane(b, 1), lane(a, 2) * lane(b, 2), lane(a, 3) * lane(b, 3));
    }

    /// {@return products of fixed-point numbers with 15 bits behind the point}
    public static long q15mulrSatS(long a, long b) {
        return of(
                q15(lane(a, 0) * lane(b, 0)),
                q15(lane(a, 1) * lane(b, 1)),
                q15(lane(a, 2) * lane(b, 2)),
                q15(lane(a, 3) * lane(b, 3)));
    }

    private static int q15(int product) {
        return Math.min(product + 0x4000 >> 15, Short.MAX_VALUE);
    }

    public static long extaddPairwiseI8x16S(long a) {
        return add(shrS(shl(a, 8), 8), shrS(a, 8));
    }

    public static long extaddPairwiseI8x16U(long a) {
        return (a & EVEN_BYTES) + (a >>> 8 & EVEN_BYTES);
    }

    /// {@return four i8 lanes as i16 lanes}
    public static long extendI8x16S(int lanes) {
        long bytes = extendI8x16U(lanes);
        return bytes | (bytes >>> 7 & 0x0001_0001_0001_0001L) * 0xFF00;
    }

    /// {@return four i8 lanes as i16 lanes}
    public static long extendI8x16U(int lanes) {
        long a = lanes & 0xFFFF_FFFFL;
        long pairs = (a | a << 16) & 0x0000_FFFF_0000_FFFFL;
        return (pairs | pairs << 8) & EVEN_BYTES;
    }

    /// {@return the products of four i8 lanes}
    public static long extmulI8x16S(int a, int b) {
        return mul(extendI8x16S(a), extendI8x16S(b));
    }

    /// {@return the products of four i8 lanes}
    public static long extmulI8x16U(int a, int b) {
        return mul(extendI8x16U(a), extendI8x16U(b));
    }

    /// {@return four i32 lanes as i16 lanes}
    public static long narrowI32x4S(long low, long high) {
        return of(narrowS((int) low), narrowS((int) (low >> 32)), narrowS((int) high), narrowS((int) (high >> 32)));
    }

    private static int narrowS(int lane) {
        return Math.max(Short.MIN_VALUE, Math.min(lane, Short.MAX_VALUE));
    }

    /// {@return four i32 lanes as i16 lanes}
    public static long narrowI32x4U(long low, long high) {
        return of(narrowU((int) low), narrowU((int) (low >> 32)), narrowU((int) high), narrowU((int) (high >> 32)));
    }

    private static int narrowU(int lane) {
        return Math.max(0, Math.min(lane, 0xFFFF));
    }

    public static int bitmask(long low, long high) {
        return highestBits(low) | highestBits(high) << 4;
    }

    private static int highestBits(long a) {
        long bits = (a & SIGNS) >>> 15;
        return (int) (bits | bits >>> 15 | bits >>> 30 | bits >>> 45) & 0xF;
    }

    public static long splat(int x) {
        return (x & 0xFFFFL) * 0x0001_0001_0001_0001L;
    }

    public static int extractLaneS(long a, int lane) {
        return lane(a, lane);
    }

    public static int extractLaneU(long a, int lane) {
        return lane(a, lane) & 0xFFFF;
    }

    public static long replaceLane(long a, int x, int lane) {
        return a & ~(0xFFFFL << 16 * lane) | (x & 0xFFFFL) << 16 * lane;
    }

    /// {@return the lanes, none below `least` or above `most`}
    static long clamped(long a, int least, int most) {
        return minS(maxS(a, splat(least)), splat(most));
    }

    private static int lane(long a, int lane) {
        return (short) (a >>> 16 * lane);
    }

    private static long of(int lane0, int lane1, int lane2, int lane3) {
        return lane0 & 0xFFFFL | (lane1 & 0xFFFFL) << 16 | (lane2 & 0xFFFFL) << 32 | (long) lane3 << 48;
    }
}
