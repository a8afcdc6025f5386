package decant.wasm.link;

import decant.wasm.ConstantExpression;
import decant.wasm.CustomSection;
import decant.wasm.ElementSegment;
import decant.wasm.Export;
import decant.wasm.ExportKind;
import decant.wasm.ExternType;
import decant.wasm.Features;
import decant.wasm.FunctionType;
import decant.wasm.Global;
import decant.wasm.GlobalType;
import decant.wasm.Import;
import decant.wasm.Limits;
import decant.wasm.MemoryType;
import decant.wasm.Module;
import decant.wasm.TableType;
import decant.wasm.ValueType;
import decant.wasm.binary.Opcode;
import decant.wasm.link.Program.Blob;
import decant.wasm.link.Program.Datum;
import decant.wasm.link.Program.Fn;
import decant.wasm.link.Program.Imported;
import decant.wasm.link.Program.Ins;
import decant.wasm.link.Program.Pointer;
import decant.wasm.link.Program.Target;
import decant.wasm.link.Program.Var;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;

/// Links a program: gives everything an index, in an order made up, and writes the module.
final class Emission {
    private static final int FUNCTION_INDEX_LEB = 0;
    private static final int TABLE_INDEX_SLEB = 1;
    private static final int TABLE_INDEX_I32 = 2;
    private static final int MEMORY_ADDR_LEB = 3;
    private static final int MEMORY_ADDR_SLEB = 4;
    private static final int MEMORY_ADDR_I32 = 5;
    private static final int TYPE_INDEX_LEB = 6;
    private static final int GLOBAL_INDEX_LEB = 7;
    private static final int MEMORY_ADDR_LEB64 = 14;
    private static final int MEMORY_ADDR_SLEB64 = 15;
    private static final int MEMORY_ADDR_I64 = 16;
    private static final int TABLE_INDEX_I64 = 19;

    private final Program program;
    private final Layout layout;
    private final boolean relocations;
    private final List<FunctionType> types;
    private final List<Imported> imports;
    private final List<Fn> functions;
    private final List<Var> globals;
    private final List<Blob> blobs;
    private final Symbols symbols = new Symbols();

    private Emission(Program program, Layout layout, Random order, boolean relocations) {
        this.program = program;
        this.layout = layout;
        this.relocations = relocations;
        types = shuffled(typesOf(program), order);
        imports = shuffled(program.imports, order);
        functions = shuffled(program.functions, order);
        globals = shuffled(program.globals, order);
        blobs = shuffled(program.blobs, order);
    }

    /// {@return the module}
    static Module link(Program program, Layout layout, long orderSeed) {
        return new Emission(program, layout, RandomProgram.random(orderSeed), false).module();
    }

    /// {@return the module with its symbols and relocations, as `--emit-relocs` leaves them}
    static Module linkWithRelocations(Program program, Layout layout, long orderSeed) {
        return new Emission(program, layout, RandomProgram.random(orderSeed), true).module();
    }

    private static <T> List<T> shuffled(List<T> items, Random order) {
        var shuffled = new ArrayList<>(items);
        Collections.shuffle(shuffled, order);
        return shuffled;
    }

    private static List<FunctionType> typesOf(Program program) {
        var types = new ArrayList<FunctionType>();
        program.imports.forEach(i -> types.add(i.type));
        program.functions.forEach(f -> types.add(f.type));
        return types.stream().distinct().toList();
    }

    private Module module() {
        var draft = new ModuleDraft();
        draft.types.addAll(types);
        for (Imported i : imports) {
            draft.imports.add(new Import("env", i.name, new ExternType.Function(types.indexOf(i.type))));
        }
        draft.memories.add(
                new MemoryType(program.is64, new Limits(program.pagesMin, OptionalLong.of(program.pagesMax))));
        int slots = program.table.size() + 1;
        draft.tables.add(new TableType(ValueType.FUNCREF, false, new Limits(slots, OptionalLong.of(slots))));
        globals.forEach(v -> draft.globals.add(global(v)));
        program.exports.forEach((name, f) -> draft.exports.add(new Export(name, ExportKind.FUNCTION, indexOf(f))));
        draft.exports.add(new Export("memory", ExportKind.MEMORY, 0));
        draft.elements.add(new ElementSegment(
                ElementSegment.Mode.ACTIVE,
                0,
                Optional.of(new ConstantExpression.I32Const(1)),
                ValueType.FUNCREF,
                elements()));
        var code = new Relocations();
        code.base = lebLength(functions.size());
        for (Fn f : functions) {
            byte[] body = body(f, code);
            draft.functions.add(new ModuleDraft.Function(types.indexOf(f.type), body));
            draft.functionNames.put(indexOf(f), f.name);
        }
        var data = new Relocations();
        addData(draft, data);
        if (relocations) {
            draft.customSections.add(new CustomSection("linking", linking()));
            draft.customSections.add(new CustomSection("reloc.CODE", code.section(sectionIndex(draft, false))));
            draft.customSections.add(new CustomSection("reloc.DATA", data.section(sectionIndex(draft, true))));
        }
        return Module.parse(ModuleWriter.write(draft), Features.ALL);
    }

    private List<ConstantExpression> elements() {
        var elements = new ArrayList<ConstantExpression>();
        for (int i = 0; i < program.table.size(); i++) {
            var f = program.slotsInstead.getOrDefault(i, program.table.get(i));
            elements.add(new ConstantExpression.RefFunc(indexOf(f)));
        }
        return elements;
    }

    private static int sectionIndex(ModuleDraft draft, boolean ofData) {
        // Types, imports, functions, table, memory, globals, exports, elements and the data count come before the code.
        return 9 + (ofData ? 1 : 0) - (draft.data.isEmpty() ? 1 : 0);
    }

    private Global global(Var v) {
        return new Global(
                new GlobalType(v.type, v.mutable),
                v.type == ValueType.I32
                        ? new ConstantExpression.I32Const((int) v.initial)
                        : new ConstantExpression.I64Const(v.initial));
    }

    private int indexOf(Fn f) {
        return imports.size() + known(functions, f);
    }

    private static <T> int known(List<T> items, T item) {
        int index = items.indexOf(item);
        if (index < 0) {
            throw new IllegalArgumentException(item + " is not part of the program");
        }
        return index;
    }

    private int slot(Fn f) {
        return 1 + known(program.table, f);
    }

    private byte[] body(Fn f, Relocations code) {
        var out = new BinaryOutput();
        out.vector(f.locals, (type, target) -> target.u32(1).u8(type.code()));
        var inBody = new Relocations();
        for (Ins ins : f.body) {
            write(ins, out, inBody);
        }
        byte[] bytes = out.bytes();
        code.base += lebLength(bytes.length);
        code.addAll(inBody);
        code.base += bytes.length;
        return bytes;
    }

    private void write(Ins ins, BinaryOutput out, Relocations found) {
        switch (ins) {
            case Ins.Plain(int opcode, List<Long> operands) -> writePlain(opcode, operands, out);
            case Ins.Call(Fn target) ->
                index(out.opcode(Opcode.CALL), indexOf(target), FUNCTION_INDEX_LEB, () -> symbols.of(target), found);
            case Ins.CallImport(Imported target) ->
                index(
                        out.opcode(Opcode.CALL),
                        known(imports, target),
                        FUNCTION_INDEX_LEB,
                        () -> symbols.of(target),
                        found);
            case Ins.CallSlot(FunctionType type) -> {
                int index = types.indexOf(type);
                index(out.opcode(Opcode.CALL_INDIRECT), index, TYPE_INDEX_LEB, () -> index, found);
                out.u32(0);
            }
            case Ins.Slot(Fn target) -> {
                found.add(TABLE_INDEX_SLEB, out.bytes().length + 1, () -> symbols.of(target), 0);
                constant(out.opcode(Opcode.I32_CONST), slot(target), 5);
            }
            case Ins.Address(Datum datum, long addend) -> {
                out.opcode(program.is64 ? Opcode.I64_CONST : Opcode.I32_CONST);
                found.add(
                        program.is64 ? MEMORY_ADDR_SLEB64 : MEMORY_ADDR_SLEB,
                        out.bytes().length,
                        () -> symbols.of(datum),
                        addend);
                constant(out, layout.address(datum) + addend, program.is64 ? 10 : 5);
            }
            case Ins.Access(int opcode, int alignment, Datum datum, long addend) -> {
                out.instruction(opcode, alignment);
                found.add(
                        program.is64 ? MEMORY_ADDR_LEB64 : MEMORY_ADDR_LEB,
                        out.bytes().length,
                        () -> symbols.of(datum),
                        addend);
                number(out, layout.address(datum) + addend, program.is64 ? 10 : 5);
            }
            case Ins.Global(int opcode, Var variable) ->
                index(
                        out.opcode(opcode),
                        known(globals, variable),
                        GLOBAL_INDEX_LEB,
                        () -> symbols.of(variable),
                        found);
            case Ins.Init(Blob blob) -> out.instruction(Opcode.MEMORY_INIT, known(blobs, blob) + activeSegments(), 0);
        }
    }

    private int activeSegments() {
        return (int) layout.segments().stream().filter(Layout.Segment::inModule).count();
    }

    private static void writePlain(int opcode, List<Long> operands, BinaryOutput out) {
        out.opcode(opcode);
        for (int i = 0; i < operands.size(); i++) {
            long value = operands.get(i);
            switch (Operand.of(opcode).get(i)) {
                case INT32, INT64, BLOCK_TYPE -> out.signed(value);
                default -> out.u64(value);
            }
        }
    }

    private interface SymbolNumber {
        int get();
    }

    private void index(BinaryOutput out, int index, int type, SymbolNumber symbol, Relocations found) {
        found.add(type, out.bytes().length, symbol, 0);
        number(out, index, 5);
    }

    private void number(BinaryOutput out, long value, int bytes) {
        if (!relocations) {
            out.u64(value);
            return;
        }
        for (int i = 0; i < bytes; i++) {
            out.u8((int) (value >>> 7 * i & 0x7F) | (i < bytes - 1 ? 0x80 : 0));
        }
    }

    private void constant(BinaryOutput out, long value, int bytes) {
        if (relocations) {
            number(out, value, bytes);
        } else {
            out.signed(value);
        }
    }

    private void addData(ModuleDraft draft, Relocations found) {
        int segments = activeSegments() + blobs.size();
        found.base = lebLength(segments);
        for (Layout.Segment segment : layout.segments()) {
            if (segment.inModule()) {
                var offset = program.is64
                        ? new ConstantExpression.I64Const(segment.start())
                        : new ConstantExpression.I32Const((int) segment.start());
                var content = content(segment);
                var start = new BinaryOutput().signed(segment.start()).bytes();
                found.base += 1 + 1 + start.length + 1 + lebLength(content.length);
                segment.data().forEach(datum -> addPointers(datum, segment, found));
                found.base += content.length;
                draft.data.add(new ModuleDraft.Data(Optional.of(offset), content));
            }
        }
        blobs.forEach(blob -> draft.data.add(new ModuleDraft.Data(Optional.empty(), blob.content)));
    }

    private byte[] content(Layout.Segment segment) {
        var out = new BinaryOutput();
        for (Datum datum : segment.data()) {
            byte[] content = datum.content.clone();
            for (Pointer pointer : datum.pointers) {
                byte[] word = new BinaryOutput()
                        .fixed(value(pointer.target()), program.is64 ? 8 : 4)
                        .bytes();
                System.arraycopy(word, 0, content, pointer.offset(), word.length);
            }
            out.raw(content);
        }
        return out.bytes();
    }

    private long value(Target target) {
        return switch (target) {
            case Target.ToDatum(Datum datum, long addend) -> layout.address(datum) + addend;
            case Target.ToFunction(Fn function) -> slot(function);
        };
    }

    private void addPointers(Datum datum, Layout.Segment segment, Relocations found) {
        int start = (int) (layout.address(datum) - segment.start());
        for (Pointer pointer : datum.pointers) {
            switch (pointer.target()) {
                case Target.ToDatum(Datum target, long addend) ->
                    found.add(
                            program.is64 ? MEMORY_ADDR_I64 : MEMORY_ADDR_I32,
                            start + pointer.offset(),
                            () -> symbols.of(target),
                            addend);
                case Target.ToFunction(Fn target) ->
                    found.add(
                            program.is64 ? TABLE_INDEX_I64 : TABLE_INDEX_I32,
                            start + pointer.offset(),
                            () -> symbols.of(target),
                            0);
            }
        }
    }

    private static int lebLength(int value) {
        return new BinaryOutput().u32(value).bytes().length;
    }

    /// The relocations of a section.
    private final class Relocations {
        private final List<Entry> entries = new ArrayList<>();
        int base;

        private record Entry(int type, int offset, int symbol, long addend) {}

        void add(int type, int offset, SymbolNumber symbol, long addend) {
            if (relocations) {
                entries.add(new Entry(type, base + offset, symbol.get(), addend));
            }
        }

        void addAll(Relocations others) {
            others.entries.forEach(e -> entries.add(new Entry(e.type, base + e.offset, e.symbol, e.addend)));
        }

        byte[] section(int section) {
            return new BinaryOutput()
                    .u32(section)
                    .vector(entries, (e, out) -> {
                        out.u8(e.type).u32(e.offset).u32(e.symbol);
                        switch (e.type) {
                            case MEMORY_ADDR_LEB,
                                    MEMORY_ADDR_SLEB,
                                    MEMORY_ADDR_I32,
                                    MEMORY_ADDR_LEB64,
                                    MEMORY_ADDR_SLEB64,
                                    MEMORY_ADDR_I64 -> out.signed(e.addend);
                            default -> {}
                        }
                    })
                    .bytes();
        }
    }

    /// The symbol table, of what relocations asked for.
    private final class Symbols {
        private static final int UNDEFINED = 0x10;
        private static final int LOCAL = 2;

        private final List<Object> things = new ArrayList<>();

        int of(Object thing) {
            int index = things.indexOf(thing);
            if (index < 0) {
                things.add(thing);
                return things.size() - 1;
            }
            return index;
        }

        void write(Object thing, BinaryOutput out) {
            switch (thing) {
                case Fn f -> out.u8(0).u32(LOCAL).u32(indexOf(f)).name(f.name);
                case Imported i -> out.u8(0).u32(UNDEFINED).u32(known(imports, i));
                case Var v -> out.u8(2).u32(0).u32(known(globals, v)).name(v.name);
                case Datum d -> {
                    int segment = segmentOf(d);
                    out.u8(1)
                            .u32(LOCAL)
                            .name(d.name)
                            .u32(segment)
                            .u64(layout.address(d)
                                    - layout.segments().get(segment).start())
                            .u32(d.content.length);
                }
                default -> throw new IllegalArgumentException(thing + " is no symbol");
            }
        }

        private int segmentOf(Datum d) {
            for (int i = 0; i < layout.segments().size(); i++) {
                if (layout.segments().get(i).data().contains(d)) {
                    return i;
                }
            }
            throw new IllegalArgumentException(d.name + " is in no segment");
        }
    }

    private byte[] linking() {
        program.functions.forEach(symbols::of);
        program.data.forEach(symbols::of);
        program.globals.forEach(symbols::of);
        var table = new BinaryOutput().vector(symbols.things, symbols::write).bytes();
        var segments = new BinaryOutput()
                .vector(layout.segments(), (s, out) -> out.name(s.name()).u32(4).u32(0))
                .bytes();
        return new BinaryOutput()
                .u32(2)
                .u8(8)
                .sized(table)
                .u8(5)
                .sized(segments)
                .bytes();
    }
}
