package decant.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import decant.wasm.CallResult;
import decant.wasm.ExternType;
import decant.wasm.Features;
import decant.wasm.HostFunction;
import decant.wasm.Import;
import decant.wasm.Imports;
import decant.wasm.Instance;
import decant.wasm.InstanceLimits;
import decant.wasm.Memory;
import decant.wasm.Module;
import decant.wasm.Tracking;
import decant.wasm.WasmThreads;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/// JavaScript in QuickJS, on Decant, Endive and V8: a large interpreter made by a real compiler.
///
/// CPU time of the calling thread on Decant, with bounds checks, write barrier, metering and counted stack depth, and
/// once
/// more with the marks of reads that canisters pay for as well; and on Endive's compiler, bare; of the process on V8,
/// bare.
/// The first run begins with nothing compiled.
///
/// ```text
/// arguments   quickjs.wasm workload.js -- V8 COMMAND... -- Endive COMMAND...
/// ```
///
/// The commands are those of peers in processes of their own. Each gets both files and how often to run, and writes
/// `result cpu-microseconds` for each run.
final class QuickJsBench implements QuickJs {
    private static final int REPETITIONS = 24;

    /// The names of the exports, which the linker shortened.
    private static final String BEGIN = "u";

    private static final String ALLOCATE = "v";
    private static final String NEW_RUNTIME = "K";
    private static final String NEW_CONTEXT = "N";
    private static final String EVALUATE = "pa";
    private static final String TO_FLOAT = "Z";

    record Measured(double result, long cpuNanos) {}

    private final Instance instance;

    private QuickJsBench(Module module) {
        this.instance = Instance.instantiate(module, imports(module), InstanceLimits.DEFAULT);
    }

    public static void main(String[] arguments) throws Exception {
        var peers = Program.peers(arguments, 2);
        byte[] wasm = Files.readAllBytes(Path.of(arguments[0]));
        var source = Files.readString(Path.of(arguments[1]));
        var decant = decant(wasm, source, Tracking.WRITES);
        var marking = decant(wasm, source, Tracking.READS_AND_WRITES);
        var v8 = measured(peers.get("V8"), arguments);
        var endive = measured(peers.get("Endive"), arguments);
        System.out.println("| QuickJS | V8 ms | Decant ms | Decant / V8 | Endive ms | Endive / Decant |");
        System.out.println("|---|---|---|---|---|---|");
        print("first run", v8.getFirst(), decant.getFirst(), endive.getFirst());
        print("best run", best(v8), best(decant), best(endive));
        print("best run, reads marked", best(v8), best(marking), best(endive));
    }

    private static List<Measured> decant(byte[] wasm, String source, Tracking tracking) throws Exception {
        return measured(() -> new QuickJsBench(Module.parse(wasm, Features.ALL, tracking)), source, REPETITIONS);
    }

    /// {@return the time of each run, on a thread whose stack is deep enough}
    static List<Measured> measured(Supplier<QuickJs> engine, String source, int repetitions) throws Exception {
        var runs = new FutureTask<>(() -> run(engine.get(), source, repetitions));
        WasmThreads.factory("quickjs").newThread(runs).start();
        return runs.get();
    }

    private static void print(String what, Measured v8, Measured decant, Measured endive) {
        if (v8.result() != decant.result() || v8.result() != endive.result()) {
            throw new IllegalStateException(
                    "QuickJS gave " + decant.result() + ", on V8 " + v8.result() + ", on Endive " + endive.result());
        }
        System.out.printf(
                "| %s | %.1f | %.1f | %.2f | %.1f | %.1f |%n",
                what,
                v8.cpuNanos() / 1e6,
                decant.cpuNanos() / 1e6,
                (double) decant.cpuNanos() / v8.cpuNanos(),
                endive.cpuNanos() / 1e6,
                (double) endive.cpuNanos() / decant.cpuNanos());
    }

    private static Measured best(List<Measured> runs) {
        return runs.stream()
                .min((a, b) -> Long.compare(a.cpuNanos(), b.cpuNanos()))
                .orElseThrow();
    }

    private static List<Measured> measured(List<String> peer, String[] arguments) throws Exception {
        var command = new ArrayList<>(peer);
        command.addAll(List.of(arguments[0], arguments[1], Integer.toString(REPETITIONS)));
        var measured = new ArrayList<Measured>();
        for (String line : new Program(command).lines()) {
            int space = line.indexOf(' ');
            measured.add(new Measured(
                    Double.parseDouble(line.substring(0, space)),
                    Long.parseLong(line, space + 1, line.length(), 10) * 1000));
        }
        return measured;
    }

    private static List<Measured> run(QuickJs engine, String source, int repetitions) {
        var threads = ManagementFactory.getThreadMXBean();
        var measured = new ArrayList<Measured>();
        engine.call(BEGIN);
        long context = engine.call(NEW_CONTEXT, engine.call(NEW_RUNTIME), 0);
        long text = allocate(engine, source);
        long name = allocate(engine, "workload.js");
        int length = source.getBytes(UTF_8).length;
        for (int i = 0; i < repetitions; i++) {
            long before = threads.getCurrentThreadCpuTime();
            long value = engine.call(EVALUATE, context, text, length, name, 0, 0);
            long spent = threads.getCurrentThreadCpuTime() - before;
            measured.add(new Measured(Double.longBitsToDouble(engine.call(TO_FLOAT, context, value)), spent));
        }
        return measured;
    }

    private static long allocate(QuickJs engine, String text) {
        var terminated = text + "\0";
        long address = engine.call(ALLOCATE, terminated.getBytes(UTF_8).length);
        engine.write(address, terminated);
        return address;
    }

    @Override
    public void write(long address, String text) {
        memory().write(address, text.getBytes(UTF_8));
    }

    /// Runs an exported function as a message.
    @Override
    public long call(String export, long... arguments) {
        int function = instance.exportedFunction(export).orElseThrow();
        instance.setFuel(Long.MAX_VALUE / 2);
        instance.begin(QuickJsBench::neverRolledBack);
        var outcome = instance.call(function, arguments);
        instance.commit();
        return switch (outcome) {
            case CallResult.Returned returned -> returned.results().length == 0 ? 0 : returned.results()[0];
            case CallResult.Trapped trapped -> throw new IllegalStateException(export + ": " + trapped.trap());
        };
    }

    private static void neverRolledBack(long address, MemorySegment target) {
        throw new IllegalStateException(target.byteSize() + " bytes at " + address + " are to be rolled back");
    }

    private Memory memory() {
        return instance.memory().orElseThrow();
    }

    private static Imports imports(Module module) {
        var imports = new Imports.Builder();
        for (Import wanted : module.imports()) {
            switch (wanted.type()) {
                case ExternType.Function(var type) ->
                    imports.add(wanted.module(), wanted.name(), module.types().get(type), stub(wanted.name()));
                case ExternType.Memory(var type) ->
                    imports.add(wanted.module(), wanted.name(), new Memory(type, 1L << 31, _ -> true));
                case ExternType.Table _, ExternType.Global _ ->
                    throw new IllegalStateException("QuickJS imports " + wanted);
            }
        }
        return imports.build();
    }

    private static HostFunction stub(String name) {
        if (!name.equals(RESIZE)) {
            return (_, slots) -> Arrays.fill(slots, 0);
        }
        return (caller, slots) -> {
            Memory memory = caller.memory().orElseThrow();
            long bytes = slots[0] & 0xFFFF_FFFFL;
            long missing = Math.ceilDiv(bytes - memory.bytes(), Memory.WASM_PAGE_BYTES);
            slots[0] = missing <= 0 || memory.grow(missing) >= 0 ? 1 : 0;
        };
    }
}
