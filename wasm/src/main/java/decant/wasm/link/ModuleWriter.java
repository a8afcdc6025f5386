package decant.wasm.link;

import decant.wasm.ConstantExpression;
import decant.wasm.CustomSection;
import decant.wasm.ElementSegment;
import decant.wasm.Export;
import decant.wasm.ExternType;
import decant.wasm.FunctionType;
import decant.wasm.Global;
import decant.wasm.GlobalType;
import decant.wasm.Import;
import decant.wasm.Limits;
import decant.wasm.MemoryType;
import decant.wasm.TableType;
import decant.wasm.ValueType;
import decant.wasm.binary.Opcode;
import decant.wasm.binary.SectionId;
import java.util.List;
import java.util.function.BiConsumer;

/// Writes a module in the binary format. Its custom sections come last, and at the very end the names of its functions.
final class ModuleWriter {
    private static final byte[] MAGIC_AND_VERSION = {0, 'a', 's', 'm', 1, 0, 0, 0};
    private static final int FUNCTION_TYPE = 0x60;
    private static final int HAS_MAXIMUM = 1;
    private static final int IS_64 = 4;
    private static final int PASSIVE_DATA = 1;
    private static final int FUNCTION_NAMES = 1;

    private static final int SEGMENT_IS_NOT_ACTIVE = 1;
    private static final int SEGMENT_HAS_INDEX = 2;
    private static final int SEGMENT_IS_DECLARATIVE = 2;
    private static final int SEGMENT_HAS_EXPRESSIONS = 4;

    private final BinaryOutput out = new BinaryOutput().raw(MAGIC_AND_VERSION);

    private ModuleWriter() {}

    static byte[] write(ModuleDraft draft) {
        var writer = new ModuleWriter();
        writer.writeSections(draft);
        return writer.out.bytes();
    }

    private void writeSections(ModuleDraft draft) {
        section(SectionId.TYPE, draft.types, ModuleWriter::type);
        section(SectionId.IMPORT, draft.imports, ModuleWriter::imported);
        section(SectionId.FUNCTION, draft.functions, (function, target) -> target.u32(function.type()));
        section(SectionId.TABLE, draft.tables, ModuleWriter::table);
        section(SectionId.MEMORY, draft.memories, ModuleWriter::memory);
        section(SectionId.GLOBAL, draft.globals, ModuleWriter::global);
        section(SectionId.EXPORT, draft.exports, ModuleWriter::export);
        if (draft.start.isPresent()) {
            section(SectionId.START, new BinaryOutput().u32(draft.start.getAsInt()));
        }
        section(SectionId.ELEMENT, draft.elements, ModuleWriter::element);
        if (!draft.data.isEmpty()) {
            section(SectionId.DATA_COUNT, new BinaryOutput().u32(draft.data.size()));
        }
        section(SectionId.CODE, draft.functions, (function, target) -> target.sized(function.body()));
        section(SectionId.DATA, draft.data, ModuleWriter::data);
        for (CustomSection custom : draft.customSections) {
            section(SectionId.CUSTOM, new BinaryOutput().name(custom.name()).raw(custom.content()));
        }
        writeNames(draft);
    }

    private void writeNames(ModuleDraft draft) {
        if (draft.functionNames.isEmpty()) {
            return;
        }
        var names = new BinaryOutput();
        names.vector(
                List.copyOf(draft.functionNames.entrySet()),
                (entry, target) -> target.u32(entry.getKey()).name(entry.getValue()));
        section(
                SectionId.CUSTOM,
                new BinaryOutput().name("name").u8(FUNCTION_NAMES).sized(names.bytes()));
    }

    private <T> void section(int id, List<T> items, BiConsumer<T, BinaryOutput> writer) {
        if (!items.isEmpty()) {
            section(id, new BinaryOutput().vector(items, writer));
        }
    }

    private void section(int id, BinaryOutput content) {
        out.u8(id).sized(content.bytes());
    }

    private static void type(FunctionType type, BinaryOutput target) {
        target.u8(FUNCTION_TYPE).valueTypes(type.parameters()).valueTypes(type.results());
    }

    private static void imported(Import wanted, BinaryOutput target) {
        target.name(wanted.module()).name(wanted.name());
        switch (wanted.type()) {
            case ExternType.Function(int type) -> target.u8(0).u32(type);
            case ExternType.Table(TableType type) -> table(type, target.u8(1));
            case ExternType.Memory(MemoryType type) -> memory(type, target.u8(2));
            case ExternType.Global(GlobalType type) -> globalType(type, target.u8(3));
        }
    }

    private static void table(TableType type, BinaryOutput target) {
        limits(type.is64(), type.limits(), target.u8(type.element().code()));
    }

    private static void memory(MemoryType type, BinaryOutput target) {
        limits(type.is64(), type.limits(), target);
    }

    private static void limits(boolean is64, Limits limits, BinaryOutput target) {
        var maximum = limits.maximum();
        target.u8((maximum.isPresent() ? HAS_MAXIMUM : 0) | (is64 ? IS_64 : 0)).u64(limits.minimum());
        if (maximum.isPresent()) {
            target.u64(maximum.getAsLong());
        }
    }

    private static void globalType(GlobalType type, BinaryOutput target) {
        target.u8(type.type().code()).u8(type.mutable() ? 1 : 0);
    }

    private static void global(Global global, BinaryOutput target) {
        globalType(global.type(), target);
        expression(global.initializer(), target);
    }

    private static void export(Export export, BinaryOutput target) {
        target.name(export.name()).u8(export.kind().code()).u32(export.index());
    }

    private static void element(ElementSegment segment, BinaryOutput target) {
        int flags = switch (segment.mode()) {
            case ACTIVE -> segment.table() == 0 && segment.type() == ValueType.FUNCREF ? 0 : SEGMENT_HAS_INDEX;
            case PASSIVE -> SEGMENT_IS_NOT_ACTIVE;
            case DECLARATIVE -> SEGMENT_IS_NOT_ACTIVE | SEGMENT_IS_DECLARATIVE;
        };
        boolean expressions = segment.type() != ValueType.FUNCREF
                || !segment.elements().stream().allMatch(ConstantExpression.RefFunc.class::isInstance);
        target.u32(flags | (expressions ? SEGMENT_HAS_EXPRESSIONS : 0));
        if (flags == SEGMENT_HAS_INDEX) {
            target.u32(segment.table());
        }
        segment.offset().ifPresent(offset -> expression(offset, target));
        if (flags != 0) {
            target.u8(expressions ? segment.type().code() : 0);
        }
        target.vector(segment.elements(), (element, rest) -> {
            if (!expressions && element instanceof ConstantExpression.RefFunc(int function)) {
                rest.u32(function);
            } else {
                expression(element, rest);
            }
        });
    }

    private static void data(ModuleDraft.Data segment, BinaryOutput target) {
        if (segment.offset().isPresent()) {
            expression(segment.offset().get(), target.u32(0));
        } else {
            target.u32(PASSIVE_DATA);
        }
        target.sized(segment.content());
    }

    private static void expression(ConstantExpression expression, BinaryOutput target) {
        switch (expression) {
            case ConstantExpression.I32Const(int value) ->
                target.opcode(Opcode.I32_CONST).signed(value);
            case ConstantExpression.I64Const(long value) ->
                target.opcode(Opcode.I64_CONST).signed(value);
            case ConstantExpression.F32Const(int bits) ->
                target.opcode(Opcode.F32_CONST).fixed(bits, 4);
            case ConstantExpression.F64Const(long bits) ->
                target.opcode(Opcode.F64_CONST).fixed(bits, 8);
            case ConstantExpression.V128Const(long low, long high) ->
                target.opcode(Opcode.V128_CONST).fixed(low, 8).fixed(high, 8);
            case ConstantExpression.RefNull(ValueType type) ->
                target.opcode(Opcode.REF_NULL).u8(type.code());
            case ConstantExpression.RefFunc(int function) -> target.instruction(Opcode.REF_FUNC, function);
            case ConstantExpression.GlobalGet(int global) -> target.instruction(Opcode.GLOBAL_GET, global);
        }
        target.opcode(Opcode.END);
    }
}
