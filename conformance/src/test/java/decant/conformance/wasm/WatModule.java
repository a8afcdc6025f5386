package decant.conformance.wasm;

import decant.wasm.ValueType;
import decant.wasm.binary.Opcode;
import decant.wasm.binary.SectionId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/// Assembles a module from the text format.
///
/// It understands what the engine can run, encodes what the engine should refuse, and names the proposal when it meets
/// text of one that the engine leaves out.
final class WatModule {
    private static final int ACTIVE = 0;
    private static final int PASSIVE = 1;
    private static final int WITH_INDEX = 2;
    private static final int DECLARATIVE = 3;
    private static final int EXPRESSIONS = 4;

    private final WatTypes types = new WatTypes();
    private final IndexSpace functions = new IndexSpace("function");
    private final IndexSpace tables = new IndexSpace("table");
    private final IndexSpace memories = new IndexSpace("memory");
    private final IndexSpace globals = new IndexSpace("global");
    private final IndexSpace elements = new IndexSpace("elem segment");
    private final IndexSpace data = new IndexSpace("data segment");

    private final List<Bytes> importSection = new ArrayList<>();
    private final List<Bytes> functionSection = new ArrayList<>();
    private final List<Bytes> tableSection = new ArrayList<>();
    private final List<Bytes> memorySection = new ArrayList<>();
    private final List<Bytes> globalSection = new ArrayList<>();
    private final List<Bytes> exportSection = new ArrayList<>();
    private final List<Bytes> elementSection = new ArrayList<>();
    private final List<Bytes> codeSection = new ArrayList<>();
    private final List<Bytes> dataSection = new ArrayList<>();
    private OptionalInt start = OptionalInt.empty();
    private boolean usesDataSegments;

    private int nextFunction;
    private int nextTable;
    private int nextMemory;
    private int nextGlobal;

    private final IdentityHashMap<Sexp.Form, String> leftOut;
    private final Map<String, String> leftOutExports = new HashMap<>();

    /// A module in binary form.
    ///
    /// @param leftOutExports what it would export were it whole, and why it does not
    record Assembled(byte[] bytes, Map<String, String> leftOutExports) {}

    private WatModule(IdentityHashMap<Sexp.Form, String> leftOut) {
        this.leftOut = leftOut;
    }

    /// {@return the whole module with these fields}
    ///
    /// @throws LeftOutException when it needs what the engine leaves out
    static byte[] assemble(List<Sexp> fields) {
        var forms = forms(fields);
        var module = new WatModule(new IdentityHashMap<>());
        forms.forEach(module::declare);
        forms.forEach(module::write);
        return module.bytes();
    }

    /* A script's module often has one function of a proposal among a hundred plain ones. So a field that cannot be
     * assembled is left out, then whatever refers to it, and so on: each round finds one more, until the rest stands.
     */

    /// {@return the module with these fields, without the functions, types, globals and tags that the engine leaves
    /// out}
    ///
    /// @throws LeftOutException when another field needs what the engine leaves out
    static Assembled assembleWhatCanBe(List<Sexp> fields) {
        var forms = forms(fields);
        var leftOut = new IdentityHashMap<Sexp.Form, String>();
        while (true) {
            var module = new WatModule(leftOut);
            if (module.assembledBut(forms, leftOut)) {
                return new Assembled(module.bytes(), module.leftOutExports);
            }
        }
    }

    private boolean assembledBut(List<Sexp.Form> forms, IdentityHashMap<Sexp.Form, String> leftOutNow) {
        return forms.stream().allMatch(form -> succeeds(form, this::declare, leftOutNow))
                && forms.stream().allMatch(form -> succeeds(form, this::write, leftOutNow));
    }

    private static boolean succeeds(
            Sexp.Form field, Consumer<Sexp.Form> step, IdentityHashMap<Sexp.Form, String> leftOut) {
        try {
            step.accept(field);
            return true;
        } catch (LeftOutException e) {
            if (!canBeLeftOut(field) || leftOut.putIfAbsent(field, e.reason()) != null) {
                throw e;
            }
            return false;
        }
    }

    private static boolean canBeLeftOut(Sexp.Form field) {
        return switch (field.head()) {
            case "func", "global", "table" -> !hasForm(field, "import");
            case "type", "tag", "export" -> true;
            case "import" -> Sexp.isForm(field.items().getLast(), "tag");
            default -> false;
        };
    }

    private static List<Sexp.Form> forms(List<Sexp> fields) {
        List<Sexp.Form> forms = new ArrayList<>();
        for (Sexp field : fields) {
            if (!(field instanceof Sexp.Form form)) {
                throw new WatException("unexpected token " + field, field);
            }
            forms.add(form);
        }
        return forms;
    }

    WatTypes types() {
        return types;
    }

    IndexSpace functions() {
        return functions;
    }

    IndexSpace tables() {
        return tables;
    }

    IndexSpace globals() {
        return globals;
    }

    IndexSpace elements() {
        return elements;
    }

    IndexSpace data() {
        return data;
    }

    int memory(Sexp word) {
        int index = memories.index(word);
        if (memories.size() > 1) {
            throw new LeftOutException("the multi-memory proposal", word);
        }
        return index;
    }

    /// Gives the field its place in the index spaces, so that any field may refer to any other.
    private void declare(Sexp.Form field) {
        String reason = leftOut.get(field);
        if (reason != null) {
            declareStandIn(field, reason);
            return;
        }
        switch (field.head()) {
            case "type" -> types.define(field);
            case "func" -> functions.add(name(field));
            case "table" -> {
                tables.add(name(field));
                if (hasForm(field, "elem")) {
                    elements.add(Optional.empty());
                }
            }
            case "memory" -> {
                memories.add(name(field));
                if (hasForm(field, "data")) {
                    data.add(Optional.empty());
                }
                if (memories.size() > 1) {
                    throw new LeftOutException("the multi-memory proposal", field);
                }
            }
            case "global" -> globals.add(name(field));
            case "import" -> declareImport(field);
            case "elem" -> elements.add(name(field));
            case "data" -> data.add(name(field));
            case "export", "start" -> {}
            case "rec" -> throw new LeftOutException("the GC proposal", field);
            case "tag" -> throw new LeftOutException("the exception handling proposal", field);
            default -> throw new WatException("unexpected token " + field, field);
        }
    }

    private void declareStandIn(Sexp.Form field, String reason) {
        switch (field.head()) {
            case "type" -> types.leaveOut(field, reason);
            case "func" -> {
                functions.add(name(field));
                functions.leaveOutLast(reason);
            }
            case "global" -> {
                globals.add(name(field));
                globals.leaveOutLast(reason);
            }
            case "table" -> {
                tables.add(name(field));
                tables.leaveOutLast(reason);
                if (hasForm(field, "elem")) {
                    elements.add(Optional.empty());
                    elements.leaveOutLast(reason);
                }
            }
            default -> {}
        }
    }

    private void writeStandIn(Sexp.Form field, String reason) {
        switch (field.head()) {
            case "func" -> {
                nextFunction++;
                functionSection.add(new Bytes().u32(types.nothing()));
                codeSection.add(new Bytes().sized(new byte[] {0, Opcode.UNREACHABLE, Opcode.END}));
            }
            case "global" -> {
                nextGlobal++;
                globalSection.add(new Bytes()
                        .u8(ValueType.I32.code())
                        .u8(0)
                        .u8(Opcode.I32_CONST)
                        .u8(0)
                        .u8(Opcode.END));
            }
            case "table" -> {
                nextTable++;
                tableSection.add(new Bytes().u8(ValueType.FUNCREF.code()).u8(0).u32(0));
                if (hasForm(field, "elem")) {
                    elementSection.add(new Bytes().u32(PASSIVE).u8(0).u32(0));
                }
            }
            case "export" -> leftOutExports.put(Pieces.of(field).name(), reason);
            default -> {}
        }
        for (Sexp item : field.items()) {
            if (Sexp.isForm(item, "export")) {
                leftOutExports.put(Pieces.of((Sexp.Form) item).name(), reason);
            }
        }
    }

    private void declareImport(Sexp.Form field) {
        if (!(field.items().getLast() instanceof Sexp.Form wanted)) {
            throw new WatException("an import description is expected", field);
        }
        switch (wanted.head()) {
            case "func" -> functions.add(name(wanted));
            case "table" -> tables.add(name(wanted));
            case "memory" -> {
                memories.add(name(wanted));
                if (memories.size() > 1) {
                    throw new LeftOutException("the multi-memory proposal", field);
                }
            }
            case "global" -> globals.add(name(wanted));
            case "tag" -> throw new LeftOutException("the exception handling proposal", field);
            default -> throw new WatException("unexpected token " + wanted, wanted);
        }
    }

    private static Optional<String> name(Sexp.Form field) {
        return Pieces.of(field).identifier();
    }

    private static boolean hasForm(Sexp.Form field, String head) {
        return field.items().stream().anyMatch(item -> Sexp.isForm(item, head));
    }

    private void write(Sexp.Form field) {
        String reason = leftOut.get(field);
        if (reason != null) {
            writeStandIn(field, reason);
            return;
        }
        var pieces = Pieces.of(field);
        switch (field.head()) {
            case "func" -> writeFunction(pieces);
            case "table" -> writeTable(pieces);
            case "memory" -> writeMemory(pieces);
            case "global" -> writeGlobal(pieces);
            case "import" -> writeImport(pieces);
            case "export" -> writeExport(pieces);
            case "start" -> {
                if (start.isPresent()) {
                    throw new WatException("multiple start sections", field);
                }
                start = OptionalInt.of(functions.index(pieces.take()));
            }
            case "elem" -> writeElements(pieces);
            case "data" -> writeData(pieces);
            default -> {}
        }
    }

    private void writeImport(Pieces pieces) {
        var place = new Bytes().name(pieces.name()).name(pieces.name());
        var wanted = pieces.form();
        var description = Pieces.of(wanted);
        description.identifier();
        switch (wanted.head()) {
            case "func" -> importFunction(place, description);
            case "table" -> importTable(place, description);
            case "memory" -> importMemory(place, description);
            default -> importGlobal(place, description);
        }
    }

    private void importFunction(Bytes place, Pieces pieces) {
        importSection.add(place.u8(0).u32(types.use(pieces).index()));
        nextFunction++;
    }

    private void importTable(Bytes place, Pieces pieces) {
        importSection.add(place.u8(1).raw(tableType(pieces)));
        nextTable++;
    }

    private void importMemory(Bytes place, Pieces pieces) {
        importSection.add(place.u8(2).raw(limits(pieces)));
        nextMemory++;
    }

    private void importGlobal(Bytes place, Pieces pieces) {
        importSection.add(place.u8(3).raw(globalType(pieces)));
        nextGlobal++;
    }

    /// Takes `(export "name")*`.
    private void takeExports(Pieces pieces, int kind, int index) {
        while (pieces.nextIsForm("export")) {
            var name = Pieces.of(pieces.form()).name();
            exportSection.add(new Bytes().name(name).u8(kind).u32(index));
        }
    }

    /// Takes `(import "module" "name")` when it is next.
    private static Optional<Bytes> takeImport(Pieces pieces) {
        if (!pieces.nextIsForm("import")) {
            return Optional.empty();
        }
        var names = Pieces.of(pieces.form());
        return Optional.of(new Bytes().name(names.name()).name(names.name()));
    }

    private void writeFunction(Pieces pieces) {
        pieces.identifier();
        takeExports(pieces, 0, nextFunction);
        var place = takeImport(pieces);
        if (place.isPresent()) {
            importFunction(place.get(), pieces);
            return;
        }
        nextFunction++;
        var use = types.use(pieces);
        functionSection.add(new Bytes().u32(use.index()));
        var locals = new IndexSpace("local");
        use.parameterNames().forEach(locals::add);
        while (locals.size() < types.parameterCount(use.index())) {
            locals.add(Optional.empty());
        }
        var body = writeLocals(pieces, locals);
        var code = new WatCode(this, locals);
        code.writeAll(pieces, body);
        usesDataSegments |= code.usesDataSegments();
        codeSection.add(new Bytes().sized(body.u8(Opcode.END).array()));
    }

    private static Bytes writeLocals(Pieces pieces, IndexSpace locals) {
        List<ValueType> localTypes = new ArrayList<>();
        List<Optional<String>> names = new ArrayList<>();
        while (pieces.nextIsForm("local")) {
            WatTypes.takeTypes(pieces.form(), localTypes, names);
        }
        names.forEach(locals::add);
        List<Bytes> groups = new ArrayList<>();
        for (int i = 0; i < localTypes.size(); ) {
            int end = i;
            while (end < localTypes.size() && localTypes.get(end) == localTypes.get(i)) {
                end++;
            }
            groups.add(new Bytes().u32(end - i).u8(localTypes.get(i).code()));
            i = end;
        }
        return new Bytes().vector(groups);
    }

    private void writeTable(Pieces pieces) {
        pieces.identifier();
        int index = nextTable;
        takeExports(pieces, 1, index);
        var place = takeImport(pieces);
        if (place.isPresent()) {
            importTable(place.get(), pieces);
            return;
        }
        nextTable++;
        if (!hasInlineElements(pieces)) {
            tableSection.add(tableType(pieces));
            if (!pieces.atEnd()) {
                throw new LeftOutException("tables with initializers", pieces.peek());
            }
            return;
        }
        boolean is64 = takeAddressType(pieces);
        var type = WatTypes.valueType(pieces.take());
        var list = Pieces.of(pieces.form());
        boolean expressions = list.nextIsForm();
        List<Bytes> items = items(list, expressions);
        int flags = is64 ? 5 : 1;
        tableSection.add(new Bytes().u8(type.code()).u8(flags).u64(items.size()).u64(items.size()));
        writeInlineElements(index, is64, type, expressions, items);
    }

    private void writeInlineElements(int table, boolean is64, ValueType type, boolean expressions, List<Bytes> items) {
        var segment = new Bytes();
        boolean hasIndex = table != 0 || type != ValueType.FUNCREF;
        segment.u32((expressions ? EXPRESSIONS : 0) | (hasIndex ? WITH_INDEX : ACTIVE));
        if (hasIndex) {
            segment.u32(table);
        }
        segment.u8(is64 ? Opcode.I64_CONST : Opcode.I32_CONST).u8(0).u8(Opcode.END);
        if (hasIndex) {
            segment.u8(expressions ? type.code() : 0);
        }
        elementSection.add(segment.vector(items));
    }

    private static boolean hasInlineElements(Pieces pieces) {
        return pieces.rest().stream().anyMatch(piece -> Sexp.isForm(piece, "elem"));
    }

    private static Bytes tableType(Pieces pieces) {
        var limits = limits(pieces);
        return new Bytes().u8(WatTypes.valueType(pieces.take()).code()).raw(limits);
    }

    private static boolean takeAddressType(Pieces pieces) {
        boolean is64 = pieces.takeIf("i64");
        pieces.takeIf("i32");
        return is64;
    }

    private static Bytes limits(Pieces pieces) {
        boolean is64 = takeAddressType(pieces);
        long minimum = Literals.integer(pieces.word());
        boolean hasMaximum = pieces.nextIsIndex();
        var limits = new Bytes().u8((is64 ? 4 : 0) | (hasMaximum ? 1 : 0)).u64(minimum);
        if (hasMaximum) {
            limits.u64(Literals.integer(pieces.word()));
        }
        if (pieces.nextIs("shared")) {
            throw new LeftOutException("the threads proposal", pieces.peek());
        }
        return limits;
    }

    private void writeMemory(Pieces pieces) {
        pieces.identifier();
        takeExports(pieces, 2, nextMemory);
        var place = takeImport(pieces);
        if (place.isPresent()) {
            importMemory(place.get(), pieces);
            return;
        }
        nextMemory++;
        boolean hasData = pieces.rest().stream().anyMatch(piece -> Sexp.isForm(piece, "data"));
        if (!hasData) {
            memorySection.add(limits(pieces));
            return;
        }
        boolean is64 = takeAddressType(pieces);
        byte[] content = Pieces.of(pieces.form()).texts();
        long pages = (content.length + 0xFFFFL) >>> 16;
        memorySection.add(new Bytes().u8(is64 ? 5 : 1).u64(pages).u64(pages));
        dataSection.add(new Bytes()
                .u32(ACTIVE)
                .u8(is64 ? Opcode.I64_CONST : Opcode.I32_CONST)
                .u8(0)
                .u8(Opcode.END)
                .sized(content));
    }

    private void writeGlobal(Pieces pieces) {
        pieces.identifier();
        takeExports(pieces, 3, nextGlobal);
        var place = takeImport(pieces);
        if (place.isPresent()) {
            importGlobal(place.get(), pieces);
            return;
        }
        nextGlobal++;
        var type = globalType(pieces);
        globalSection.add(type.raw(constant(pieces)));
    }

    private static Bytes globalType(Pieces pieces) {
        if (!pieces.nextIsForm("mut")) {
            return new Bytes().u8(WatTypes.valueType(pieces.take()).code()).u8(0);
        }
        var type = WatTypes.valueType(Pieces.of(pieces.form()).take());
        return new Bytes().u8(type.code()).u8(1);
    }

    /// Takes all that is left as a constant expression.
    private Bytes constant(Pieces pieces) {
        int line = pieces.line();
        var out = new Bytes();
        var code = new WatCode(this, new IndexSpace("local"));
        code.writeAll(pieces, out);
        if (code.isExtended()) {
            throw new LeftOutException("the extended-const proposal", new Sexp.Word("", line));
        }
        return out.u8(Opcode.END);
    }

    /// Takes `(offset expr)` or a single folded instruction.
    private Bytes offset(Pieces pieces) {
        return pieces.nextIsForm("offset") ? constant(Pieces.of(pieces.form())) : constant(single(pieces));
    }

    private static Pieces single(Pieces pieces) {
        var item = pieces.take();
        return new Pieces(List.of(item), item.line());
    }

    private void writeExport(Pieces pieces) {
        var export = new Bytes().name(pieces.name());
        var what = pieces.form();
        var index = what.items().get(1);
        switch (what.head()) {
            case "func" -> export.u8(0).u32(functions.index(index));
            case "table" -> export.u8(1).u32(tables.index(index));
            case "memory" -> export.u8(2).u32(memories.index(index));
            case "global" -> export.u8(3).u32(globals.index(index));
            case "tag" -> throw new LeftOutException("the exception handling proposal", what);
            default -> throw new WatException("unexpected token " + what, what);
        }
        exportSection.add(export);
    }

    private void writeElements(Pieces pieces) {
        pieces.identifier();
        int mode = PASSIVE;
        int table = 0;
        var offset = new Bytes();
        if (pieces.takeIf("declare")) {
            mode = DECLARATIVE;
        } else {
            boolean hasTable = pieces.nextIsForm("table");
            if (hasTable) {
                table = tables.index(pieces.form().items().get(1));
            } else if (pieces.nextIsIndex()) {
                table = tables.index(pieces.take());
                hasTable = true;
            }
            if (hasTable || pieces.nextIsForm() && !WatTypes.isReferenceType(pieces.peek())) {
                mode = ACTIVE;
                tables.checked(table);
                offset = offset(pieces);
            }
        }
        var type = ValueType.FUNCREF;
        boolean expressions = false;
        if (pieces.nextIsWord() && WatTypes.isReferenceType(pieces.peek()) || pieces.nextIsForm("ref")) {
            type = WatTypes.valueType(pieces.take());
            expressions = true;
        } else {
            pieces.takeIf("func");
        }
        var items = items(pieces, expressions);
        if (mode == ACTIVE && (table != 0 || type != ValueType.FUNCREF)) {
            mode = WITH_INDEX;
        }
        var segment = new Bytes().u32(mode | (expressions ? EXPRESSIONS : 0));
        if (mode == WITH_INDEX) {
            segment.u32(table);
        }
        segment.raw(offset);
        if (mode != ACTIVE) {
            segment.u8(expressions ? type.code() : 0);
        }
        elementSection.add(segment.vector(items));
    }

    /// Takes all that is left: function indices, or `(item expr)` and folded expressions.
    private List<Bytes> items(Pieces pieces, boolean expressions) {
        List<Bytes> items = new ArrayList<>();
        while (!pieces.atEnd()) {
            if (!expressions) {
                items.add(new Bytes().u32(functions.index(pieces.take())));
            } else if (pieces.nextIsForm("item")) {
                items.add(constant(Pieces.of(pieces.form())));
            } else {
                items.add(constant(single(pieces)));
            }
        }
        return items;
    }

    private void writeData(Pieces pieces) {
        pieces.identifier();
        var segment = new Bytes();
        int memory = 0;
        if (pieces.nextIsForm("memory")) {
            memory = memories.index(pieces.form().items().get(1));
        } else if (pieces.nextIsIndex()) {
            memory = memories.index(pieces.take());
        }
        if (pieces.nextIsForm()) {
            segment.u32(memory == 0 ? ACTIVE : WITH_INDEX);
            if (memory != 0) {
                segment.u32(memory);
            }
            segment.raw(offset(pieces));
        } else {
            segment.u32(PASSIVE);
        }
        dataSection.add(segment.sized(pieces.texts()));
    }

    private byte[] bytes() {
        var out = new Bytes().raw(new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0});
        out.section(SectionId.TYPE, types.encoded())
                .section(SectionId.IMPORT, importSection)
                .section(SectionId.FUNCTION, functionSection)
                .section(SectionId.TABLE, tableSection)
                .section(SectionId.MEMORY, memorySection)
                .section(SectionId.GLOBAL, globalSection)
                .section(SectionId.EXPORT, exportSection);
        start.ifPresent(
                index -> out.u8(SectionId.START).sized(new Bytes().u32(index).array()));
        out.section(SectionId.ELEMENT, elementSection);
        if (usesDataSegments || !dataSection.isEmpty()) {
            out.u8(SectionId.DATA_COUNT)
                    .sized(new Bytes().u32(dataSection.size()).array());
        }
        return out.section(SectionId.CODE, codeSection)
                .section(SectionId.DATA, dataSection)
                .array();
    }
}
