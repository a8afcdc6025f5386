package decant.canister.ic0;

import java.nio.charset.StandardCharsets;

/// `ic0.debug_print` and `ic0.trap`.
final class LogCalls {
    private static final long TRAP_TEXT_BYTES_MAX = 8192;

    private LogCalls() {}

    static long debugPrint(Invocation run, long[] arguments) {
        long address = arguments[0];
        long size = arguments[1];
        run.charge(run.log.cost(size));
        run.log.add(
                run.isInHeap(address, size)
                        ? run.read(address, run.log.keptOf(size))
                        : "(debug_print message out of memory bounds)".getBytes(StandardCharsets.UTF_8));
        return 0;
    }

    static long trap(Invocation run, long[] arguments) {
        long address = arguments[0];
        long size = arguments[1];
        run.charge(run.log.cost(size));
        var text = run.isInHeap(address, size)
                ? new String(run.read(address, Math.min(size, TRAP_TEXT_BYTES_MAX)), StandardCharsets.UTF_8)
                : "(trap message out of memory bounds)";
        throw Fault.called(text);
    }
}
