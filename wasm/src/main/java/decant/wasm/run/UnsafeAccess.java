package decant.wasm.run;

import jdk.internal.misc.Unsafe;

/// The loads and stores of WebAssembly, by the JDK's internal `Unsafe`.
///
/// A load or store comes in steps, each a method: {@link InstanceState#place32} or its sister checks the address, a
/// store's page is marked, and a method named like the instruction moves the bytes. Each is so small that the
/// just-in-time compiler inlines it where it is called now and then, up to 35 bytes, and calls nothing that would
/// have to be inlined in turn: how often a helper calls another is counted for all its callers together, and while
/// the compiler is busy it is not counted at all. What it then takes for rare stays a call, in the middle of a loop.
///
/// `place` is an address in the memory, checked together with the offset, which is that of the instruction and what was
/// added to the address before.
public final class UnsafeAccess {
    private static final Unsafe UNSAFE = Unsafe.getUnsafe();

    private UnsafeAccess() {}

    public static int i32Load(long place, InstanceState state, int offset) {
        return UNSAFE.getInt(null, state.memoryBase + place + offset);
    }

    public static long i64Load(long place, InstanceState state, int offset) {
        return UNSAFE.getLong(null, state.memoryBase + place + offset);
    }

    public static float f32Load(long place, InstanceState state, int offset) {
        return UNSAFE.getFloat(null, state.memoryBase + place + offset);
    }

    public static double f64Load(long place, InstanceState state, int offset) {
        return UNSAFE.getDouble(null, state.memoryBase + place + offset);
    }

    public static int i32Load8S(long place, InstanceState state, int offset) {
        return UNSAFE.getByte(null, state.memoryBase + place + offset);
    }

    public static int i32Load8U(long place, InstanceState state, int offset) {
        return UNSAFE.getByte(null, state.memoryBase + place + offset) & 0xFF;
    }

    public static int i32Load16S(long place, InstanceState state, int offset) {
        return UNSAFE.getShort(null, state.memoryBase + place + offset);
    }

    public static int i32Load16U(long place, InstanceState state, int offset) {
        return UNSAFE.getShort(null, state.memoryBase + place + offset) & 0xFFFF;
    }

    public static long i64Load8S(long place, InstanceState state, int offset) {
        return UNSAFE.getByte(null, state.memoryBase + place + offset);
    }

    public static long i64Load8U(long place, InstanceState state, int offset) {
        return UNSAFE.getByte(null, state.memoryBase + place + offset) & 0xFFL;
    }

    public static long i64Load16S(long place, InstanceState state, int offset) {
        return UNSAFE.getShort(null, state.memoryBase + place + offset);
    }

    public static long i64Load16U(long place, InstanceState state, int offset) {
        return UNSAFE.getShort(null, state.memoryBase + place + offset) & 0xFFFFL;
    }

    public static long i64Load32S(long place, InstanceState state, int offset) {
        return UNSAFE.getInt(null, state.memoryBase + place + offset);
    }

    public static long i64Load32U(long place, InstanceState state, int offset) {
        return UNSAFE.getInt(null, state.memoryBase + place + offset) & 0xFFFF_FFFFL;
    }

    /// {@return where the vector is}
    public static long v128Place(long place, InstanceState state, int offset) {
        return state.memoryBase + place + offset;
    }

    public static void i32Store(int value, long place, InstanceState state, int offset) {
        UNSAFE.putInt(null, state.memoryBase + place + offset, value);
    }

    public static void i64Store(long value, long place, InstanceState state, int offset) {
        UNSAFE.putLong(null, state.memoryBase + place + offset, value);
    }

    public static void f32Store(float value, long place, InstanceState state, int offset) {
        UNSAFE.putFloat(null, state.memoryBase + place + offset, value);
    }

    public static void f64Store(double value, long place, InstanceState state, int offset) {
        UNSAFE.putDouble(null, state.memoryBase + place + offset, value);
    }

    public static void i32Store8(int value, long place, InstanceState state, int offset) {
        UNSAFE.putByte(null, state.memoryBase + place + offset, (byte) value);
    }

    public static void i32Store16(int value, long place, InstanceState state, int offset) {
        UNSAFE.putShort(null, state.memoryBase + place + offset, (short) value);
    }

    public static void i64Store8(long value, long place, InstanceState state, int offset) {
        UNSAFE.putByte(null, state.memoryBase + place + offset, (byte) value);
    }

    public static void i64Store16(long value, long place, InstanceState state, int offset) {
        UNSAFE.putShort(null, state.memoryBase + place + offset, (short) value);
    }

    public static void i64Store32(long value, long place, InstanceState state, int offset) {
        UNSAFE.putInt(null, state.memoryBase + place + offset, (int) value);
    }

    public static void mark32(long place, InstanceState state, int offset) {
        // As an int, for which the compiler needs no extension before it indexes.
        int page = (int) place + offset >>> LinearMemory.PAGE_SHIFT;
        UNSAFE.putByte(null, state.memoryBase - PageMarks.BYTES + page, PageMarks.STORED);
    }

    public static void mark64(long place, InstanceState state, int offset) {
        long page = place + offset >>> LinearMemory.PAGE_SHIFT;
        UNSAFE.putByte(null, state.memoryBase - PageMarks.BYTES + page, PageMarks.STORED);
    }

    public static void read32(long place, InstanceState state, int offset) {
        int page = (int) place + offset >>> LinearMemory.WASM_PAGE_SHIFT;
        UNSAFE.putByte(null, state.memoryBase - PageMarks.READS + page, PageMarks.READ);
    }

    public static void read64(long place, InstanceState state, int offset) {
        long page = place + offset >>> LinearMemory.WASM_PAGE_SHIFT;
        UNSAFE.putByte(null, state.memoryBase - PageMarks.READS + page, PageMarks.READ);
    }
}
