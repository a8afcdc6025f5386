package decant.wasm.run;

import java.nio.ByteOrder;
import jdk.internal.misc.Unsafe;

/// Raw memory through the JDK's internal `Unsafe`, which only this class and {@link UnsafeAccess} name.
///
/// It needs `--add-exports java.base/jdk.internal.misc` for this module; the launcher and our jar say so.
final class UnsafeMemory extends RawMemory {
    private static final Unsafe UNSAFE = Unsafe.getUnsafe();

    /// {@return whether its accesses are what WebAssembly's are}
    static boolean isSuitable() {
        return UNSAFE.unalignedAccess() && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    }

    @Override
    byte getByte(long address) {
        return UNSAFE.getByte(null, address);
    }

    @Override
    short getShort(long address) {
        return UNSAFE.getShort(null, address);
    }

    @Override
    int getInt(long address) {
        return UNSAFE.getInt(null, address);
    }

    @Override
    long getLong(long address) {
        return UNSAFE.getLong(null, address);
    }

    @Override
    float getFloat(long address) {
        return UNSAFE.getFloat(null, address);
    }

    @Override
    double getDouble(long address) {
        return UNSAFE.getDouble(null, address);
    }

    @Override
    void putByte(long address, byte value) {
        UNSAFE.putByte(null, address, value);
    }

    @Override
    void putShort(long address, short value) {
        UNSAFE.putShort(null, address, value);
    }

    @Override
    void putInt(long address, int value) {
        UNSAFE.putInt(null, address, value);
    }

    @Override
    void putLong(long address, long value) {
        UNSAFE.putLong(null, address, value);
    }

    @Override
    void putFloat(long address, float value) {
        UNSAFE.putFloat(null, address, value);
    }

    @Override
    void putDouble(long address, double value) {
        UNSAFE.putDouble(null, address, value);
    }
}
