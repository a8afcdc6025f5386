package decant.wasm.run;

/// The instructions on vectors of two i64 lanes, each on the lane of one half where it takes one long per operand.
public final class I64x2 {
    private I64x2() {}

    public static long eq(long a, long b) {
        return a == b ? -1 : 0;
    }

    public static long ne(long a, long b) {
        return a != b ? -1 : 0;
    }

    public static long ltS(long a, long b) {
        return a < b ? -1 : 0;
    }

    public static long gtS(long a, long b) {
        return a > b ? -1 : 0;
    }

    public static long leS(long a, long b) {
        return a <= b ? -1 : 0;
    }

    public static long geS(long a, long b) {
        return a >= b ? -1 : 0;
    }

    public static long abs(long a) {
        return Math.abs(a);
    }

    public static long neg(long a) {
        return -a;
    }

    public static long add(long a, long b) {
        return a + b;
    }

    public static long sub(long a, long b) {
        return a - b;
    }

    public static long mul(long a, long b) {
        return a * b;
    }

    public static long shl(long a, int count) {
        return a << count;
    }

    public static long shrS(long a, int count) {
        return a >> count;
    }

    public static long shrU(long a, int count) {
        return a >>> count;
    }

    public static long extendI32x4S(int lane) {
        return lane;
    }

    public static long extendI32x4U(int lane) {
        return lane & 0xFFFF_FFFFL;
    }

    public static long extmulI32x4S(int a, int b) {
        return (long) a * b;
    }

    public static long extmulI32x4U(int a, int b) {
        return (a & 0xFFFF_FFFFL) * (b & 0xFFFF_FFFFL);
    }

    public static int allTrue(long low, long high) {
        return low != 0 && high != 0 ? 1 : 0;
    }

    public static int bitmask(long low, long high) {
        return (int) (low >>> 63 | high >>> 63 << 1);
    }

    public static long splat(long x) {
        return x;
    }

    /// {@return the lane of a half, whose number is 0}
    public static long extractLane(long a, int lane) {
        return a;
    }

    /// {@return the new lane of a half, whose number is 0}
    public static long replaceLane(long a, long x, int lane) {
        return x;
    }
}
