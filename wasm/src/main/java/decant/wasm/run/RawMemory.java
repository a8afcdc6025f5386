package decant.wasm.run;

/// Reads and writes at absolute addresses, unchecked, in little-endian order and at any alignment.
abstract sealed class RawMemory permits UnsafeMemory, SegmentMemory {
    abstract byte getByte(long address);

    abstract short getShort(long address);

    abstract int getInt(long address);

    abstract long getLong(long address);

    abstract float getFloat(long address);

    abstract double getDouble(long address);

    abstract void putByte(long address, byte value);

    abstract void putShort(long address, short value);

    abstract void putInt(long address, int value);

    abstract void putLong(long address, long value);

    abstract void putFloat(long address, float value);

    abstract void putDouble(long address, double value);
}
