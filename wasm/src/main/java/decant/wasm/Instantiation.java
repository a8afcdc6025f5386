package decant.wasm;

import decant.wasm.compile.CompiledModule;
import decant.wasm.run.Bulk;
import decant.wasm.run.ImportedVariable;
import decant.wasm.run.InstanceState;
import decant.wasm.run.LinearMemory;
import decant.wasm.run.ReferenceTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The making of one instance, in the order of the specification: match imports, allocate, initialise, copy segments.
final class Instantiation {
    private final Module module;
    private final Imports imports;
    private final InstanceLimits limits;
    private final CompiledModule code;
    private final InstanceState state;

    private final List<HostFunction> functions = new ArrayList<>();
    private final List<ReferenceTable> tables = new ArrayList<>();
    private final List<GlobalVariable> globals = new ArrayList<>();
    private @Nullable Memory memory;
    private boolean ownsMemory;

    Instantiation(Module module, Imports imports, InstanceLimits limits) {
        this(module, imports, limits, module.code());
    }

    /// @param code the module's code, compiled in a way of its own
    Instantiation(Module module, Imports imports, InstanceLimits limits, CompiledModule code) {
        this.module = module;
        this.imports = imports;
        this.limits = limits;
        this.code = code;
        this.state = code.newState();
    }

    Instance instantiate(boolean withData) {
        matchImports();
        allocate();
        try {
            int[][] elements = new int[module.elements().size()][];
            var instance = new Instance(module, state, memory, ownsMemory, elements);
            state.link(
                    instance,
                    memory == null ? null : memory.linear(),
                    tables.toArray(new ReferenceTable[0]),
                    functions.toArray(new HostFunction[0]),
                    mutableGlobals(),
                    resultsMax());
            state.stackLeft = limits.stackBytesMax();
            initialiseGlobals();
            evaluateElements(elements);
            state.setSegments(elements.clone(), droppedData(module));
            copySegments(elements, withData);
            return instance;
        } catch (TrapException trap) {
            closeOwnMemory();
            throw new InstantiationFailure(new Trap(trap.code(), trap.reason(), List.of(), null));
        }
    }

    private void closeOwnMemory() {
        state.unlink();
        if (memory != null && ownsMemory) {
            memory.close();
        }
    }

    private void matchImports() {
        for (Import wanted : module.imports()) {
            Optional<Extern> offered = imports.find(wanted.module(), wanted.name());
            if (offered.isEmpty()) {
                throw new InstantiationFailure("unknown import: " + name(wanted) + " is not offered");
            }
            match(wanted, offered.get());
        }
    }

    private static String name(Import wanted) {
        return "\"" + wanted.module() + "\" \"" + wanted.name() + "\"";
    }

    private void match(Import wanted, Extern offered) {
        switch (wanted.type()) {
            case ExternType.Function(int typeIndex) -> {
                FunctionType type = module.types().get(typeIndex);
                if (!(offered instanceof HostImport(FunctionType found, HostFunction function))
                        || !found.equals(type)) {
                    throw mismatch(wanted, "the function " + type, offered);
                }
                functions.add(translating(type, function));
            }
            case ExternType.Table(TableType type) -> {
                if (!(offered instanceof Table table) || !fits(type, table)) {
                    throw mismatch(wanted, type.toString(), offered);
                }
                tables.add(table.references());
            }
            case ExternType.Memory(MemoryType type) -> {
                if (!(offered instanceof Memory shared) || !fits(type, shared)) {
                    throw mismatch(wanted, type.toString(), offered);
                }
                memory = shared;
            }
            case ExternType.Global(GlobalType type) -> {
                if (!(offered instanceof GlobalVariable global)
                        || !global.type().equals(type)) {
                    throw mismatch(wanted, type.toString(), offered);
                }
                globals.add(global);
            }
        }
    }

    /// {@return the function, which sees funcrefs as function indices}
    private static HostFunction translating(FunctionType type, HostFunction function) {
        boolean hasReferences =
                type.parameters().contains(ValueType.FUNCREF) || type.results().contains(ValueType.FUNCREF);
        if (!hasReferences || function instanceof Instance.ExportedFunction) {
            return function;
        }
        return (caller, slots) -> {
            Instance.References.toOutside(type.parameters(), slots, caller.state());
            function.call(caller, slots);
            Instance.References.toInside(type.results(), slots, caller.state());
        };
    }

    private static boolean fits(TableType wanted, Table found) {
        TableType type = found.type();
        return type.element() == wanted.element()
                && type.is64() == wanted.is64()
                && fits(wanted.limits(), found.size(), type.limits());
    }

    private static boolean fits(MemoryType wanted, Memory found) {
        MemoryType type = found.type();
        return type.is64() == wanted.is64()
                && fits(wanted.limits(), found.bytes() / Memory.WASM_PAGE_BYTES, type.limits());
    }

    private static boolean fits(Limits wanted, long size, Limits found) {
        return Long.compareUnsigned(size, wanted.minimum()) >= 0
                && (wanted.maximum().isEmpty()
                        || found.maximum().isPresent()
                                && Long.compareUnsigned(
                                                found.maximum().getAsLong(),
                                                wanted.maximum().getAsLong())
                                        <= 0);
    }

    private static InstantiationFailure mismatch(Import wanted, String expected, Extern found) {
        String offered = switch (found) {
            case HostImport function -> "the function " + function.type();
            case Memory memory -> memory.type() + " of " + memory.bytes() + " bytes";
            case Table table -> table.type() + " of " + table.size() + " elements";
            case GlobalVariable global -> global.type().toString();
        };
        return new InstantiationFailure("incompatible import type: " + name(wanted) + " must be " + expected + ", but "
                + offered + " is offered");
    }

    private void allocate() {
        try {
            for (TableType type :
                    module.tables().subList(tables.size(), module.tables().size())) {
                tables.add(state.newTable(type, limits.tableElementsMax()));
            }
            if (memory == null && !module.memories().isEmpty()) {
                MemoryType type = module.memories().getFirst();
                memory = new Memory(new LinearMemory(type, limits.memoryBytesMax(), limits.memoryGrowth()));
                ownsMemory = true;
            }
        } catch (IllegalArgumentException e) {
            throw new InstantiationFailure(String.valueOf(e.getMessage()));
        }
    }

    private int resultsMax() {
        return module.types().stream()
                .mapToInt(type -> ValueType.slots(type.results()))
                .max()
                .orElse(0);
    }

    private void initialiseGlobals() {
        for (int i = 0; i < globals.size(); i++) {
            GlobalType type = globals.get(i).type();
            for (int part = 0; !type.mutable() && part < type.type().slots(); part++) {
                state.setGlobalSlot(code.slotOfGlobal(i) + part, globals.get(i).get(part, state));
            }
        }
        for (int i = 0; i < module.globals().size(); i++) {
            Global global = module.globals().get(i);
            int slot = code.slotOfGlobal(globals.size() + i);
            for (int part = 0; part < global.type().type().slots(); part++) {
                state.setGlobalSlot(slot + part, value(global.initializer(), part));
            }
        }
    }

    /// {@return the imported globals that code may change: of the others the state has a copy}
    private @Nullable ImportedVariable[] mutableGlobals() {
        return globals.stream()
                .map(global -> global.type().mutable() ? global : null)
                .toArray(ImportedVariable[]::new);
    }

    private long value(ConstantExpression expression) {
        return value(expression, 0);
    }

    /// {@return a slot of the value, the first one being part 0}
    private long value(ConstantExpression expression, int part) {
        return switch (expression) {
            case ConstantExpression.I32Const(int value) -> value;
            case ConstantExpression.I64Const(long value) -> value;
            case ConstantExpression.F32Const(int bits) -> bits;
            case ConstantExpression.F64Const(long bits) -> bits;
            case ConstantExpression.V128Const(long low, long high) -> part == 0 ? low : high;
            case ConstantExpression.RefNull _ -> -1;
            case ConstantExpression.RefFunc(int function) -> code.handleOfFunction(function);
            case ConstantExpression.GlobalGet(int global) -> state.globalSlot(code.slotOfGlobal(global) + part);
        };
    }

    private void evaluateElements(int[][] elements) {
        for (int i = 0; i < elements.length; i++) {
            ElementSegment segment = module.elements().get(i);
            elements[i] = segment.elements().stream()
                    .mapToInt(element -> (int) value(element))
                    .toArray();
        }
    }

    static boolean[] droppedData(Module module) {
        var dropped = new boolean[module.data().size()];
        for (int i = 0; i < dropped.length; i++) {
            dropped[i] = module.data().get(i).offset().isPresent();
        }
        return dropped;
    }

    private void copySegments(int[][] elements, boolean withData) {
        for (int i = 0; i < elements.length; i++) {
            ElementSegment segment = module.elements().get(i);
            if (segment.mode() == ElementSegment.Mode.ACTIVE) {
                boolean is64 = module.tables().get(segment.table()).is64();
                long offset = address(segment.offset().orElseThrow(), is64);
                Bulk.tableInitial(offset, elements[i], state, segment.table());
            }
            if (segment.mode() != ElementSegment.Mode.PASSIVE) {
                elements[i] = new int[0];
                Bulk.elementsDrop(state, i);
            }
        }
        for (DataSegment segment : module.data()) {
            if (withData && segment.offset().isPresent()) {
                boolean is64 = module.memories().getFirst().is64();
                Bulk.memoryInitial(address(segment.offset().get(), is64), segment, state);
            }
        }
    }

    private long address(ConstantExpression expression, boolean is64) {
        long value = value(expression);
        return is64 ? value : value & 0xFFFF_FFFFL;
    }
}
