package decant.canister.ic0;

import decant.canister.state.CanisterLog;
import java.util.ArrayList;
import java.util.List;

/// The lines one run prints, at most as many bytes as the canister's log holds.
final class LogDelta {
    private final List<byte[]> lines = new ArrayList<>();
    private final long bytesMax;
    private long bytes;

    LogDelta(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /// {@return what a line of `length` bytes costs in instructions}
    long cost(long length) {
        return 2 * min(length, bytesMax) + 50 * min(length, bytesLeft());
    }

    /// {@return how much of a line of `length` bytes the log can hold}
    int keptOf(long length) {
        return (int) min(length, Math.max(bytesMax - CanisterLog.LINE_OVERHEAD_BYTES, 0));
    }

    void add(byte[] line) {
        lines.add(line);
        bytes += CanisterLog.LINE_OVERHEAD_BYTES + line.length;
        while (bytes > bytesMax && !lines.isEmpty()) {
            bytes -= CanisterLog.LINE_OVERHEAD_BYTES + lines.removeFirst().length;
        }
    }

    List<byte[]> lines() {
        return List.copyOf(lines);
    }

    private long bytesLeft() {
        return Math.max(bytesMax - bytes, 0);
    }

    private static long min(long unsigned, long bound) {
        return Long.compareUnsigned(unsigned, bound) < 0 ? unsigned : bound;
    }
}
