package decant.wasm.run;

/// The loads and stores of {@link UnsafeAccess} by the public foreign-memory interface, where `Unsafe` cannot be had.
public final class SegmentAccess {
    private static final SegmentMemory RAW = new SegmentMemory();

    private SegmentAccess() {}

    public static int i32Load(long place, InstanceState state, int offset) {
        return RAW.getInt(state.memoryBase + place + offset);
    }

    public static long i64Load(long place, InstanceState state, int offset) {
        return RAW.getLong(state.memoryBase + place + offset);
    }

    public static float f32Load(long place, InstanceState state, int offset) {
        return RAW.getFloat(state.memoryBase + place + offset);
    }

    public static double f64Load(long place, InstanceState state, int offset) {
        return RAW.getDouble(state.memoryBase + place + offset);
    }

    public static int i32Load8S(long place, InstanceState state, int offset) {
        return RAW.getByte(state.memoryBase + place + offset);
    }

    public static int i32Load8U(long place, InstanceState state, int offset) {
        return RAW.getByte(state.memoryBase + place + offset) & 0xFF;
    }

    public static int i32Load16S(long place, InstanceState state, int offset) {
        return RAW.getShort(state.memoryBase + place + offset);
    }

    public static int i32Load16U(long place, InstanceState state, int offset) {
        return RAW.getShort(state.memoryBase + place + offset) & 0xFFFF;
    }

    public static long i64Load8S(long place, InstanceState state, int offset) {
        return RAW.getByte(state.memoryBase + place + offset);
    }

    public static long i64Load8U(long place, InstanceState state, int offset) {
        return RAW.getByte(state.memoryBase + place + offset) & 0xFFL;
    }

    public static long i64Load16S(long place, InstanceState state, int offset) {
        return RAW.getShort(state.memoryBase + place + offset);
    }

    public static long i64Load16U(long place, InstanceState state, int offset) {
        return RAW.getShort(state.memoryBase + place + offset) & 0xFFFFL;
    }

    public static long i64Load32S(long place, InstanceState state, int offset) {
        return RAW.getInt(state.memoryBase + place + offset);
    }

    public static long i64Load32U(long place, InstanceState state, int offset) {
        return RAW.getInt(state.memoryBase + place + offset) & 0xFFFF_FFFFL;
    }

    /// {@return where the vector is}
    public static long v128Place(long place, InstanceState state, int offset) {
        return state.memoryBase + place + offset;
    }

    public static void i32Store(int value, long place, InstanceState state, int offset) {
        RAW.putInt(state.memoryBase + place + offset, value);
    }

    public static void i64Store(long value, long place, InstanceState state, int offset) {
        RAW.putLong(state.memoryBase + place + offset, value);
    }

    public static void f32Store(float value, long place, InstanceState state, int offset) {
        RAW.putFloat(state.memoryBase + place + offset, value);
    }

    public static void f64Store(double value, long place, InstanceState state, int offset) {
        RAW.putDouble(state.memoryBase + place + offset, value);
    }

    public static void i32Store8(int value, long place, InstanceState state, int offset) {
        RAW.putByte(state.memoryBase + place + offset, (byte) value);
    }

    public static void i32Store16(int value, long place, InstanceState state, int offset) {
        RAW.putShort(state.memoryBase + place + offset, (short) value);
    }

    public static void i64Store8(long value, long place, InstanceState state, int offset) {
        RAW.putByte(state.memoryBase + place + offset, (byte) value);
    }

    public static void i64Store16(long value, long place, InstanceState state, int offset) {
        RAW.putShort(state.memoryBase + place + offset, (short) value);
    }

    public static void i64Store32(long value, long place, InstanceState state, int offset) {
        RAW.putInt(state.memoryBase + place + offset, (int) value);
    }

    public static void mark32(long place, InstanceState state, int offset) {
        // As an int, for which the compiler needs no extension before it indexes.
        int page = (int) place + offset >>> LinearMemory.PAGE_SHIFT;
        RAW.putByte(state.memoryBase - PageMarks.BYTES + page, PageMarks.STORED);
    }

    public static void mark64(long place, InstanceState state, int offset) {
        long page = place + offset >>> LinearMemory.PAGE_SHIFT;
        RAW.putByte(state.memoryBase - PageMarks.BYTES + page, PageMarks.STORED);
    }

    public static void read32(long place, InstanceState state, int offset) {
        int page = (int) place + offset >>> LinearMemory.WASM_PAGE_SHIFT;
        RAW.putByte(state.memoryBase - PageMarks.READS + page, PageMarks.READ);
    }

    public static void read64(long place, InstanceState state, int offset) {
        long page = place + offset >>> LinearMemory.WASM_PAGE_SHIFT;
        RAW.putByte(state.memoryBase - PageMarks.READS + page, PageMarks.READ);
    }
}
