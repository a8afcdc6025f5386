package decant.bench;

import decant.wasm.CallResult;
import decant.wasm.Features;
import decant.wasm.Imports;
import decant.wasm.InstanceLimits;
import decant.wasm.Module;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Scanner;
import java.util.function.IntUnaryOperator;
import run.endive.compiler.MachineFactoryCompiler;
import run.endive.wasm.Parser;

/// Compute kernels on Decant, on V8 and on Endive's compiler, in one run, as ratios of CPU time.
///
/// Decant runs with everything a canister pays for: bounds checks, write barrier, metering, counted stack depth. V8 and
/// Endive run bare. Times are CPU time of the calling thread (of the process for V8), the best of the later
/// repetitions.
final class KernelBench {
    private static final int REPETITIONS = 12;
    private static final int WARM_UP = 4;
    private static final List<Kernel> KERNELS = List.of(
            new Kernel("fib", 32),
            new Kernel("sieve", 4_000_000),
            new Kernel("sha256", 40_000),
            new Kernel("quicksort", 400_000),
            new Kernel("hashmap", 700_000),
            new Kernel("matmul", 240),
            new Kernel("bulk", 4_000),
            new Kernel("copyloop", 400),
            new Kernel("bst", 100_000),
            new Kernel("indirect", 4_000_000),
            new Kernel("interpreter", 4_000),
            new Kernel("allocator", 300_000));

    private record Kernel(String name, int size) {}

    private record Measured(int result, long cpuNanos) {}

    private KernelBench() {}

    public static void main(String[] arguments) throws Exception {
        var wasm = Path.of(arguments[0], "kernels.wasm");
        var v8 = runV8(arguments[1], Path.of(arguments[0], "v8.mjs"), wasm);
        var decant = new LinkedHashMap<String, Measured>();
        var endive = new LinkedHashMap<String, Measured>();
        for (Kernel kernel : KERNELS) {
            decant.put(kernel.name(), best(decantKernel(wasm, kernel.name()), kernel.size()));
            endive.put(kernel.name(), best(endiveKernel(wasm, kernel.name()), kernel.size()));
        }
        print(v8, decant, endive);
    }

    private static IntUnaryOperator decantKernel(Path wasm, String name) throws Exception {
        var module = Module.parse(Files.readAllBytes(wasm), Features.IC);
        int function = module.exports().stream()
                .filter(export -> export.name().equals(name))
                .findFirst()
                .orElseThrow()
                .index();
        var instance = decant.wasm.Instance.instantiate(module, Imports.none(), InstanceLimits.DEFAULT);
        return size -> {
            instance.setFuel(Long.MAX_VALUE / 2);
            instance.begin(KernelBench::neverRolledBack);
            var outcome = instance.call(function, size);
            instance.commit();
            return switch (outcome) {
                case CallResult.Returned returned -> (int) returned.results()[0];
                case CallResult.Trapped trapped -> throw new IllegalStateException(name + ": " + trapped.trap());
            };
        };
    }

    private static void neverRolledBack(long address, MemorySegment target) {
        throw new IllegalStateException(target.byteSize() + " bytes at " + address + " are to be rolled back");
    }

    private static IntUnaryOperator endiveKernel(Path wasm, String name) throws IOException {
        var module = Parser.parse(wasm.toFile());
        var instance = run.endive.runtime.Instance.builder(module)
                .withMachineFactory(MachineFactoryCompiler.compile(module))
                .build();
        var kernel = instance.export(name);
        return size -> (int) kernel.apply(size)[0];
    }

    private static Measured best(IntUnaryOperator kernel, int size) {
        var threads = ManagementFactory.getThreadMXBean();
        long best = Long.MAX_VALUE;
        int result = 0;
        for (int i = 0; i < REPETITIONS; i++) {
            long before = threads.getCurrentThreadCpuTime();
            result = kernel.applyAsInt(size);
            long spent = threads.getCurrentThreadCpuTime() - before;
            if (i >= WARM_UP) {
                best = Math.min(best, spent);
            }
        }
        return new Measured(result, best);
    }

    private static Map<String, Measured> runV8(String node, Path script, Path wasm) throws Exception {
        var command = new ArrayList<>(List.of(node, script.toString(), wasm.toString()));
        KERNELS.forEach(kernel -> command.add(kernel.name() + ":" + kernel.size()));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var measured = new LinkedHashMap<String, Measured>();
        try (var lines = process.inputReader()) {
            for (String line : lines.lines().toList()) {
                try (var fields = new Scanner(line)) {
                    measured.put(fields.next(), new Measured(fields.nextInt(), fields.nextLong() * 1000));
                }
            }
        }
        if (process.waitFor() != 0) {
            throw new IllegalStateException("node failed: " + measured);
        }
        return measured;
    }

    private static void print(Map<String, Measured> v8, Map<String, Measured> decant, Map<String, Measured> endive) {
        System.out.println("| kernel | V8 ms | Decant / V8 | Endive / V8 | Endive / Decant |");
        System.out.println("|---|---|---|---|---|");
        double decantLog = 0;
        double endiveLog = 0;
        for (Kernel kernel : KERNELS) {
            var reference = v8.get(kernel.name());
            var ours = decant.get(kernel.name());
            var theirs = endive.get(kernel.name());
            requireSame(kernel, reference, ours);
            requireSame(kernel, reference, theirs);
            double ourRatio = (double) ours.cpuNanos() / reference.cpuNanos();
            double theirRatio = (double) theirs.cpuNanos() / reference.cpuNanos();
            decantLog += Math.log(ourRatio);
            endiveLog += Math.log(theirRatio);
            System.out.printf(
                    "| %s | %.1f | %.2f | %.2f | %.2f |%n",
                    kernel.name(), reference.cpuNanos() / 1e6, ourRatio, theirRatio, theirRatio / ourRatio);
        }
        double ourMean = Math.exp(decantLog / KERNELS.size());
        double theirMean = Math.exp(endiveLog / KERNELS.size());
        System.out.printf("| geometric mean | | %.2f | %.2f | %.2f |%n", ourMean, theirMean, theirMean / ourMean);
    }

    private static void requireSame(Kernel kernel, Measured expected, Measured found) {
        if (expected.result() != found.result()) {
            throw new IllegalStateException(kernel.name() + " gave " + found.result() + ", V8 " + expected.result());
        }
    }
}
