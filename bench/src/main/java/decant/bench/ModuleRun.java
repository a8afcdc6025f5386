package decant.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.sun.management.OperatingSystemMXBean;
import decant.wasm.CallResult;
import decant.wasm.ExternType;
import decant.wasm.Features;
import decant.wasm.HostFunction;
import decant.wasm.HostTrap;
import decant.wasm.Import;
import decant.wasm.Imports;
import decant.wasm.Instance;
import decant.wasm.InstanceLimits;
import decant.wasm.Memory;
import decant.wasm.Module;
import decant.wasm.WasmThreads;
import java.io.ByteArrayOutputStream;
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

    private final ByteArrayOutputStream reply = new ByteArrayOutputStream();
    private long stablePages;

    private ModuleRun() {}

    public static void main(String[] arguments) throws Exception {
        byte[] wasm = Files.readAllBytes(Path.of(arguments[0]));
        var runs = new FutureTask<Void>(() -> {
            for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
                new ModuleRun().run(withNonce(wasm, i));
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

    private void run(byte[] wasm) {
        long cpuBefore = cpuNanos();
        long started = System.nanoTime();
        var module = Module.parse(wasm, Features.IC);
        long parsed = System.nanoTime();
        try (var instance = Instance.instantiate(module, imports(module), InstanceLimits.DEFAULT)) {
            instance.setFuel(Long.MAX_VALUE / 2);
            module.start().ifPresent(function -> call(instance, function));
            long instantiated = System.nanoTime();
            call(instance, instance.exportedFunction("canister_init").orElseThrow());
            call(instance, instance.exportedFunction("canister_update inc").orElseThrow());
            long called = System.nanoTime();
            long cpu = cpuNanos() - cpuBefore;
            if (!HexFormat.of().formatHex(reply.toByteArray()).equals(ONE)) {
                throw new IllegalStateException("inc replied " + HexFormat.of().formatHex(reply.toByteArray()));
            }
            System.out.println((parsed - started) / 1000 + " " + (instantiated - parsed) / 1000 + " "
                    + (called - instantiated) / 1000 + " " + cpu / 1000);
        }
    }

    private static long cpuNanos() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }

    private static void call(Instance instance, int function) {
        instance.begin();
        if (instance.call(function) instanceof CallResult.Trapped(var trap)) {
            throw new IllegalStateException("function " + function + " trapped: " + trap);
        }
        instance.commit();
    }

    private Imports imports(Module module) {
        var imports = new Imports.Builder();
        for (Import wanted : module.imports()) {
            if (wanted.type() instanceof ExternType.Function(var type)) {
                imports.add(wanted.module(), wanted.name(), module.types().get(type), stub(wanted.name()));
            }
        }
        return imports.build();
    }

    private HostFunction stub(String name) {
        return switch (name) {
            case "msg_arg_data_size" -> (_, slots) -> slots[0] = NO_ARGUMENTS.length;
            case "msg_arg_data_copy" ->
                (caller, slots) -> memory(caller).write(slots[0], NO_ARGUMENTS, (int) slots[1], (int) slots[2]);
            case "msg_reply_data_append" ->
                (caller, slots) -> reply.writeBytes(memory(caller).read(slots[0], (int) slots[1]));
            case "trap" ->
                (caller, slots) -> {
                    throw new HostTrap(new String(memory(caller).read(slots[0], (int) slots[1]), US_ASCII));
                };
            case "stable64_size" -> (_, slots) -> slots[0] = stablePages;
            case "stable64_grow" ->
                (_, slots) -> {
                    long pages = slots[0];
                    slots[0] = stablePages;
                    stablePages += pages;
                };
            case "is_controller", "canister_status" -> (_, slots) -> slots[0] = 1;
            default -> (_, slots) -> Arrays.fill(slots, 0);
        };
    }

    private static Memory memory(Instance instance) {
        return instance.memory().orElseThrow();
    }
}
