package decant.wasm.link;

import decant.wasm.Export;
import decant.wasm.Module;
import decant.wasm.binary.CodeReader;
import decant.wasm.binary.Opcode;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/// What must be brought along for new hooks: functions, constants, and slots for functions whose address is taken.
///
/// What the installed module has is used there, with one exception. When slots are needed that its table has not, the
/// hooks get a table of their own, which begins like the installed one; then functions that read the table are brought
/// along even if the installed module has the same, so that they read the hooks' table.
final class GraftPlan {
    private static final long CONSTANT_BYTES_MAX = 16L << 20;

    private final LinkedModule replacement;
    private final Mapping mapping;
    private final Obstacles obstacles;
    private final BitSet readingTables;
    private final Map<Integer, Integer> installedSlots = new HashMap<>();

    private final SortedSet<Integer> imports = new TreeSet<>();
    private final SortedSet<Integer> functions = new TreeSet<>();
    private final Set<Symbol.Data> constants = new TreeSet<>(Comparator.comparingLong(Symbol.Data::address)
            .thenComparing(Symbol.Data::name)
            .thenComparingInt(Symbol.Data::size));
    private final SortedSet<Integer> addressed = new TreeSet<>();
    private final Deque<Integer> unvisited = new ArrayDeque<>();
    private final Deque<Symbol.Data> unvisitedConstants = new ArrayDeque<>();
    private long constantBytes;
    private boolean ownTable;

    private GraftPlan(Module installed, LinkedModule replacement, Mapping mapping, Obstacles obstacles) {
        this.replacement = replacement;
        this.mapping = mapping;
        this.obstacles = obstacles;
        readingTables = CallGraph.of(replacement.module()).readingTables();
        if (!installed.tables().isEmpty()) {
            int[] slots = TableSlots.of(installed, 0);
            for (int slot = 0; slot < slots.length; slot++) {
                installedSlots.putIfAbsent(slots[slot], slot);
            }
            installedSlots.remove(TableSlots.EMPTY);
        }
    }

    /// Plans a graft of some exported functions of the replacement.
    static GraftPlan of(
            Module installed, LinkedModule replacement, Mapping mapping, List<Export> hooks, Obstacles obstacles) {
        var plan = new GraftPlan(installed, replacement, mapping, obstacles);
        plan.follow(hooks);
        if (plan.needsSlots(hooks)) {
            plan.ownTable = true;
            plan.functions.clear();
            plan.constants.clear();
            plan.constantBytes = 0;
            plan.addressed.clear();
            plan.follow(hooks);
            plan.followInstalledSlots();
        }
        plan.checkSize();
        return plan;
    }

    private boolean needsSlots(List<Export> hooks) {
        return addressed.stream().anyMatch(function -> !hasInstalledSlot(function))
                || mapping.slotsDiffer() && hooks.stream().anyMatch(hook -> readingTables.get(hook.index()));
    }

    private void follow(List<Export> hooks) {
        hooks.forEach(hook -> need(hook.index()));
        visitAll();
    }

    /// What the hooks' table has in place of installed functions that read the table must read the hooks' table, too;
    /// and where slots differ, it has the functions of the replacement.
    private void followInstalledSlots() {
        for (int function = 0; function < replacement.module().functionCount(); function++) {
            var counterpart = mapping.counterpart(function);
            if ((readingTables.get(function) || mapping.function(function).isEmpty())
                    && counterpart.isPresent()
                    && installedSlots.containsKey(counterpart.getAsInt())) {
                need(function);
            }
        }
        visitAll();
    }

    private void visitAll() {
        while (!unvisited.isEmpty() || !unvisitedConstants.isEmpty()) {
            if (unvisited.isEmpty()) {
                visit(unvisitedConstants.remove());
            } else {
                visit(unvisited.remove());
            }
        }
    }

    private void need(int function) {
        if (function < replacement.module().importedFunctionCount()) {
            imports.add(function);
        } else if (!isShared(function) && functions.add(function)) {
            unvisited.add(function);
        }
    }

    private void visit(int function) {
        var module = replacement.module();
        var body = module.bodies().get(function - module.importedFunctionCount());
        var code = new CodeReader(module.bytes(), body.start(), body.end());
        while (!code.atEnd()) {
            int at = code.position();
            int opcode = code.opcode();
            for (Operand operand : Operand.of(opcode)) {
                int position = code.position();
                long value = operand.read(code);
                switch (operand) {
                    case FUNCTION -> need((int) value);
                    case GLOBAL -> checkGlobal(function, (int) value);
                    case TABLE -> checkTable(function, (int) value);
                    case DATA -> checkData(function, (int) value);
                    case ELEMENT -> refuse(function, at);
                    case INT32, INT64, OFFSET -> visitLiteral(function, opcode, position);
                    case TYPE, BLOCK_TYPE, INDEX, LABELS, VALUE_TYPES, BITS32, BITS64, BITS128, ALIGNMENT, LANE -> {}
                }
                for (int i = Operand.more(operand, value); i > 0; i--) {
                    operand.readMore(code);
                }
            }
        }
    }

    private void visitLiteral(int function, int opcode, int position) {
        var relocation = replacement.relocationAt(position);
        if (relocation.isPresent()) {
            visit(relocation.get(), text(function));
            if (relocation.get().kind() == Relocation.Kind.MEMORY_ADDRESS
                    && isConstantBroughtAlong(replacement.symbol(relocation.get()))
                    && !mayReadThrough(opcode)) {
                obstacles.add(
                        "symbol `" + replacement.symbol(relocation.get()).name() + "`, used by " + text(function),
                        Opcode.name(opcode) + " at a constant",
                        "a load",
                        "do not write constants, and compile without vectors");
            }
        }
    }

    private boolean isConstantBroughtAlong(Symbol symbol) {
        return symbol instanceof Symbol.Data data && constants.contains(data);
    }

    /// {@return whether an address can be added to the one on top of the stack before the instruction}
    static boolean mayReadThrough(int opcode) {
        return opcode == Opcode.I32_CONST
                || opcode == Opcode.I64_CONST
                || opcode >= Opcode.I32_LOAD && opcode <= Opcode.I64_LOAD32_U;
    }

    private void visit(Relocation relocation, String user) {
        var symbol = relocation.kind() == Relocation.Kind.TYPE_INDEX
                ? new Symbol.Other("a type")
                : replacement.symbol(relocation);
        if (relocation.kind() == Relocation.Kind.MEMORY_ADDRESS) {
            visitAddress(symbol);
        } else if (relocation.kind() == Relocation.Kind.TABLE_INDEX && symbol instanceof Symbol.Function target) {
            addressed.add(target.index());
            need(target.index());
        } else {
            obstacles.add(
                    "symbol `" + symbol.name() + "`, used by " + user,
                    "a relocation of the kind " + relocation.kind(),
                    "an address in memory or of a function",
                    "link without position-independent code and threads");
        }
    }

    private void visitAddress(Symbol symbol) {
        if (mapping.address(symbol).isPresent()) {
            return;
        }
        if (!(symbol instanceof Symbol.Data data) || !data.constant() || data.content() < 0) {
            var obstacle = mapping.missing(symbol);
            obstacles.add(obstacle.what(), obstacle.found(), obstacle.expected(), obstacle.remedy());
        } else if (constants.add(data)) {
            constantBytes += data.size();
            unvisitedConstants.add(data);
        }
    }

    private void visit(Symbol.Data constant) {
        int end = constant.content() + constant.size();
        for (Relocation relocation : replacement.relocationsIn(constant.content(), end)) {
            String user = "`" + constant.name() + "`";
            if (relocation.position() + relocation.bytes() > end) {
                obstacles.add(user, "a relocation beyond its end", "relocations within", "link once more");
            }
            visit(relocation, user);
        }
    }

    private void checkSize() {
        if (constantBytes > CONSTANT_BYTES_MAX) {
            obstacles.add(
                    "the constants of the new hooks",
                    constantBytes + " bytes",
                    "at most " + CONSTANT_BYTES_MAX,
                    "leave large constants out of new hooks");
        }
    }

    private void checkGlobal(int function, int global) {
        if (mapping.global(global).isEmpty()) {
            obstacles.add(
                    "global " + global
                            + replacement
                                    .globalName(global)
                                    .map(name -> " `" + name + "`")
                                    .orElse("") + ", used by " + text(function),
                    "a global that the installed module has not under this name",
                    "one of its globals",
                    "give the symbols of the installed module, and leave globals out of new hooks");
        }
    }

    private void checkTable(int function, int table) {
        if (table != 0) {
            obstacles.add(
                    "table " + table + ", used by " + text(function),
                    "a second table",
                    "the one that linkers make",
                    "leave the reference-types feature out");
        }
    }

    private void checkData(int function, int segment) {
        if (replacement.module().data().get(segment).offset().isPresent()) {
            obstacles.add(
                    "data segment " + segment + ", used by " + text(function),
                    "an active segment",
                    "a passive one",
                    "leave memory.init and data.drop out of new hooks");
        }
    }

    private void refuse(int function, int position) {
        var module = replacement.module();
        obstacles.add(
                text(function),
                InstructionText.at(module, position, module.bytes().length) + " at offset 0x%x".formatted(position),
                "no instruction about element segments",
                "leave the reference-types feature out");
    }

    private String text(int function) {
        return InstructionText.function(replacement.module(), function);
    }

    /// {@return whether the installed module has the same function, and hooks use it}
    boolean isShared(int function) {
        return mapping.function(function).isPresent() && !(ownTable && readingTables.get(function));
    }

    private boolean hasInstalledSlot(int function) {
        var counterpart = mapping.function(function);
        return counterpart.isPresent() && installedSlots.containsKey(counterpart.getAsInt());
    }

    /// {@return the imports of the replacement that the new functions use, by ascending index}
    SortedSet<Integer> imports() {
        return imports;
    }

    /// {@return the functions of the replacement to be appended, by ascending index}
    SortedSet<Integer> functions() {
        return functions;
    }

    /// {@return the constants of the replacement to be brought along, by ascending address}
    Set<Symbol.Data> constants() {
        return constants;
    }

    /// {@return the functions that need slots in the hooks' table behind the installed ones, by ascending index}
    List<Integer> newSlots() {
        return addressed.stream()
                .filter(function -> !hasInstalledSlot(function))
                .toList();
    }

    /// {@return the slot of a function that the installed module has in its table}
    long installedSlot(int function) {
        Integer slot = installedSlots.get(mapping.function(function).orElseThrow());
        if (slot == null) {
            throw new AssertionError("BUG: function " + function + " has no slot");
        }
        return slot;
    }

    /// {@return whether the hooks need a table of their own}
    boolean ownTable() {
        return ownTable;
    }
}
