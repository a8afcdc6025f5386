package decant.motoko;

import decant.motoko.MotokoType.Field;
import decant.motoko.StableSignature.Expected;
import decant.motoko.StableSignature.Step;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// What a chain of migrations needs before each of its steps.
final class MigrationChain {
    private MigrationChain() {}

    static List<Expected> optional(List<Field> variables) {
        return variables.stream().map(variable -> new Expected(false, variable)).toList();
    }

    /// {@return what must and may be there so that running the steps after `lastStep` gives the variables}
    static List<Expected> expectedAfter(Optional<String> lastStep, List<Step> steps, List<Field> variables) {
        var expected = optional(variables);
        for (var step : steps.reversed()) {
            if (lastStep.equals(Optional.of(step.id()))) {
                break;
            }
            expected = before(step, expected.stream().map(Expected::variable).toList(), true);
        }
        return expected;
    }

    /// {@return what the step takes, and what passes it by, so that `after` can be there}
    static List<Expected> before(Step step, List<Field> after, boolean isPassedByRequired) {
        var touched = new HashSet<String>();
        step.consumed().forEach(field -> touched.add(field.label()));
        step.produced().forEach(field -> touched.add(field.label()));
        var before = new ArrayList<Expected>();
        step.consumed().forEach(field -> before.add(new Expected(true, field)));
        after.stream()
                .filter(field -> !touched.contains(field.label()))
                .forEach(field -> before.add(new Expected(isPassedByRequired, field)));
        before.sort(Comparator.comparing(expected -> expected.variable().label()));
        return before;
    }

    /// {@return what is there after the step: what it produces, and what of `after` it does not touch}
    static List<Field> after(Step step, List<Field> after) {
        var consumed = step.consumed().stream().map(Field::label).collect(Collectors.toSet());
        var produced = step.produced().stream().map(Field::label).collect(Collectors.toSet());
        var there = new ArrayList<>(step.produced());
        after.stream()
                .filter(field -> !consumed.contains(field.label()) && !produced.contains(field.label()))
                .forEach(there::add);
        there.sort(Comparator.comparing(Field::label));
        return there;
    }
}
