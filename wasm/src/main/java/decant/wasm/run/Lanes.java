package decant.wasm.run;

/// Arithmetic on all lanes of a long at once: eight of 8 bits, four of 16 or two of 32.
///
/// `signs` has the highest bit of every lane, and `bits` is how wide a lane is. Both are constants where these methods
/// are inlined, which is everywhere that matters.
final class Lanes {
    /* Design. Nothing may be carried from one lane into the next. So lanes are added without their highest bits, which
     * never carries beyond them, and the highest bits are added by exclusive or, which never carries. To subtract, they
     * are set first so that nothing is borrowed from the next lane. A comparison first gives a word with the highest bit
     * of every lane for which it holds, and then fills these lanes.
     * [1] Warren, Hacker's Delight, second edition, section 2-18.
     */
    private Lanes() {}

    static long add(long a, long b, long signs) {
        return (a & ~signs) + (b & ~signs) ^ (a ^ b) & signs;
    }

    static long sub(long a, long b, long signs) {
        return (a | signs) - (b & ~signs) ^ (a ^ ~b) & signs;
    }

    static long neg(long a, long signs) {
        return sub(0, a, signs);
    }

    /// {@return all bits of the lanes whose highest bit is all that `highest` may have}
    static long fill(long highest, int bits) {
        return highest - (highest >>> bits - 1) | highest;
    }

    /// {@return the highest bits of the lanes that are not zero}
    private static long nonZero(long a, long signs) {
        return ((a & ~signs) + ~signs | a) & signs;
    }

    /// {@return the highest bits of the lanes in which `a` is less than `b`, unsigned}
    private static long less(long a, long b, long signs) {
        return (~a & b | ~(a ^ b) & sub(a, b, signs)) & signs;
    }

    static boolean allTrue(long a, long signs) {
        return nonZero(a, signs) == signs;
    }

    static long eq(long a, long b, long signs, int bits) {
        return fill(nonZero(a ^ b, signs) ^ signs, bits);
    }

    static long ltU(long a, long b, long signs, int bits) {
        return fill(less(a, b, signs), bits);
    }

    static long ltS(long a, long b, long signs, int bits) {
        return ltU(a ^ signs, b ^ signs, signs, bits);
    }

    /// {@return the lanes of `a` where the mask is set, those of `b` elsewhere}
    static long choose(long mask, long a, long b) {
        return b ^ (a ^ b) & mask;
    }

    static long minU(long a, long b, long signs, int bits) {
        return choose(ltU(a, b, signs, bits), a, b);
    }

    static long maxU(long a, long b, long signs, int bits) {
        return choose(ltU(a, b, signs, bits), b, a);
    }

    static long minS(long a, long b, long signs, int bits) {
        return choose(ltS(a, b, signs, bits), a, b);
    }

    static long maxS(long a, long b, long signs, int bits) {
        return choose(ltS(a, b, signs, bits), b, a);
    }

    static long abs(long a, long signs, int bits) {
        long negative = fill(a & signs, bits);
        return sub(a ^ negative, negative, signs);
    }

    static long addSatU(long a, long b, long signs, int bits) {
        long sum = add(a, b, signs);
        return sum | fill((a & b | (a | b) & ~sum) & signs, bits);
    }

    static long subSatU(long a, long b, long signs, int bits) {
        return sub(a, b, signs) & ~ltU(a, b, signs, bits);
    }

    static long addSatS(long a, long b, long signs, int bits) {
        long sum = add(a, b, signs);
        return choose(fill(~(a ^ b) & (a ^ sum) & signs, bits), limits(a, signs, bits), sum);
    }

    static long subSatS(long a, long b, long signs, int bits) {
        long difference = sub(a, b, signs);
        return choose(fill((a ^ b) & (a ^ difference) & signs, bits), limits(a, signs, bits), difference);
    }

    /// {@return the lowest number in lanes that are negative, the highest in the others}
    private static long limits(long a, long signs, int bits) {
        return ~signs + ((a & signs) >>> bits - 1);
    }

    /// {@return the average, rounded up}
    static long avgrU(long a, long b, long signs) {
        return (a | b) - ((a ^ b) >>> 1 & ~signs);
    }

    static long shl(long a, int count, long signs, int bits) {
        int by = count & bits - 1;
        return (a & low(bits - by, signs, bits)) << by;
    }

    static long shrU(long a, int count, long signs, int bits) {
        int by = count & bits - 1;
        return a >>> by & low(bits - by, signs, bits);
    }

    static long shrS(long a, int count, long signs, int bits) {
        int by = count & bits - 1;
        return shrU(a, by, signs, bits) | fill(a & signs, bits) & ~low(bits - by, signs, bits);
    }

    /// {@return the lowest `count` bits of every lane, of which there is at least one}
    private static long low(int count, long signs, int bits) {
        return (-1L >>> 64 - count) * (signs >>> bits - 1);
    }
}
