package decant.wasm.link;

import decant.wasm.ConstantExpression;
import decant.wasm.ElementSegment;
import decant.wasm.Export;
import decant.wasm.ExportKind;
import decant.wasm.Features;
import decant.wasm.FunctionBody;
import decant.wasm.FunctionType;
import decant.wasm.Module;
import decant.wasm.ValueType;
import decant.wasm.binary.CodeReader;
import decant.wasm.binary.Opcode;
import decant.wasm.link.ModuleDraft.FunctionImport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// Mends hooks without their source: calls of narrow imports become calls of their wide forms.
///
/// What a hook reaches and others reach too is copied for the hook; the rest of the hook is changed in place. A hook
/// gets what the wide import gives: what it computes from that in 32 bits stays in 32 bits.
public final class Rescue {
    /* Design. A call of a narrow import becomes a call of an adapter: a new function of the narrow type that calls the
     * wide import. So each change is one of an index, and code is copied with translated indices, nothing more.
     *
     * "Concerned" are the functions that a hook reaches and from which a narrow import is reached. Tables complicate
     * this: a hook may reach the import by calling a slot. Slots cannot be changed, for entry points use them. So when
     * a concerned function is in a table, the module gets a second table, with the concerned functions' copies in their
     * slots; then whatever a hook reaches and reads tables is concerned, and its copy reads the second table.
     */
    private final Module installed;
    private final Set<String> hooks;
    private final SortedMap<Integer, ImportName> narrow = new TreeMap<>();
    private final CallGraph calls;
    private final BitSet shared;
    private final BitSet concerned;

    private Rescue(Module installed, Set<String> hooks, Map<ImportName, ImportName> wide) {
        this.installed = installed;
        this.hooks = hooks;
        calls = CallGraph.of(installed);
        findNarrowImports(wide);
        shared = calls.reached(othersRoots());
        var targets = new BitSet();
        narrow.keySet().forEach(targets::set);
        concerned = calls.calling(targets, calls.reached(hookRoots()));
    }

    /// Makes the module's hooks call wide imports, whose parameters and results are all i64, instead of narrow ones.
    ///
    /// @param hooks the names of the exported functions to change
    /// @param wide the wide form of each narrow import
    public static RescueResult widen(Module installed, Set<String> hooks, Map<ImportName, ImportName> wide) {
        if (HeapProof.compare(installed, installed, hooks) instanceof Verdict.Differs differs) {
            return new RescueResult.Refused(differs);
        }
        var rescue = new Rescue(installed, hooks, wide);
        return rescue.concerned.isEmpty() ? new RescueResult.Unneeded() : rescue.rescued();
    }

    private void findNarrowImports(Map<ImportName, ImportName> wide) {
        var imports = FunctionImport.of(installed);
        for (int function = 0; function < imports.size(); function++) {
            var wideName = wide.get(imports.get(function).name());
            if (wideName != null) {
                narrow.put(function, wideName);
            }
        }
    }

    private BitSet hookRoots() {
        var roots = new BitSet();
        hookExports().forEach(export -> roots.set(export.index()));
        return roots;
    }

    private BitSet othersRoots() {
        var roots = (BitSet) calls.inTables().clone();
        for (Export export : installed.exports()) {
            if (export.kind() == ExportKind.FUNCTION && !hooks.contains(export.name())) {
                roots.set(export.index());
            }
        }
        installed.start().ifPresent(roots::set);
        return roots;
    }

    private List<Export> hookExports() {
        return installed.exports().stream()
                .filter(export -> export.kind() == ExportKind.FUNCTION && hooks.contains(export.name()))
                .toList();
    }

    private RescueResult rescued() {
        var edit = new Edit();
        var bytes = ModuleWriter.write(edit.draft());
        var verdict = HeapProof.compare(installed, Module.parse(bytes, Features.ALL), hooks);
        return switch (verdict) {
            case Verdict.Fits _ -> new RescueResult.Rescued(bytes, edit.changed);
            case Verdict.Differs differs -> throw new AssertionError("BUG: " + differs);
        };
    }

    /// The module while it is changed.
    private final class Edit implements CodeCopy.Translation {
        private final List<FunctionImport> imports = new ArrayList<>();
        private final ModuleDraft draft;
        private final FunctionShift shift;
        /// For each concerned function of the installed module what hooks call in its place.
        private final int[] images = new int[installed.functionCount()];
        /// For each table what hooks use in its place.
        private final int[] tables = new int[installed.tables().size()];
        final List<String> changed = new ArrayList<>();

        Edit() {
            imports.addAll(FunctionImport.of(installed));
            narrow.forEach((function, name) -> {
                if (concerned.get(function) && wideImport(name) < 0) {
                    imports.add(new FunctionImport(name, wideType(installed.functionType(function))));
                }
            });
            var missing = imports.subList(installed.importedFunctionCount(), imports.size());
            draft = ModuleDraft.of(installed, missing);
            shift = new FunctionShift(installed.importedFunctionCount(), missing.size());
        }

        /// {@return the function index of an import, or -1}
        private int wideImport(ImportName name) {
            for (int i = 0; i < imports.size(); i++) {
                if (imports.get(i).name().equals(name)) {
                    return i;
                }
            }
            return -1;
        }

        ModuleDraft draft() {
            chooseImages();
            addTables();
            for (FunctionBody body : installed.bodies()) {
                if (concerned.get(body.functionIndex())) {
                    rewrite(body);
                }
            }
            draft.exports.replaceAll(this::redirected);
            return draft;
        }

        /// Adapters come first, then the copies of functions, in the order of their originals.
        private void chooseImages() {
            for (int f = 0; f < images.length; f++) {
                if (!concerned.get(f)) {
                    images[f] = shift.function(f);
                } else if (f < installed.importedFunctionCount()) {
                    images[f] = addAdapter(f);
                } else if (shared.get(f)) {
                    images[f] = draft.add(
                            new ModuleDraft.Function(installed.functionTypeIndices()[f], new byte[0]),
                            installed.functionName(f) + " for hooks");
                } else {
                    images[f] = shift.function(f);
                }
            }
        }

        private int addAdapter(int function) {
            var narrowType = installed.functionType(function);
            var wideName = narrow.get(function);
            if (wideName == null || narrowType.results().size() > 1) {
                throw new IllegalArgumentException("the import " + function + " has the type " + narrowType
                        + ", but one with at most one result is expected");
            }
            var body = FunctionShift.locals(List.of());
            for (int i = 0; i < narrowType.parameters().size(); i++) {
                body.instruction(Opcode.LOCAL_GET, i);
                if (narrowType.parameters().get(i) == ValueType.I32) {
                    body.opcode(Opcode.I64_EXTEND_I32_U);
                }
            }
            body.instruction(Opcode.CALL, wideImport(wideName));
            if (narrowType.results().contains(ValueType.I32)) {
                body.opcode(Opcode.I32_WRAP_I64);
            }
            return draft.add(
                    new ModuleDraft.Function(
                            draft.type(narrowType), body.opcode(Opcode.END).bytes()),
                    wideName + " with 32 bits");
        }

        private void addTables() {
            for (int i = 0; i < tables.length; i++) {
                tables[i] = i;
                int table = i;
                if (holdsConcerned(TableSlots.of(installed, table))) {
                    tables[i] = draft.importedTables() + draft.tables.size();
                    draft.tables.add(installed.tables().get(i));
                    for (ElementSegment segment : installed.elements()) {
                        if (segment.mode() == ElementSegment.Mode.ACTIVE && segment.table() == table) {
                            draft.elements.add(copyFor(tables[i], segment));
                        }
                    }
                }
            }
        }

        private boolean holdsConcerned(int[] slots) {
            return Arrays.stream(slots).anyMatch(function -> function != TableSlots.EMPTY && concerned.get(function));
        }

        private ElementSegment copyFor(int table, ElementSegment segment) {
            var elements = new ArrayList<ConstantExpression>();
            for (ConstantExpression element : segment.elements()) {
                elements.add(
                        element instanceof ConstantExpression.RefFunc(int f)
                                ? new ConstantExpression.RefFunc(images[f])
                                : element);
            }
            return new ElementSegment(segment.mode(), table, segment.offset(), segment.type(), elements);
        }

        private void rewrite(FunctionBody body) {
            var target = FunctionShift.locals(body.locals());
            new CodeCopy(installed, this).copy(body.start(), body.end(), target);
            int image = images[body.functionIndex()];
            draft.functions.set(
                    image - draft.importedFunctions(), new ModuleDraft.Function(body.typeIndex(), target.bytes()));
            changed.add(installed.functionName(body.functionIndex()));
        }

        private Export redirected(Export export) {
            for (Export hook : hookExports()) {
                if (hook.name().equals(export.name())) {
                    return new Export(hook.name(), hook.kind(), images[hook.index()]);
                }
            }
            return export;
        }

        @Override
        public int function(int index) {
            return images[index];
        }

        @Override
        public int table(int index) {
            return tables[index];
        }

        /// A reference that no table takes is never called, so it need not be one to a copy.
        @Override
        public boolean write(int opcode, CodeReader code, BinaryOutput target) {
            if (opcode != Opcode.REF_FUNC) {
                return false;
            }
            target.instruction(opcode, shift.function(code.u32()));
            return true;
        }
    }

    private static FunctionType wideType(FunctionType narrow) {
        return new FunctionType(
                Collections.nCopies(narrow.parameters().size(), ValueType.I64),
                Collections.nCopies(narrow.results().size(), ValueType.I64));
    }
}
