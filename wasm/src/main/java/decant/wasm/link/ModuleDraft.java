package decant.wasm.link;

import decant.wasm.ConstantExpression;
import decant.wasm.CustomSection;
import decant.wasm.DataSegment;
import decant.wasm.ElementSegment;
import decant.wasm.Export;
import decant.wasm.ExternType;
import decant.wasm.FunctionBody;
import decant.wasm.FunctionType;
import decant.wasm.Global;
import decant.wasm.Import;
import decant.wasm.MemoryType;
import decant.wasm.Module;
import decant.wasm.TableType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/// A module in parts, which are added to before it is written. Every index in it is an index of the module to be.
final class ModuleDraft {
    final List<FunctionType> types = new ArrayList<>();
    private final Map<FunctionType, Integer> typeIndices = new HashMap<>();
    private int typesIndexed;
    final List<Import> imports = new ArrayList<>();
    final List<Function> functions = new ArrayList<>();
    final List<TableType> tables = new ArrayList<>();
    final List<MemoryType> memories = new ArrayList<>();
    final List<Global> globals = new ArrayList<>();
    final List<Export> exports = new ArrayList<>();
    OptionalInt start = OptionalInt.empty();
    final List<ElementSegment> elements = new ArrayList<>();
    final List<Data> data = new ArrayList<>();
    final List<CustomSection> customSections = new ArrayList<>();
    final SortedMap<Integer, String> functionNames = new TreeMap<>();

    /// A function that the module defines: its locals and instructions, up to the last `end`.
    record Function(int type, byte[] body) {}

    /// A data segment; passive without an offset.
    record Data(Optional<ConstantExpression> offset, byte[] content) {}

    /// A function that the module imports.
    record FunctionImport(ImportName name, FunctionType type) {
        /// {@return the functions that a module imports, by function index}
        static List<FunctionImport> of(Module module) {
            var functions = new ArrayList<FunctionImport>();
            for (Import wanted : module.imports()) {
                if (wanted.type() instanceof ExternType.Function(int type)) {
                    var name = new ImportName(wanted.module(), wanted.name());
                    functions.add(new FunctionImport(name, module.types().get(type)));
                }
            }
            return functions;
        }
    }

    /// {@return all parts of a module, with more functions imported, behind which its own functions move}
    ///
    /// Sections whose content depends on where the code is are left out: those of linkers and debuggers.
    static ModuleDraft of(Module module, List<FunctionImport> moreFunctions) {
        var draft = new ModuleDraft();
        var shift = new FunctionShift(module.importedFunctionCount(), moreFunctions.size());
        draft.types.addAll(module.types());
        draft.imports.addAll(module.imports());
        for (FunctionImport more : moreFunctions) {
            var type = new ExternType.Function(draft.type(more.type()));
            draft.imports.add(new Import(more.name().module(), more.name().name(), type));
        }
        for (FunctionBody body : module.bodies()) {
            draft.functions.add(new Function(body.typeIndex(), shift.body(module, body)));
        }
        draft.tables.addAll(defined(module, module.tables(), ExternType.Table.class));
        draft.memories.addAll(defined(module, module.memories(), ExternType.Memory.class));
        for (Global global : module.globals()) {
            draft.globals.add(new Global(global.type(), shift.of(global.initializer())));
        }
        module.exports().forEach(export -> draft.exports.add(shift.of(export)));
        draft.start = module.start().isPresent()
                ? OptionalInt.of(shift.function(module.start().getAsInt()))
                : OptionalInt.empty();
        module.elements().forEach(segment -> draft.elements.add(shift.of(segment)));
        module.data().forEach(segment -> draft.data.add(new Data(segment.offset(), content(module, segment))));
        for (CustomSection section : module.customSections()) {
            if (!dependsOnCode(section.name())) {
                draft.customSections.add(section);
            }
        }
        for (int i = 0; i < module.functionCount(); i++) {
            String name = module.functionName(i);
            if (!name.equals("func[" + i + "]")) {
                draft.functionNames.put(shift.function(i), name);
            }
        }
        return draft;
    }

    private static <T> List<T> defined(Module module, List<T> all, Class<? extends ExternType> kind) {
        long imported = module.imports().stream()
                .filter(wanted -> kind.isInstance(wanted.type()))
                .count();
        return all.subList((int) imported, all.size());
    }

    private static byte[] content(Module module, DataSegment segment) {
        return Arrays.copyOfRange(module.bytes(), segment.start(), segment.start() + segment.length());
    }

    private static boolean dependsOnCode(String section) {
        return section.equals("name")
                || section.equals("linking")
                || section.equals("sourceMappingURL")
                || section.equals("external_debug_info")
                || section.startsWith("reloc.")
                || section.startsWith(".debug_");
    }

    /// Adds a function. {@return its index}
    int add(Function function, String name) {
        functions.add(function);
        int index = importedFunctions() + functions.size() - 1;
        functionNames.put(index, name);
        return index;
    }

    /// {@return the index of a function type, which is added when it is not there}
    int type(FunctionType type) {
        for (; typesIndexed < types.size(); typesIndexed++) {
            typeIndices.putIfAbsent(types.get(typesIndexed), typesIndexed);
        }
        return typeIndices.computeIfAbsent(type, added -> {
            types.add(added);
            return types.size() - 1;
        });
    }

    /// Adds a global. {@return its index}
    int add(Global global) {
        globals.add(global);
        return imported(ExternType.Global.class) + globals.size() - 1;
    }

    int importedFunctions() {
        return imported(ExternType.Function.class);
    }

    int importedTables() {
        return imported(ExternType.Table.class);
    }

    private int imported(Class<? extends ExternType> kind) {
        return (int) imports.stream()
                .filter(wanted -> kind.isInstance(wanted.type()))
                .count();
    }
}
