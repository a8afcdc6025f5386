package decant.wasm.binary;

import decant.wasm.ConstantExpression;
import decant.wasm.CustomSection;
import decant.wasm.DataSegment;
import decant.wasm.ElementSegment;
import decant.wasm.Export;
import decant.wasm.ExportKind;
import decant.wasm.ExternType;
import decant.wasm.FunctionBody;
import decant.wasm.FunctionType;
import decant.wasm.Global;
import decant.wasm.GlobalType;
import decant.wasm.Import;
import decant.wasm.InvalidModuleException;
import decant.wasm.Limits;
import decant.wasm.LocalGroup;
import decant.wasm.MemoryType;
import decant.wasm.TableType;
import decant.wasm.ValueType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// Reads the sections of a module: everything the binary format rules, and nothing of what makes a module valid.
///
/// The bodies of functions are found and their locals read; their instructions are left to the validator.
/// WebAssembly specification, "Binary Format".
public final class ModuleDecoder {
    private static final int MAGIC = 0x6D736100;
    private static final int VERSION = 1;

    private static final int FUNCTION_TYPE = 0x60;
    private static final int HAS_MAXIMUM = 1;
    private static final int IS_SHARED = 2;
    private static final int IS_64 = 4;

    private static final int SEGMENT_IS_NOT_ACTIVE = 1;
    private static final int SEGMENT_HAS_INDEX = 2;
    private static final int SEGMENT_IS_DECLARATIVE = 2;
    private static final int SEGMENT_HAS_EXPRESSIONS = 4;

    private final byte[] bytes;
    private final int[] offsets = new int[SectionId.MAX + 1];

    private final List<FunctionType> types = new ArrayList<>();
    private final List<Import> imports = new ArrayList<>();
    private int[] functionTypes = {};
    private int importedFunctions;
    private final List<TableType> tables = new ArrayList<>();
    private final List<MemoryType> memories = new ArrayList<>();
    private final List<Global> globals = new ArrayList<>();
    private final List<GlobalType> globalTypes = new ArrayList<>();
    private final List<Export> exports = new ArrayList<>();
    private OptionalInt start = OptionalInt.empty();
    private final List<ElementSegment> elements = new ArrayList<>();
    private int elementCount;
    private final List<DataSegment> data = new ArrayList<>();
    private OptionalInt dataCount = OptionalInt.empty();
    private final List<FunctionBody> bodies = new ArrayList<>();
    private final List<CustomSection> customSections = new ArrayList<>();
    private int namesStart = -1;
    private int namesEnd;

    private ModuleDecoder(byte[] bytes) {
        this.bytes = bytes;
    }

    /// {@return what the bytes say}
    ///
    /// @throws InvalidModuleException when they are not a module
    public static ModuleSections decode(byte[] bytes) {
        return new ModuleDecoder(bytes).readModule();
    }

    private ModuleSections readModule() {
        var reader = new CodeReader(bytes, 0, bytes.length);
        readHeader(reader);
        readSections(reader);
        checkCounts();
        return new ModuleSections(
                bytes,
                Collections.unmodifiableList(types),
                Collections.unmodifiableList(imports),
                functionTypes,
                Collections.unmodifiableList(tables),
                Collections.unmodifiableList(memories),
                Collections.unmodifiableList(globals),
                Collections.unmodifiableList(globalTypes),
                Collections.unmodifiableList(exports),
                start,
                Collections.unmodifiableList(elements),
                Collections.unmodifiableList(data),
                dataCount,
                Collections.unmodifiableList(bodies),
                Collections.unmodifiableList(customSections),
                functionNames(),
                offsets);
    }

    private static void readHeader(CodeReader reader) {
        if (reader.fixed32() != MAGIC) {
            throw new InvalidModuleException("magic header not detected: a module begins with 00 61 73 6d", 0);
        }
        int version = reader.fixed32();
        if (version != VERSION) {
            throw new InvalidModuleException("unknown binary version " + Integer.toUnsignedString(version), 4);
        }
    }

    private void readSections(CodeReader reader) {
        int rankBefore = 0;
        while (!reader.atEnd()) {
            int at = reader.position();
            int id = reader.u8();
            if (id > SectionId.MAX) {
                throw new InvalidModuleException("malformed section id " + id, at);
            }
            int size = reader.length();
            var section = new CodeReader(bytes, reader.position(), reader.position() + size);
            reader.skip(size);
            if (id == SectionId.CUSTOM) {
                readCustomSection(section, at);
                continue;
            }
            int rank = SectionId.rank(id);
            if (rank <= rankBefore) {
                throw new InvalidModuleException(
                        "unexpected content after last section: section %d is repeated or out of order".formatted(id),
                        at);
            }
            rankBefore = rank;
            offsets[id] = at;
            readSection(id, section);
            if (!section.atEnd()) {
                throw new InvalidModuleException(
                        "section size mismatch: section %d ends %d bytes before its declared size"
                                .formatted(id, section.remaining()),
                        section.position());
            }
        }
    }

    private void readSection(int id, CodeReader section) {
        switch (id) {
            case SectionId.TYPE -> readTypes(section);
            case SectionId.IMPORT -> readImports(section);
            case SectionId.FUNCTION -> readFunctions(section);
            case SectionId.TABLE -> readTables(section);
            case SectionId.MEMORY -> readMemories(section);
            case SectionId.GLOBAL -> readGlobals(section);
            case SectionId.EXPORT -> readExports(section);
            case SectionId.START -> start = OptionalInt.of(section.u32());
            case SectionId.ELEMENT -> readElements(section);
            case SectionId.CODE -> readBodies(section);
            case SectionId.DATA -> readData(section);
            case SectionId.DATA_COUNT -> dataCount = OptionalInt.of(section.u32());
            default -> throw new AssertionError("BUG: section " + id);
        }
    }

    private void readCustomSection(CodeReader section, int at) {
        if (customSections.size() >= ImplementationLimits.CUSTOM_SECTIONS_MAX) {
            throw new InvalidModuleException(
                    "too many custom sections: at most " + ImplementationLimits.CUSTOM_SECTIONS_MAX, at);
        }
        String name = section.name();
        if (name.equals(NameSection.NAME) && namesStart < 0) {
            namesStart = section.position();
            namesEnd = section.end();
        }
        customSections.add(new CustomSection(name, Arrays.copyOfRange(bytes, section.position(), section.end())));
    }

    private Map<Integer, String> functionNames() {
        return namesStart < 0
                ? Map.of()
                : NameSection.functionNames(new CodeReader(bytes, namesStart, namesEnd), functionTypes.length);
    }

    private void readTypes(CodeReader section) {
        for (int left = section.count("types", ImplementationLimits.TYPES_MAX); left > 0; left--) {
            int at = section.position();
            int form = section.u8();
            if (form >= 0x80) {
                throw new InvalidModuleException("malformed type: integer representation too long", at);
            }
            if (form != FUNCTION_TYPE) {
                throw new InvalidModuleException(
                        "malformed type: a function type begins with 60, found %02x".formatted(form), at);
            }
            var parameters = readValueTypes(section, "parameters", ImplementationLimits.PARAMETERS_MAX);
            var results = readValueTypes(section, "results", ImplementationLimits.RESULTS_MAX);
            types.add(new FunctionType(parameters, results));
        }
    }

    private static List<ValueType> readValueTypes(CodeReader section, String what, int max) {
        int at = section.position();
        int count = section.count(what, max);
        if (count == 0) {
            return List.of();
        }
        var list = new ValueType[count];
        for (int i = 0; i < count; i++) {
            list[i] = section.valueType();
        }
        var types = List.of(list);
        if (ValueType.slots(types) > max) {
            throw new InvalidModuleException(
                    "too many %s: at most %d, a vector counting as two, found %d"
                            .formatted(what, max, ValueType.slots(types)),
                    at);
        }
        return types;
    }

    private void readImports(CodeReader section) {
        int count = section.count("imports", ImplementationLimits.IMPORTS_MAX);
        var importedTypes = new int[count];
        for (int i = 0; i < count; i++) {
            String module = section.name();
            String name = section.name();
            var type = readExternType(section);
            switch (type) {
                case ExternType.Function(int typeIndex) -> importedTypes[importedFunctions++] = typeIndex;
                case ExternType.Table(TableType table) -> tables.add(table);
                case ExternType.Memory(MemoryType memory) -> memories.add(memory);
                case ExternType.Global(GlobalType global) -> globalTypes.add(global);
            }
            imports.add(new Import(module, name, type));
        }
        functionTypes = Arrays.copyOf(importedTypes, importedFunctions);
    }

    private static ExternType readExternType(CodeReader section) {
        int at = section.position();
        int kind = section.u8();
        return switch (kind) {
            case 0 -> new ExternType.Function(section.u32());
            case 1 -> new ExternType.Table(readTableType(section));
            case 2 -> new ExternType.Memory(readMemoryType(section));
            case 3 -> new ExternType.Global(readGlobalType(section));
            default -> throw new InvalidModuleException("malformed import kind " + kind, at);
        };
    }

    private void readFunctions(CodeReader section) {
        int count = section.count("functions", ImplementationLimits.FUNCTIONS_MAX);
        functionTypes = Arrays.copyOf(functionTypes, importedFunctions + count);
        for (int i = importedFunctions; i < functionTypes.length; i++) {
            functionTypes[i] = section.u32();
        }
    }

    private void readTables(CodeReader section) {
        for (int left = section.count("tables", ImplementationLimits.TABLES_MAX); left > 0; left--) {
            tables.add(readTableType(section));
        }
    }

    private static TableType readTableType(CodeReader section) {
        var element = section.referenceType();
        int at = section.position();
        int flags = section.u8();
        var limits = readLimits(section, flags, at);
        return new TableType(element, (flags & IS_64) != 0, limits);
    }

    private void readMemories(CodeReader section) {
        for (int left = section.count("memories", Integer.MAX_VALUE); left > 0; left--) {
            memories.add(readMemoryType(section));
        }
    }

    private static MemoryType readMemoryType(CodeReader section) {
        int at = section.position();
        int flags = section.u8();
        var limits = readLimits(section, flags, at);
        return new MemoryType((flags & IS_64) != 0, limits);
    }

    private static Limits readLimits(CodeReader section, int flags, int at) {
        if ((flags & ~(HAS_MAXIMUM | IS_64)) != 0) {
            throw new InvalidModuleException(
                    flags < 2 * IS_64 && (flags & IS_SHARED) != 0
                            ? "malformed limits flags %d: threads must be enabled for shared memories".formatted(flags)
                            : "malformed limits flags " + flags,
                    at);
        }
        long minimum = section.u64();
        return new Limits(minimum, (flags & HAS_MAXIMUM) == 0 ? OptionalLong.empty() : OptionalLong.of(section.u64()));
    }

    private void readGlobals(CodeReader section) {
        for (int left = section.count("globals", ImplementationLimits.GLOBALS_MAX); left > 0; left--) {
            var type = readGlobalType(section);
            globalTypes.add(type);
            globals.add(new Global(type, readConstantExpression(section)));
        }
    }

    private static GlobalType readGlobalType(CodeReader section) {
        var type = section.valueType();
        int at = section.position();
        int mutability = section.u8();
        if (mutability > 1) {
            throw new InvalidModuleException("malformed mutability " + mutability, at);
        }
        return new GlobalType(type, mutability == 1);
    }

    private void readExports(CodeReader section) {
        for (int left = section.count("exports", ImplementationLimits.EXPORTS_MAX); left > 0; left--) {
            String name = section.name();
            int at = section.position();
            int code = section.u8();
            var kind = switch (code) {
                case 0 -> ExportKind.FUNCTION;
                case 1 -> ExportKind.TABLE;
                case 2 -> ExportKind.MEMORY;
                case 3 -> ExportKind.GLOBAL;
                default -> throw new InvalidModuleException("malformed export kind " + code, at);
            };
            exports.add(new Export(name, kind, section.u32()));
        }
    }

    private void readElements(CodeReader section) {
        int count = section.count("element segments", ImplementationLimits.ELEMENT_SEGMENTS_MAX);
        for (int left = count; left > 0; left--) {
            elements.add(readElementSegment(section));
        }
    }

    /* The flags of an element segment: bit 0 = not active; bit 1 = declarative when not active, else a table index is
     * given; bit 2 = the elements are expressions, else function indices. The kind or type of the elements is given
     * whenever one of the two low bits is set.
     */
    private ElementSegment readElementSegment(CodeReader section) {
        int at = section.position();
        int flags = section.u32();
        if (Integer.compareUnsigned(flags, 7) > 0) {
            throw new InvalidModuleException("malformed elements segment kind " + Integer.toUnsignedString(flags), at);
        }
        boolean active = (flags & SEGMENT_IS_NOT_ACTIVE) == 0;
        boolean expressions = (flags & SEGMENT_HAS_EXPRESSIONS) != 0;
        int table = active && (flags & SEGMENT_HAS_INDEX) != 0 ? section.u32() : 0;
        Optional<ConstantExpression> offset = active ? Optional.of(readConstantExpression(section)) : Optional.empty();
        var type = ValueType.FUNCREF;
        if ((flags & (SEGMENT_IS_NOT_ACTIVE | SEGMENT_HAS_INDEX)) != 0) {
            type = expressions ? section.referenceType() : readElementKind(section);
        }
        var mode = active
                ? ElementSegment.Mode.ACTIVE
                : (flags & SEGMENT_IS_DECLARATIVE) != 0 ? ElementSegment.Mode.DECLARATIVE : ElementSegment.Mode.PASSIVE;
        return new ElementSegment(mode, table, offset, type, readReferences(section, expressions));
    }

    private static ValueType readElementKind(CodeReader section) {
        int at = section.position();
        int kind = section.u8();
        if (kind != 0) {
            throw new InvalidModuleException("malformed element kind " + kind, at);
        }
        return ValueType.FUNCREF;
    }

    private List<ConstantExpression> readReferences(CodeReader section, boolean expressions) {
        int count = section.count("elements", ImplementationLimits.ELEMENTS_MAX - elementCount);
        elementCount += count;
        var references = new ConstantExpression[count];
        for (int i = 0; i < count; i++) {
            references[i] =
                    expressions ? readConstantExpression(section) : new ConstantExpression.RefFunc(section.u32());
        }
        return List.of(references);
    }

    private void readBodies(CodeReader section) {
        int count = section.count("function bodies", ImplementationLimits.FUNCTIONS_MAX);
        if (count != functionTypes.length - importedFunctions) {
            throw inconsistentFunctions(count, section.position());
        }
        for (int index = importedFunctions; index < functionTypes.length; index++) {
            int size = section.length();
            var body = new CodeReader(bytes, section.position(), section.position() + size);
            section.skip(size);
            try {
                var locals = readLocals(body);
                bodies.add(new FunctionBody(index, functionTypes[index], locals, body.position(), body.end()));
            } catch (InvalidModuleException e) {
                throw e.within("func[" + index + "]");
            }
        }
    }

    private static List<LocalGroup> readLocals(CodeReader body) {
        int at = body.position();
        int groups = body.count("groups of locals", Integer.MAX_VALUE);
        if (groups == 0) {
            return List.of();
        }
        List<LocalGroup> locals = new ArrayList<>(Math.min(groups, 16));
        long total = 0;
        for (int left = groups; left > 0; left--) {
            int count = body.u32();
            total += count & 0xFFFF_FFFFL;
            if (total > ImplementationLimits.LOCALS_MAX) {
                throw new InvalidModuleException(
                        "too many locals: at most %d, found %d".formatted(ImplementationLimits.LOCALS_MAX, total), at);
            }
            var type = body.valueType();
            if (count > 0) {
                locals.add(new LocalGroup(count, type));
            }
        }
        return Collections.unmodifiableList(locals);
    }

    private void readData(CodeReader section) {
        int count = section.count("data segments", ImplementationLimits.DATA_SEGMENTS_MAX);
        for (int left = count; left > 0; left--) {
            data.add(readDataSegment(section));
        }
    }

    private DataSegment readDataSegment(CodeReader section) {
        int at = section.position();
        int flags = section.u32();
        if (Integer.compareUnsigned(flags, 2) > 0) {
            throw new InvalidModuleException("malformed data segment kind " + Integer.toUnsignedString(flags), at);
        }
        if (flags == SEGMENT_HAS_INDEX) {
            int memory = section.u32();
            if (memory != 0) {
                throw new InvalidModuleException("unknown memory " + Integer.toUnsignedString(memory), at);
            }
        }
        Optional<ConstantExpression> offset =
                flags == SEGMENT_IS_NOT_ACTIVE ? Optional.empty() : Optional.of(readConstantExpression(section));
        int length = section.length();
        var segment = new DataSegment(offset, section.position(), length);
        section.skip(length);
        return segment;
    }

    private static ConstantExpression readConstantExpression(CodeReader section) {
        int at = section.position();
        int opcode = section.opcode();
        ConstantExpression expression = switch (opcode) {
            case Opcode.I32_CONST -> new ConstantExpression.I32Const(section.s32());
            case Opcode.I64_CONST -> new ConstantExpression.I64Const(section.s64());
            case Opcode.F32_CONST -> new ConstantExpression.F32Const(section.fixed32());
            case Opcode.F64_CONST -> new ConstantExpression.F64Const(section.fixed64());
            case Opcode.V128_CONST -> new ConstantExpression.V128Const(section.fixed64(), section.fixed64());
            case Opcode.REF_NULL -> new ConstantExpression.RefNull(section.referenceType());
            case Opcode.REF_FUNC -> new ConstantExpression.RefFunc(section.u32());
            case Opcode.GLOBAL_GET -> new ConstantExpression.GlobalGet(section.u32());
            case Opcode.END -> throw new InvalidModuleException("type mismatch: the constant expression is empty", at);
            default -> throw notConstant(opcode, at);
        };
        int next = section.position();
        if (section.opcode() != Opcode.END) {
            section.seek(next);
            throw notOneConstant(section);
        }
        return expression;
    }

    /// {@return what is wrong with an expression that goes on behind its first value: an instruction that may not be
    /// there, or else too many values}
    private static InvalidModuleException notOneConstant(CodeReader section) {
        int second = section.position();
        int at = second;
        int opcode = section.opcode();
        while (isConstant(opcode)) {
            section.skipImmediates(opcode);
            at = section.position();
            opcode = section.opcode();
        }
        return opcode == Opcode.END
                ? new InvalidModuleException("type mismatch: the constant expression has more than one value", second)
                : notConstant(opcode, at);
    }

    private static boolean isConstant(int opcode) {
        return switch (opcode) {
            case Opcode.I32_CONST,
                    Opcode.I64_CONST,
                    Opcode.F32_CONST,
                    Opcode.F64_CONST,
                    Opcode.V128_CONST,
                    Opcode.REF_NULL,
                    Opcode.REF_FUNC,
                    Opcode.GLOBAL_GET -> true;
            default -> false;
        };
    }

    private static InvalidModuleException notConstant(int opcode, int at) {
        return new InvalidModuleException(
                Opcode.exists(opcode)
                        ? "constant expression required, found " + Opcode.name(opcode)
                        : "illegal opcode " + Opcode.hex(opcode),
                at);
    }

    private void checkCounts() {
        if (bodies.size() != functionTypes.length - importedFunctions) {
            throw inconsistentFunctions(bodies.size(), offsets[SectionId.FUNCTION]);
        }
        if (dataCount.isPresent() && dataCount.getAsInt() != data.size()) {
            throw new InvalidModuleException(
                    "data count and data section have inconsistent lengths: %s announced, %d found"
                            .formatted(Integer.toUnsignedString(dataCount.getAsInt()), data.size()),
                    offsets[SectionId.DATA_COUNT]);
        }
    }

    private InvalidModuleException inconsistentFunctions(int found, int at) {
        return new InvalidModuleException(
                "function and code section have inconsistent lengths: %d functions, %d bodies"
                        .formatted(functionTypes.length - importedFunctions, found),
                at);
    }
}
