package decant.canister;

import decant.base.Leb128;
import decant.wasm.FunctionType;
import decant.wasm.ValueType;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Puts together small modules, byte by byte, also ones that break rules.
///
/// Functions have no parameters and results; imports come before them.
final class ModuleBuilder {
    private static final int FUNCTION = 0;
    private static final int MEMORY = 2;
    private static final int GLOBAL = 3;

    private final List<FunctionType> types = new ArrayList<>(List.of(new FunctionType(List.of(), List.of())));
    private final List<byte[]> imports = new ArrayList<>();
    private final List<byte[]> bodies = new ArrayList<>();
    private final List<byte[]> exports = new ArrayList<>();
    private final List<byte[]> data = new ArrayList<>();
    private final List<byte[]> globals = new ArrayList<>();
    private final List<byte[]> memories = new ArrayList<>();
    private final List<byte[]> customSections = new ArrayList<>();
    private int importedFunctions;
    private int start = -1;

    /// Imports a function, whose index is the number of function imports before.
    ModuleBuilder importFunction(String module, String name, FunctionType type) {
        types.add(type);
        imports.add(bytes(name(module), name(name), new byte[] {FUNCTION}, number(types.size() - 1)));
        importedFunctions++;
        return this;
    }

    ModuleBuilder importGlobal(String module, String name) {
        imports.add(bytes(name(module), name(name), new byte[] {GLOBAL, 0x7F, 0}));
        return this;
    }

    ModuleBuilder importMemory(String module, String name) {
        imports.add(bytes(name(module), name(name), new byte[] {MEMORY, 0, 1}));
        return this;
    }

    /// Adds a memory of `pages`, with 64-bit addresses or not.
    ModuleBuilder memory(long pages, boolean is64) {
        memories.add(bytes(new byte[] {(byte) (is64 ? 4 : 0)}, number(pages)));
        return this;
    }

    /// Adds a memory of `pages` that grows to at most `pagesMax`.
    ModuleBuilder memoryUpTo(long pages, long pagesMax) {
        memories.add(bytes(new byte[] {1}, number(pages), number(pagesMax)));
        return this;
    }

    /// Adds a memory with 64-bit addresses that grows to at most `pagesMax`.
    ModuleBuilder memory64UpTo(long pages, long pagesMax) {
        memories.add(bytes(new byte[] {5}, number(pages), number(pagesMax)));
        return this;
    }

    ModuleBuilder global() {
        globals.add(new byte[] {0x7F, 1, 0x41, 0, 0x0B});
        return this;
    }

    /// Adds a global, with the bytes of the expression that initializes it.
    ModuleBuilder global(ValueType type, boolean mutable, int... expression) {
        var initializer = new byte[expression.length];
        for (int i = 0; i < expression.length; i++) {
            initializer[i] = (byte) expression[i];
        }
        globals.add(bytes(new byte[] {(byte) type.code(), (byte) (mutable ? 1 : 0)}, initializer, new byte[] {0x0B}));
        return this;
    }

    ModuleBuilder exportGlobal(String name, int global) {
        exports.add(bytes(name(name), new byte[] {GLOBAL}, number(global)));
        return this;
    }

    /// Adds a function of these instructions, exported under `name`.
    ModuleBuilder function(String name, int... instructions) {
        function(instructions);
        exports.add(bytes(name(name), new byte[] {FUNCTION}, number(importedFunctions + bodies.size() - 1)));
        return this;
    }

    /// Adds a function that nobody calls.
    ModuleBuilder function(int... instructions) {
        var code = new byte[instructions.length];
        for (int i = 0; i < instructions.length; i++) {
            code[i] = (byte) instructions[i];
        }
        return functionOfBytes(code);
    }

    ModuleBuilder functionOfBytes(byte[] code) {
        var body = bytes(new byte[] {0}, code, new byte[] {0x0B});
        bodies.add(bytes(number(body.length), body));
        return this;
    }

    /// Exports a function, imports counted first, under one more name.
    ModuleBuilder export(String name, int function) {
        exports.add(bytes(name(name), new byte[] {FUNCTION}, number(function)));
        return this;
    }

    ModuleBuilder exportMemory(String name) {
        exports.add(bytes(name(name), new byte[] {MEMORY, 0}));
        return this;
    }

    /// Makes the function added last the start function.
    ModuleBuilder startHere() {
        start = importedFunctions + bodies.size() - 1;
        return this;
    }

    /// Adds an active data segment.
    ModuleBuilder data(int address, String content) {
        data.add(bytes(new byte[] {0, 0x41}, signed(address), new byte[] {0x0B}, name(content)));
        return this;
    }

    ModuleBuilder customSection(String name, int length) {
        customSections.add(section(0, bytes(name(name), new byte[length])));
        return this;
    }

    /// Adds a section that names one function.
    ModuleBuilder functionName(int function, String name) {
        var names = bytes(number(1), number(function), name(name));
        customSections.add(section(0, bytes(name("name"), section(1, names))));
        return this;
    }

    byte[] build() {
        var out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0});
        out.writeBytes(section(1, list(types.stream().map(ModuleBuilder::type).toList())));
        out.writeBytes(section(2, list(imports)));
        out.writeBytes(section(3, list(bodies.stream().map(_ -> number(0)).toList())));
        out.writeBytes(section(5, list(memories)));
        out.writeBytes(section(6, list(globals)));
        out.writeBytes(section(7, list(exports)));
        if (start >= 0) {
            out.writeBytes(section(8, number(start)));
        }
        out.writeBytes(section(10, list(bodies)));
        out.writeBytes(section(11, list(data)));
        customSections.forEach(out::writeBytes);
        return out.toByteArray();
    }

    private static byte[] type(FunctionType type) {
        return bytes(new byte[] {0x60}, valueTypes(type.parameters()), valueTypes(type.results()));
    }

    private static byte[] valueTypes(List<ValueType> types) {
        return list(types.stream()
                .map(type -> new byte[] {(byte) (type == ValueType.I64 ? 0x7E : 0x7F)})
                .toList());
    }

    private static byte[] section(int id, byte[] content) {
        return bytes(new byte[] {(byte) id}, number(content.length), content);
    }

    private static byte[] list(List<byte[]> elements) {
        var out = new ByteArrayOutputStream();
        Leb128.writeUnsigned(out, elements.size());
        elements.forEach(out::writeBytes);
        return out.toByteArray();
    }

    private static byte[] name(String name) {
        var utf8 = name.getBytes(StandardCharsets.UTF_8);
        return bytes(number(utf8.length), utf8);
    }

    private static byte[] number(long value) {
        return Leb128.unsigned(value);
    }

    private static byte[] signed(long value) {
        var out = new ByteArrayOutputStream();
        Leb128.writeSigned(out, value);
        return out.toByteArray();
    }

    private static byte[] bytes(byte[]... parts) {
        var out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
