package decant.wasm.run;

/// The instructions on vectors of sixteen i8, each on the eight lanes of one half where it takes one long per operand.
public final class I8x16 {
    private static final long SIGNS = 0x8080_8080_8080_8080L;
    private static final int BITS = Byte.SIZE;

    /// Moves the lowest bits of the lanes, one by one, into the highest lane.
    private static final long GATHER = 0x0102_0408_1020_4080L;

    private I8x16() {}

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

    public static long popcnt(long a) {
        long pairs = a - (a >>> 1 & 0x5555_5555_5555_5555L);
        long fours = (pairs & 0x3333_3333_3333_3333L) + (pairs >>> 2 & 0x3333_3333_3333_3333L);
        return fours + (fours >>> 4) & 0x0F0F_0F0F_0F0F_0F0FL;
    }

    public static int bitmask(long low, long high) {
        return highestBits(low) | highestBits(high) << 8;
    }

    private static int highestBits(long a) {
        return (int) (((a & SIGNS) >>> 7) * GATHER >>> 56);
    }

    /// {@return eight i16 lanes as i8 lanes}
    public static long narrowI16x8S(long low, long high) {
        return packed(I16x8.clamped(low, Byte.MIN_VALUE, Byte.MAX_VALUE))
                | packed(I16x8.clamped(high, Byte.MIN_VALUE, Byte.MAX_VALUE)) << 32;
    }

    /// {@return eight i16 lanes as i8 lanes}
    public static long narrowI16x8U(long low, long high) {
        return packed(I16x8.clamped(low, 0, 0xFF)) | packed(I16x8.clamped(high, 0, 0xFF)) << 32;
    }

    /// {@return the low bytes of the four i16 lanes}
    private static long packed(long a) {
        long bytes = a & 0x00FF_00FF_00FF_00FFL;
        long pairs = (bytes | bytes >>> 8) & 0x0000_FFFF_0000_FFFFL;
        return (pairs | pairs >>> 16) & 0xFFFF_FFFFL;
    }

    public static long splat(int x) {
        return (x & 0xFFL) * 0x0101_0101_0101_0101L;
    }

    public static int extractLaneS(long a, int lane) {
        return (byte) (a >>> 8 * lane);
    }

    public static int extractLaneU(long a, int lane) {
        return (int) (a >>> 8 * lane) & 0xFF;
    }

    public static long replaceLane(long a, int x, int lane) {
        return a & ~(0xFFL << 8 * lane) | (x & 0xFFL) << 8 * lane;
    }

    /// {@return for each lane of `indices` the lane of the vector with this index, or 0 when there is none}
    public static long swizzle(long low, long high, long indices) {
        long result = 0;
        for (int shift = 0; shift < 64; shift += 8) {
            int index = (int) (indices >>> shift) & 0xFF;
            long lane = index < 16 ? lane(low, high, index) : 0;
            result |= lane << shift;
        }
        return result;
    }

    /// {@return eight lanes of two vectors, by their indices in the lanes of `indices`, a constant}
    public static long shuffle(long low, long high, long otherLow, long otherHigh, long indices) {
        return picked(low, high, otherLow, otherHigh, indices)
                | picked(low, high, otherLow, otherHigh, indices >>> 8) << 8
                | picked(low, high, otherLow, otherHigh, indices >>> 16) << 16
                | picked(low, high, otherLow, otherHigh, indices >>> 24) << 24
                | picked(low, high, otherLow, otherHigh, indices >>> 32) << 32
                | picked(low, high, otherLow, otherHigh, indices >>> 40) << 40
                | picked(low, high, otherLow, otherHigh, indices >>> 48) << 48
                | picked(low, high, otherLow, otherHigh, indices >>> 56) << 56;
    }

    private static long picked(long low, long high, long otherLow, long otherHigh, long indices) {
        int index = (int) indices & 31;
        return index < 16 ? lane(low, high, index) : lane(otherLow, otherHigh, index - 16);
    }

    private static long lane(long low, long high, int index) {
        return (index < 8 ? low : high) >>> 8 * (index & 7) & 0xFF;
    }
}
