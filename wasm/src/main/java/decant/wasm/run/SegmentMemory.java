package decant.wasm.run;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Raw memory through the public foreign-memory interface: slower to warm up, and 5 to 10 % slower then.
final class SegmentMemory extends RawMemory {
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    @Override
    byte getByte(long address) {
        return ALL.get(ValueLayout.JAVA_BYTE, address);
    }

    @Override
    short getShort(long address) {
        return ALL.get(SHORT, address);
    }

    @Override
    int getInt(long address) {
        return ALL.get(INT, address);
    }

    @Override
    long getLong(long address) {
        return ALL.get(LONG, address);
    }

    @Override
    float getFloat(long address) {
        return ALL.get(FLOAT, address);
    }

    @Override
    double getDouble(long address) {
        return ALL.get(DOUBLE, address);
    }

    @Override
    void putByte(long address, byte value) {
        ALL.set(ValueLayout.JAVA_BYTE, address, value);
    }

    @Override
    void putShort(long address, short value) {
        ALL.set(SHORT, address, value);
    }

    @Override
    void putInt(long address, int value) {
        ALL.set(INT, address, value);
    }

    @Override
    void putLong(long address, long value) {
        ALL.set(LONG, address, value);
    }

    @Override
    void putFloat(long address, float value) {
        ALL.set(FLOAT, address, value);
    }

    @Override
    void putDouble(long address, double value) {
        ALL.set(DOUBLE, address, value);
    }
}
