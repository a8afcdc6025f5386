package decant.wasm.run;

import jdk.internal.misc.Unsafe;

/// The loads and stores of WebAssembly, by the JDK's internal `Unsafe`.
///
/// A load or store comes in steps, each a method: {@link InstanceState#place32} or its sister checks the address,
/// before
/// a store its page is marked, and a method named like the instruction moves the bytes. Each is so small that the
/// just-in-time compiler inlines it where it is called now and then, up to 35 bytes, and calls nothing that would have
/// to
/// be inlined in turn: how often a helper calls another is counted for all its callers together, and while the compiler
/// is busy it is not counted at all. What it then takes for rare stays a call, in the middle of a loop.
///
/// `at` is where an address is in our process, checked together with the offset.
public final class UnsafeAccess {
    private static final Unsafe UNSAFE = Unsafe.getUnsafe();

    private UnsafeAccess() {}

    public static int i32Load(long at, int offset) {
        return UNSAFE.getInt(null, at + offset);
    }

    public static long i64Load(long at, int offset) {
        return UNSAFE.getLong(null, at + offset);
    }

    public static float f32Load(long at, int offset) {
        return UNSAFE.getFloat(null, at + offset);
    }

    public static double f64Load(long at, int offset) {
        return UNSAFE.getDouble(null, at + offset);
    }

    public static int i32Load8S(long at, int offset) {
        return UNSAFE.getByte(null, at + offset);
    }

    public static int i32Load8U(long at, int offset) {
        return UNSAFE.getByte(null, at + offset) & 0xFF;
    }

    public static int i32Load16S(long at, int offset) {
        return UNSAFE.getShort(null, at + offset);
    }

    public static int i32Load16U(long at, int offset) {
        return UNSAFE.getShort(null, at + offset) & 0xFFFF;
    }

    public static long i64Load8S(long at, int offset) {
        return UNSAFE.getByte(null, at + offset);
    }

    public static long i64Load8U(long at, int offset) {
        return UNSAFE.getByte(null, at + offset) & 0xFFL;
    }

    public static long i64Load16S(long at, int offset) {
        return UNSAFE.getShort(null, at + offset);
    }

    public static long i64Load16U(long at, int offset) {
        return UNSAFE.getShort(null, at + offset) & 0xFFFFL;
    }

    public static long i64Load32S(long at, int offset) {
        return UNSAFE.getInt(null, at + offset);
    }

    public static long i64Load32U(long at, int offset) {
        return UNSAFE.getInt(null, at + offset) & 0xFFFF_FFFFL;
    }

    /// {@return where the vector is}
    public static long v128Place(long at, int offset) {
        return at + offset;
    }

    public static void i32Store(int value, long at, int offset) {
        UNSAFE.putInt(null, at + offset, value);
    }

    public static void i64Store(long value, long at, int offset) {
        UNSAFE.putLong(null, at + offset, value);
    }

    public static void f32Store(float value, long at, int offset) {
        UNSAFE.putFloat(null, at + offset, value);
    }

    public static void f64Store(double value, long at, int offset) {
        UNSAFE.putDouble(null, at + offset, value);
    }

    public static void i32Store8(int value, long at, int offset) {
        UNSAFE.putByte(null, at + offset, (byte) value);
    }

    public static void i32Store16(int value, long at, int offset) {
        UNSAFE.putShort(null, at + offset, (short) value);
    }

    public static void i64Store8(long value, long at, int offset) {
        UNSAFE.putByte(null, at + offset, (byte) value);
    }

    public static void i64Store16(long value, long at, int offset) {
        UNSAFE.putShort(null, at + offset, (short) value);
    }

    public static void i64Store32(long value, long at, int offset) {
        UNSAFE.putInt(null, at + offset, (int) value);
    }

    public static void mark32(long at, InstanceState state, int offset) {
        // As an int, for which the compiler needs no extension before it indexes.
        int place = (int) (at - state.memoryBase) + offset;
        UNSAFE.putByte(
                null, state.memoryBase - PageMarks.BYTES + (place >>> LinearMemory.PAGE_SHIFT), PageMarks.STORED);
    }

    public static void mark64(long at, InstanceState state, int offset) {
        long place = at - state.memoryBase + offset;
        UNSAFE.putByte(
                null, state.memoryBase - PageMarks.BYTES + (place >>> LinearMemory.PAGE_SHIFT), PageMarks.STORED);
    }
}
