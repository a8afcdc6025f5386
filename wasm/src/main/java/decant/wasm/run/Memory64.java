package decant.wasm.run;

import static decant.wasm.run.Raw.RAW;

/// The loads and stores of memories addressed by i64, one method per instruction.
///
/// To be called only where the memory's minimal size is at least `offset` plus the size of the access, or where the
/// address comes from {@link InstanceState#far}: see {@link InstanceState#place64}.
public final class Memory64 {
    private Memory64() {}

    public static int i32Load(long address, InstanceState state, int offset) {
        return RAW.getInt(state.memoryBase + state.place64(address, offset, 4));
    }

    public static long i64Load(long address, InstanceState state, int offset) {
        return RAW.getLong(state.memoryBase + state.place64(address, offset, 8));
    }

    public static float f32Load(long address, InstanceState state, int offset) {
        return RAW.getFloat(state.memoryBase + state.place64(address, offset, 4));
    }

    public static double f64Load(long address, InstanceState state, int offset) {
        return RAW.getDouble(state.memoryBase + state.place64(address, offset, 8));
    }

    public static int i32Load8S(long address, InstanceState state, int offset) {
        return RAW.getByte(state.memoryBase + state.place64(address, offset, 1));
    }

    public static int i32Load8U(long address, InstanceState state, int offset) {
        return RAW.getByte(state.memoryBase + state.place64(address, offset, 1)) & 0xFF;
    }

    public static int i32Load16S(long address, InstanceState state, int offset) {
        return RAW.getShort(state.memoryBase + state.place64(address, offset, 2));
    }

    public static int i32Load16U(long address, InstanceState state, int offset) {
        return RAW.getShort(state.memoryBase + state.place64(address, offset, 2)) & 0xFFFF;
    }

    public static long i64Load8S(long address, InstanceState state, int offset) {
        return RAW.getByte(state.memoryBase + state.place64(address, offset, 1));
    }

    public static long i64Load8U(long address, InstanceState state, int offset) {
        return RAW.getByte(state.memoryBase + state.place64(address, offset, 1)) & 0xFFL;
    }

    public static long i64Load16S(long address, InstanceState state, int offset) {
        return RAW.getShort(state.memoryBase + state.place64(address, offset, 2));
    }

    public static long i64Load16U(long address, InstanceState state, int offset) {
        return RAW.getShort(state.memoryBase + state.place64(address, offset, 2)) & 0xFFFFL;
    }

    public static long i64Load32S(long address, InstanceState state, int offset) {
        return RAW.getInt(state.memoryBase + state.place64(address, offset, 4));
    }

    public static long i64Load32U(long address, InstanceState state, int offset) {
        return RAW.getInt(state.memoryBase + state.place64(address, offset, 4)) & 0xFFFF_FFFFL;
    }

    /// {@return the place of the 16 bytes of a vector}
    public static long v128Place(long address, InstanceState state, int offset) {
        return state.place64(address, offset, 16);
    }

    public static void i32Store(long address, int value, InstanceState state, int offset) {
        RAW.putInt(state.marked(state.place64(address, offset, 4)), value);
    }

    public static void i64Store(long address, long value, InstanceState state, int offset) {
        RAW.putLong(state.marked(state.place64(address, offset, 8)), value);
    }

    public static void f32Store(long address, float value, InstanceState state, int offset) {
        RAW.putFloat(state.marked(state.place64(address, offset, 4)), value);
    }

    public static void f64Store(long address, double value, InstanceState state, int offset) {
        RAW.putDouble(state.marked(state.place64(address, offset, 8)), value);
    }

    public static void i32Store8(long address, int value, InstanceState state, int offset) {
        RAW.putByte(state.marked(state.place64(address, offset, 1)), (byte) value);
    }

    public static void i32Store16(long address, int value, InstanceState state, int offset) {
        RAW.putShort(state.marked(state.place64(address, offset, 2)), (short) value);
    }

    public static void i64Store8(long address, long value, InstanceState state, int offset) {
        RAW.putByte(state.marked(state.place64(address, offset, 1)), (byte) value);
    }

    public static void i64Store16(long address, long value, InstanceState state, int offset) {
        RAW.putShort(state.marked(state.place64(address, offset, 2)), (short) value);
    }

    public static void i64Store32(long address, long value, InstanceState state, int offset) {
        RAW.putInt(state.marked(state.place64(address, offset, 4)), (int) value);
    }
}
