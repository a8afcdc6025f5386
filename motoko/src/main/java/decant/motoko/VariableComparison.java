package decant.motoko;

import decant.motoko.MotokoType.Field;
import decant.motoko.StableFinding.Kind;
import decant.motoko.StableFinding.Severity;
import decant.motoko.StableSignature.Expected;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Compares the variables that are there with those that are expected, both in the order of their names.
final class VariableComparison {
    private final Unfolding unfolding;
    private final Effort effort;
    private final String migration;
    private final List<StableFinding> findings = new ArrayList<>();

    /// @param migration who requires a variable that is missing
    VariableComparison(Effort effort, String migration) {
        this.effort = effort;
        this.unfolding = new Unfolding(effort);
        this.migration = migration;
    }

    List<StableFinding> findings() {
        return findings;
    }

    void chainAbandoned(StableSignature before) {
        var last = before.lastStep().orElseThrow();
        findings.add(new StableFinding(
                Kind.CHAIN_ABANDONED,
                Severity.ERROR,
                "",
                "a chain of migrations up to \"" + last + "\"",
                "no chain of migrations",
                "the new version cannot know which migrations the data has been through, and the compiler refuses it",
                "compile the new version with its chain of migrations too",
                Optional.empty()));
    }

    void compare(List<Field> before, List<Expected> expected) {
        int next = 0;
        for (var variable : before) {
            while (next < expected.size()
                    && expected.get(next).variable().label().compareTo(variable.label()) < 0) {
                missing(expected.get(next++));
            }
            if (next < expected.size() && expected.get(next).variable().label().equals(variable.label())) {
                compare(variable, expected.get(next++).variable());
            } else {
                dropped(variable, before, expected);
            }
        }
        while (next < expected.size()) {
            missing(expected.get(next++));
        }
    }

    private void compare(Field before, Field after) {
        var walk = new StableSubtyping(effort, unfolding, before.label());
        walk.run(before.type(), after.type());
        walk.disagreements().forEach(disagreement -> add(new StableExplanation(disagreement, unfolding).finding()));
    }

    private void dropped(Field variable, List<Field> before, List<Expected> expected) {
        var declared = "stable " + TypePrinter.shown(variable);
        add(new StableFinding(
                Kind.VARIABLE_DROPPED,
                Severity.ERROR,
                "stable variable " + variable.label(),
                TypePrinter.shownWithDefinition(variable.type(), unfolding),
                "nothing",
                "everything in " + variable.label() + " is dropped",
                renamed(variable, before, expected)
                        .map(name -> "if it is now called " + name + ", move the data in a migration function; else"
                                + " declare `" + declared + "` again, or drop it in a migration function")
                        .orElse("declare `" + declared + "` again, or drop it in a migration function"),
                Optional.of(variable.label())));
    }

    /// {@return the only new variable of the same type, if there is just one}
    private Optional<String> renamed(Field variable, List<Field> before, List<Expected> expected) {
        var candidates = expected.stream()
                .map(Expected::variable)
                .filter(candidate ->
                        before.stream().noneMatch(old -> old.label().equals(candidate.label())))
                .filter(candidate -> isEqual(variable.type(), candidate.type()))
                .map(Field::label)
                .limit(2)
                .toList();
        return candidates.size() == 1 ? Optional.of(candidates.getFirst()) : Optional.empty();
    }

    private boolean isEqual(MotokoType before, MotokoType after) {
        var there = new StableSubtyping(effort, unfolding, "");
        there.run(before, after);
        var back = new StableSubtyping(effort, unfolding, "");
        back.run(after, before);
        return there.disagreements().isEmpty() && back.disagreements().isEmpty();
    }

    private void missing(Expected expected) {
        if (!expected.isRequired()) {
            return;
        }
        var label = expected.variable().label();
        add(new StableFinding(
                Kind.VARIABLE_MISSING,
                Severity.ERROR,
                "stable variable " + label,
                "nothing",
                TypePrinter.shownWithDefinition(expected.variable().type(), unfolding),
                migration + " needs " + label + ", which the old version does not have, so the upgrade fails",
                "do not take " + label + " from the old version",
                Optional.empty()));
    }

    private void add(StableFinding finding) {
        if (findings.size() < StableCompatibility.FINDINGS_MAX) {
            findings.add(finding);
        }
    }
}
