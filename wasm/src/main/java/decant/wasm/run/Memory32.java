package decant.wasm.run;

import static decant.wasm.run.Raw.RAW;

/// The loads and stores of memories addressed by i32, one method per instruction.
///
/// Small on purpose: the just-in-time compiler inlines methods of up to 35 bytes of code wherever they are called.
public final class Memory32 {
    private Memory32() {}

    public static int i32Load(int address, InstanceState state, int offset) {
        return RAW.getInt(state.at32(address, offset, 4) + offset);
    }

    public static long i64Load(int address, InstanceState state, int offset) {
        return RAW.getLong(state.at32(address, offset, 8) + offset);
    }

    public static float f32Load(int address, InstanceState state, int offset) {
        return RAW.getFloat(state.at32(address, offset, 4) + offset);
    }

    public static double f64Load(int address, InstanceState state, int offset) {
        return RAW.getDouble(state.at32(address, offset, 8) + offset);
    }

    public static int i32Load8S(int address, InstanceState state, int offset) {
        return RAW.getByte(state.at32(address, offset, 1) + offset);
    }

    public static int i32Load8U(int address, InstanceState state, int offset) {
        return RAW.getByte(state.at32(address, offset, 1) + offset) & 0xFF;
    }

    public static int i32Load16S(int address, InstanceState state, int offset) {
        return RAW.getShort(state.at32(address, offset, 2) + offset);
    }

    public static int i32Load16U(int address, InstanceState state, int offset) {
        return RAW.getShort(state.at32(address, offset, 2) + offset) & 0xFFFF;
    }

    public static long i64Load8S(int address, InstanceState state, int offset) {
        return RAW.getByte(state.at32(address, offset, 1) + offset);
    }

    public static long i64Load8U(int address, InstanceState state, int offset) {
        return RAW.getByte(state.at32(address, offset, 1) + offset) & 0xFFL;
    }

    public static long i64Load16S(int address, InstanceState state, int offset) {
        return RAW.getShort(state.at32(address, offset, 2) + offset);
    }

    public static long i64Load16U(int address, InstanceState state, int offset) {
        return RAW.getShort(state.at32(address, offset, 2) + offset) & 0xFFFFL;
    }

    public static long i64Load32S(int address, InstanceState state, int offset) {
        return RAW.getInt(state.at32(address, offset, 4) + offset);
    }

    public static long i64Load32U(int address, InstanceState state, int offset) {
        return RAW.getInt(state.at32(address, offset, 4) + offset) & 0xFFFF_FFFFL;
    }

    /// {@return the place of the 16 bytes of a vector}
    public static long v128Place(int address, InstanceState state, int offset) {
        return state.at32(address, offset, 16) + offset - state.memoryBase;
    }

    public static void i32Store(int address, int value, InstanceState state, int offset) {
        long at = state.at32(address, offset, 4) + offset;
        state.mark32(address + offset);
        RAW.putInt(at, value);
    }

    public static void i64Store(int address, long value, InstanceState state, int offset) {
        long at = state.at32(address, offset, 8) + offset;
        state.mark32(address + offset);
        RAW.putLong(at, value);
    }

    public static void f32Store(int address, float value, InstanceState state, int offset) {
        long at = state.at32(address, offset, 4) + offset;
        state.mark32(address + offset);
        RAW.putFloat(at, value);
    }

    public static void f64Store(int address, double value, InstanceState state, int offset) {
        long at = state.at32(address, offset, 8) + offset;
        state.mark32(address + offset);
        RAW.putDouble(at, value);
    }

    public static void i32Store8(int address, int value, InstanceState state, int offset) {
        long at = state.at32(address, offset, 1) + offset;
        state.mark32(address + offset);
        RAW.putByte(at, (byte) value);
    }

    public static void i32Store16(int address, int value, InstanceState state, int offset) {
        long at = state.at32(address, offset, 2) + offset;
        state.mark32(address + offset);
        RAW.putShort(at, (short) value);
    }

    public static void i64Store8(int address, long value, InstanceState state, int offset) {
        long at = state.at32(address, offset, 1) + offset;
        state.mark32(address + offset);
        RAW.putByte(at, (byte) value);
    }

    public static void i64Store16(int address, long value, InstanceState state, int offset) {
        long at = state.at32(address, offset, 2) + offset;
        state.mark32(address + offset);
        RAW.putShort(at, (short) value);
    }

    public static void i64Store32(int address, long value, InstanceState state, int offset) {
        long at = state.at32(address, offset, 4) + offset;
        state.mark32(address + offset);
        RAW.putInt(at, (int) value);
    }

    // Stores to where a page is already marked.

    public static void i32StoreNear(int address, int value, InstanceState state, int offset) {
        RAW.putInt(state.at32(address, offset, 4) + offset, value);
    }

    public static void i64StoreNear(int address, long value, InstanceState state, int offset) {
        RAW.putLong(state.at32(address, offset, 8) + offset, value);
    }

    public static void f32StoreNear(int address, float value, InstanceState state, int offset) {
        RAW.putFloat(state.at32(address, offset, 4) + offset, value);
    }

    public static void f64StoreNear(int address, double value, InstanceState state, int offset) {
        RAW.putDouble(state.at32(address, offset, 8) + offset, value);
    }

    public static void i32Store8Near(int address, int value, InstanceState state, int offset) {
        RAW.putByte(state.at32(address, offset, 1) + offset, (byte) value);
    }

    public static void i32Store16Near(int address, int value, InstanceState state, int offset) {
        RAW.putShort(state.at32(address, offset, 2) + offset, (short) value);
    }

    public static void i64Store8Near(int address, long value, InstanceState state, int offset) {
        RAW.putByte(state.at32(address, offset, 1) + offset, (byte) value);
    }

    public static void i64Store16Near(int address, long value, InstanceState state, int offset) {
        RAW.putShort(state.at32(address, offset, 2) + offset, (short) value);
    }

    public static void i64Store32Near(int address, long value, InstanceState state, int offset) {
        RAW.putInt(state.at32(address, offset, 4) + offset, (int) value);
    }
}
