package decant.wasm.link;

import decant.wasm.Export;
import decant.wasm.ExportKind;
import decant.wasm.ExternType;
import decant.wasm.FunctionBody;
import decant.wasm.Import;
import decant.wasm.Limits;
import decant.wasm.MemoryType;
import decant.wasm.Module;
import decant.wasm.TableType;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Proves that a module can take over the memory, globals and tables of the installed one, by comparing the two.
///
/// The proof holds for hosts that leave tables alone and change globals only to carry them over: as long as the module
/// runs, whatever entry points do is what they would have done in the installed module. It takes time in proportion to
/// the modules' sizes; the memory itself is not looked at.
public final class HeapProof {
    /// How many differences a verdict lists at most.
    public static final int DIFFERENCES_MAX = 20;

    /* Design. The roots of the comparison are what the host or the guest can name from outside: exports by their names,
     * and table slots by their numbers. From there both modules are walked in step; what is met at the same place must
     * be the same thing, in one one-to-one renumbering. That is the bisimulation argument: if counterparts always meet
     * counterparts, then from equal memories both modules take equal steps, and stay equal.
     *
     * Hooks run between such steps and may leave the memory in any state, as a hook of the installed module may. What
     * they must not do is change what the comparison took for granted. Code and data segments cannot change. Constant
     * globals cannot. Tables can, so any instruction in either module that changes a table, in hooks too, is a
     * difference: so is a mutable global of references, for a kept reference could name an old hook. A function that
     * only hooks reach cannot be in a table unless the same slot held its counterpart, and then it is no longer reached
     * by hooks only.
     *
     * Tables keep their numbers, as do imported memories, tables and globals; a replacement may define more tables,
     * which code outside the hooks cannot name. Passive data segments have counterparts when such code uses them.
     */
    private final Module installed;
    private final Module replacement;
    private final Set<String> hooks;
    private final Differences differences;
    private final Counterparts counterparts;

    /// @param differences where all differences are collected but those of functions that differ in themselves
    /// @param bodies where those are collected
    HeapProof(Module installed, Module replacement, Set<String> hooks, Differences differences, Differences bodies) {
        this.installed = installed;
        this.replacement = replacement;
        this.hooks = hooks;
        this.differences = differences;
        this.counterparts = new Counterparts(installed, replacement, differences, bodies);
    }

    /// Compares two modules.
    ///
    /// @param hooks the names of the exported functions that may differ; the start function may too
    public static Verdict compare(Module installed, Module replacement, Set<String> hooks) {
        var differences = new Differences();
        var counterparts = new HeapProof(installed, replacement, hooks, differences, differences).compare();
        return differences.isEmpty() ? new Verdict.Fits(counterparts.renumbering()) : differences.verdict();
    }

    /// Compares everything. {@return what was found to be counterparts}
    Counterparts compare() {
        compareMemories();
        compareTableTypes();
        compareImports();
        compareKeptReferences();
        compareActiveData();
        compareExports();
        compareTables();
        counterparts.compareFunctions();
        counterparts.pairOtherGlobals();
        counterparts.compareFunctions();
        return counterparts;
    }

    private void compareMemories() {
        var expected = installed.memories();
        var found = replacement.memories();
        boolean fits = expected.size() == found.size();
        for (int i = 0; fits && i < expected.size(); i++) {
            fits = expected.get(i).is64() == found.get(i).is64()
                    && fits(expected.get(i).limits(), found.get(i).limits());
        }
        if (!fits) {
            differences.add(
                    Condition.P1,
                    "the memory",
                    text(found),
                    text(expected) + ", or one with a larger maximum",
                    "link with the installed module's memory size and target");
        }
    }

    private static boolean fits(Limits expected, Limits found) {
        return expected.minimum() == found.minimum()
                && (found.maximum().isEmpty()
                        || expected.maximum().isPresent()
                                && Long.compareUnsigned(
                                                found.maximum().getAsLong(),
                                                expected.maximum().getAsLong())
                                        >= 0);
    }

    static String text(List<MemoryType> memories) {
        return memories.isEmpty()
                ? "none"
                : memories.stream()
                        .map(memory ->
                                (memory.is64() ? "64-bit" : "32-bit") + " of " + text(memory.limits()) + " pages")
                        .collect(Collectors.joining(", "));
    }

    private static String text(TableType table) {
        return (table.is64() ? "64-bit" : "32-bit") + " of " + text(table.limits()) + " " + table.element();
    }

    private static String text(Limits limits) {
        String minimum = Long.toUnsignedString(limits.minimum());
        return limits.maximum().isEmpty()
                ? minimum + " or more"
                : minimum + " to " + Long.toUnsignedString(limits.maximum().getAsLong());
    }

    private void compareTableTypes() {
        var expected = installed.tables();
        var found = replacement.tables();
        for (int i = 0; i < expected.size(); i++) {
            if (i >= found.size() || !found.get(i).equals(expected.get(i))) {
                differences.add(
                        Condition.P1,
                        "table " + i,
                        i < found.size() ? text(found.get(i)) : "none",
                        text(expected.get(i)),
                        "let the new hooks take no address of a function whose address the installed module does not"
                                + " take, or graft them");
            }
        }
    }

    /// Functions may be imported in any order and number; nothing else may.
    private void compareImports() {
        var expected = otherImports(installed);
        var found = otherImports(replacement);
        if (!expected.equals(found)) {
            differences.add(
                    Condition.P1,
                    "the imports that are no functions",
                    found.toString(),
                    expected.toString(),
                    "import what the installed module imports, in its order");
        }
    }

    private static List<String> otherImports(Module module) {
        var others = new ArrayList<String>();
        for (Import wanted : module.imports()) {
            String name = new ImportName(wanted.module(), wanted.name()).toString();
            switch (wanted.type()) {
                case ExternType.Function _ -> {}
                // The memory's limits are compared with the rest of its type.
                case ExternType.Memory _ -> others.add("memory " + name);
                case ExternType.Table(var type) -> others.add("table " + name + " " + text(type));
                case ExternType.Global(var type) -> others.add("global " + name + " " + type);
            }
        }
        return others;
    }

    private void compareKeptReferences() {
        for (int i = 0; i < installed.globalTypes().size(); i++) {
            if (Counterparts.keepsReferences(installed, i)) {
                differences.add(
                        Condition.P1,
                        "global " + i + " of the installed module",
                        "mutable " + installed.globalTypes().get(i).type(),
                        "no references in globals that are kept",
                        "no replacement can be proven to fit; upgrade in the ordinary way");
            }
        }
    }

    private void compareActiveData() {
        var expected = activeData(installed);
        var found = activeData(replacement);
        for (int i = 0; i < Math.min(expected.size(), found.size()); i++) {
            counterparts.data(expected.get(i), found.get(i));
        }
        if (expected.size() != found.size()) {
            differences.add(
                    Condition.P2,
                    "the active data segments",
                    found.size() + " segments",
                    expected.size() + " segments",
                    "keep static data as it is installed, or graft the new hooks onto the installed module");
        }
    }

    /// {@return the active data segments without those of zeros alone, which linkers write or leave out}
    private static List<Integer> activeData(Module module) {
        var active = new ArrayList<Integer>();
        var redundant = DataSegments.redundant(module);
        for (int i = 0; i < module.data().size(); i++) {
            if (module.data().get(i).offset().isPresent() && !redundant.get(i)) {
                active.add(i);
            }
        }
        return active;
    }

    private void compareExports() {
        var expected = entryPoints(installed);
        var found = entryPoints(replacement);
        var names = new TreeSet<>(expected.keySet());
        names.addAll(found.keySet());
        for (String name : names) {
            var expectedExport = expected.get(name);
            var foundExport = found.get(name);
            if (expectedExport == null || foundExport == null || expectedExport.kind() != foundExport.kind()) {
                differences.add(
                        Condition.P4,
                        "export `" + name + "`",
                        foundExport == null ? "none" : "a " + foundExport.kind(),
                        expectedExport == null ? "none" : "a " + expectedExport.kind(),
                        "export what the installed module exports, hooks apart");
            } else {
                compareExports(expectedExport, foundExport);
            }
        }
    }

    private SortedMap<String, Export> entryPoints(Module module) {
        var entryPoints = new TreeMap<String, Export>();
        for (Export export : module.exports()) {
            if (export.kind() != ExportKind.FUNCTION || !hooks.contains(export.name())) {
                entryPoints.put(export.name(), export);
            }
        }
        return entryPoints;
    }

    private void compareExports(Export expected, Export found) {
        var reason = switch (expected.kind()) {
            case FUNCTION -> counterparts.functions(expected.index(), found.index());
            case GLOBAL -> counterparts.globals(expected.index(), found.index());
            case TABLE -> counterparts.tables(expected.index(), found.index());
            case MEMORY -> CodeComparison.equal(expected.index(), found.index());
        };
        reason.ifPresent(text -> differences.add(
                Condition.P4,
                "export `" + expected.name() + "`",
                name(replacement, found),
                name(installed, expected) + text,
                "export what the installed module exports, hooks apart"));
    }

    private static String name(Module module, Export export) {
        return export.kind() == ExportKind.FUNCTION
                ? InstructionText.function(module, export.index())
                : export.kind() + " " + export.index();
    }

    private void compareTables() {
        boolean installedKnown = checkTables("the installed module", installed);
        boolean known = checkTables("the replacement", replacement) && installedKnown;
        for (int i = 0; known && i < installed.tables().size(); i++) {
            compareTable(i, TableSlots.of(installed, i), TableSlots.of(replacement, i));
        }
    }

    /// {@return whether the slots are known before the module runs}
    private boolean checkTables(String which, Module module) {
        for (FunctionBody body : module.bodies()) {
            TableSlots.mutation(module, body).ifPresent(offset -> {
                boolean ofInstalled = module == installed;
                differences.add(
                        Condition.P3,
                        "function " + InstructionText.function(module, body.functionIndex()) + " of " + which,
                        ofInstalled ? OptionalInt.of(offset) : OptionalInt.empty(),
                        ofInstalled ? OptionalInt.empty() : OptionalInt.of(offset),
                        InstructionText.at(module, offset, body.end()),
                        "no instruction that changes a table",
                        "tables must stay as they are for a proof; leave such instructions out, in hooks too");
            });
        }
        var unknown = TableSlots.unknown(module);
        unknown.ifPresent(segment -> differences.add(
                Condition.P3,
                "the tables of " + which,
                segment,
                "functions at constant places",
                "link without position-independent code"));
        return unknown.isEmpty();
    }

    private void compareTable(int table, int[] expected, int[] found) {
        for (int slot = 0; slot < Math.max(expected.length, found.length); slot++) {
            int expectedFunction = TableSlots.at(expected, slot);
            int foundFunction = TableSlots.at(found, slot);
            if (expectedFunction == TableSlots.EMPTY && foundFunction == TableSlots.EMPTY) {
                continue;
            }
            if (expectedFunction == TableSlots.EMPTY || foundFunction == TableSlots.EMPTY) {
                slotDiffers(table, slot, name(replacement, foundFunction), name(installed, expectedFunction));
                continue;
            }
            var reason = counterparts.functions(expectedFunction, foundFunction);
            if (reason.isPresent()) {
                slotDiffers(
                        table,
                        slot,
                        name(replacement, foundFunction),
                        name(installed, expectedFunction) + reason.get());
            }
        }
    }

    private static String name(Module module, int function) {
        return function == TableSlots.EMPTY ? "nothing" : InstructionText.function(module, function);
    }

    private void slotDiffers(int table, int slot, String found, String expected) {
        differences.add(
                Condition.P3,
                "slot " + slot + " of table " + table,
                found,
                expected,
                "let the new hooks take no address of a function whose address the installed module does not take, or"
                        + " graft them");
    }
}
