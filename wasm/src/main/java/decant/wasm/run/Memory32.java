package decant.wasm.run;

import static decant.wasm.run.Raw.RAW;

/// The loads and stores of memories addressed by i32, one method per instruction.
///
/// Small on purpose: the just-in-time compiler inlines methods of up to 35 bytes of code wherever they are called.
public final class Memory32 {
    private Memory32() {}

    public static int i32Load(int address, InstanceState state, int offset) {
        return RAW.getInt(state.memoryBase + state.place32(address, offset, 4));
    }

    public static long i64Load(int address, InstanceState state, int offset) {
        return RAW.getLong(state.memoryBase + state.place32(address, offset, 8));
    }

    public static float f32Load(int address, InstanceState state, int offset) {
        return RAW.getFloat(state.memoryBase + state.place32(address, offset, 4));
    }

    public static double f64Load(int address, InstanceState state, int offset) {
        return RAW.getDouble(state.memoryBase + state.place32(address, offset, 8));
    }

    public static int i32Load8S(int address, InstanceState state, int offset) {
        return RAW.getByte(state.memoryBase + state.place32(address, offset, 1));
    }

    public static int i32Load8U(int address, InstanceState state, int offset) {
        return RAW.getByte(state.memoryBase + state.place32(address, offset, 1)) & 0xFF;
    }

    public static int i32Load16S(int address, InstanceState state, int offset) {
        return RAW.getShort(state.memoryBase + state.place32(address, offset, 2));
    }

    public static int i32Load16U(int address, InstanceState state, int offset) {
        return RAW.getShort(state.memoryBase + state.place32(address, offset, 2)) & 0xFFFF;
    }

    public static long i64Load8S(int address, InstanceState state, int offset) {
        return RAW.getByte(state.memoryBase + state.place32(address, offset, 1));
    }

    public static long i64Load8U(int address, InstanceState state, int offset) {
        return RAW.getByte(state.memoryBase + state.place32(address, offset, 1)) & 0xFFL;
    }

    public static long i64Load16S(int address, InstanceState state, int offset) {
        return RAW.getShort(state.memoryBase + state.place32(address, offset, 2));
    }

    public static long i64Load16U(int address, InstanceState state, int offset) {
        return RAW.getShort(state.memoryBase + state.place32(address, offset, 2)) & 0xFFFFL;
    }

    public static long i64Load32S(int address, InstanceState state, int offset) {
        return RAW.getInt(state.memoryBase + state.place32(address, offset, 4));
    }

    public static long i64Load32U(int address, InstanceState state, int offset) {
        return RAW.getInt(state.memoryBase + state.place32(address, offset, 4)) & 0xFFFF_FFFFL;
    }

    /// {@return the place of the 16 bytes of a vector}
    public static long v128Place(int address, InstanceState state, int offset) {
        return state.place32(address, offset, 16);
    }

    public static void i32Store(int address, int value, InstanceState state, int offset) {
        RAW.putInt(state.marked(state.place32(address, offset, 4)), value);
    }

    public static void i64Store(int address, long value, InstanceState state, int offset) {
        RAW.putLong(state.marked(state.place32(address, offset, 8)), value);
    }

    public static void f32Store(int address, float value, InstanceState state, int offset) {
        RAW.putFloat(state.marked(state.place32(address, offset, 4)), value);
    }

    public static void f64Store(int address, double value, InstanceState state, int offset) {
        RAW.putDouble(state.marked(state.place32(address, offset, 8)), value);
    }

    public static void i32Store8(int address, int value, InstanceState state, int offset) {
        RAW.putByte(state.marked(state.place32(address, offset, 1)), (byte) value);
    }

    public static void i32Store16(int address, int value, InstanceState state, int offset) {
        RAW.putShort(state.marked(state.place32(address, offset, 2)), (short) value);
    }

    public static void i64Store8(int address, long value, InstanceState state, int offset) {
        RAW.putByte(state.marked(state.place32(address, offset, 1)), (byte) value);
    }

    public static void i64Store16(int address, long value, InstanceState state, int offset) {
        RAW.putShort(state.marked(state.place32(address, offset, 2)), (short) value);
    }

    public static void i64Store32(int address, long value, InstanceState state, int offset) {
        RAW.putInt(state.marked(state.place32(address, offset, 4)), (int) value);
    }
}
