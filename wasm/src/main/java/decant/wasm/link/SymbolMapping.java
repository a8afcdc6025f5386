package decant.wasm.link;

import decant.wasm.Export;
import decant.wasm.ExportKind;
import decant.wasm.FunctionBody;
import decant.wasm.Module;
import decant.wasm.link.ModuleDraft.FunctionImport;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/// The mapping that follows from the symbols of both modules.
///
/// A variable is the installed one of the same name and size. A constant is an installed one with the same content.
/// A function is an installed one with the same code, under the same mapping of what the code refers to.
final class SymbolMapping implements Mapping {
    /* Design. Whether two functions do the same depends on whether the functions that they call do the same, and so
     * on, in circles. So at first every two things that should be the same are taken to be the same: functions of the
     * same name, and whatever those refer to at the same places. Each such pair has requirements, other pairs. A pair
     * that is wrong in itself, or has a requirement that is wrong, is struck out; what is left is right.
     */
    /// With how many things one is compared at most, so that strange modules cost no more time than ordinary ones.
    private static final int TRIES_MAX = 8;

    private final LinkedModule installed;
    private final LinkedModule replacement;
    private final Renumbering renumbering;
    private final List<FunctionImport> installedImports;
    private final List<FunctionImport> replacementImports;
    private final Set<Symbol> verified = new HashSet<>();

    private final Map<Pair, List<Pair>> dependents = new LinkedHashMap<>();
    private final Map<Object, Integer> tries = new HashMap<>();
    private final Set<Pair> wrong = new HashSet<>();
    private final Map<Integer, Integer> functions = new HashMap<>();
    private final Map<Symbol.Data, Symbol.Data> constants = new HashMap<>();

    private sealed interface Pair {
        record Functions(int replacement, int installed) implements Pair {}

        record Constants(Symbol.Data replacement, Symbol.Data installed) implements Pair {}
    }

    /// @param installed the installed module as its symbols know it
    /// @param renumbering from that to the module that is in fact installed
    /// @param sameHooks whether the two have the same hooks, too, so that all symbols are to be trusted
    SymbolMapping(LinkedModule installed, LinkedModule replacement, Renumbering renumbering, boolean sameHooks) {
        this.installed = installed;
        this.replacement = replacement;
        this.renumbering = renumbering;
        installedImports = FunctionImport.of(installed.module());
        replacementImports = FunctionImport.of(replacement.module());
        if (sameHooks) {
            verified.addAll(installed.symbols());
        } else {
            findVerified();
        }
        match();
    }

    /// Code that is known to be that of the installed module says where its variables are.
    private void findVerified() {
        for (FunctionBody body : installed.module().bodies()) {
            if (renumbering.function(body.functionIndex()).isPresent()) {
                for (Relocation relocation : installed.relocationsIn(body.start(), body.end())) {
                    if (relocation.kind() == Relocation.Kind.MEMORY_ADDRESS) {
                        verified.add(installed.symbol(relocation));
                    }
                }
            }
        }
    }

    private void match() {
        var unexamined = new ArrayDeque<Pair>();
        for (Symbol symbol : replacement.symbols()) {
            counterpart(symbol).flatMap(expected -> pair(symbol, expected)).ifPresent(pair -> enter(pair, unexamined));
        }
        var exported = exportedFunctions(installed.module());
        exportedFunctions(replacement.module()).forEach((name, found) -> {
            var expected = exported.get(name);
            if (expected != null) {
                enter(new Pair.Functions(found, expected), unexamined);
            }
        });
        while (!unexamined.isEmpty()) {
            var pair = unexamined.remove();
            var requirements = requirements(pair);
            if (requirements.isEmpty()) {
                wrong.add(pair);
            } else {
                for (Pair required : requirements.get()) {
                    enter(required, unexamined).add(pair);
                }
            }
        }
        strikeOut();
        collect();
    }

    /// {@return the installed module's symbol of the same name, if both names are unique}
    private Optional<Symbol> counterpart(Symbol symbol) {
        return replacement.symbol(symbol.name()).isPresent() ? installed.symbol(symbol.name()) : Optional.empty();
    }

    private static Optional<Pair> pair(Symbol found, Symbol expected) {
        if (found instanceof Symbol.Function f && expected instanceof Symbol.Function e) {
            return Optional.of(new Pair.Functions(f.index(), e.index()));
        }
        return found instanceof Symbol.Data f && expected instanceof Symbol.Data e && f.constant()
                ? Optional.of(new Pair.Constants(f, e))
                : Optional.empty();
    }

    private static Map<String, Integer> exportedFunctions(Module module) {
        var functions = new LinkedHashMap<String, Integer>();
        for (Export export : module.exports()) {
            if (export.kind() == ExportKind.FUNCTION) {
                functions.put(export.name(), export.index());
            }
        }
        return functions;
    }

    /// {@return the pairs that depend on a pair}
    private List<Pair> enter(Pair pair, Deque<Pair> unexamined) {
        return dependents.computeIfAbsent(pair, _ -> {
            Object found = switch (pair) {
                case Pair.Functions functionPair -> functionPair.replacement();
                case Pair.Constants constantPair -> constantPair.replacement();
            };
            if (tries.merge(found, 1, Integer::sum) > TRIES_MAX) {
                wrong.add(pair);
            } else {
                unexamined.add(pair);
            }
            return new ArrayList<>();
        });
    }

    private void strikeOut() {
        var left = new ArrayDeque<>(wrong);
        while (!left.isEmpty()) {
            for (Pair dependent : dependents.getOrDefault(left.remove(), List.of())) {
                if (wrong.add(dependent)) {
                    left.add(dependent);
                }
            }
        }
    }

    private void collect() {
        for (Pair pair : dependents.keySet()) {
            if (!wrong.contains(pair)) {
                switch (pair) {
                    case Pair.Functions(int found, int expected) -> {
                        var index = renumbering.function(expected);
                        if (index.isPresent()) {
                            functions.putIfAbsent(found, index.getAsInt());
                        }
                    }
                    case Pair.Constants(var found, var expected) -> constants.putIfAbsent(found, expected);
                }
            }
        }
    }

    /// {@return what a pair depends on; empty when it is wrong in itself}
    private Optional<Set<Pair>> requirements(Pair pair) {
        return switch (pair) {
            case Pair.Functions(int found, int expected) -> ofFunctions(found, expected);
            case Pair.Constants(var found, var expected) -> ofConstants(found, expected);
        };
    }

    private Optional<Set<Pair>> ofFunctions(int found, int expected) {
        var expectedModule = installed.module();
        var foundModule = replacement.module();
        boolean expectedImported = expected < expectedModule.importedFunctionCount();
        boolean foundImported = found < foundModule.importedFunctionCount();
        if (!expectedModule.functionType(expected).equals(foundModule.functionType(found))
                || expectedImported != foundImported) {
            return Optional.empty();
        }
        var requirements = new Requirements();
        if (expectedImported) {
            return installedImports.get(expected).equals(replacementImports.get(found))
                    ? Optional.of(requirements.pairs)
                    : Optional.empty();
        }
        var mismatch = new CodeComparison(expectedModule, foundModule, requirements)
                .compare(
                        expectedModule.bodies().get(expected - expectedModule.importedFunctionCount()),
                        foundModule.bodies().get(found - foundModule.importedFunctionCount()));
        return mismatch.isPresent() ? Optional.empty() : Optional.of(requirements.pairs);
    }

    private Optional<Set<Pair>> ofConstants(Symbol.Data found, Symbol.Data expected) {
        if (!found.constant()
                || !expected.constant()
                || found.size() != expected.size()
                || found.content() < 0
                || expected.content() < 0) {
            return Optional.empty();
        }
        byte[] foundBytes = replacement.module().bytes();
        byte[] expectedBytes = installed.module().bytes();
        var requirements = new Requirements();
        for (int i = 0; i < found.size(); ) {
            var foundRelocation = replacement.relocationAt(found.content() + i);
            var expectedRelocation = installed.relocationAt(expected.content() + i);
            if (foundRelocation.isPresent() != expectedRelocation.isPresent()) {
                return Optional.empty();
            }
            if (foundRelocation.isPresent()) {
                if (!requirements.relocations(expectedRelocation.get(), foundRelocation.get())) {
                    return Optional.empty();
                }
                i += Math.max(1, foundRelocation.get().bytes());
            } else if (foundBytes[found.content() + i] != expectedBytes[expected.content() + i]) {
                return Optional.empty();
            } else {
                i++;
            }
        }
        return Optional.of(requirements.pairs);
    }

    @Override
    public OptionalInt function(int replacementIndex) {
        var index = functions.get(replacementIndex);
        return index == null ? OptionalInt.empty() : OptionalInt.of(index);
    }

    @Override
    public OptionalLong address(Symbol symbol) {
        Optional<Long> address = switch (symbol) {
            case Symbol.Data data
            when data.constant() -> Optional.ofNullable(constants.get(data)).map(Symbol.Data::address);
            case Symbol.Data data -> variable(data).map(Symbol.Data::address);
            case Symbol.Boundary boundary ->
                counterpart(boundary).filter(Symbol.Boundary.class::isInstance).map(LinkedModule::address);
            case Symbol.Missing _ -> Optional.of(0L);
            case Symbol.Function _, Symbol.Global _, Symbol.Other _ -> Optional.empty();
        };
        return address.map(OptionalLong::of).orElseGet(OptionalLong::empty);
    }

    private Optional<Symbol.Data> variable(Symbol.Data found) {
        return counterpart(found)
                .filter(verified::contains)
                .filter(Symbol.Data.class::isInstance)
                .map(Symbol.Data.class::cast)
                .filter(expected -> !expected.constant() && expected.size() == found.size());
    }

    /// {@return the global of the installed module as its symbols know it}
    private OptionalInt linkedGlobal(int replacementIndex) {
        var counterpart = replacement.globalName(replacementIndex).flatMap(installed::symbol);
        if (counterpart.isPresent() && counterpart.get() instanceof Symbol.Global expected) {
            var expectedType = installed.module().globalTypes().get(expected.index());
            var foundType = replacement.module().globalTypes().get(replacementIndex);
            return expectedType.equals(foundType) ? OptionalInt.of(expected.index()) : OptionalInt.empty();
        }
        return OptionalInt.empty();
    }

    @Override
    public OptionalInt global(int replacementIndex) {
        var linked = linkedGlobal(replacementIndex);
        return linked.isPresent() ? OptionalInt.of(renumbering.global(linked.getAsInt())) : linked;
    }

    @Override
    public Obstacle missing(Symbol symbol) {
        String what = "symbol `" + symbol.name() + "`";
        if (replacement.symbol(symbol.name()).isEmpty()) {
            return new Obstacle(
                    what,
                    "several variables of this name",
                    "one",
                    "give each variable that hooks use a name of its own");
        }
        var counterpart = installed.symbol(symbol.name());
        if (counterpart.isPresent()
                && counterpart.get() instanceof Symbol.Data expected
                && symbol instanceof Symbol.Data found) {
            if (expected.size() != found.size()) {
                return new Obstacle(
                        what,
                        found.size() + " bytes",
                        expected.size() + " bytes, as installed",
                        "leave its type as it is, for the installed module's data is in it");
            }
            if (!expected.constant()) {
                return new Obstacle(
                        what,
                        "a variable whose place in the installed module is not sure",
                        "one that code outside the hooks uses, too",
                        "give symbols of exactly the installed module");
            }
        }
        return new Obstacle(
                what,
                "a variable that the installed module has not",
                "one of its variables, or a constant",
                "make it a constant or a local variable, or allocate it");
    }

    @Override
    public GraftReport.Basis basis() {
        return GraftReport.Basis.SYMBOLS;
    }

    /// Collects what two things depend on, while they are compared.
    private final class Requirements implements CodeComparison.Matching {
        final Set<Pair> pairs = new LinkedHashSet<>();

        private static Optional<String> when(boolean same) {
            return same ? Optional.empty() : Optional.of("");
        }

        @Override
        public Optional<String> types(int expected, int found) {
            return when(installed
                    .module()
                    .types()
                    .get(expected)
                    .equals(replacement.module().types().get(found)));
        }

        @Override
        public Optional<String> functions(int expected, int found) {
            pairs.add(new Pair.Functions(found, expected));
            return Optional.empty();
        }

        @Override
        public Optional<String> tables(int expected, int found) {
            return when(expected == found);
        }

        @Override
        public Optional<String> globals(int expected, int found) {
            var counterpart = linkedGlobal(found);
            return when(counterpart.isPresent() && counterpart.getAsInt() == expected);
        }

        @Override
        public Optional<String> data(int expected, int found) {
            var expectedSegment = installed.module().data().get(expected);
            var foundSegment = replacement.module().data().get(found);
            return when(expectedSegment.offset().isEmpty()
                    && foundSegment.offset().isEmpty()
                    && Arrays.equals(
                            installed.module().bytes(),
                            expectedSegment.start(),
                            expectedSegment.start() + expectedSegment.length(),
                            replacement.module().bytes(),
                            foundSegment.start(),
                            foundSegment.start() + foundSegment.length()));
        }

        @Override
        public Optional<String> elements(int expected, int found) {
            return when(false);
        }

        @Override
        public Optional<String> numbers(CodeComparison.Literal expected, CodeComparison.Literal found) {
            var expectedRelocation = installed.relocationAt(expected.position());
            var foundRelocation = replacement.relocationAt(found.position());
            if (expectedRelocation.isEmpty() && foundRelocation.isEmpty()) {
                return when(expected.value() == found.value());
            }
            return when(expectedRelocation.isPresent()
                    && foundRelocation.isPresent()
                    && relocations(expectedRelocation.get(), foundRelocation.get()));
        }

        /// {@return whether two relocations may mean the same}
        boolean relocations(Relocation expected, Relocation found) {
            if (expected.kind() != found.kind()
                    || expected.addend() != found.addend()
                    || expected.bytes() != found.bytes()) {
                return false;
            }
            return switch (found.kind()) {
                case MEMORY_ADDRESS -> symbols(installed.symbol(expected), replacement.symbol(found));
                case TABLE_INDEX ->
                    installed.symbol(expected) instanceof Symbol.Function expectedFunction
                            && replacement.symbol(found) instanceof Symbol.Function foundFunction
                            && functions(expectedFunction.index(), foundFunction.index())
                                    .isEmpty();
                case FUNCTION_INDEX, TYPE_INDEX, GLOBAL_INDEX, TABLE_NUMBER, OTHER -> false;
            };
        }

        private boolean symbols(Symbol expected, Symbol found) {
            if (expected instanceof Symbol.Data expectedData
                    && found instanceof Symbol.Data foundData
                    && foundData.constant()) {
                pairs.add(new Pair.Constants(foundData, expectedData));
                return expectedData.constant();
            }
            var address = address(found);
            return address.isPresent() && address.getAsLong() == LinkedModule.address(expected);
        }
    }
}
