package decant.wasm;

import static java.nio.charset.StandardCharsets.UTF_8;

import decant.base.Leb128;
import decant.wasm.binary.Opcode;
import decant.wasm.binary.SectionId;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;

/// Builds the bytes of a module for tests, part by part. Nothing is checked, so wrong modules can be built too.
///
/// Imports must be added before what the module defines itself, for they have the first indices.
public final class WasmBuilder {
    private static final int NO_OFFSET = 1;

    private final List<byte[]> types = new ArrayList<>();
    private final List<byte[]> imports = new ArrayList<>();
    private final List<byte[]> functions = new ArrayList<>();
    private final List<byte[]> tables = new ArrayList<>();
    private final List<byte[]> memories = new ArrayList<>();
    private final List<byte[]> globals = new ArrayList<>();
    private final List<byte[]> exports = new ArrayList<>();
    private final List<byte[]> elements = new ArrayList<>();
    private final List<byte[]> bodies = new ArrayList<>();
    private final List<byte[]> data = new ArrayList<>();
    private final List<byte[]> names = new ArrayList<>();
    private final List<Code> customSections = new ArrayList<>();
    private OptionalInt start = OptionalInt.empty();
    private int functionCount;
    private int globalCount;

    /// Adds a function type. {@return its index}
    int type(List<ValueType> parameters, List<ValueType> results) {
        types.add(new Code().u8(0x60).valueTypes(parameters).valueTypes(results).bytes());
        return types.size() - 1;
    }

    /// {@return the index of the imported function}
    int importFunction(String module, String name, int type) {
        imports.add(new Code().name(module).name(name).u8(0).u32(type).bytes());
        return functionCount++;
    }

    WasmBuilder importMemory(String module, String name, boolean is64, long minimum) {
        imports.add(new Code()
                .name(module)
                .name(name)
                .u8(2)
                .u8(is64 ? 4 : 0)
                .u64(minimum)
                .bytes());
        return this;
    }

    WasmBuilder importTable(String module, String name, ValueType element, long minimum) {
        imports.add(new Code()
                .name(module)
                .name(name)
                .u8(1)
                .u8(element.code())
                .u8(0)
                .u64(minimum)
                .bytes());
        return this;
    }

    int importGlobal(String module, String name, ValueType type, boolean mutable) {
        imports.add(new Code()
                .name(module)
                .name(name)
                .u8(3)
                .u8(type.code())
                .u8(mutable ? 1 : 0)
                .bytes());
        return globalCount++;
    }

    /// Adds a function. {@return its index}
    int function(int type, Consumer<Code> body) {
        return function(type, List.of(), body);
    }

    /// Adds a function whose code is closed by `end` already. {@return its index}
    int function(int type, List<ValueType> locals, Consumer<Code> body) {
        var code = new Code().u32(locals.size());
        for (ValueType local : locals) {
            code.u32(1).u8(local.code());
        }
        body.accept(code);
        return functionOfBytes(type, code.op(Opcode.END).bytes());
    }

    /// Adds a function whose body is exactly these bytes, locals and all. {@return its index}
    int functionOfBytes(int type, byte[] body) {
        functions.add(new Code().u32(type).bytes());
        bodies.add(new Code().u32(body.length).raw(body).bytes());
        return functionCount++;
    }

    WasmBuilder table(ValueType element, long minimum) {
        tables.add(new Code().u8(element.code()).u8(0).u64(minimum).bytes());
        return this;
    }

    WasmBuilder table64(ValueType element, long minimum) {
        tables.add(new Code().u8(element.code()).u8(4).u64(minimum).bytes());
        return this;
    }

    WasmBuilder memory(long minimum) {
        memories.add(new Code().u8(0).u64(minimum).bytes());
        return this;
    }

    WasmBuilder memory(long minimum, long maximum) {
        memories.add(new Code().u8(1).u64(minimum).u64(maximum).bytes());
        return this;
    }

    WasmBuilder memory64(long minimum) {
        memories.add(new Code().u8(4).u64(minimum).bytes());
        return this;
    }

    WasmBuilder memory64(long minimum, long maximum) {
        memories.add(new Code().u8(5).u64(minimum).u64(maximum).bytes());
        return this;
    }

    /// Adds a global whose first value the code gives. {@return its index}
    int global(ValueType type, boolean mutable, Consumer<Code> initializer) {
        var code = new Code().u8(type.code()).u8(mutable ? 1 : 0);
        initializer.accept(code);
        globals.add(code.op(Opcode.END).bytes());
        return globalCount++;
    }

    WasmBuilder export(String name, ExportKind kind, int index) {
        exports.add(new Code().name(name).u8(kind.code()).u32(index).bytes());
        return this;
    }

    WasmBuilder exportFunction(String name, int index) {
        return export(name, ExportKind.FUNCTION, index);
    }

    WasmBuilder start(int function) {
        start = OptionalInt.of(function);
        return this;
    }

    /// Adds functions for table 0, from the place that the code gives.
    WasmBuilder elements(Consumer<Code> offset, int... functionIndices) {
        var code = new Code().u32(0);
        offset.accept(code);
        elements.add(code.op(Opcode.END).indices(functionIndices).bytes());
        return this;
    }

    WasmBuilder passiveElements(int... functionIndices) {
        elements.add(new Code().u32(NO_OFFSET).u8(0).indices(functionIndices).bytes());
        return this;
    }

    WasmBuilder data(Consumer<Code> offset, byte[] content) {
        var code = new Code().u32(0);
        offset.accept(code);
        data.add(code.op(Opcode.END).u32(content.length).raw(content).bytes());
        return this;
    }

    WasmBuilder passiveData(byte[] content) {
        data.add(new Code().u32(NO_OFFSET).u32(content.length).raw(content).bytes());
        return this;
    }

    /// Names a function in the name section; call it in the order of the indices.
    WasmBuilder functionName(int index, String name) {
        names.add(new Code().u32(index).name(name).bytes());
        return this;
    }

    WasmBuilder custom(String name, byte[] content) {
        customSections.add(new Code().name(name).raw(content));
        return this;
    }

    /// {@return the module}
    Module parse() {
        return Module.parse(build(), Features.ALL);
    }

    /// {@return the module, whose code leaves a trace of what it reads as well}
    Module parseTrackingReads() {
        return Module.parse(build(), Features.ALL, Tracking.READS_AND_WRITES);
    }

    byte[] build() {
        var out = new Code().raw(new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0});
        section(out, SectionId.TYPE, types);
        section(out, SectionId.IMPORT, imports);
        section(out, SectionId.FUNCTION, functions);
        section(out, SectionId.TABLE, tables);
        section(out, SectionId.MEMORY, memories);
        section(out, SectionId.GLOBAL, globals);
        section(out, SectionId.EXPORT, exports);
        start.ifPresent(index -> section(out, SectionId.START, new Code().u32(index)));
        section(out, SectionId.ELEMENT, elements);
        if (!data.isEmpty()) {
            section(out, SectionId.DATA_COUNT, new Code().u32(data.size()));
        }
        section(out, SectionId.CODE, bodies);
        section(out, SectionId.DATA, data);
        for (Code custom : customSections) {
            section(out, SectionId.CUSTOM, custom);
        }
        if (!names.isEmpty()) {
            var functionNames = vector(names).bytes();
            section(
                    out,
                    SectionId.CUSTOM,
                    new Code().name("name").u8(1).u32(functionNames.length).raw(functionNames));
        }
        return out.bytes();
    }

    private static void section(Code out, int id, List<byte[]> items) {
        if (!items.isEmpty()) {
            section(out, id, vector(items));
        }
    }

    private static void section(Code out, int id, Code content) {
        byte[] bytes = content.bytes();
        out.u8(id).u32(bytes.length).raw(bytes);
    }

    private static Code vector(List<byte[]> items) {
        var code = new Code().u32(items.size());
        items.forEach(code::raw);
        return code;
    }

    /// Bytes of instructions, and of everything else a module is made of.
    public static final class Code {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        public Code() {}

        /// Adds an instruction and what follows it when that is unsigned numbers.
        public Code op(int opcode, int... immediates) {
            if (opcode > 0xFF) {
                u8(opcode >>> 8).u32(opcode & 0xFF);
            } else {
                u8(opcode);
            }
            for (int immediate : immediates) {
                u32(immediate);
            }
            return this;
        }

        public Code i32(int value) {
            Leb128.writeSigned(op(Opcode.I32_CONST).out, value);
            return this;
        }

        public Code i64(long value) {
            Leb128.writeSigned(op(Opcode.I64_CONST).out, value);
            return this;
        }

        public Code f32(float value) {
            return op(Opcode.F32_CONST).fixed(Float.floatToRawIntBits(value), 4);
        }

        public Code f64(double value) {
            return op(Opcode.F64_CONST).fixed(Double.doubleToRawLongBits(value), 8);
        }

        public Code localGet(int index) {
            return op(Opcode.LOCAL_GET, index);
        }

        public Code localSet(int index) {
            return op(Opcode.LOCAL_SET, index);
        }

        public Code call(int function) {
            return op(Opcode.CALL, function);
        }

        /// Adds `block`, `loop` or `if` without parameters and results.
        public Code open(int opcode) {
            return op(opcode).u8(0x40);
        }

        /// Adds `block`, `loop` or `if` with one result.
        public Code open(int opcode, ValueType result) {
            return op(opcode).u8(result.code());
        }

        public Code end() {
            return op(Opcode.END);
        }

        /// Adds a load or store.
        public Code access(int opcode, int alignment, long offset) {
            return op(opcode, alignment).u64(offset);
        }

        public Code u8(int value) {
            out.write(value);
            return this;
        }

        public Code u32(int value) {
            return u64(value & 0xFFFF_FFFFL);
        }

        public Code u64(long value) {
            Leb128.writeUnsigned(out, value);
            return this;
        }

        public Code raw(byte[] bytes) {
            out.writeBytes(bytes);
            return this;
        }

        public Code name(String name) {
            byte[] bytes = name.getBytes(UTF_8);
            return u32(bytes.length).raw(bytes);
        }

        private Code valueTypes(List<ValueType> types) {
            u32(types.size());
            types.forEach(type -> u8(type.code()));
            return this;
        }

        private Code indices(int... indices) {
            u32(indices.length);
            for (int index : indices) {
                u32(index);
            }
            return this;
        }

        private Code fixed(long value, int size) {
            for (int i = 0; i < size; i++) {
                u8((int) (value >>> 8 * i));
            }
            return this;
        }

        public byte[] bytes() {
            return out.toByteArray();
        }
    }
}
