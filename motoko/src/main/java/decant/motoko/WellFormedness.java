package decant.motoko;

import decant.motoko.MotokoType.Field;
import decant.motoko.MotokoType.Primitive;
import decant.motoko.MotokoType.Sharing;
import decant.motoko.MotokoType.Sort;
import decant.motoko.StableSignature.Expected;
import decant.motoko.StableSignature.Step;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
        unkeepable(variable.type(), Use.STABLE, new HashSet<>()).ifPresent(part -> {
            throw new StableSignatureException("the variable " + variable.label() + " cannot be stable: the type "
                    + TypePrinter.shown(part) + " cannot be kept over an upgrade");
        });
    }

    /// What a type is to be good for.
    private enum Use {
        STABLE,
        SHARED
    }

    /// A type looked at already, for some use.
    private record Seen(MotokoType type, Use use) {}

    /// {@return the part of the type that cannot be kept, or cannot be sent to another actor}
    private Optional<MotokoType> unkeepable(MotokoType type, Use use, Set<Seen> seen) {
        effort.step();
        if (type instanceof MotokoType.Reference && !seen.add(new Seen(type, use))) {
            return Optional.empty();
        }
        var head = unfolding.head(type);
        boolean isShared = use == Use.SHARED;
        return switch (head) {
            case Primitive primitive -> {
                boolean isBad = primitive == Primitive.ERROR || primitive == Primitive.REGION && isShared;
                yield isBad ? Optional.of(head) : Optional.empty();
            }
            case MotokoType.Array(var isMutable, var item) ->
                isMutable && isShared ? Optional.of(head) : unkeepable(item, use, seen);
            case MotokoType.Option(var item) -> unkeepable(item, use, seen);
            case MotokoType.Weak(var item) -> isShared ? Optional.of(head) : unkeepable(item, use, seen);
            case MotokoType.Tuple tuple -> firstUnkeepable(Parts.of(tuple).toList(), use, seen);
            case MotokoType.Variant variant -> firstUnkeepable(Parts.of(variant).toList(), use, seen);
            case MotokoType.Composite composite -> ofComposite(composite, use, seen);
            case MotokoType.Function function -> ofFunction(function, seen);
            case MotokoType.Async _, MotokoType.Parameter _ -> Optional.of(head);
            case MotokoType.Reference reference -> throw new AssertionError("BUG: " + reference + " was unfolded");
        };
    }

    private Optional<MotokoType> ofComposite(MotokoType.Composite composite, Use use, Set<Seen> seen) {
        return switch (composite.sort()) {
            case MODULE -> Optional.of(composite);
            case ACTOR -> firstUnsharedMethod(composite.fields(), seen);
            case OBJECT ->
                use == Use.SHARED && composite.fields().stream().anyMatch(Field::isMutable)
                        ? Optional.of(composite)
                        : firstUnkeepable(
                                composite.fields().stream().map(Field::type).toList(), use, seen);
        };
    }

    private Optional<MotokoType> firstUnkeepable(List<MotokoType> parts, Use use, Set<Seen> seen) {
        return parts.stream()
                .flatMap(part -> unkeepable(part, use, seen).stream())
                .findFirst();
    }

    private Optional<MotokoType> firstUnsharedMethod(List<Field> methods, Set<Seen> seen) {
        return methods.stream()
                .flatMap(method -> switch (unfolding.head(method.type())) {
                    case MotokoType.Function function when !method.isMutable() -> ofFunction(function, seen).stream();
                    case MotokoType other -> Stream.of(other);
                })
                .findFirst();
    }

    private Optional<MotokoType> ofFunction(MotokoType.Function function, Set<Seen> seen) {
        if (function.sharing() == Sharing.LOCAL) {
            return Optional.of(function);
        }
        return firstUnkeepable(Parts.of(function).toList(), Use.SHARED, seen);
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

    /// Goes back from the variables to what was there before the first step: what a step produces must be wanted after
    /// it, at that type or a larger one.
    void checkChain(List<Step> steps, List<Field> variables) {
        var after = variables;
        for (var step : steps.reversed()) {
            var produced = step.produced().stream().map(Field::label).collect(Collectors.toSet());
            var wanted = after.stream()
                    .map(field -> new Expected(produced.contains(field.label()), field))
                    .toList();
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
