package decant.wasm;

import static decant.wasm.ValueType.I32;
import static decant.wasm.ValueType.I64;

import decant.wasm.WasmBuilder.Code;
import decant.wasm.binary.Opcode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// A process with little memory in which modules are decoded, compiled and run that want as much as they can get.
///
/// ```text
/// writes      <case>: <outcome>      for each case
/// ```
final class HostileRun {
    private static final long FUEL = 50_000_000;

    private HostileRun() {}

    public static void main(String[] arguments) throws Exception {
        var run = new FutureTask<Void>(() -> {
            runAll();
            return null;
        });
        WasmThreads.factory("hostile").newThread(run).start();
        run.get();
    }

    private static void runAll() {
        report("a million functions", () -> call(functions(1_000_000)));
        report("fifty thousand functions of fifty thousand locals", () -> call(manyLocals()));
        report("blocks in blocks", () -> call(nested(Opcode.BLOCK, 49_000)));
        report("loops in loops", () -> call(nested(Opcode.LOOP, 49_000)));
        report("a jump over a million labels", () -> call(branchTable(1_000_000)));
        report("a jump over labels of a thousand blocks", () -> call(wideBranchTables()));
        report("half a million branches", () -> call(branches(150_000)));
        report("half a million additions", () -> call(straight(500_000)));
        report("operands without end", () -> call(operands(90_000)));
        report("a hundred thousand data segments", () -> call(dataSegments(100_000)));
        report("a hundred thousand element segments", () -> call(elementSegments(100_000)));
        report("a table of four billion", () -> call(table(0xFFFF_FFFFL)));
        report("a table of ten million", () -> call(table(10_000_000)));
        report("a memory of four gibibytes", () -> call(memory(65_536)));
        report("growing for ever", () -> call(growing()));
        report("filling for ever", () -> call(filling()));
        report("recursion", () -> call(recursion(0, false)));
        report("recursion with a thousand locals", () -> call(recursion(1000, false)));
        report("recursion through the table", () -> call(recursion(3, true)));
        report("tail calls for ever", () -> call(tailCalls()));
        report("a thousand arguments", () -> call(manyArguments()));
    }

    private static void report(String name, Supplier<String> outcome) {
        String text;
        try {
            text = outcome.get();
        } catch (InvalidModuleException | InstantiationFailure e) {
            text = "refused: " + e.getMessage();
        }
        System.out.println(name + ": " + text);
    }

    /// {@return what becomes of a call of the module's last function}
    private static String call(WasmBuilder builder) {
        Module module = Module.parse(builder.build(), Features.ALL);
        var limits = InstanceLimits.DEFAULT.withMemoryBytesMax(4L << 30);
        try (var instance = Instance.instantiate(module, Imports.none(), limits)) {
            instance.setFuel(FUEL);
            instance.begin();
            var result = instance.call(module.functionCount() - 1);
            instance.rollback();
            return switch (result) {
                case CallResult.Returned _ -> "returned";
                case CallResult.Trapped(var trap) -> trap.message();
            };
        }
    }

    private static WasmBuilder functions(int count) {
        var builder = new WasmBuilder();
        int type = builder.type(List.of(), List.of());
        for (int i = 0; i < count; i++) {
            builder.function(type, _ -> {});
        }
        return builder;
    }

    private static WasmBuilder manyLocals() {
        var builder = new WasmBuilder();
        int type = builder.type(List.of(), List.of());
        byte[] body = new Code().u32(1).u32(50_000).u8(I64.code()).end().bytes();
        for (int i = 0; i < 50_000; i++) {
            builder.functionOfBytes(type, body);
        }
        return builder;
    }

    private static WasmBuilder one(Consumer<Code> code) {
        var builder = new WasmBuilder();
        builder.function(builder.type(List.of(), List.of()), code);
        return builder;
    }

    private static WasmBuilder nested(int opcode, int depth) {
        return one(code -> {
            for (int i = 0; i < depth; i++) {
                code.open(opcode);
            }
            for (int i = 0; i < depth; i++) {
                code.end();
            }
        });
    }

    private static WasmBuilder branchTable(int labels) {
        return one(code -> {
            code.open(Opcode.BLOCK).i32(7).op(Opcode.BR_TABLE).u32(labels);
            for (int i = 0; i <= labels; i++) {
                code.u32(i & 1);
            }
            code.end();
        });
    }

    private static WasmBuilder wideBranchTables() {
        return one(code -> {
            for (int i = 0; i < 1000; i++) {
                code.open(Opcode.BLOCK);
            }
            for (int i = 0; i < 200; i++) {
                code.open(Opcode.BLOCK).i32(i).op(Opcode.BR_TABLE).u32(999);
                for (int label = 0; label < 1000; label++) {
                    code.u32((label * 7 + i) % 1000);
                }
                code.end();
            }
            for (int i = 0; i < 1000; i++) {
                code.end();
            }
        });
    }

    private static WasmBuilder branches(int count) {
        return one(code -> {
            for (int i = 0; i < 300; i++) {
                code.open(Opcode.BLOCK);
            }
            for (int i = 0; i < count; i++) {
                code.i32(0).op(Opcode.BR_IF, i % 300);
            }
            for (int i = 0; i < 300; i++) {
                code.end();
            }
        });
    }

    private static WasmBuilder straight(int count) {
        return one(code -> {
            code.i32(1);
            for (int i = 0; i < count; i++) {
                code.i32(i).op(Opcode.I32_ADD);
            }
            code.op(Opcode.DROP);
        });
    }

    private static WasmBuilder operands(int count) {
        return one(code -> {
            for (int i = 0; i < count; i++) {
                code.i32(i);
            }
            for (int i = 0; i < count; i++) {
                code.op(Opcode.DROP);
            }
        });
    }

    private static WasmBuilder dataSegments(int count) {
        var builder = one(_ -> {}).memory(1, 1);
        for (int i = 0; i < count; i++) {
            builder.data(code -> code.i32(0), new byte[1]);
        }
        return builder;
    }

    private static WasmBuilder elementSegments(int count) {
        var builder = one(_ -> {}).table(ValueType.FUNCREF, 1);
        for (int i = 0; i < count; i++) {
            builder.elements(code -> code.i32(0), 0);
        }
        return builder;
    }

    private static WasmBuilder table(long size) {
        return one(_ -> {}).table(ValueType.FUNCREF, size);
    }

    private static WasmBuilder memory(long pages) {
        return one(code -> code.i32(-8).i64(1).access(Opcode.I64_STORE, 0, 0)).memory(pages);
    }

    private static WasmBuilder growing() {
        return one(code -> code.open(Opcode.LOOP)
                        .i32(1)
                        .op(Opcode.MEMORY_GROW, 0)
                        .op(Opcode.DROP)
                        .op(Opcode.BR, 0)
                        .end())
                .memory(0);
    }

    private static WasmBuilder filling() {
        return one(code -> code.open(Opcode.LOOP)
                        .i32(0)
                        .i32(1)
                        .i32(1 << 20)
                        .op(Opcode.MEMORY_FILL, 0)
                        .op(Opcode.BR, 0)
                        .end())
                .memory(16);
    }

    private static WasmBuilder recursion(int locals, boolean isIndirect) {
        var builder = new WasmBuilder();
        int type = builder.type(List.of(), List.of(I32));
        builder.table(ValueType.FUNCREF, 1).elements(code -> code.i32(0), 0);
        builder.function(type, Collections.nCopies(locals, I64), code -> {
            if (isIndirect) {
                code.i32(0).op(Opcode.CALL_INDIRECT, type, 0);
            } else {
                code.call(0);
            }
            code.i32(1).op(Opcode.I32_ADD);
        });
        return builder;
    }

    private static WasmBuilder tailCalls() {
        var builder = new WasmBuilder();
        int type = builder.type(List.of(), List.of());
        builder.function(type, code -> code.op(Opcode.RETURN_CALL, 0));
        return builder;
    }

    private static WasmBuilder manyArguments() {
        var builder = new WasmBuilder();
        var thousand = new ArrayList<>(Collections.nCopies(1000, I64));
        int wide = builder.type(thousand, thousand);
        builder.function(wide, code -> {
            for (int i = 0; i < 1000; i++) {
                code.localGet(i);
            }
            code.call(0);
        });
        builder.function(builder.type(List.of(), List.of()), code -> {
            for (int i = 0; i < 1000; i++) {
                code.i64(i);
            }
            code.call(0);
            for (int i = 0; i < 1000; i++) {
                code.op(Opcode.DROP);
            }
        });
        return builder;
    }
}
