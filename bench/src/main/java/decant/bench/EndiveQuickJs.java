package decant.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Files;
import java.nio.file.Path;
import run.endive.compiler.InterpreterFallback;
import run.endive.compiler.MachineFactoryCompiler;
import run.endive.runtime.ByteArrayMemory;
import run.endive.runtime.HostFunction;
import run.endive.runtime.ImportMemory;
import run.endive.runtime.ImportValues;
import run.endive.runtime.Instance;
import run.endive.runtime.Memory;
import run.endive.runtime.WasmFunctionHandle;
import run.endive.wasm.Parser;
import run.endive.wasm.types.FunctionImport;
import run.endive.wasm.types.MemoryImport;

/// QuickJS on Endive's compiler, bare, in a process without flags, as its users have it. A function too large for a
/// method is left to Endive's interpreter.
///
/// ```text
/// arguments   quickjs.wasm workload.js repetitions
/// ```
final class EndiveQuickJs implements QuickJs {
    private final Instance instance;
    private final Memory memory;

    EndiveQuickJs(byte[] wasm) {
        var module = Parser.parse(wasm);
        var imports = ImportValues.builder();
        Memory imported = null;
        for (var wanted : module.importSection().stream().toList()) {
            switch (wanted) {
                case FunctionImport function -> {
                    var type = module.typeSection().getType(function.typeIndex());
                    var stub = stub(wanted.name(), type.returns().size());
                    imports.addFunction(new HostFunction(wanted.module(), wanted.name(), type, stub));
                }
                case MemoryImport own -> {
                    imported = new ByteArrayMemory(own.limits());
                    imports.addMemory(new ImportMemory(wanted.module(), wanted.name(), imported));
                }
                default -> throw new IllegalStateException("QuickJS imports " + wanted);
            }
        }
        if (imported == null) {
            throw new IllegalStateException("QuickJS imports no memory");
        }
        this.memory = imported;
        this.instance = Instance.builder(module)
                .withImportValues(imports.build())
                .withMachineFactory(MachineFactoryCompiler.builder(module)
                        .withInterpreterFallback(InterpreterFallback.SILENT)
                        .compile())
                .build();
    }

    public static void main(String[] arguments) throws Exception {
        byte[] wasm = Files.readAllBytes(Path.of(arguments[0]));
        var source = Files.readString(Path.of(arguments[1]));
        int repetitions = Integer.parseInt(arguments[2]);
        for (var run : QuickJsBench.measured(() -> new EndiveQuickJs(wasm), source, repetitions)) {
            System.out.println(run.result() + " " + run.cpuNanos() / 1000);
        }
    }

    private static WasmFunctionHandle stub(String name, int results) {
        if (!name.equals(RESIZE)) {
            return (_, _) -> new long[results];
        }
        return (caller, arguments) -> {
            var memory = caller.memory();
            int missing = Math.ceilDiv((int) arguments[0], Memory.PAGE_SIZE) - memory.pages();
            return new long[] {missing <= 0 || memory.grow(missing) >= 0 ? 1 : 0};
        };
    }

    @Override
    public long call(String export, long... arguments) {
        long[] results = instance.export(export).apply(arguments);
        return results == null || results.length == 0 ? 0 : results[0];
    }

    @Override
    public void write(long address, String text) {
        memory.write((int) address, text.getBytes(UTF_8));
    }
}
