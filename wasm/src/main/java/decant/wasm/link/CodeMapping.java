package decant.wasm.link;

import decant.wasm.Export;
import decant.wasm.ExportKind;
import decant.wasm.FunctionBody;
import decant.wasm.Module;
import decant.wasm.link.ModuleDraft.FunctionImport;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// The mapping that follows from code, where the installed module has no symbols: what the replacement has symbols for
/// is what the installed module has at the same places of its code.
///
/// Where the code of one says "the address of `count`", that of the other has a number: this is where `count` is. So it
/// is known for all that entry points reach. What only a hook uses that was changed is not found so.
final class CodeMapping implements Mapping {
    /* Design. Hooks that are the same in both modules, too, are heard like all other code.
     *
     * All code outside the hooks must be the same in both modules, under one one-to-one correspondence of
     * functions, globals and addresses, and so must be the first content of all that it names. A single exception
     * spoils the whole mapping. That is stricter than the mapping by symbols, which takes what is the same and leaves
     * the rest: names say what a variable is meant to be; code only says what it is used for, so all of it has to be
     * heard. In return the mapping needs no trust in names: the two programs are the same program, linked differently,
     * and a hook that was written for one works for the other.
     *
     * One-to-one for addresses: where two variables overlap in one module, they overlap in the other in the same way.
     * Constants may be shared by constants of the same content.
     */
    private static final String EXPECTED =
            "symbols (the sections `linking` and `reloc.CODE`), or the same code outside the hooks";
    private static final String REMEDY = "link what is installed once more with --emit-relocs, and give that along; or"
            + " build the replacement from the installed sources, with nothing but the hooks changed";

    /// How many bytes of static data are compared at most.
    private static final long BYTES_MAX = 1L << 28;
    /// No address is as high as that.
    private static final long ADDRESS_MAX = 1L << 48;

    private final Module installed;
    private final LinkedModule linked;
    private final Module replacement;
    private final Set<String> hooks;
    private final FirstMemory memory;
    private final int[] slots;
    private final List<FunctionImport> installedImports;
    private final List<FunctionImport> replacementImports;
    private final Differences differences = new Differences();
    private final Comparison comparison = new Comparison();

    private final Pairing functions;
    private final Pairing globals;
    /// Where the installed module has what a symbol of the replacement stands for.
    private final Map<Symbol, Long> addresses = new HashMap<>();
    private final Deque<FunctionBody> uncompared = new ArrayDeque<>();
    private final Deque<Symbol.Data> uncomparedData = new ArrayDeque<>();
    private long bytesCompared;

    private CodeMapping(Module installed, LinkedModule linked, Set<String> hooks, FirstMemory memory) {
        this.installed = installed;
        this.linked = linked;
        this.replacement = linked.module();
        this.hooks = hooks;
        this.memory = memory;
        slots = installed.tables().isEmpty() ? new int[0] : TableSlots.of(installed, 0);
        installedImports = FunctionImport.of(installed);
        replacementImports = FunctionImport.of(replacement);
        functions = new Pairing(installed.functionCount(), replacement.functionCount());
        globals = new Pairing(
                installed.globalTypes().size(), replacement.globalTypes().size());
    }

    /// {@return the mapping, if the two modules are the same program outside the hooks}
    ///
    /// @param installed a module whose table slots are known
    static Optional<Mapping> of(Module installed, LinkedModule replacement, Set<String> hooks, Obstacles obstacles) {
        var memory = FirstMemory.of(installed);
        if (memory.isEmpty()) {
            obstacles.add("the installed module", "no symbols, and data segments that overlap", EXPECTED, REMEDY);
            return Optional.empty();
        }
        var mapping = compared(installed, replacement, hooks, memory.get());
        if (!mapping.differences.isEmpty()) {
            var differences = mapping.differences.verdict();
            obstacles.add("the installed module", "no symbols, and " + differences.summary(), EXPECTED, REMEDY);
            return Optional.empty();
        }
        var changed = new TreeSet<>(hooks);
        for (String hook : hooks.stream().sorted().toList()) {
            changed.remove(hook);
            var wider = compared(installed, replacement, changed, memory.get());
            if (wider.differences.isEmpty()) {
                mapping = wider;
            } else {
                changed.add(hook);
            }
        }
        return Optional.of(mapping);
    }

    private static CodeMapping compared(Module installed, LinkedModule linked, Set<String> hooks, FirstMemory memory) {
        var mapping = new CodeMapping(installed, linked, hooks, memory);
        mapping.compareExports();
        mapping.compareAll();
        mapping.checkPlaces(symbol -> mapping.addresses.getOrDefault(symbol, 0L));
        mapping.checkPlaces(Symbol.Data::address);
        return mapping;
    }

    private void compareExports() {
        var expected = entryPoints(installed);
        var found = entryPoints(replacement);
        var names = new TreeSet<>(expected.keySet());
        names.addAll(found.keySet());
        for (String name : names) {
            var reason = expected.containsKey(name) && found.containsKey(name)
                    ? comparison.functions(expected.get(name), found.get(name))
                    : Optional.of("");
            reason.ifPresent(text -> differ(
                    "export `" + name + "`",
                    function(replacement, found.get(name)),
                    function(installed, expected.get(name)) + text));
        }
    }

    private static String function(Module module, @Nullable Integer index) {
        return index == null ? "none" : InstructionText.function(module, index);
    }

    private SortedMap<String, Integer> entryPoints(Module module) {
        var entryPoints = new TreeMap<String, Integer>();
        for (Export export : module.exports()) {
            if (export.kind() == ExportKind.FUNCTION && !hooks.contains(export.name())) {
                entryPoints.put(export.name(), export.index());
            }
        }
        return entryPoints;
    }

    private void differ(String what, String found, String expected) {
        differences.add(Condition.P4, what, found, expected, REMEDY);
    }

    private void compareAll() {
        var code = new CodeComparison(installed, replacement, comparison);
        while (!uncompared.isEmpty() || !uncomparedData.isEmpty()) {
            if (uncompared.isEmpty()) {
                compare(uncomparedData.remove());
            } else {
                var expected = uncompared.remove();
                int found = functions.replacementOf(expected.functionIndex());
                code.compare(expected, replacement.bodies().get(found - replacement.importedFunctionCount()))
                        .ifPresent(mismatch -> differences.add(
                                Condition.P4,
                                "function " + InstructionText.function(replacement, found),
                                OptionalInt.of(mismatch.installedOffset()),
                                OptionalInt.of(mismatch.replacementOffset()),
                                mismatch.found(),
                                mismatch.expected(),
                                REMEDY));
            }
        }
    }

    private void compare(Symbol.Data data) {
        long address = addresses.getOrDefault(data, 0L);
        bytesCompared += data.content() < 0 ? 1 : data.size();
        if (bytesCompared > BYTES_MAX) {
            differ("static data", "more than " + BYTES_MAX + " bytes", "less");
        } else if (data.content() >= 0) {
            compareContent(data, address);
        } else if (!memory.isZero(address, data.size())) {
            differ("`" + data.name() + "`", "zeros", "other bytes at address 0x%x".formatted(address));
        }
    }

    private void compareContent(Symbol.Data data, long address) {
        for (int i = 0; i < data.size(); ) {
            var relocation = linked.relocationAt(data.content() + i);
            int bytes = relocation.map(Relocation::bytes).orElse(1);
            var reason = relocation.isPresent()
                    ? comparison.relocation(relocation.get(), memory.word(address + i, bytes))
                    : CodeComparison.equal(memory.at(address + i), replacement.bytes()[data.content() + i]);
            if (reason.isPresent()) {
                differ(
                        "`" + data.name() + "`, byte " + i,
                        relocation.isPresent() ? "another address" : "another byte",
                        "what is at address 0x%x".formatted(address + i) + reason.get());
                return;
            }
            i += bytes;
        }
    }

    /// Checks that what overlaps in one module does so in both, seen from the addresses of one of them.
    private void checkPlaces(ToLongFunction<Symbol.Data> start) {
        var variables = new TreeMap<Long, Long>();
        long end = Long.MIN_VALUE;
        long shift = 0;
        for (Symbol.Data data : placed(false, start)) {
            long from = start.applyAsLong(data);
            long shiftHere = addresses.getOrDefault(data, 0L) - data.address();
            if (from < end && shiftHere != shift) {
                differ("`" + data.name() + "`", "a variable of its own", "one that overlaps another one");
            }
            if (from + data.size() > end) {
                end = from + data.size();
                shift = shiftHere;
            }
            variables.merge(from, end, Math::max);
        }
        for (Symbol.Data data : placed(true, start)) {
            var before = variables.lowerEntry(start.applyAsLong(data) + data.size());
            if (before != null && before.getValue() > start.applyAsLong(data)) {
                differ("`" + data.name() + "`", "a constant", "a variable");
            }
        }
    }

    private List<Symbol.Data> placed(boolean constant, ToLongFunction<Symbol.Data> start) {
        return addresses.keySet().stream()
                .filter(Symbol.Data.class::isInstance)
                .map(Symbol.Data.class::cast)
                .filter(data -> data.constant() == constant && data.size() > 0)
                .sorted(Comparator.comparingLong(start).thenComparing(Symbol.Data::name))
                .toList();
    }

    @Override
    public OptionalInt function(int replacementIndex) {
        return known(functions.installedOf(replacementIndex));
    }

    @Override
    public OptionalInt global(int replacementIndex) {
        return known(globals.installedOf(replacementIndex));
    }

    private static OptionalInt known(int index) {
        return index == Pairing.NONE ? OptionalInt.empty() : OptionalInt.of(index);
    }

    @Override
    public OptionalLong address(Symbol symbol) {
        Long address = symbol instanceof Symbol.Missing ? Long.valueOf(0) : addresses.get(symbol);
        return address == null ? OptionalLong.empty() : OptionalLong.of(address);
    }

    @Override
    public Obstacle missing(Symbol symbol) {
        return new Obstacle(
                "symbol `" + symbol.name() + "`",
                "a variable that only changed hooks use, so that no code tells where the installed module has it",
                "one that other code uses, too",
                "link what is installed once more with --emit-relocs, and give that along; or make it a constant or a"
                        + " local variable, or allocate it");
    }

    @Override
    public GraftReport.Basis basis() {
        return GraftReport.Basis.CODE;
    }

    /// Says what is the same, and keeps what follows from that.
    private final class Comparison implements CodeComparison.Matching {
        private static Optional<String> when(boolean same) {
            return same ? Optional.empty() : Optional.of("");
        }

        @Override
        public Optional<String> types(int expected, int found) {
            return when(
                    installed.types().get(expected).equals(replacement.types().get(found)));
        }

        @Override
        public Optional<String> functions(int expected, int found) {
            if (functions.has(expected, found)) {
                return Optional.empty();
            }
            boolean expectedImported = expected < installed.importedFunctionCount();
            boolean foundImported = found < replacement.importedFunctionCount();
            if (!functions.isFree(expected, found)
                    || expectedImported != foundImported
                    || !installed.functionType(expected).equals(replacement.functionType(found))) {
                return Optional.of("");
            }
            if (expectedImported && !installedImports.get(expected).equals(replacementImports.get(found))) {
                return Optional.of("");
            }
            functions.add(expected, found);
            if (!expectedImported) {
                uncompared.add(installed.bodies().get(expected - installed.importedFunctionCount()));
            }
            return Optional.empty();
        }

        @Override
        public Optional<String> tables(int expected, int found) {
            return when(expected == found);
        }

        /// The values of variables are kept, so what they begin with makes no difference.
        @Override
        public Optional<String> globals(int expected, int found) {
            if (globals.has(expected, found)) {
                return Optional.empty();
            }
            var type = installed.globalTypes().get(expected);
            if (!globals.isFree(expected, found)
                    || !type.equals(replacement.globalTypes().get(found))
                    || !type.mutable() && !sameConstant(expected, found)) {
                return Optional.of("");
            }
            globals.add(expected, found);
            return Optional.empty();
        }

        private boolean sameConstant(int expected, int found) {
            var expectedGlobal = Counterparts.definedGlobal(installed, expected);
            var foundGlobal = Counterparts.definedGlobal(replacement, found);
            return expectedGlobal.isPresent() && foundGlobal.isPresent()
                    ? expectedGlobal
                            .get()
                            .initializer()
                            .equals(foundGlobal.get().initializer())
                    : expectedGlobal.isEmpty() && foundGlobal.isEmpty() && expected == found;
        }

        @Override
        public Optional<String> data(int expected, int found) {
            var expectedSegment = installed.data().get(expected);
            var foundSegment = replacement.data().get(found);
            return when(expectedSegment.offset().isEmpty()
                    && foundSegment.offset().isEmpty()
                    && Arrays.equals(
                            installed.bytes(),
                            expectedSegment.start(),
                            expectedSegment.start() + expectedSegment.length(),
                            replacement.bytes(),
                            foundSegment.start(),
                            foundSegment.start() + foundSegment.length()));
        }

        @Override
        public Optional<String> elements(int expected, int found) {
            return when(false);
        }

        @Override
        public Optional<String> numbers(CodeComparison.Literal expected, CodeComparison.Literal found) {
            return linked.relocationAt(found.position())
                    .map(relocation -> relocation(relocation, expected.value()))
                    .orElseGet(() -> when(expected.value() == found.value()));
        }

        /// Judges whether what a linker wrote in place of a symbol is what the installed module has in its place.
        Optional<String> relocation(Relocation relocation, long value) {
            return switch (relocation.kind()) {
                case MEMORY_ADDRESS -> address(linked.symbol(relocation), value - relocation.addend());
                case TABLE_INDEX -> slot(linked.symbol(relocation), value);
                case FUNCTION_INDEX, TYPE_INDEX, GLOBAL_INDEX, TABLE_NUMBER, OTHER -> Optional.of("");
            };
        }

        private Optional<String> address(Symbol symbol, long value) {
            long address = linked.is64() ? value : value & 0xFFFF_FFFFL;
            return switch (symbol) {
                case Symbol.Missing _ -> when(address == 0);
                case Symbol.Data _, Symbol.Boundary _ -> place(symbol, address);
                case Symbol.Function _, Symbol.Global _, Symbol.Other _ -> Optional.of("");
            };
        }

        private Optional<String> place(Symbol symbol, long address) {
            if (address < 0 || address >= ADDRESS_MAX) {
                return Optional.of("");
            }
            Long known = addresses.putIfAbsent(symbol, address);
            if (known == null && symbol instanceof Symbol.Data data) {
                uncomparedData.add(data);
            }
            return known == null || known == address
                    ? Optional.empty()
                    : Optional.of(", but `%s` is at 0x%x elsewhere".formatted(symbol.name(), known));
        }

        private Optional<String> slot(Symbol symbol, long slot) {
            boolean holdsFunction = slot >= 0 && slot < slots.length && slots[(int) slot] != TableSlots.EMPTY;
            return holdsFunction && symbol instanceof Symbol.Function(var _, int function)
                    ? functions(slots[(int) slot], function)
                    : Optional.of("");
        }
    }
}
