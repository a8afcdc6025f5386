package decant.motoko;

import decant.motoko.MotokoType.Field;
import decant.motoko.MotokoType.Primitive;
import decant.motoko.MotokoType.Sharing;
import decant.motoko.MotokoType.Sort;
import decant.motoko.StableSignature.Expected;
import decant.motoko.StableSignature.Step;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/// What a signature must keep to beside its grammar: that names mean something, that what is stable can be kept, and
/// that each migration of a chain gets what it takes.
final class WellFormedness {
    private final Definitions definitions;
    private final Effort effort = new Effort();
    private final Unfolding unfolding = new Unfolding(effort);

    WellFormedness(Definitions definitions) {
        this.definitions = definitions;
    }

    void checkDefinitions(List<TypeParser.Mention> mentions) {
        for (var mention : mentions) {
            var reference = mention.reference();
            int expected = definitions.get(reference.name()).parameters().size();
            int found = reference.arguments().size();
            if (found != expected) {
                throw StableSignatureException.at(
                        mention.place(),
                        "the type " + reference.name() + " takes " + expected + " arguments, found " + found);
            }
        }
        for (var definition : definitions.all()) {
            unfolding.head(definition.body());
        }
    }

    void checkStable(Field variable) {
        unkeepable(variable.type()).ifPresent(part -> {
            throw new StableSignatureException("the variable " + variable.label() + " cannot be stable: the type "
                    + TypePrinter.shown(part) + " cannot be kept over an upgrade");
        });
    }

    /// What a type is to be good for.
    private enum Use {
        /// A value is kept over upgrades.
        STABLE,
        /// A value is sent to another actor.
        SHARED,
        /// A value is a method of an actor.
        METHOD
    }

    /// A type that is to be good for some use.
    private record Demand(MotokoType type, Use use) {}

    /// {@return a part of the type that cannot be kept, or cannot be sent where it would have to be}
    private Optional<MotokoType> unkeepable(MotokoType type) {
        var seen = new HashSet<Demand>();
        var work = new ArrayDeque<Demand>();
        work.push(new Demand(type, Use.STABLE));
        while (!work.isEmpty()) {
            effort.step();
            var demand = work.pop();
            if (demand.type() instanceof MotokoType.Reference && !seen.add(demand)) {
                continue;
            }
            var head = unfolding.head(demand.type());
            if (!suits(head, demand.use())) {
                return Optional.of(head);
            }
            for (var part : values(head).reversed()) {
                work.push(new Demand(part, useOfParts(head, demand.use())));
            }
        }
        return Optional.empty();
    }

    /// {@return whether the type is good for this use, provided its parts are}
    private static boolean suits(MotokoType head, Use use) {
        if (use == Use.METHOD) {
            return head instanceof MotokoType.Function function && function.sharing() != Sharing.LOCAL;
        }
        boolean isStable = use == Use.STABLE;
        return switch (head) {
            case Primitive primitive -> primitive != Primitive.ERROR && (isStable || primitive != Primitive.REGION);
            case MotokoType.Array array -> isStable || !array.isMutable();
            case MotokoType.Option _, MotokoType.Tuple _, MotokoType.Variant _ -> true;
            case MotokoType.Weak _ -> isStable;
            case MotokoType.Composite(var sort, var fields, var _) ->
                switch (sort) {
                    case MODULE -> false;
                    case ACTOR -> true;
                    case OBJECT -> isStable || fields.stream().noneMatch(Field::isMutable);
                };
            case MotokoType.Function function -> function.sharing() != Sharing.LOCAL;
            case MotokoType.Async _, MotokoType.Parameter _ -> false;
            case MotokoType.Reference reference -> throw new AssertionError("BUG: " + reference + " was unfolded");
        };
    }

    /// {@return the types of what a value of this type holds}
    private static List<MotokoType> values(MotokoType head) {
        return head instanceof MotokoType.Composite composite
                ? composite.fields().stream().map(Field::type).toList()
                : Parts.of(head).toList();
    }

    private static Use useOfParts(MotokoType head, Use use) {
        return switch (head) {
            case MotokoType.Function _ -> Use.SHARED;
            case MotokoType.Composite composite when composite.sort() == Sort.ACTOR -> Use.METHOD;
            case Primitive _,
                    MotokoType.Array _,
                    MotokoType.Option _,
                    MotokoType.Tuple _,
                    MotokoType.Variant _,
                    MotokoType.Weak _,
                    MotokoType.Composite _,
                    MotokoType.Async _,
                    MotokoType.Parameter _,
                    MotokoType.Reference _ -> use;
        };
    }

    /// {@return the migration, whose type must be a function from a record to a record}
    Step step(String id, MotokoType type) {
        var head = unfolding.head(type);
        if (head instanceof MotokoType.Function function
                && function.sharing() == Sharing.LOCAL
                && function.parameters().isEmpty()
                && function.arguments().size() == 1
                && function.results().size() == 1
                && unfolding.head(function.arguments().getFirst().type()) instanceof MotokoType.Composite consumed
                && unfolding.head(function.results().getFirst().type()) instanceof MotokoType.Composite produced
                && consumed.sort() == Sort.OBJECT
                && produced.sort() == Sort.OBJECT) {
            consumed.fields().forEach(this::checkStable);
            produced.fields().forEach(this::checkStable);
            return new Step(id, type, consumed.fields(), produced.fields());
        }
        throw new StableSignatureException("the migration \"" + id + "\" must be a function from a record to a record,"
                + " found " + TypePrinter.shown(type));
    }

    /// Goes back from the variables to what was there before the first step: what is there after a step must be just
    /// what is wanted then, each at the wanted type or a smaller one.
    void checkChain(List<Step> steps, List<Field> variables) {
        var after = variables;
        for (var step : steps.reversed()) {
            var wanted = after.stream().map(field -> new Expected(true, field)).toList();
            var comparison = new VariableComparison(new Effort(), "the migration \"" + step.id() + "\"");
            comparison.compare(MigrationChain.after(step, after), wanted);
            comparison.findings().stream()
                    .filter(StableFinding::isError)
                    .findFirst()
                    .ifPresent(finding -> {
                        throw new StableSignatureException("what the migration \"" + step.id()
                                + "\" produces does not fit what comes after it: " + finding);
                    });
            after = MigrationChain.before(step, after, false).stream()
                    .map(Expected::variable)
                    .toList();
        }
    }
}
