package decant.wasm.link;

import decant.wasm.CallResult;
import decant.wasm.FunctionType;
import decant.wasm.Imports;
import decant.wasm.Instance;
import decant.wasm.InstanceLimits;
import decant.wasm.Memory;
import decant.wasm.Module;
import decant.wasm.ValueType;
import decant.wasm.WasmThreads;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/// Runs a module and writes down all that can be seen of it from outside.
final class Machine implements AutoCloseable {
    private static final long FUEL = 20_000;
    private static final FunctionType LOG = new FunctionType(List.of(ValueType.I64), List.of());
    private static final FunctionType INPUT = new FunctionType(List.of(), List.of(ValueType.I64));

    private static final FunctionType NARROW =
            new FunctionType(List.of(ValueType.I32, ValueType.I32), List.of(ValueType.I32));
    private static final FunctionType WIDE =
            new FunctionType(List.of(ValueType.I64, ValueType.I64), List.of(ValueType.I64));

    private final List<String> log = new ArrayList<>();
    private final Instance instance;
    private Random input = RandomProgram.random(0);

    private Machine(Module module, boolean fresh) {
        var imports = Imports.none();
        for (String name : List.of("log", "note", "extra")) {
            imports = imports.with("env", name, LOG, (_, slots) -> log.add(name + " " + slots[0]));
        }
        imports = imports.with("env", "narrow", NARROW, (_, slots) -> {
            log.add("narrow " + (int) slots[0] + " " + (int) slots[1]);
            slots[0] = mix((int) slots[0] & 0xFFFF_FFFFL, (int) slots[1] & 0xFFFF_FFFFL) & 0xFFFF_FFFFL;
        });
        imports = imports.with("env", "wide", WIDE, (_, slots) -> {
            log.add("wide " + slots[0] + " " + slots[1]);
            slots[0] = mix(slots[0], slots[1]);
        });
        imports = imports.with("env", "input", INPUT, (_, slots) -> slots[0] = input.nextLong());
        var limits = InstanceLimits.DEFAULT.withMemoryBytesMax(1 << 24);
        instance = fresh ? Instance.instantiate(module, imports, limits) : Instance.resume(module, imports, limits);
        instance.begin();
    }

    /// {@return the module, just installed}
    static Machine install(Module module) {
        return new Machine(module, true);
    }

    /// {@return another module with the memory and globals of this one}
    Machine replaced(Module module, Renumbering renumbering) {
        var next = new Machine(module, false);
        next.instance.setGlobals(renumbering.carry(instance.globals(), next.instance.globals()));
        var memory = memory();
        next.memory().grow((memory.bytes() - next.memory().bytes()) / Memory.WASM_PAGE_BYTES);
        next.memory().write(0, memory.read(0, (int) memory.bytes()));
        return next;
    }

    private static long mix(long left, long right) {
        return (left * 31 + right) * 0x9E3779B97F4A7C15L;
    }

    Memory memory() {
        return instance.memory().orElseThrow();
    }

    long[] globals() {
        return instance.globals();
    }

    /// Calls an export with inputs made up. {@return what the host saw}
    List<String> call(String export, long inputSeed) {
        return call(export, inputSeed, true);
    }

    /// Calls an export. {@return what the host saw, without the instructions used}
    List<String> callUncounted(String export, long inputSeed) {
        return call(export, inputSeed, false);
    }

    private List<String> call(String export, long inputSeed, boolean counted) {
        log.clear();
        input = RandomProgram.random(inputSeed);
        instance.setFuel(counted ? FUEL : 100 * FUEL);
        var result = instance.call(instance.exportedFunction(export).orElseThrow());
        log.add(
                switch (result) {
                    case CallResult.Returned returned -> returned.toString();
                    case CallResult.Trapped(var trap) -> trap.code() + " " + trap.message();
                });
        if (counted) {
            log.add(instance.fuel() + " instructions left");
        }
        return List.copyOf(log);
    }

    @Override
    public void close() {
        instance.close();
    }

    /// Runs on a thread with a stack for Wasm.
    static <T> T onBigStack(Callable<T> action) throws Exception {
        var task = new FutureTask<>(action);
        WasmThreads.factory("test").newThread(task).start();
        return task.get();
    }
}
