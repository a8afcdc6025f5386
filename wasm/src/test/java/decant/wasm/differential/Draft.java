package decant.wasm.differential;

import decant.wasm.ValueType;
import decant.wasm.WasmBuilder.Code;
import decant.wasm.binary.Opcode;
import decant.wasm.binary.SectionId;
import java.util.ArrayList;
import java.util.List;

/// A module as its parts, to be written as it is or with instructions inserted.
///
/// The first functions are imported: `note` takes an i64, `give` returns an i32, `pay` takes an i32, and `out` is
/// called when the instructions have run out.
final class Draft {
    static final int NOTE = 0;
    static final int GIVE = 1;
    static final int PAY = 2;
    static final int OUT = 3;
    static final int IMPORTED = 4;

    /// The types of the imported functions are the first.
    static final int NOTHING = 0;

    private static final int TAKES_I64 = 1;
    private static final int GIVES_I32 = 2;
    private static final int TAKES_I32 = 3;

    /// A function's type.
    record Type(List<ValueType> parameters, List<ValueType> results) {}

    /// An instruction, and the bytes that stand for it.
    record Step(int opcode, byte[] bytes) {}

    record Function(int type, List<ValueType> locals, List<Step> steps) {}

    record Global(ValueType type, boolean mutable, byte[] initializer) {}

    /// A table of functions.
    record Table(boolean is64, int minimum, int maximum) {}

    record Memory(boolean is64, int minimum, int maximum) {}

    final List<Type> types = new ArrayList<>();
    final List<Function> functions = new ArrayList<>();
    final List<Global> globals = new ArrayList<>();
    final List<Table> tables = new ArrayList<>();
    final List<Memory> memories = new ArrayList<>();
    final List<byte[]> elements = new ArrayList<>();
    final List<byte[]> data = new ArrayList<>();

    /// The functions that are called from outside, by index.
    final List<Integer> entries = new ArrayList<>();

    Draft() {
        types.add(new Type(List.of(), List.of()));
        types.add(new Type(List.of(ValueType.I64), List.of()));
        types.add(new Type(List.of(), List.of(ValueType.I32)));
        types.add(new Type(List.of(ValueType.I32), List.of()));
    }

    boolean is64() {
        return !memories.isEmpty() && memories.getFirst().is64();
    }

    Type typeOf(int function) {
        return switch (function) {
            case NOTE -> types.get(TAKES_I64);
            case GIVE -> types.get(GIVES_I32);
            case PAY -> types.get(TAKES_I32);
            case OUT -> types.get(NOTHING);
            default -> types.get(functions.get(function - IMPORTED).type());
        };
    }

    /// {@return the index of a type, which is added if it is not there}
    int type(List<ValueType> parameters, List<ValueType> results) {
        var type = new Type(parameters, results);
        if (!types.contains(type)) {
            types.add(type);
        }
        return types.indexOf(type);
    }

    /// Writes the module. Entries are exported as `run0`, `run1` and so on.
    byte[] bytes() {
        return bytes(functions, globals, List.of());
    }

    /// Writes it with other functions and globals, some of which are exported by name.
    byte[] bytes(List<Function> itsFunctions, List<Global> itsGlobals, List<Code> moreExports) {
        var out = new Code().raw(new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0});
        section(out, SectionId.TYPE, types.stream().map(Draft::typeBytes).toList());
        section(out, SectionId.IMPORT, imports());
        section(
                out,
                SectionId.FUNCTION,
                itsFunctions.stream()
                        .map(function -> new Code().u32(function.type()))
                        .toList());
        section(out, SectionId.TABLE, tables.stream().map(Draft::tableBytes).toList());
        section(
                out,
                SectionId.MEMORY,
                memories.stream()
                        .map(memory -> limits(new Code(), memory.is64(), memory.minimum(), memory.maximum()))
                        .toList());
        section(
                out,
                SectionId.GLOBAL,
                itsGlobals.stream().map(Draft::globalBytes).toList());
        var exports = new ArrayList<>(moreExports);
        for (int i = 0; i < entries.size(); i++) {
            exports.add(new Code().name("run" + i).u8(0).u32(entries.get(i)));
        }
        for (int i = 0; i < tables.size(); i++) {
            exports.add(new Code().name("table" + i).u8(1).u32(i));
        }
        if (!memories.isEmpty()) {
            exports.add(new Code().name("memory").u8(2).u32(0));
        }
        section(out, SectionId.EXPORT, exports);
        section(
                out,
                SectionId.ELEMENT,
                elements.stream().map(each -> new Code().raw(each)).toList());
        if (!data.isEmpty()) {
            section(out, SectionId.DATA_COUNT, new Code().u32(data.size()));
        }
        section(out, SectionId.CODE, itsFunctions.stream().map(Draft::bodyBytes).toList());
        section(
                out,
                SectionId.DATA,
                data.stream().map(each -> new Code().raw(each)).toList());
        return out.bytes();
    }

    private static List<Code> imports() {
        return List.of(
                new Code().name("host").name("note").u8(0).u32(TAKES_I64),
                new Code().name("host").name("give").u8(0).u32(GIVES_I32),
                new Code().name("host").name("pay").u8(0).u32(TAKES_I32),
                new Code().name("host").name("out").u8(0).u32(NOTHING));
    }

    private static void section(Code out, int id, List<Code> items) {
        if (!items.isEmpty()) {
            section(out, id, vector(items));
        }
    }

    private static void section(Code out, int id, Code content) {
        byte[] bytes = content.bytes();
        out.u8(id).u32(bytes.length).raw(bytes);
    }

    private static Code vector(List<Code> items) {
        var code = new Code().u32(items.size());
        items.forEach(item -> code.raw(item.bytes()));
        return code;
    }

    private static Code valueTypes(Code code, List<ValueType> types) {
        code.u32(types.size());
        types.forEach(type -> code.u8(type.code()));
        return code;
    }

    private static Code typeBytes(Type type) {
        return valueTypes(valueTypes(new Code().u8(0x60), type.parameters()), type.results());
    }

    private static Code tableBytes(Table table) {
        return limits(new Code().u8(ValueType.FUNCREF.code()), table.is64(), table.minimum(), table.maximum());
    }

    private static Code limits(Code code, boolean is64, int minimum, int maximum) {
        return code.u8(is64 ? 5 : 1).u32(minimum).u32(maximum);
    }

    private static Code globalBytes(Global global) {
        return new Code()
                .u8(global.type().code())
                .u8(global.mutable() ? 1 : 0)
                .raw(global.initializer())
                .op(Opcode.END);
    }

    private static Code bodyBytes(Function function) {
        var body = new Code().u32(function.locals().size());
        for (ValueType local : function.locals()) {
            body.u32(1).u8(local.code());
        }
        function.steps().forEach(step -> body.raw(step.bytes()));
        byte[] bytes = body.bytes();
        return new Code().u32(bytes.length).raw(bytes);
    }
}
