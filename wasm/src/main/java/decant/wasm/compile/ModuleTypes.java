package decant.wasm.compile;

import decant.wasm.ExternType;
import decant.wasm.FunctionType;
import decant.wasm.GlobalType;
import decant.wasm.Import;
import decant.wasm.MemoryType;
import decant.wasm.Module;
import decant.wasm.TableType;
import decant.wasm.Tracking;
import decant.wasm.ValueType;
import decant.wasm.binary.CodeReader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What compiling a function needs to know of the module around it, cheap to ask.
final class ModuleTypes {
    private static final Kind[] NONE = {};
    private static final long MEMORY_PAGE_BYTES = 65536;

    final Module module;
    final byte[] bytes;
    final boolean is64;

    /// The memory is never smaller, in bytes.
    final long memoryBytesMin;

    /// Whether loads mark the pages they read.
    final boolean marksReads;

    private final List<FunctionType> types;
    private final int[] functionTypes;
    private final List<GlobalType> globals;
    private final int[] globalSlots;
    private final int[] canonicalTypes;
    private final int importedGlobals;
    private final int importedTables;
    private final References references;

    ModuleTypes(Module module, References references) {
        this.module = module;
        this.references = references;
        this.bytes = module.bytes();
        this.types = module.types();
        this.functionTypes = module.functionTypeIndices();
        this.globals = module.globalTypes();
        this.globalSlots = slots(globals);
        MemoryType memory =
                module.memories().isEmpty() ? null : module.memories().getFirst();
        this.is64 = memory != null && memory.is64();
        this.memoryBytesMin = memory == null ? 0 : memory.limits().minimum() * MEMORY_PAGE_BYTES;
        this.marksReads = module.tracking() == Tracking.READS_AND_WRITES;
        this.canonicalTypes = canonical(types);
        this.importedGlobals = count(module, ExternType.Global.class);
        this.importedTables = count(module, ExternType.Table.class);
    }

    /// {@return for each type the index of the first equal one}
    static int[] canonical(List<FunctionType> types) {
        Map<FunctionType, Integer> first = new HashMap<>();
        var canonical = new int[types.size()];
        for (int i = 0; i < canonical.length; i++) {
            Integer known = first.putIfAbsent(types.get(i), i);
            canonical[i] = known == null ? i : known;
        }
        return canonical;
    }

    private static int[] slots(List<GlobalType> globals) {
        var slots = new int[globals.size() + 1];
        for (int i = 0; i < globals.size(); i++) {
            slots[i + 1] = slots[i] + globals.get(i).type().slots();
        }
        return slots;
    }

    private static int count(Module module, Class<? extends ExternType> kind) {
        int count = 0;
        for (Import wanted : module.imports()) {
            if (kind.isInstance(wanted.type())) {
                count++;
            }
        }
        return count;
    }

    References references() {
        return references;
    }

    FunctionType type(int typeIndex) {
        return types.get(typeIndex);
    }

    FunctionType functionType(int functionIndex) {
        return types.get(functionTypes[functionIndex]);
    }

    int canonicalType(int typeIndex) {
        return canonicalTypes[typeIndex];
    }

    Kind[] global(int globalIndex) {
        return Kinds.of(globals.get(globalIndex).type());
    }

    int globalCount() {
        return globals.size();
    }

    /// {@return the first slot of a global when the slots of all globals, imports first, are counted through; for the
    /// index behind the last global how many slots there are}
    int globalSlot(int globalIndex) {
        return globalSlots[globalIndex];
    }

    /// {@return whether the global is a variable of somebody else, not a field of the state}
    boolean isGlobalElsewhere(int globalIndex) {
        return globalIndex < importedGlobals && globals.get(globalIndex).mutable();
    }

    TableType table(int tableIndex) {
        return module.tables().get(tableIndex);
    }

    /// {@return whether the table's funcrefs are numbers of another instance}
    boolean isTableImported(int tableIndex) {
        return tableIndex < importedTables;
    }

    boolean isImportedFunction(int functionIndex) {
        return functionIndex < module.importedFunctionCount();
    }

    Kind[] blockParameters(int blockType) {
        return blockType >= 0 ? Kinds.of(types.get(blockType).parameters()) : NONE;
    }

    Kind[] blockResults(int blockType) {
        if (blockType >= 0) {
            return Kinds.of(types.get(blockType).results());
        }
        return blockType == CodeReader.EMPTY_BLOCK ? NONE : Kinds.of(ValueType.ofCode(blockType + 0x80));
    }
}
