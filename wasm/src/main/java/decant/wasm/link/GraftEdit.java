package decant.wasm.link;

import decant.wasm.ConstantExpression;
import decant.wasm.ElementSegment;
import decant.wasm.Export;
import decant.wasm.ExportKind;
import decant.wasm.FunctionBody;
import decant.wasm.Limits;
import decant.wasm.Module;
import decant.wasm.TableType;
import decant.wasm.ValueType;
import decant.wasm.binary.CodeReader;
import decant.wasm.binary.Opcode;
import decant.wasm.link.ModuleDraft.FunctionImport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Writes the module that a plan describes, by translating code of the replacement.
final class GraftEdit implements CodeCopy.Translation {
    private final Module installed;
    private final LinkedModule linked;
    private final Module replacement;
    private final Mapping mapping;
    private final GraftPlan plan;

    private final List<FunctionImport> imports = new ArrayList<>();
    private final Map<Integer, Integer> importImages = new HashMap<>();
    private final ModuleDraft draft;
    private final FunctionShift shift;
    private final Map<Integer, Integer> appended = new TreeMap<>();
    private final Map<Integer, Integer> passiveData = new HashMap<>();
    private final Set<Integer> references = new TreeSet<>();
    private final Set<String> shared = new TreeSet<>();
    private final int table;
    private final List<Integer> newSlots;
    private final long firstNewSlot;
    private final NewConstants constants;
    private final Optional<ConstantsCode> constantsCode;

    GraftEdit(Module installed, LinkedModule linked, Mapping mapping, GraftPlan plan) {
        this.installed = installed;
        this.linked = linked;
        this.replacement = linked.module();
        this.mapping = mapping;
        this.plan = plan;
        imports.addAll(FunctionImport.of(installed));
        var wanted = FunctionImport.of(replacement);
        for (int function : plan.imports()) {
            if (!imports.contains(wanted.get(function))) {
                imports.add(wanted.get(function));
            }
            importImages.put(function, imports.indexOf(wanted.get(function)));
        }
        var moreImports = imports.subList(installed.importedFunctionCount(), imports.size());
        draft = ModuleDraft.of(installed, moreImports);
        shift = new FunctionShift(installed.importedFunctionCount(), moreImports.size());
        table = plan.ownTable() ? draft.importedTables() + draft.tables.size() : 0;
        newSlots = plan.newSlots();
        firstNewSlot = installed.tables().isEmpty()
                ? 1
                : installed.tables().getFirst().limits().minimum();
        for (int function : plan.functions()) {
            // The body follows when every function has its index.
            appended.put(function, draft.add(new ModuleDraft.Function(0, new byte[0]), name(function)));
        }
        constants = NewConstants.of(linked, plan.constants(), new Words());
        constantsCode = constants.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new ConstantsCode(draft, installed.memories().getFirst().is64(), constants));
    }

    private String name(int function) {
        return replacement.functionName(function);
    }

    GraftResult.Grafted graft(List<Export> hooks, Set<String> hookNames) {
        appended.forEach(this::translate);
        addTable();
        declareReferences();
        var removed = new TreeSet<String>();
        draft.exports.removeIf(export -> export.kind() == ExportKind.FUNCTION
                && hookNames.contains(export.name())
                && removed.add(export.name()));
        hooks.forEach(hook -> draft.exports.add(new Export(hook.name(), ExportKind.FUNCTION, entry(hook.index()))));
        var names = hooks.stream().map(Export::name).sorted().toList();
        names.forEach(removed::remove);
        var report = new GraftReport(
                names,
                List.copyOf(removed),
                plan.functions().stream().map(this::name).toList(),
                List.copyOf(shared),
                constants.isEmpty() ? 0 : constants.content().length,
                mapping.basis());
        return new GraftResult.Grafted(ModuleWriter.write(draft), report);
    }

    /// {@return the function that runs a hook}
    private int entry(int hook) {
        Integer index = appended.get(hook);
        return index != null && constantsCode.isPresent()
                ? constantsCode.get().addAround(index, name(hook) + " with its constants")
                : image(hook);
    }

    private void translate(int function, int index) {
        FunctionBody body = replacement.bodies().get(function - replacement.importedFunctionCount());
        var code = FunctionShift.locals(body.locals());
        new CodeCopy(replacement, this).copy(body.start(), body.end(), code);
        draft.functions.set(
                index - draft.importedFunctions(), new ModuleDraft.Function(type(body.typeIndex()), code.bytes()));
    }

    /// {@return the function that new hooks call in place of one of the replacement}
    private int image(int function) {
        Integer index = importImages.getOrDefault(function, appended.get(function));
        if (index != null) {
            return index;
        }
        int counterpart = mapping.function(function).orElseThrow();
        shared.add(installed.functionName(counterpart));
        return shift.function(counterpart);
    }

    private void addTable() {
        if (!plan.ownTable()) {
            return;
        }
        boolean is64 = (installed.tables().isEmpty() ? replacement : installed)
                .tables()
                .getFirst()
                .is64();
        long size = firstNewSlot + newSlots.size();
        draft.tables.add(new TableType(ValueType.FUNCREF, is64, new Limits(size, OptionalLong.of(size))));
        var images = new HashMap<Integer, Integer>();
        appended.forEach((function, index) ->
                mapping.counterpart(function).ifPresent(counterpart -> images.put(counterpart, index)));
        for (ElementSegment segment : installed.elements()) {
            if (segment.mode() == ElementSegment.Mode.ACTIVE && segment.table() == 0) {
                addElements(segment.offset().orElseThrow(), installedElements(segment, images));
            }
        }
        var offset = is64
                ? new ConstantExpression.I64Const(firstNewSlot)
                : new ConstantExpression.I32Const((int) firstNewSlot);
        addElements(
                offset,
                newSlots.stream()
                        .<ConstantExpression>map(function -> new ConstantExpression.RefFunc(image(function)))
                        .toList());
    }

    private List<ConstantExpression> installedElements(ElementSegment segment, Map<Integer, Integer> images) {
        var elements = new ArrayList<ConstantExpression>();
        for (ConstantExpression element : segment.elements()) {
            elements.add(
                    element instanceof ConstantExpression.RefFunc(int function)
                            ? new ConstantExpression.RefFunc(images.getOrDefault(function, shift.function(function)))
                            : element);
        }
        return elements;
    }

    private void addElements(ConstantExpression offset, List<ConstantExpression> elements) {
        draft.elements.add(new ElementSegment(
                ElementSegment.Mode.ACTIVE, table, Optional.of(offset), ValueType.FUNCREF, elements));
    }

    /// A function may be referred to by code only where a segment or an export names it.
    private void declareReferences() {
        if (!references.isEmpty()) {
            draft.elements.add(new ElementSegment(
                    ElementSegment.Mode.DECLARATIVE,
                    0,
                    Optional.empty(),
                    ValueType.FUNCREF,
                    references.stream()
                            .<ConstantExpression>map(ConstantExpression.RefFunc::new)
                            .toList()));
        }
    }

    @Override
    public int type(int index) {
        return draft.type(replacement.types().get(index));
    }

    @Override
    public int function(int index) {
        return image(index);
    }

    @Override
    public int table(int index) {
        return table;
    }

    @Override
    public int global(int index) {
        return mapping.global(index).orElseThrow();
    }

    @Override
    public int data(int index) {
        return passiveData.computeIfAbsent(index, _ -> {
            var segment = replacement.data().get(index);
            var content = Arrays.copyOfRange(replacement.bytes(), segment.start(), segment.start() + segment.length());
            draft.data.add(new ModuleDraft.Data(Optional.empty(), content));
            return draft.data.size() - 1;
        });
    }

    @Override
    public int element(int index) {
        throw new AssertionError("BUG: element segments are an obstacle to a graft");
    }

    @Override
    public boolean write(int opcode, CodeReader code, BinaryOutput target) {
        if (opcode == Opcode.REF_FUNC) {
            int image = image(code.u32());
            references.add(image);
            target.instruction(opcode, image);
            return true;
        }
        int start = code.position();
        boolean written = switch (opcode) {
            case Opcode.I32_CONST, Opcode.I64_CONST -> writeConstant(opcode, code, target);
            default -> Operand.of(opcode).contains(Operand.OFFSET) && writeAccess(opcode, code, target);
        };
        if (!written) {
            code.seek(start);
        }
        return written;
    }

    private boolean writeConstant(int opcode, CodeReader code, BinaryOutput target) {
        var found = linked.relocationAt(code.position());
        if (found.isEmpty()) {
            return false;
        }
        var relocation = found.get();
        var symbol = linked.symbol(relocation);
        var inside = constants.offset(symbol);
        code.s64();
        if (relocation.kind() == Relocation.Kind.TABLE_INDEX && symbol instanceof Symbol.Function function) {
            target.opcode(opcode).signed(slot(function.index()));
        } else if (inside.isPresent()) {
            constantsCode.orElseThrow().pushAddress(target, inside.getAsInt() + relocation.addend());
        } else {
            long address = address(symbol) + relocation.addend();
            target.opcode(opcode).signed(opcode == Opcode.I32_CONST ? (int) address : address);
        }
        return true;
    }

    private boolean writeAccess(int opcode, CodeReader code, BinaryOutput target) {
        long alignment = Operand.ALIGNMENT.read(code);
        var found = linked.relocationAt(code.position());
        if (found.isEmpty()) {
            return false;
        }
        var relocation = found.get();
        var symbol = linked.symbol(relocation);
        var inside = constants.offset(symbol);
        code.u64();
        if (inside.isPresent()) {
            var writer = constantsCode.orElseThrow();
            writer.pushAddress(target, inside.getAsInt() + relocation.addend());
            writer.add(target);
            target.opcode(opcode).u64(alignment).u64(0);
        } else {
            target.opcode(opcode).u64(alignment).u64(address(symbol) + relocation.addend());
            if (Operand.of(opcode).contains(Operand.LANE)) {
                target.u8(code.u8());
            }
        }
        return true;
    }

    private long address(Symbol symbol) {
        return mapping.address(symbol)
                .orElseThrow(() -> new AssertionError("BUG: the plan has no address for " + symbol.name()));
    }

    private long slot(int function) {
        int index = newSlots.indexOf(function);
        return index >= 0 ? firstNewSlot + index : plan.installedSlot(function);
    }

    /// What the linker chose is what the installed module, or the plan, has chosen.
    private final class Words implements NewConstants.Words {
        @Override
        public long address(Symbol symbol) {
            return GraftEdit.this.address(symbol);
        }

        @Override
        public long slot(int function) {
            return GraftEdit.this.slot(function);
        }
    }
}
