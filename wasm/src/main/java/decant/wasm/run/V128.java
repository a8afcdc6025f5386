package decant.wasm.run;

import static decant.wasm.run.Raw.RAW;

/// The instructions on vectors as mere bits: each method works on one half where it takes one long per operand.
///
/// A vector is two longs, low and high; lane 0 has the lowest bits of the low one.
public final class V128 {
    private V128() {}

    public static long not(long a) {
        return ~a;
    }

    public static long and(long a, long b) {
        return a & b;
    }

    public static long andnot(long a, long b) {
        return a & ~b;
    }

    public static long or(long a, long b) {
        return a | b;
    }

    public static long xor(long a, long b) {
        return a ^ b;
    }

    public static long bitselect(long a, long b, long mask) {
        return Lanes.choose(mask, a, b);
    }

    public static int anyTrue(long low, long high) {
        return (low | high) != 0 ? 1 : 0;
    }

    // Memory, at addresses in our process that have been checked for 16 bytes.

    public static long low(long at) {
        return RAW.getLong(at);
    }

    public static long high(long at) {
        return RAW.getLong(at + 8);
    }

    /// Stores both halves. One mark is enough: it also covers what a store can reach of the page behind.
    public static void store(long at, long low, long high, InstanceState state) {
        PageMarks.store(state.memoryBase, at - state.memoryBase);
        RAW.putLong(at, low);
        RAW.putLong(at + 8, high);
    }
}
