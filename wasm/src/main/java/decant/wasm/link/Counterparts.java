package decant.wasm.link;

import decant.wasm.ConstantExpression;
import decant.wasm.DataSegment;
import decant.wasm.FunctionBody;
import decant.wasm.Global;
import decant.wasm.Module;
import decant.wasm.ValueType;
import decant.wasm.link.ModuleDraft.FunctionImport;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// The one renumbering under which two modules are compared, found while comparing.
///
/// Two things become counterparts when they are met at corresponding places; each has one counterpart at most. What
/// becomes a counterpart is compared too, functions by {@link #compareFunctions}.
final class Counterparts implements CodeComparison.Matching {
    private static final String GRAFT = "keep it as it is installed, or graft the new hooks onto the installed module";

    private final Module installed;
    private final Module replacement;
    private final Differences differences;
    private final Differences bodies;

    private final Pairing functions;
    private final Pairing globals;
    private final Pairing data;
    private final Pairing elements;
    private final List<FunctionImport> installedImports;
    private final List<FunctionImport> replacementImports;
    private final Deque<FunctionBody> uncompared = new ArrayDeque<>();
    private final BitSet differing = new BitSet();

    Counterparts(Module installed, Module replacement, Differences differences) {
        this(installed, replacement, differences, differences);
    }

    /// @param differences where all differences are collected but those of functions that differ in themselves
    /// @param bodies where those are collected
    Counterparts(Module installed, Module replacement, Differences differences, Differences bodies) {
        this.installed = installed;
        this.replacement = replacement;
        this.differences = differences;
        this.bodies = bodies;
        functions = new Pairing(installed.functionCount(), replacement.functionCount());
        globals = new Pairing(
                installed.globalTypes().size(), replacement.globalTypes().size());
        data = new Pairing(installed.data().size(), replacement.data().size());
        elements =
                new Pairing(installed.elements().size(), replacement.elements().size());
        installedImports = FunctionImport.of(installed);
        replacementImports = FunctionImport.of(replacement);
    }

    /// Compares the functions that became counterparts, and those that become counterparts meanwhile.
    void compareFunctions() {
        var comparison = new CodeComparison(installed, replacement, this);
        while (!uncompared.isEmpty()) {
            var expected = uncompared.remove();
            var found = body(replacement, functions.replacementOf(expected.functionIndex()));
            comparison.compare(expected, found).ifPresent(mismatch -> {
                differing.set(found.functionIndex());
                bodies.add(
                        Condition.P4,
                        functionPair(expected.functionIndex(), found.functionIndex()),
                        OptionalInt.of(mismatch.installedOffset()),
                        OptionalInt.of(mismatch.replacementOffset()),
                        mismatch.found(),
                        mismatch.expected(),
                        GRAFT);
            });
        }
    }

    /// {@return the functions of the replacement that differ from their counterparts in themselves; not a copy}
    BitSet differing() {
        return differing;
    }

    /// {@return the installed counterpart of a function of the replacement, if it has one}
    OptionalInt installedFunction(int found) {
        return known(functions.installedOf(found));
    }

    /// {@return the installed counterpart of a global of the replacement, if it has one}
    OptionalInt installedGlobal(int found) {
        return known(globals.installedOf(found));
    }

    private static OptionalInt known(int index) {
        return index == Pairing.NONE ? OptionalInt.empty() : OptionalInt.of(index);
    }

    /// {@return what the counterparts found so far are, as a renumbering}
    Renumbering renumbering() {
        var installedSlots = definedGlobalSlots(installed);
        int imported = replacement.globalTypes().size() - replacement.globals().size();
        var carried = new ArrayList<Integer>();
        for (int i = 0; i < replacement.globals().size(); i++) {
            int counterpart = globals.installedOf(imported + i);
            int slots = replacement.globals().get(i).type().type().slots();
            for (int part = 0; part < slots; part++) {
                carried.add(counterpart == Pairing.NONE ? Pairing.NONE : installedSlots[counterpart] + part);
            }
        }
        return new Renumbering(
                functions.toArray(),
                globals.toArray(),
                carried.stream().mapToInt(Integer::intValue).toArray());
    }

    /// {@return for each global where its value begins among those of the globals that the module defines}
    private static int[] definedGlobalSlots(Module module) {
        var first = new int[module.globalTypes().size()];
        int slot = 0;
        for (int i = first.length - module.globals().size(); i < first.length; i++) {
            first[i] = slot;
            slot += module.globalTypes().get(i).type().slots();
        }
        return first;
    }

    @Override
    public Optional<String> types(int expected, int found) {
        return installed.types().get(expected).equals(replacement.types().get(found))
                ? Optional.empty()
                : Optional.of("");
    }

    @Override
    public Optional<String> functions(int expected, int found) {
        if (functions.has(expected, found)) {
            return Optional.empty();
        }
        if (!functions.isFree(expected, found)) {
            return Optional.of(taken(
                    functions,
                    expected,
                    found,
                    index -> InstructionText.function(installed, index),
                    index -> InstructionText.function(replacement, index)));
        }
        functions.add(expected, found);
        compareNewFunctions(expected, found);
        return Optional.empty();
    }

    private void compareNewFunctions(int expected, int found) {
        var expectedType = installed.functionType(expected);
        var foundType = replacement.functionType(found);
        if (!expectedType.equals(foundType)) {
            functionsDiffer(expected, found, "the type " + foundType, "the type " + expectedType);
        } else if (isImported(installed, expected) || isImported(replacement, found)) {
            String expectedOrigin = origin(installed, installedImports, expected);
            String foundOrigin = origin(replacement, replacementImports, found);
            if (!expectedOrigin.equals(foundOrigin)) {
                functionsDiffer(expected, found, foundOrigin, expectedOrigin);
            }
        } else {
            uncompared.add(body(installed, expected));
        }
    }

    private void functionsDiffer(int expected, int found, String foundText, String expectedText) {
        differences.add(Condition.P4, functionPair(expected, found), foundText, expectedText, GRAFT);
    }

    private static boolean isImported(Module module, int function) {
        return function < module.importedFunctionCount();
    }

    private static String origin(Module module, List<FunctionImport> imports, int function) {
        if (!isImported(module, function)) {
            return "a function of its own";
        }
        return "the import " + imports.get(function).name();
    }

    private static FunctionBody body(Module module, int function) {
        return module.bodies().get(function - module.importedFunctionCount());
    }

    private String functionPair(int expected, int found) {
        String name = InstructionText.function(replacement, found);
        String installedName = InstructionText.function(installed, expected);
        return "function " + name + (name.equals(installedName) ? "" : ", installed as " + installedName);
    }

    @Override
    public Optional<String> tables(int expected, int found) {
        return CodeComparison.equal(expected, found);
    }

    @Override
    public Optional<String> globals(int expected, int found) {
        if (globals.has(expected, found)) {
            return Optional.empty();
        }
        if (!globals.isFree(expected, found)) {
            return Optional.of(taken(globals, expected, found, index -> "global " + index, index -> "global " + index));
        }
        globals.add(expected, found);
        compareNewGlobals(expected, found);
        return Optional.empty();
    }

    private void compareNewGlobals(int expected, int found) {
        var expectedGlobal = definedGlobal(installed, expected);
        var foundGlobal = definedGlobal(replacement, found);
        boolean equal = expectedGlobal.isPresent() && foundGlobal.isPresent()
                ? beginAlike(expectedGlobal.get(), foundGlobal.get())
                        && sameReference(expectedGlobal.get(), foundGlobal.get())
                : expectedGlobal.isEmpty() && foundGlobal.isEmpty() && expected == found;
        if (!equal) {
            differences.add(
                    Condition.P1,
                    "global " + found + (found == expected ? "" : ", installed as global " + expected),
                    text(replacement, found),
                    text(installed, expected),
                    "link with the same data, stack and heap sizes, or graft the new hooks onto the installed module");
        }
    }

    /// {@return whether two globals have the same type and, what their first values refer to apart, the same first
    /// value}
    private static boolean beginAlike(Global expected, Global found) {
        return expected.type().equals(found.type())
                && switch (expected.initializer()) {
                    case ConstantExpression.RefFunc _ -> found.initializer() instanceof ConstantExpression.RefFunc;
                    case ConstantExpression.GlobalGet _ -> found.initializer() instanceof ConstantExpression.GlobalGet;
                    case ConstantExpression.I32Const _,
                            ConstantExpression.I64Const _,
                            ConstantExpression.F32Const _,
                            ConstantExpression.F64Const _,
                            ConstantExpression.V128Const _,
                            ConstantExpression.RefNull _ ->
                        expected.initializer().equals(found.initializer());
                };
    }

    private boolean sameReference(Global expected, Global found) {
        if (expected.initializer() instanceof ConstantExpression.RefFunc(int expectedFunction)
                && found.initializer() instanceof ConstantExpression.RefFunc(int foundFunction)) {
            return functions(expectedFunction, foundFunction).isEmpty();
        }
        return !(expected.initializer() instanceof ConstantExpression.GlobalGet(int expectedGlobal))
                || !(found.initializer() instanceof ConstantExpression.GlobalGet(int foundGlobal))
                || globals(expectedGlobal, foundGlobal).isEmpty();
    }

    /// {@return a global, if it is not imported}
    static Optional<Global> definedGlobal(Module module, int index) {
        int imported = module.globalTypes().size() - module.globals().size();
        return index < imported
                ? Optional.empty()
                : Optional.of(module.globals().get(index - imported));
    }

    private static String text(Module module, int index) {
        var type = module.globalTypes().get(index);
        String kind = (type.mutable() ? "mutable " : "constant ") + type.type();
        return definedGlobal(module, index)
                .map(global -> kind + " that begins as " + global.initializer())
                .orElse(kind + " that is imported");
    }

    /// Gives every global of the installed module that no code has paired a counterpart: the first one, in order, that
    /// begins alike. Only hooks use such globals, or nobody.
    void pairOtherGlobals() {
        int next = 0;
        for (int i = 0; i < installed.globalTypes().size(); i++) {
            if (globals.replacementOf(i) != Pairing.NONE) {
                continue;
            }
            int candidate = next;
            while (candidate < replacement.globalTypes().size() && !mayPair(i, candidate)) {
                candidate++;
            }
            if (candidate == replacement.globalTypes().size()) {
                differences.add(
                        Condition.P1,
                        "global " + i + " of the installed module",
                        "no such global that is not another one's counterpart",
                        text(installed, i),
                        "keep the global, even if no code uses it");
            } else {
                globals(i, candidate);
                next = candidate + 1;
            }
        }
    }

    private boolean mayPair(int expected, int found) {
        if (!globals.isFree(expected, found)) {
            return false;
        }
        var expectedGlobal = definedGlobal(installed, expected);
        var foundGlobal = definedGlobal(replacement, found);
        return expectedGlobal.isPresent() && foundGlobal.isPresent()
                ? beginAlike(expectedGlobal.get(), foundGlobal.get())
                : expectedGlobal.isEmpty() && foundGlobal.isEmpty() && expected == found;
    }

    /// {@return whether a kept value of this global could be a reference, which means nothing to another module}
    static boolean keepsReferences(Module module, int global) {
        var type = module.globalTypes().get(global);
        return type.mutable() && (type.type() == ValueType.FUNCREF || type.type() == ValueType.EXTERNREF);
    }

    @Override
    public Optional<String> data(int expected, int found) {
        if (data.has(expected, found)) {
            return Optional.empty();
        }
        if (!data.isFree(expected, found)) {
            return Optional.of(
                    taken(data, expected, found, index -> "data segment " + index, index -> "data segment " + index));
        }
        data.add(expected, found);
        compareNewData(expected, found);
        return Optional.empty();
    }

    private void compareNewData(int expected, int found) {
        var expectedSegment = installed.data().get(expected);
        var foundSegment = replacement.data().get(found);
        String what = "data segment " + found + (found == expected ? "" : ", installed as data segment " + expected);
        String remedy = "keep static data as it is installed, or graft the new hooks onto the installed module";
        if (!expectedSegment.offset().equals(foundSegment.offset())) {
            differences.add(
                    Condition.P2,
                    what,
                    OptionalInt.of(expectedSegment.start()),
                    OptionalInt.of(foundSegment.start()),
                    place(foundSegment),
                    place(expectedSegment),
                    remedy);
            return;
        }
        int at = Arrays.mismatch(
                installed.bytes(),
                expectedSegment.start(),
                expectedSegment.start() + expectedSegment.length(),
                replacement.bytes(),
                foundSegment.start(),
                foundSegment.start() + foundSegment.length());
        if (at >= 0) {
            differences.add(
                    Condition.P2,
                    what + ", " + place(expectedSegment) + " + " + at,
                    OptionalInt.of(expectedSegment.start() + at),
                    OptionalInt.of(foundSegment.start() + at),
                    byteAt(replacement, foundSegment, at),
                    byteAt(installed, expectedSegment, at),
                    remedy);
        }
    }

    private static String place(DataSegment segment) {
        return segment.offset()
                .map(offset -> switch (offset) {
                    case ConstantExpression.I32Const(int address) -> "address 0x%x".formatted(address);
                    case ConstantExpression.I64Const(long address) -> "address 0x%x".formatted(address);
                    case ConstantExpression.F32Const _,
                            ConstantExpression.F64Const _,
                            ConstantExpression.V128Const _,
                            ConstantExpression.RefNull _,
                            ConstantExpression.RefFunc _,
                            ConstantExpression.GlobalGet _ -> "the address " + offset;
                })
                .orElse("no place of its own");
    }

    private static String byteAt(Module module, DataSegment segment, int at) {
        return at < segment.length()
                ? "the byte 0x%02x".formatted(module.bytes()[segment.start() + at])
                : "the end of the segment";
    }

    @Override
    public Optional<String> elements(int expected, int found) {
        if (elements.has(expected, found)) {
            return Optional.empty();
        }
        if (!elements.isFree(expected, found)) {
            return Optional.of("");
        }
        // What the segments hold makes no difference: no table.init is ever proven.
        elements.add(expected, found);
        return Optional.empty();
    }

    @Override
    public Optional<String> numbers(CodeComparison.Literal expected, CodeComparison.Literal found) {
        return CodeComparison.equal(expected.value(), found.value());
    }

    private interface Naming {
        String name(int index);
    }

    /// {@return whose counterparts the two are already}
    private static String taken(Pairing pairing, int expected, int found, Naming installedNames, Naming names) {
        int other = pairing.replacementOf(expected);
        return other == Pairing.NONE
                ? ", but " + names.name(found) + " is the counterpart of "
                        + installedNames.name(pairing.installedOf(found))
                : ", whose counterpart is " + names.name(other);
    }
}
