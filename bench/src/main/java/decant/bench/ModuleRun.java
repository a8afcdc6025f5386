package decant.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.sun.management.OperatingSystemMXBean;
import decant.wasm.Features;
import decant.wasm.Instance;
import decant.wasm.InstanceLimits;
import decant.wasm.Module;
import decant.wasm.Tracking;
import decant.wasm.WasmThreads;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.FutureTask;

/// Compiles a module and makes its first call, as often as it is told, each time from other bytes.
///
/// A process of its own, like its counterpart `module/v8.mjs`: the System API is a stub on both sides, the same one.
///
/// ```text
/// arguments   module repetitions
/// writes      <parse and validate> <instantiate> <init and call> <cpu of the process>      in microseconds, for each
/// ```
final class ModuleRun {
    private static final byte[] NO_ARGUMENTS = {'D', 'I', 'D', 'L', 0, 0};
    private static final String ONE = "4449444c00017d01";

    private ModuleRun() {}

    public static void main(String[] arguments) throws Exception {
        byte[] wasm = Files.readAllBytes(Path.of(arguments[0]));
        var runs = new FutureTask<Void>(() -> {
            for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
                run(withNonce(wasm, i));
            }
            return null;
        });
        WasmThreads.factory("module").newThread(runs).start();
        runs.get();
    }

    /// {@return the module with a custom section more}
    static byte[] withNonce(byte[] wasm, int nonce) {
        byte[] own = Arrays.copyOf(wasm, wasm.length + 12);
        ByteBuffer.wrap(own, wasm.length, 12)
                .put(new byte[] {0, 10, 1, 'n'})
                .put("%08d".formatted(nonce).getBytes(US_ASCII));
        return own;
    }

    private static void run(byte[] wasm) {
        var system = new SystemStub();
        system.next(new byte[0], NO_ARGUMENTS);
        long cpuBefore = cpuNanos();
        long started = System.nanoTime();
        var module = Module.parse(wasm, Features.IC, Tracking.READS_AND_WRITES);
        long parsed = System.nanoTime();
        try (var instance = Instance.instantiate(module, system.imports(module), InstanceLimits.DEFAULT)) {
            instance.setFuel(Long.MAX_VALUE / 2);
            module.start().ifPresent(function -> SystemStub.call(instance, function));
            long instantiated = System.nanoTime();
            SystemStub.call(instance, instance.exportedFunction("canister_init").orElseThrow());
            SystemStub.call(
                    instance, instance.exportedFunction("canister_update inc").orElseThrow());
            long called = System.nanoTime();
            long cpu = cpuNanos() - cpuBefore;
            var reply = HexFormat.of().formatHex(system.reply());
            if (!reply.equals(ONE)) {
                throw new IllegalStateException("inc replied " + reply);
            }
            System.out.println((parsed - started) / 1000 + " " + (instantiated - parsed) / 1000 + " "
                    + (called - instantiated) / 1000 + " " + cpu / 1000);
        }
    }

    private static long cpuNanos() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }
}
