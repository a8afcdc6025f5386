package decant.motoko;

import decant.motoko.MotokoType.Binder;
import decant.motoko.MotokoType.Definition;
import decant.motoko.MotokoType.Field;
import decant.motoko.MotokoType.Item;
import decant.motoko.MotokoType.Primitive;
import decant.motoko.MotokoType.TypeParameter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One walk through the old and the new type of a stable variable that finds every place where the data would not fit
/// or a part of it would have no place.
final class StableSubtyping {
    /* Design. Stable subtyping is Motoko's subtyping without the rules by which a value loses something: a record may
     * not lose fields, and nothing becomes `Any`. Every rule asks for all of some smaller obligations, so they form a
     * work list, and an obligation that was met before is taken for granted: what is recursive is compatible unless
     * some walk through it finds a contradiction. Only names make types recursive, so only pairs with a name are
     * remembered.
     *
     * An acknowledgement names the variable and the label of what is dropped. That is why an obligation is remembered
     * together with the label it was reached by, and why nothing is remembered from one variable to the next: else one
     * acknowledged loss could hide another. */

    /// What is wrong at a place.
    enum Problem {
        DIFFERENT_TYPE,
        DIFFERENT_MUTABILITY,
        DIFFERENT_LENGTH,
        FIELD_MISSING,
        FIELD_DROPPED,
        TAG_DROPPED,
        TAG_ADDED,
        EVERYTHING_DROPPED
    }

    /// A step from a type to one of its parts.
    private record Path(@Nullable Path parent, String part) {}

    /// Where in the two types the walk is.
    ///
    /// @param label the label of the nearest field or tag around, or the variable
    /// @param isEqual whether the types must be the same here, as both are read and written
    /// @param isFlipped whether it is inside an odd number of function arguments, where the roles are exchanged
    private record Place(@Nullable Path path, String label, boolean isEqual, boolean isFlipped) {
        Place part(String part) {
            return new Place(new Path(path, part), label, isEqual, isFlipped);
        }

        Place labelled(String part, String newLabel) {
            return new Place(new Path(path, part), newLabel, isEqual, isFlipped);
        }

        Place equal() {
            return new Place(path, label, true, isFlipped);
        }

        Place flipped() {
            return new Place(path, label, isEqual, !isFlipped);
        }

        String text() {
            var parts = new ArrayDeque<String>();
            for (var step = path; step != null; step = step.parent()) {
                parts.addFirst(step.part());
            }
            return String.join(", ", parts);
        }
    }

    /// Something still to be shown: a value of `from` is one of `to`, and nothing is lost.
    private record Obligation(MotokoType from, MotokoType to, Place place) {}

    /// An obligation without its path.
    private record Assumption(MotokoType from, MotokoType to, String label, boolean isEqual, boolean isFlipped) {}

    /// @param before the old type at the place, and `after` the new one
    /// @param label of the field or tag in question, else of the nearest around
    /// @param isEqual whether the types had to be the same
    record Disagreement(
            Problem problem,
            String variable,
            String path,
            String label,
            MotokoType before,
            MotokoType after,
            boolean isEqual,
            boolean isFlipped) {}

    private final Effort effort;
    private final Unfolding unfolding;
    private final String variable;
    private final Set<Assumption> assumed = new HashSet<>();
    private final Deque<Obligation> work = new ArrayDeque<>();
    private final List<Disagreement> disagreements = new ArrayList<>();

    StableSubtyping(Effort effort, Unfolding unfolding, String variable) {
        this.effort = effort;
        this.unfolding = unfolding;
        this.variable = variable;
    }

    List<Disagreement> disagreements() {
        return disagreements;
    }

    void run(MotokoType before, MotokoType after) {
        var place = new Place(null, variable, false, false).part("stable variable " + variable);
        work.push(new Obligation(before, after, place));
        while (!work.isEmpty() && disagreements.size() < StableCompatibility.FINDINGS_MAX) {
            var obligation = work.pop();
            effort.step();
            if (isNew(obligation)) {
                meet(obligation);
            }
        }
    }

    private boolean isNew(Obligation obligation) {
        var from = obligation.from();
        var to = obligation.to();
        if (!(from instanceof MotokoType.Reference) && !(to instanceof MotokoType.Reference)) {
            return true;
        }
        effort.weigh(from);
        effort.weigh(to);
        var place = obligation.place();
        return assumed.add(new Assumption(from, to, place.label(), place.isEqual(), place.isFlipped()));
    }

    private void meet(Obligation obligation) {
        var from = unfolding.head(obligation.from());
        var to = unfolding.head(obligation.to());
        var place = obligation.place();
        if (from instanceof Primitive && from.equals(to)) {
            return;
        }
        if (!place.isEqual() && from == Primitive.NONE) {
            return;
        }
        if (!place.isEqual() && to == Primitive.ANY) {
            report(Problem.EVERYTHING_DROPPED, obligation, place.label());
            return;
        }
        if (!isSameKind(from, to, place)) {
            report(Problem.DIFFERENT_TYPE, obligation, place.label());
        }
    }

    /// Adds the obligations of the parts, unless the two types are of different kinds.
    private boolean isSameKind(MotokoType from, MotokoType to, Place place) {
        return switch (to) {
            case Primitive primitive -> !place.isEqual() && primitive == Primitive.INT && from == Primitive.NAT;
            case MotokoType.Parameter parameter -> from.equals(parameter);
            case MotokoType.Option(var item) -> option(from, item, place);
            case MotokoType.Array array -> from instanceof MotokoType.Array source && array(source, array, place);
            case MotokoType.Weak(var item) ->
                from instanceof MotokoType.Weak(var source) && oblige(source, item, place.part("referenced value"));
            case MotokoType.Async(var isLazy, var result) ->
                from instanceof MotokoType.Async(var wasLazy, var source)
                        && isLazy == wasLazy
                        && oblige(source, result, place.part("result"));
            case MotokoType.Tuple tuple -> from instanceof MotokoType.Tuple source && tuple(source, tuple, place);
            case MotokoType.Variant variant ->
                from instanceof MotokoType.Variant source && variant(source, variant, place);
            case MotokoType.Composite composite ->
                from instanceof MotokoType.Composite source
                        && source.sort() == composite.sort()
                        && composite(source, composite, place);
            case MotokoType.Function function ->
                from instanceof MotokoType.Function source && function(source, function, place);
            case MotokoType.Reference reference -> throw new AssertionError("BUG: " + reference + " was unfolded");
        };
    }

    private boolean oblige(MotokoType from, MotokoType to, Place place) {
        work.push(new Obligation(from, to, place));
        return true;
    }

    private boolean option(MotokoType from, MotokoType item, Place place) {
        if (from == Primitive.NULL && !place.isEqual()) {
            return true;
        }
        return from instanceof MotokoType.Option(var source) && oblige(source, item, place.part("value"));
    }

    private boolean array(MotokoType.Array from, MotokoType.Array to, Place place) {
        if (from.isMutable() != to.isMutable()) {
            report(Problem.DIFFERENT_MUTABILITY, new Obligation(from, to, place), place.label());
            return true;
        }
        var element = place.part("element");
        return oblige(from.item(), to.item(), to.isMutable() ? element.equal() : element);
    }

    private boolean tuple(MotokoType.Tuple from, MotokoType.Tuple to, Place place) {
        if (from.items().size() != to.items().size()) {
            report(Problem.DIFFERENT_LENGTH, new Obligation(from, to, place), place.label());
        } else {
            obligeAll(obligations(from.items(), to.items(), "position", place));
        }
        return true;
    }

    private List<Obligation> obligations(List<Item> from, List<Item> to, String what, Place place) {
        var parts = new ArrayList<Obligation>();
        for (int i = 0; i < to.size(); i++) {
            parts.add(new Obligation(from.get(i).type(), to.get(i).type(), place.part(what + " " + (i + 1))));
        }
        return parts;
    }

    private boolean variant(MotokoType.Variant from, MotokoType.Variant to, Place place) {
        var parts = new ArrayList<Obligation>();
        var here = new Obligation(from, to, place);
        forEachLabel(from.tags(), to.tags(), Field::label, (label, before, after) -> {
            if (before == null) {
                if (place.isEqual()) {
                    report(Problem.TAG_ADDED, here, label);
                }
            } else if (after == null) {
                report(Problem.TAG_DROPPED, here, label);
            } else {
                parts.add(new Obligation(before.type(), after.type(), place.labelled("tag #" + label, label)));
            }
        });
        return obligeAll(parts);
    }

    private boolean composite(MotokoType.Composite from, MotokoType.Composite to, Place place) {
        var what = to.sort() == MotokoType.Sort.ACTOR ? "method " : "field ";
        var parts = new ArrayList<Obligation>();
        var here = new Obligation(from, to, place);
        forEachLabel(from.fields(), to.fields(), Field::label, (label, before, after) -> {
            if (before == null || after == null) {
                report(before == null ? Problem.FIELD_MISSING : Problem.FIELD_DROPPED, here, label);
                return;
            }
            var part = place.labelled(what + label, label);
            var obligation = new Obligation(before.type(), after.type(), after.isMutable() ? part.equal() : part);
            if (before.isMutable() != after.isMutable()) {
                report(Problem.DIFFERENT_MUTABILITY, obligation, label);
            } else {
                parts.add(obligation);
            }
        });
        forEachLabel(from.types(), to.types(), MotokoType.TypeField::label, (label, before, after) -> {
            if (before == null || after == null) {
                report(before == null ? Problem.FIELD_MISSING : Problem.FIELD_DROPPED, here, label);
            } else {
                definition(before.definition(), after.definition(), place.labelled("type " + label, label));
            }
        });
        return obligeAll(parts);
    }

    private void definition(Definition from, Definition to, Place place) {
        var parameters = shared(from.parameters(), from.binder(), to.parameters(), to.binder(), place.equal());
        if (parameters == null) {
            report(Problem.DIFFERENT_TYPE, new Obligation(from.body(), to.body(), place.equal()), place.label());
            return;
        }
        oblige(
                unfolding.replaced(from.body(), from.binder(), parameters),
                unfolding.replaced(to.body(), to.binder(), parameters),
                place.equal());
    }

    /// {@return what stands for the type parameters on both sides, or null if they differ}
    private @Nullable List<MotokoType> shared(
            List<TypeParameter> from, Binder fromBinder, List<TypeParameter> to, Binder toBinder, Place place) {
        if (from.size() != to.size()) {
            return null;
        }
        var binder = new Binder();
        var parameters = new ArrayList<MotokoType>();
        for (int i = 0; i < to.size(); i++) {
            parameters.add(new MotokoType.Parameter(binder, i, to.get(i).name()));
        }
        for (int i = 0; i < to.size(); i++) {
            oblige(
                    unfolding.replaced(from.get(i).bound(), fromBinder, parameters),
                    unfolding.replaced(to.get(i).bound(), toBinder, parameters),
                    place.part("bound of " + to.get(i).name()));
        }
        return parameters;
    }

    private boolean function(MotokoType.Function from, MotokoType.Function to, Place place) {
        if (from.sharing() != to.sharing()
                || from.promises() != to.promises()
                || from.arguments().size() != to.arguments().size()
                || from.results().size() != to.results().size()) {
            return false;
        }
        var parameters = shared(from.parameters(), from.binder(), to.parameters(), to.binder(), place.equal());
        if (parameters == null) {
            return false;
        }
        var parts = new ArrayList<Obligation>();
        parts.addAll(obligations(
                replaced(to.arguments(), to.binder(), parameters),
                replaced(from.arguments(), from.binder(), parameters),
                "argument",
                place.flipped()));
        parts.addAll(obligations(
                replaced(from.results(), from.binder(), parameters),
                replaced(to.results(), to.binder(), parameters),
                "result",
                place));
        return obligeAll(parts);
    }

    private List<Item> replaced(List<Item> items, Binder binder, List<MotokoType> parameters) {
        return items.stream()
                .map(item -> new Item(item.name(), unfolding.replaced(item.type(), binder, parameters)))
                .toList();
    }

    /// Pushes the parts so that the first comes out first.
    private boolean obligeAll(List<Obligation> parts) {
        parts.reversed().forEach(work::push);
        return true;
    }

    /// What is on either side at a label; null where it is not there.
    private interface AtLabel<T> {
        void visit(String label, @Nullable T before, @Nullable T after);
    }

    private static <T> void forEachLabel(List<T> from, List<T> to, Function<T, String> labelOf, AtLabel<T> visitor) {
        var before = from.stream().collect(Collectors.toMap(labelOf, part -> part));
        var after = to.stream().collect(Collectors.toMap(labelOf, part -> part));
        var labels = Stream.concat(before.keySet().stream(), after.keySet().stream())
                .collect(Collectors.toCollection(TreeSet::new));
        for (var label : labels) {
            visitor.visit(label, before.get(label), after.get(label));
        }
    }

    private void report(Problem problem, Obligation obligation, String label) {
        var place = obligation.place();
        var before = place.isFlipped() ? obligation.to() : obligation.from();
        var after = place.isFlipped() ? obligation.from() : obligation.to();
        disagreements.add(new Disagreement(
                problem, variable, place.text(), label, before, after, place.isEqual(), place.isFlipped()));
    }
}
