package decant.bench;

import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.Value;
import decant.wasm.Features;
import decant.wasm.Instance;
import decant.wasm.InstanceLimits;
import decant.wasm.Module;
import decant.wasm.Tracking;
import decant.wasm.WasmThreads;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.FutureTask;

/// Transfers in the ledger example, each a message: a canister as a compiler makes it, with a garbage collector.
///
/// CPU time of the calling thread on Decant, with all that a canister pays for, begin and commit of each message
/// included; of the process on V8, bare. The System API is a stub on both sides, the same one.
///
/// ```text
/// arguments   ledger.wasm v8.mjs node
/// ```
final class LedgerBench {
    private static final int ACCOUNTS = 20_000;
    private static final int TRANSFERS = 20_000;
    private static final int REPETITIONS = 12;
    private static final long AMOUNT = 1_000_000_000;
    private static final byte[] MINTER = Principal.ANONYMOUS.bytes();

    /// What one side found.
    ///
    /// @param cpuNanos of each repetition
    /// @param audit what the ledger replied at the end, in hexadecimal
    private record Measured(List<Long> cpuNanos, String audit) {
        long best() {
            return cpuNanos.stream().mapToLong(Long::longValue).min().orElseThrow();
        }
    }

    private final SystemStub system = new SystemStub();
    private final Instance instance;
    private int random = 1;

    private LedgerBench(Module module) {
        instance = Instance.instantiate(module, system.imports(module), InstanceLimits.DEFAULT);
        instance.setFuel(Long.MAX_VALUE / 2);
        module.start().ifPresent(function -> SystemStub.call(instance, function));
    }

    public static void main(String[] arguments) throws Exception {
        byte[] wasm = Files.readAllBytes(Path.of(arguments[0]));
        var run = new FutureTask<>(
                () -> new LedgerBench(Module.parse(wasm, Features.IC, Tracking.READS_AND_WRITES)).run());
        WasmThreads.factory("ledger").newThread(run).start();
        Measured decant = run.get();
        Measured v8 = runV8(arguments);
        if (!decant.audit().equals(v8.audit())) {
            throw new IllegalStateException("the ledger's audit is " + decant.audit() + ", on V8 " + v8.audit());
        }
        System.out.println("| " + TRANSFERS + " transfers | V8 ms | Decant ms | Decant / V8 |");
        System.out.println("|---|---|---|---|");
        print("first run", v8.cpuNanos().getFirst(), decant.cpuNanos().getFirst());
        print("best run", v8.best(), decant.best());
    }

    private static void print(String what, long v8, long decant) {
        System.out.printf("| %s | %.1f | %.1f | %.2f |%n", what, v8 / 1e6, decant / 1e6, (double) decant / v8);
    }

    private static Measured runV8(String[] arguments) throws Exception {
        var lines = new Program(List.of(
                        arguments[2],
                        arguments[1],
                        arguments[0],
                        HexFormat.of().formatHex(opening()),
                        Integer.toString(ACCOUNTS),
                        Integer.toString(TRANSFERS),
                        Integer.toString(REPETITIONS)))
                .lines();
        var micros = lines.subList(0, REPETITIONS);
        return new Measured(
                micros.stream().map(line -> Long.parseLong(line) * 1000).toList(), lines.getLast());
    }

    private static byte[] opening() {
        return Candid.encode(List.of(Value.nat(0), Value.nat(ACCOUNTS), Value.nat(AMOUNT)));
    }

    private Measured run() {
        var threads = ManagementFactory.getThreadMXBean();
        // No symbol is given.
        call("canister_init", MINTER, HexFormat.of().parseHex("4449444c00017f"));
        call("canister_update open", MINTER, opening());
        int transfer = instance.exportedFunction("canister_update transfer").orElseThrow();
        var measured = new ArrayList<Long>();
        for (int i = 0; i < REPETITIONS; i++) {
            long before = threads.getCurrentThreadCpuTime();
            for (int j = 0; j < TRANSFERS; j++) {
                byte[] from = owner(next());
                byte[] to = owner(next());
                system.next(from, transferArgument(to, j % 100 + 1));
                SystemStub.call(instance, transfer);
            }
            measured.add(threads.getCurrentThreadCpuTime() - before);
        }
        call("canister_query audit", MINTER, HexFormat.of().parseHex("4449444c0000"));
        return new Measured(measured, HexFormat.of().formatHex(system.reply()));
    }

    private void call(String export, byte[] caller, byte[] argument) {
        system.next(caller, argument);
        SystemStub.call(instance, instance.exportedFunction(export).orElseThrow());
    }

    private int next() {
        random = random * 1_103_515_245 + 12_345;
        return (random >>> 8) % ACCOUNTS;
    }

    private static byte[] owner(int number) {
        return new byte[] {(byte) (number >>> 24), (byte) (number >>> 16), (byte) (number >>> 8), (byte) number, 0};
    }

    /// {@return `(principal, nat)` in Candid}
    private static byte[] transferArgument(byte[] to, int amount) {
        return new byte[] {'D', 'I', 'D', 'L', 0, 2, 0x68, 0x7D, 1, 5, to[0], to[1], to[2], to[3], to[4], (byte) amount
        };
    }
}
