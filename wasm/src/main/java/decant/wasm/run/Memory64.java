package decant.wasm.run;

import static decant.wasm.run.Raw.RAW;

/// The loads and stores of memories addressed by i64, one method per instruction.
///
/// To be called only where the memory's minimal size is at least `offset` plus the size of the access, or where the
/// address comes from {@link InstanceState#far}: see {@link InstanceState#at64}.
public final class Memory64 {
    private Memory64() {}

    public static int i32Load(long address, InstanceState state, int offset) {
        return RAW.getInt(state.at64(address, offset, 4) + offset);
    }

    public static long i64Load(long address, InstanceState state, int offset) {
        return RAW.getLong(state.at64(address, offset, 8) + offset);
    }

    public static float f32Load(long address, InstanceState state, int offset) {
        return RAW.getFloat(state.at64(address, offset, 4) + offset);
    }

    public static double f64Load(long address, InstanceState state, int offset) {
        return RAW.getDouble(state.at64(address, offset, 8) + offset);
    }

    public static int i32Load8S(long address, InstanceState state, int offset) {
        return RAW.getByte(state.at64(address, offset, 1) + offset);
    }

    public static int i32Load8U(long address, InstanceState state, int offset) {
        return RAW.getByte(state.at64(address, offset, 1) + offset) & 0xFF;
    }

    public static int i32Load16S(long address, InstanceState state, int offset) {
        return RAW.getShort(state.at64(address, offset, 2) + offset);
    }

    public static int i32Load16U(long address, InstanceState state, int offset) {
        return RAW.getShort(state.at64(address, offset, 2) + offset) & 0xFFFF;
    }

    public static long i64Load8S(long address, InstanceState state, int offset) {
        return RAW.getByte(state.at64(address, offset, 1) + offset);
    }

    public static long i64Load8U(long address, InstanceState state, int offset) {
        return RAW.getByte(state.at64(address, offset, 1) + offset) & 0xFFL;
    }

    public static long i64Load16S(long address, InstanceState state, int offset) {
        return RAW.getShort(state.at64(address, offset, 2) + offset);
    }

    public static long i64Load16U(long address, InstanceState state, int offset) {
        return RAW.getShort(state.at64(address, offset, 2) + offset) & 0xFFFFL;
    }

    public static long i64Load32S(long address, InstanceState state, int offset) {
        return RAW.getInt(state.at64(address, offset, 4) + offset);
    }

    public static long i64Load32U(long address, InstanceState state, int offset) {
        return RAW.getInt(state.at64(address, offset, 4) + offset) & 0xFFFF_FFFFL;
    }

    /// {@return the place of the 16 bytes of a vector}
    public static long v128Place(long address, InstanceState state, int offset) {
        return state.at64(address, offset, 16) + offset - state.memoryBase;
    }

    public static void i32Store(long address, int value, InstanceState state, int offset) {
        long at = state.at64(address, offset, 4) + offset;
        state.mark64(address + offset);
        RAW.putInt(at, value);
    }

    public static void i64Store(long address, long value, InstanceState state, int offset) {
        long at = state.at64(address, offset, 8) + offset;
        state.mark64(address + offset);
        RAW.putLong(at, value);
    }

    public static void f32Store(long address, float value, InstanceState state, int offset) {
        long at = state.at64(address, offset, 4) + offset;
        state.mark64(address + offset);
        RAW.putFloat(at, value);
    }

    public static void f64Store(long address, double value, InstanceState state, int offset) {
        long at = state.at64(address, offset, 8) + offset;
        state.mark64(address + offset);
        RAW.putDouble(at, value);
    }

    public static void i32Store8(long address, int value, InstanceState state, int offset) {
        long at = state.at64(address, offset, 1) + offset;
        state.mark64(address + offset);
        RAW.putByte(at, (byte) value);
    }

    public static void i32Store16(long address, int value, InstanceState state, int offset) {
        long at = state.at64(address, offset, 2) + offset;
        state.mark64(address + offset);
        RAW.putShort(at, (short) value);
    }

    public static void i64Store8(long address, long value, InstanceState state, int offset) {
        long at = state.at64(address, offset, 1) + offset;
        state.mark64(address + offset);
        RAW.putByte(at, (byte) value);
    }

    public static void i64Store16(long address, long value, InstanceState state, int offset) {
        long at = state.at64(address, offset, 2) + offset;
        state.mark64(address + offset);
        RAW.putShort(at, (short) value);
    }

    public static void i64Store32(long address, long value, InstanceState state, int offset) {
        long at = state.at64(address, offset, 4) + offset;
        state.mark64(address + offset);
        RAW.putInt(at, (int) value);
    }

    // Stores to where a page is already marked.

    public static void i32StoreNear(long address, int value, InstanceState state, int offset) {
        RAW.putInt(state.at64(address, offset, 4) + offset, value);
    }

    public static void i64StoreNear(long address, long value, InstanceState state, int offset) {
        RAW.putLong(state.at64(address, offset, 8) + offset, value);
    }

    public static void f32StoreNear(long address, float value, InstanceState state, int offset) {
        RAW.putFloat(state.at64(address, offset, 4) + offset, value);
    }

    public static void f64StoreNear(long address, double value, InstanceState state, int offset) {
        RAW.putDouble(state.at64(address, offset, 8) + offset, value);
    }

    public static void i32Store8Near(long address, int value, InstanceState state, int offset) {
        RAW.putByte(state.at64(address, offset, 1) + offset, (byte) value);
    }

    public static void i32Store16Near(long address, int value, InstanceState state, int offset) {
        RAW.putShort(state.at64(address, offset, 2) + offset, (short) value);
    }

    public static void i64Store8Near(long address, long value, InstanceState state, int offset) {
        RAW.putByte(state.at64(address, offset, 1) + offset, (byte) value);
    }

    public static void i64Store16Near(long address, long value, InstanceState state, int offset) {
        RAW.putShort(state.at64(address, offset, 2) + offset, (short) value);
    }

    public static void i64Store32Near(long address, long value, InstanceState state, int offset) {
        RAW.putInt(state.at64(address, offset, 4) + offset, (int) value);
    }
}
