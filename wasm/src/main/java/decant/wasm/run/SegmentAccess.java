package decant.wasm.run;

/// The loads and stores of {@link UnsafeAccess} by the public foreign-memory interface, where `Unsafe` cannot be had.
public final class SegmentAccess {
    private static final SegmentMemory RAW = new SegmentMemory();

    private SegmentAccess() {}

    public static int i32Load(long at, int offset) {
        return RAW.getInt(at + offset);
    }

    public static long i64Load(long at, int offset) {
        return RAW.getLong(at + offset);
    }

    public static float f32Load(long at, int offset) {
        return RAW.getFloat(at + offset);
    }

    public static double f64Load(long at, int offset) {
        return RAW.getDouble(at + offset);
    }

    public static int i32Load8S(long at, int offset) {
        return RAW.getByte(at + offset);
    }

    public static int i32Load8U(long at, int offset) {
        return RAW.getByte(at + offset) & 0xFF;
    }

    public static int i32Load16S(long at, int offset) {
        return RAW.getShort(at + offset);
    }

    public static int i32Load16U(long at, int offset) {
        return RAW.getShort(at + offset) & 0xFFFF;
    }

    public static long i64Load8S(long at, int offset) {
        return RAW.getByte(at + offset);
    }

    public static long i64Load8U(long at, int offset) {
        return RAW.getByte(at + offset) & 0xFFL;
    }

    public static long i64Load16S(long at, int offset) {
        return RAW.getShort(at + offset);
    }

    public static long i64Load16U(long at, int offset) {
        return RAW.getShort(at + offset) & 0xFFFFL;
    }

    public static long i64Load32S(long at, int offset) {
        return RAW.getInt(at + offset);
    }

    public static long i64Load32U(long at, int offset) {
        return RAW.getInt(at + offset) & 0xFFFF_FFFFL;
    }

    /// {@return where the vector is}
    public static long v128Place(long at, int offset) {
        return at + offset;
    }

    public static void i32Store(int value, long at, int offset) {
        RAW.putInt(at + offset, value);
    }

    public static void i64Store(long value, long at, int offset) {
        RAW.putLong(at + offset, value);
    }

    public static void f32Store(float value, long at, int offset) {
        RAW.putFloat(at + offset, value);
    }

    public static void f64Store(double value, long at, int offset) {
        RAW.putDouble(at + offset, value);
    }

    public static void i32Store8(int value, long at, int offset) {
        RAW.putByte(at + offset, (byte) value);
    }

    public static void i32Store16(int value, long at, int offset) {
        RAW.putShort(at + offset, (short) value);
    }

    public static void i64Store8(long value, long at, int offset) {
        RAW.putByte(at + offset, (byte) value);
    }

    public static void i64Store16(long value, long at, int offset) {
        RAW.putShort(at + offset, (short) value);
    }

    public static void i64Store32(long value, long at, int offset) {
        RAW.putInt(at + offset, (int) value);
    }

    public static void mark32(long at, InstanceState state, int offset) {
        // As an int, for which the compiler needs no extension before it indexes.
        int place = (int) (at - state.memoryBase) + offset;
        RAW.putByte(state.memoryBase - PageMarks.BYTES + (place >>> LinearMemory.PAGE_SHIFT), PageMarks.STORED);
    }

    public static void mark64(long at, InstanceState state, int offset) {
        long place = at - state.memoryBase + offset;
        RAW.putByte(state.memoryBase - PageMarks.BYTES + (place >>> LinearMemory.PAGE_SHIFT), PageMarks.STORED);
    }
}
