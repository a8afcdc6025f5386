package decant.canister;

import decant.canister.state.Code;
import decant.canister.state.Settings;

/// Tells when a canister is to be warned that its heap is nearly full.
public final class MemoryPressure {
    private static final long HEAP_BYTES_MAX = 4L << 30;

    private MemoryPressure() {}

    /// {@return whether less of the heap is left than the settings' threshold}
    public static boolean isLow(Settings settings, Code code) {
        long limit = settings.wasmMemoryLimitBytes() == 0 ? HEAP_BYTES_MAX : settings.wasmMemoryLimitBytes();
        return code.heap().bytes() > limit - settings.wasmMemoryThresholdBytes()
                && settings.wasmMemoryThresholdBytes() != 0;
    }
}
