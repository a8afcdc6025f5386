package decant.wasm.link;

import decant.wasm.FunctionBody;
import decant.wasm.Module;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// Proves that a slot of the first table runs the same code in two modules, by comparing the two.
///
/// The code of a slot is the function in it and all that this function calls by name, with the globals they use, equal
/// under one renumbering. What it calls through the table is found in the memory and is not compared.
public final class SlotProof {
    private static final int TABLE = 0;

    private final Module installed;
    private final Module replacement;
    private final Optional<Difference> unknown;
    private final Map<Long, Optional<Difference>> known = new HashMap<>();

    public SlotProof(Module installed, Module replacement) {
        this.installed = installed;
        this.replacement = replacement;
        this.unknown = unknown("the installed module", installed).or(() -> unknown("the replacement", replacement));
    }

    /// {@return why the slot's code is not proven to be the same, if so}
    public Optional<Difference> difference(long slot) {
        return unknown.isPresent() ? unknown : known.computeIfAbsent(slot, this::compare);
    }

    private Optional<Difference> compare(long slot) {
        var expected = function(installed, slot);
        var found = function(replacement, slot);
        var differences = new Differences();
        if (expected.isPresent() && found.isPresent()) {
            var counterparts = new Counterparts(installed, replacement, differences);
            counterparts.functions(expected.get(), found.get());
            counterparts.compareFunctions();
        } else if (expected.isPresent() || found.isPresent()) {
            differences.add(
                    Condition.P3,
                    "slot " + slot + " of table " + TABLE,
                    found.map(function -> InstructionText.function(replacement, function))
                            .orElse("nothing"),
                    expected.map(function -> InstructionText.function(installed, function))
                            .orElse("nothing"),
                    "keep what is in the slot");
        }
        return differences.first();
    }

    private static Optional<Integer> function(Module module, long slot) {
        var slots = TableSlots.of(module, TABLE);
        return Optional.of(slot)
                .filter(place -> place >= 0 && place < slots.length)
                .map(place -> slots[Math.toIntExact(place)])
                .filter(function -> function != TableSlots.EMPTY);
    }

    private static Optional<Difference> unknown(String which, Module module) {
        var differences = new Differences();
        TableSlots.unknown(module)
                .ifPresent(segment -> differences.add(
                        Condition.P3,
                        "the tables of " + which,
                        segment,
                        "functions at constant places",
                        "link without position-independent code"));
        for (FunctionBody body : module.bodies()) {
            TableSlots.mutation(module, body)
                    .ifPresent(offset -> differences.add(
                            Condition.P3,
                            "function " + InstructionText.function(module, body.functionIndex()) + " of " + which,
                            OptionalInt.empty(),
                            OptionalInt.empty(),
                            InstructionText.at(module, offset, body.end()),
                            "no instruction that changes a table",
                            "leave instructions that change tables out"));
        }
        return differences.first();
    }
}
