package decant.bench;

import decant.wasm.CallResult;
import decant.wasm.Features;
import decant.wasm.Imports;
import decant.wasm.InstanceLimits;
import decant.wasm.Module;
import decant.wasm.Tracking;
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
import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import run.endive.compiler.MachineFactoryCompiler;
import run.endive.wasm.Parser;

/// Compute kernels on Decant and on its peers, in one run, as ratios of CPU time to that of V8.
///
/// Decant runs with bounds checks, write barrier, metering, counted stack depth, and once more with the marks of reads
/// that canisters pay for as well. All others run bare. Times are CPU time of the calling thread (of the process for
/// V8), the best of the later repetitions.
///
/// ```text
/// arguments   KERNELS.wasm (-- NAME COMMAND...)...
/// ```
///
/// The commands are those of peers in processes of their own, V8 first. Each gets the file and `kernel:size...`, and
/// writes `kernel result cpu-microseconds`.
final class KernelBench {
    private static final int REPETITIONS = 30;
    private static final int WARM_UP = 10;
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
        var wasm = Path.of(arguments[0]);
        var times = new LinkedHashMap<String, Map<String, Measured>>();
        for (var peer : Program.peers(arguments, 1).entrySet()) {
            times.put(peer.getKey(), measured(peer.getValue(), wasm));
        }
        var decant = new LinkedHashMap<String, Measured>();
        var charging = new LinkedHashMap<String, Measured>();
        var endive = new LinkedHashMap<String, Measured>();
        for (Kernel kernel : KERNELS) {
            decant.put(kernel.name(), best(decantKernel(wasm, kernel.name(), Tracking.WRITES), kernel.size()));
            charging.put(
                    kernel.name(), best(decantKernel(wasm, kernel.name(), Tracking.READS_AND_WRITES), kernel.size()));
            endive.put(kernel.name(), best(endiveKernel(wasm, kernel.name()), kernel.size()));
        }
        var v8 = times.remove("V8");
        times.putFirst("Endive", endive);
        times.putFirst("Decant, reads marked", charging);
        times.putFirst("Decant", decant);
        print(v8, times);
    }

    private static IntUnaryOperator decantKernel(Path wasm, String name, Tracking tracking) throws Exception {
        var module = Module.parse(Files.readAllBytes(wasm), Features.IC, tracking);
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

    private static Map<String, Measured> measured(List<String> peer, Path wasm) throws Exception {
        var command = new ArrayList<>(peer);
        command.add(wasm.toString());
        KERNELS.forEach(kernel -> command.add(kernel.name() + ":" + kernel.size()));
        var measured = new LinkedHashMap<String, Measured>();
        for (String line : new Program(command).lines()) {
            try (var fields = new Scanner(line)) {
                measured.put(fields.next(), new Measured(fields.nextInt(), fields.nextLong() * 1000));
            }
        }
        return measured;
    }

    private static void print(Map<String, Measured> v8, Map<String, Map<String, Measured>> times) {
        System.out.println("| kernel | V8 ms | " + cells(times.keySet(), name -> name + " / V8"));
        System.out.println("|---|---|" + "---|".repeat(times.size()));
        var logs = new LinkedHashMap<String, Double>();
        for (Kernel kernel : KERNELS) {
            var reference = v8.get(kernel.name());
            System.out.printf("| %s | %.1f | ", kernel.name(), reference.cpuNanos() / 1e6);
            System.out.println(cells(times.keySet(), peer -> {
                var found = times.get(peer).get(kernel.name());
                requireSame(kernel, peer, reference, found);
                double ratio = (double) found.cpuNanos() / reference.cpuNanos();
                logs.merge(peer, Math.log(ratio), Double::sum);
                return "%.2f".formatted(ratio);
            }));
        }
        var means = new LinkedHashMap<String, Double>();
        logs.forEach((peer, log) -> means.put(peer, Math.exp(log / KERNELS.size())));
        System.out.println("| geometric mean | | " + cells(means.keySet(), peer -> "%.2f".formatted(means.get(peer))));
        System.out.println("| to Decant | | "
                + cells(means.keySet(), peer -> "%.2f".formatted(means.get(peer) / means.get("Decant"))));
    }

    private static String cells(Set<String> peers, UnaryOperator<String> cell) {
        return peers.stream().map(cell).collect(Collectors.joining(" | ", "", " |"));
    }

    private static void requireSame(Kernel kernel, String peer, Measured expected, Measured found) {
        if (expected.result() != found.result()) {
            throw new IllegalStateException(
                    kernel.name() + " gave " + found.result() + " on " + peer + ", " + expected.result() + " on V8");
        }
    }
}
