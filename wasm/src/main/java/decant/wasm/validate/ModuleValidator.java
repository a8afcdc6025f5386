package decant.wasm.validate;

import decant.wasm.ConstantExpression;
import decant.wasm.DataSegment;
import decant.wasm.ElementSegment;
import decant.wasm.Export;
import decant.wasm.ExportKind;
import decant.wasm.ExternType;
import decant.wasm.Features;
import decant.wasm.FunctionType;
import decant.wasm.Global;
import decant.wasm.GlobalType;
import decant.wasm.InvalidModuleException;
import decant.wasm.Limits;
import decant.wasm.MemoryType;
import decant.wasm.TableType;
import decant.wasm.ValueType;
import decant.wasm.binary.ModuleSections;
import decant.wasm.binary.SectionId;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;

/// Checks a decoded module against every rule of WebAssembly.
///
/// WebAssembly specification, "Validation", section "Modules".
public final class ModuleValidator {
    private static final long PAGES_MAX = 1L << 16;
    private static final long PAGES_64_MAX = 1L << 48;
    private static final long TABLE_MAX = 0xFFFF_FFFFL;

    private final ModuleSections module;
    private final Features features;
    private final BitSet referencedFunctions = new BitSet();

    private ModuleValidator(ModuleSections module, Features features) {
        this.module = module;
        this.features = features;
    }

    /// Checks everything.
    ///
    /// @throws InvalidModuleException when the module breaks a rule or uses what `features` does not allow
    public static void validate(ModuleSections module, Features features) {
        var validator = new ModuleValidator(module, features);
        validator.checkTypes();
        validator.checkImports();
        validator.checkFunctions();
        validator.checkTables();
        validator.checkMemories();
        validator.checkGlobals();
        validator.checkExports();
        validator.checkStart();
        validator.checkElements();
        validator.checkData();
        validator.checkBodies();
    }

    private void checkTypes() {
        if (features.simd()) {
            return;
        }
        for (FunctionType type : module.types()) {
            if (type.parameters().contains(ValueType.V128) || type.results().contains(ValueType.V128)) {
                throw fault(SectionId.TYPE, "vectors are not allowed: " + type);
            }
        }
    }

    private void checkImports() {
        for (var wanted : module.imports()) {
            if (wanted.type() instanceof ExternType.Function(int typeIndex)) {
                checkType(typeIndex, SectionId.IMPORT, "import " + wanted.module() + "." + wanted.name());
            }
        }
    }

    private void checkFunctions() {
        for (int i = module.importedFunctionCount(); i < module.functionTypes().length; i++) {
            checkType(module.functionTypes()[i], SectionId.FUNCTION, "func[" + i + "]");
        }
    }

    private void checkType(int typeIndex, int section, String user) {
        if (Integer.compareUnsigned(typeIndex, module.types().size()) >= 0) {
            throw fault(section, user + ": unknown type " + Integer.toUnsignedString(typeIndex));
        }
    }

    private void checkTables() {
        for (int i = 0; i < module.tables().size(); i++) {
            TableType table = module.tables().get(i);
            String name = "table " + i;
            checkIs64(table.is64(), SectionId.TABLE, name);
            if (!table.is64()) {
                checkLimits(table.limits(), TABLE_MAX, SectionId.TABLE, name, "table size");
            }
            checkOrder(table.limits(), SectionId.TABLE, name);
        }
    }

    private void checkMemories() {
        if (module.memories().size() > 1) {
            throw fault(
                    SectionId.MEMORY,
                    "multiple memories: at most one memory is supported, found "
                            + module.memories().size());
        }
        for (MemoryType memory : module.memories()) {
            checkIs64(memory.is64(), SectionId.MEMORY, "memory 0");
            checkLimits(
                    memory.limits(),
                    memory.is64() ? PAGES_64_MAX : PAGES_MAX,
                    SectionId.MEMORY,
                    "memory 0",
                    "memory size");
            checkOrder(memory.limits(), SectionId.MEMORY, "memory 0");
        }
    }

    private void checkIs64(boolean is64, int section, String name) {
        if (is64 && !features.memory64()) {
            throw fault(section, name + ": 64-bit addresses are not allowed");
        }
    }

    private void checkLimits(Limits limits, long max, int section, String name, String what) {
        long largest = limits.maximum().orElse(limits.minimum());
        if (Long.compareUnsigned(limits.minimum(), max) > 0 || Long.compareUnsigned(largest, max) > 0) {
            throw fault(
                    section,
                    "%s: %s must be at most %d, found %s to %s"
                            .formatted(
                                    name,
                                    what,
                                    max,
                                    Long.toUnsignedString(limits.minimum()),
                                    Long.toUnsignedString(largest)));
        }
    }

    private void checkOrder(Limits limits, int section, String name) {
        if (limits.maximum().isPresent()
                && Long.compareUnsigned(limits.minimum(), limits.maximum().getAsLong()) > 0) {
            throw fault(
                    section,
                    "%s: size minimum must not be greater than maximum, found %s to %s"
                            .formatted(
                                    name,
                                    Long.toUnsignedString(limits.minimum()),
                                    Long.toUnsignedString(limits.maximum().getAsLong())));
        }
    }

    private void checkGlobals() {
        int imported = module.globalTypes().size() - module.globals().size();
        for (int i = 0; i < module.globalTypes().size(); i++) {
            if (module.globalTypes().get(i).type() == ValueType.V128 && !features.simd()) {
                throw fault(SectionId.GLOBAL, "global " + i + ": vectors are not allowed");
            }
        }
        for (int i = 0; i < module.globals().size(); i++) {
            Global global = module.globals().get(i);
            int index = imported + i;
            checkConstant(global.initializer(), global.type().type(), index, SectionId.GLOBAL, "global", index);
        }
    }

    /// @param globals how many globals, the first ones, the expression may use
    private void checkConstant(
            ConstantExpression expression, ValueType expected, int globals, int section, String user, int index) {
        var found = switch (expression) {
            case ConstantExpression.I32Const _ -> ValueType.I32;
            case ConstantExpression.I64Const _ -> ValueType.I64;
            case ConstantExpression.F32Const _ -> ValueType.F32;
            case ConstantExpression.F64Const _ -> ValueType.F64;
            case ConstantExpression.V128Const _ -> ValueType.V128;
            case ConstantExpression.RefNull(ValueType type) -> type;
            case ConstantExpression.RefFunc(int function) -> {
                checkFunction(function, section, user, index);
                referencedFunctions.set(function);
                yield ValueType.FUNCREF;
            }
            case ConstantExpression.GlobalGet(int global) -> constantGlobal(global, globals, section, user, index);
        };
        if (found != expected) {
            throw fault(
                    section, "%s %d: type mismatch: %s is expected, found %s".formatted(user, index, expected, found));
        }
    }

    private ValueType constantGlobal(int global, int globals, int section, String user, int index) {
        if (Integer.compareUnsigned(global, globals) >= 0) {
            throw fault(section, "%s %d: unknown global %s".formatted(user, index, Integer.toUnsignedString(global)));
        }
        GlobalType type = module.globalTypes().get(global);
        if (type.mutable()) {
            throw fault(
                    section,
                    "%s %d: constant expression required, found the mutable global %d".formatted(user, index, global));
        }
        return type.type();
    }

    private void checkFunction(int function, int section, String user, int index) {
        if (Integer.compareUnsigned(function, module.functionTypes().length) >= 0) {
            throw fault(
                    section, "%s %d: unknown function %s".formatted(user, index, Integer.toUnsignedString(function)));
        }
    }

    private void checkExports() {
        Set<String> names = new HashSet<>();
        for (Export export : module.exports()) {
            int count = switch (export.kind()) {
                case FUNCTION -> module.functionTypes().length;
                case TABLE -> module.tables().size();
                case MEMORY -> module.memories().size();
                case GLOBAL -> module.globalTypes().size();
            };
            if (Integer.compareUnsigned(export.index(), count) >= 0) {
                throw fault(
                        SectionId.EXPORT,
                        "export \"%s\": unknown %s %s"
                                .formatted(export.name(), export.kind(), Integer.toUnsignedString(export.index())));
            }
            if (!names.add(export.name())) {
                throw fault(SectionId.EXPORT, "duplicate export name \"" + export.name() + "\"");
            }
            if (export.kind() == ExportKind.FUNCTION) {
                referencedFunctions.set(export.index());
            }
        }
    }

    private void checkStart() {
        if (module.start().isEmpty()) {
            return;
        }
        int function = module.start().getAsInt();
        checkFunction(function, SectionId.START, "start function", function);
        FunctionType type = module.types().get(module.functionTypes()[function]);
        if (!type.parameters().isEmpty() || !type.results().isEmpty()) {
            throw fault(
                    SectionId.START,
                    "start function must have the type [] -> [], found %s: %s"
                            .formatted(module.functionName(function), type));
        }
    }

    private void checkElements() {
        for (int i = 0; i < module.elements().size(); i++) {
            ElementSegment segment = module.elements().get(i);
            if (segment.offset().isPresent()) {
                checkActive(segment, segment.offset().get(), i);
            }
            for (ConstantExpression element : segment.elements()) {
                checkConstant(
                        element, segment.type(), module.globalTypes().size(), SectionId.ELEMENT, "element segment", i);
            }
        }
    }

    private void checkActive(ElementSegment segment, ConstantExpression offset, int index) {
        if (Integer.compareUnsigned(segment.table(), module.tables().size()) >= 0) {
            throw fault(
                    SectionId.ELEMENT,
                    "element segment %d: unknown table %s".formatted(index, Integer.toUnsignedString(segment.table())));
        }
        TableType table = module.tables().get(segment.table());
        if (table.element() != segment.type()) {
            throw fault(
                    SectionId.ELEMENT,
                    "element segment %d: type mismatch: table %d holds %s, the segment %s"
                            .formatted(index, segment.table(), table.element(), segment.type()));
        }
        int globals = module.globalTypes().size();
        checkConstant(offset, table.addressType(), globals, SectionId.ELEMENT, "element segment", index);
    }

    private void checkData() {
        for (int i = 0; i < module.data().size(); i++) {
            DataSegment segment = module.data().get(i);
            if (segment.offset().isEmpty()) {
                continue;
            }
            if (module.memories().isEmpty()) {
                throw fault(SectionId.DATA, "data segment " + i + ": unknown memory 0");
            }
            var addressType = module.memories().getFirst().addressType();
            int globals = module.globalTypes().size();
            checkConstant(segment.offset().get(), addressType, globals, SectionId.DATA, "data segment", i);
        }
    }

    private void checkBodies() {
        var validator = new FunctionValidator(module, features, referencedFunctions);
        for (var body : module.bodies()) {
            try {
                validator.validate(body);
            } catch (InvalidModuleException e) {
                throw e.within(module.functionName(body.functionIndex()));
            }
        }
    }

    private InvalidModuleException fault(int section, String reason) {
        return new InvalidModuleException(reason, module.offsets()[section]);
    }
}
