package decant.wasm.link;

import decant.wasm.Export;
import decant.wasm.ExportKind;
import decant.wasm.Module;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/// The mapping of two modules that have everything at the same places: the numbers in their code mean the same.
///
/// It holds for compilers that refer to things by numbers which follow from what a program contains, so that nothing
/// moves unnoticed.
final class UnmovedMapping implements Mapping {
    /* Design. Memory, tables, slots, globals and active data must be the same, as in a proof, and so must the code that
     * sets up everything else, with the data that it uses. Only functions may do something else. Those that do, or call
     * such a function, have no installed counterpart for the hooks, which bring them along; but they are in its place,
     * in the table above all. Passive data that only hooks use comes along with them.
     *
     * A function that differs must be one that a hook may call. If any other differs, more than the hooks was changed,
     * and the same numbers are less likely to mean the same.
     */
    private static final String EXPECTED = "the installed module in all but what hooks call";
    private static final String REMEDY =
            "change only hooks, and those so that the compiler numbers everything as before: with no text, function or"
                    + " constant more or fewer";

    private final Counterparts counterparts;
    /// The functions of the replacement that differ, and those that call one of them.
    private final BitSet changed;
    private final boolean slotsDiffer;

    private UnmovedMapping(Counterparts counterparts, BitSet changed, boolean slotsDiffer) {
        this.counterparts = counterparts;
        this.changed = changed;
        this.slotsDiffer = slotsDiffer;
    }

    /// {@return the mapping, if nothing has moved}
    ///
    /// @param initialisers the names of those hooks that set up the memory; the start function does, too
    static Optional<Mapping> of(
            Module installed, Module replacement, Set<String> hooks, Set<String> initialisers, Obstacles obstacles) {
        var differences = new Differences();
        var counterparts = new HeapProof(installed, replacement, hooks, differences, new Differences()).compare();
        compareHooks(installed, replacement, hooks, counterparts);
        compareStart(installed, replacement, counterparts, differences);
        if (!differences.isEmpty()) {
            obstacles.add("the replacement", differences.verdict().summary(), EXPECTED, REMEDY);
            return Optional.empty();
        }
        var calls = CallGraph.of(replacement);
        var changed = calls.callers(counterparts.differing());
        var setUp = roots(replacement, initialisers);
        replacement.start().ifPresent(setUp::set);
        setUp.and(changed);
        var strangers = (BitSet) counterparts.differing().clone();
        strangers.andNot(calls.reached(roots(replacement, hooks)));
        addObstacle(replacement, setUp, "sets up the memory in another way", obstacles);
        addObstacle(replacement, strangers, "is another one, though no hook calls it", obstacles);
        if (!setUp.isEmpty() || !strangers.isEmpty()) {
            return Optional.empty();
        }
        boolean slotsDiffer = calls.inTables().intersects(changed);
        return Optional.of(new UnmovedMapping(counterparts, changed, slotsDiffer));
    }

    /// Hooks may differ, but what of them is the same need not be brought along.
    private static void compareHooks(
            Module installed, Module replacement, Set<String> hooks, Counterparts counterparts) {
        for (Export hook : hooks(replacement, hooks)) {
            hooks(installed, hooks).stream()
                    .filter(other -> other.name().equals(hook.name()))
                    .forEach(other -> counterparts.functions(other.index(), hook.index()));
            counterparts.compareFunctions();
        }
    }

    private static List<Export> hooks(Module module, Set<String> names) {
        return module.exports().stream()
                .filter(export -> export.kind() == ExportKind.FUNCTION && names.contains(export.name()))
                .toList();
    }

    private static void compareStart(
            Module installed, Module replacement, Counterparts counterparts, Differences differences) {
        boolean same = installed.start().isPresent() == replacement.start().isPresent();
        if (same && installed.start().isPresent()) {
            same = counterparts
                    .functions(installed.start().getAsInt(), replacement.start().getAsInt())
                    .isEmpty();
            counterparts.compareFunctions();
        }
        if (!same) {
            differences.add(Condition.P4, "the start function", "another one", "that of the installed module", REMEDY);
        }
    }

    private static BitSet roots(Module module, Set<String> names) {
        var roots = new BitSet();
        hooks(module, names).forEach(hook -> roots.set(hook.index()));
        return roots;
    }

    private static void addObstacle(Module replacement, BitSet functions, String what, Obstacles obstacles) {
        functions.stream()
                .forEach(function -> obstacles.add(
                        "the replacement",
                        "function " + InstructionText.function(replacement, function) + " " + what,
                        EXPECTED,
                        REMEDY));
    }

    @Override
    public OptionalInt function(int replacementIndex) {
        return changed.get(replacementIndex) ? OptionalInt.empty() : counterpart(replacementIndex);
    }

    @Override
    public OptionalInt counterpart(int replacementIndex) {
        return counterparts.installedFunction(replacementIndex);
    }

    @Override
    public boolean slotsDiffer() {
        return slotsDiffer;
    }

    @Override
    public OptionalLong address(Symbol symbol) {
        throw noSymbols(symbol);
    }

    @Override
    public OptionalInt global(int replacementIndex) {
        return counterparts.installedGlobal(replacementIndex);
    }

    @Override
    public Obstacle missing(Symbol symbol) {
        throw noSymbols(symbol);
    }

    private static AssertionError noSymbols(Symbol symbol) {
        return new AssertionError("BUG: a module without symbols has the symbol " + symbol.name());
    }

    @Override
    public GraftReport.Basis basis() {
        return GraftReport.Basis.UNMOVED;
    }
}
