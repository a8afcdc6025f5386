package decant.candid;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One walk through two types that finds every place where the first is not a subtype of the second.
final class SubtypeWalk {
    /* Design. Every rule of subtyping asks for all of some smaller obligations and never for one of several: since any
     * type is a subtype of any option, there is no rule to try next when one fails. So the obligations form a plain
     * work list, and an obligation met before may be taken for granted (coinduction: a recursive type is a subtype as
     * long as no walk through it finds a contradiction). No obligation is met twice, hence the walk ends after at most
     * the product of the two types' sizes, and it needs no Java stack however deep a hostile message's types are.
     *
     * Below an option, a contradiction does no harm to typing, but the value will read as null. A walk that wants to
     * know goes on there with the obligations marked as lenient. */

    /// Told what the walk does.
    interface Listener {
        /// Called before each obligation, so that its cost can be bounded.
        void step();

        /// Called where the types disagree; answers whether to go on.
        boolean disagreement(Disagreement disagreement);
    }

    /// What is wrong at a place.
    enum Problem {
        DIFFERENT_TYPE,
        FIELD_MISSING,
        CASE_UNKNOWN,
        ARGUMENT_MISSING,
        RESULT_MISSING,
        METHOD_MISSING,
        ANNOTATIONS_DIFFER
    }

    /// A step from a type to one of its parts.
    record Path(@Nullable Path parent, String part) {}

    /// Something still to be shown: values of `provided` can be read as `required`.
    ///
    /// @param flipped whether the walk is inside an odd number of function arguments, where the roles are exchanged
    /// @param lenient whether it is below an option, where a disagreement makes the value null
    record Obligation(
            Type provided, Type required, @Nullable Path path, boolean flipped, boolean lenient) {
        private Obligation part(String part, Type provided, Type required) {
            return new Obligation(provided, required, new Path(path, part), flipped, lenient);
        }

        private Obligation flippedPart(String part, Type provided, Type required) {
            return new Obligation(provided, required, new Path(path, part), !flipped, lenient);
        }

        /// {@return this obligation itself, seen from the other side, at the place of one of its parts}
        private Obligation exchanged(String part) {
            return new Obligation(
                    /* provided= */ required, /* required= */ provided, new Path(path, part), !flipped, lenient);
        }

        private Obligation belowOption(Type provided, Type required) {
            return new Obligation(provided, required, new Path(path, "opt"), flipped, true);
        }
    }

    /// @param label what is missing or unknown, as Candid text; empty where nothing is
    /// @param detail the type of what is missing or unknown
    record Disagreement(Obligation place, Problem problem, String label, Type detail) {}

    private final Listener listener;
    private final boolean entersOptions;
    private final Set<Assumption> assumed = new HashSet<>();
    private final Deque<Obligation> work = new ArrayDeque<>();
    private boolean stopped;

    /// @param entersOptions whether to look for values that would read as null
    SubtypeWalk(Listener listener, boolean entersOptions) {
        this.listener = listener;
        this.entersOptions = entersOptions;
    }

    void run(Type provided, Type required) {
        work.push(new Obligation(provided, required, null, false, false));
        while (!stopped && !work.isEmpty()) {
            var obligation = work.pop();
            listener.step();
            if (assumed.add(Assumption.of(obligation))) {
                meet(obligation);
            }
        }
    }

    private void meet(Obligation obligation) {
        var provided = obligation.provided().unfold();
        var required = obligation.required().unfold();
        if (required == Type.Primitive.RESERVED || provided == Type.Primitive.EMPTY) {
            return;
        }
        boolean sameKind = switch (required) {
            case Type.Primitive primitive -> primitive(provided, primitive);
            case Type.Opt(var item) -> option(obligation, provided, item);
            case Type.Vec(var item) -> vector(obligation, provided, item);
            case Type.Record record -> record(obligation, provided, record);
            case Type.Variant variant -> variant(obligation, provided, variant);
            case Type.Func func -> function(obligation, provided, func);
            case Type.Service service -> service(obligation, provided, service);
            case Type.Future future -> provided.equals(future);
            case Type.Named named -> throw new AssertionError("BUG: " + named + " was unfolded");
        };
        if (!sameKind) {
            report(obligation, Problem.DIFFERENT_TYPE, "", provided);
        }
    }

    private static boolean primitive(Type provided, Type.Primitive required) {
        return provided == required
                || required == Type.Primitive.INT && provided == Type.Primitive.NAT
                || required == Type.Primitive.PRINCIPAL && provided instanceof Type.Service;
    }

    private boolean option(Obligation obligation, Type provided, Type item) {
        if (entersOptions && provided instanceof Type.Opt(var providedItem)) {
            work.push(obligation.belowOption(providedItem, item));
        } else if (entersOptions && provided != Type.Primitive.NULL && provided != Type.Primitive.RESERVED) {
            work.push(obligation.belowOption(obligation.provided(), item));
        }
        return true;
    }

    private boolean vector(Obligation obligation, Type provided, Type item) {
        if (provided instanceof Type.Vec(var providedItem)) {
            work.push(obligation.part("element", providedItem, item));
            return true;
        }
        return false;
    }

    private boolean record(Obligation obligation, Type provided, Type.Record required) {
        if (!(provided instanceof Type.Record(var present))) {
            return false;
        }
        var parts = new ArrayList<Obligation>();
        int next = 0;
        for (var field : required.fields()) {
            while (next < present.size() && present.get(next).label().compareTo(field.label()) < 0) {
                next++;
            }
            if (next < present.size() && present.get(next).label().equals(field.label())) {
                var label = named(field.label(), present.get(next).label());
                parts.add(obligation.part("field " + label, present.get(next).type(), field.type()));
            } else if (!field.type().isNullable()) {
                report(obligation, Problem.FIELD_MISSING, field.label().toString(), field.type());
            }
        }
        pushAll(parts);
        return true;
    }

    private boolean variant(Obligation obligation, Type provided, Type.Variant required) {
        if (!(provided instanceof Type.Variant(var cases))) {
            return false;
        }
        var parts = new ArrayList<Obligation>();
        var known = required.fields();
        int next = 0;
        for (var sent : cases) {
            while (next < known.size() && known.get(next).label().compareTo(sent.label()) < 0) {
                next++;
            }
            if (next < known.size() && known.get(next).label().equals(sent.label())) {
                var label = named(sent.label(), known.get(next).label());
                parts.add(obligation.part(
                        "case " + label, sent.type(), known.get(next).type()));
            } else {
                report(obligation, Problem.CASE_UNKNOWN, sent.label().toString(), sent.type());
            }
        }
        pushAll(parts);
        return true;
    }

    private static Label named(Label label, Label other) {
        return label.name().isPresent() ? label : other;
    }

    private boolean function(Obligation obligation, Type provided, Type.Func required) {
        if (!(provided instanceof Type.Func func)) {
            return false;
        }
        if (!func.annotations().equals(required.annotations())) {
            report(obligation, Problem.ANNOTATIONS_DIFFER, "", provided);
        }
        var parts = new ArrayList<Obligation>();
        for (int i = 0; i < func.arguments().size(); i++) {
            var part = part("argument", i, func.arguments().get(i));
            var expected = func.arguments().get(i).type();
            if (i < required.arguments().size()) {
                parts.add(
                        obligation.flippedPart(part, required.arguments().get(i).type(), expected));
            } else if (!expected.isNullable()) {
                var flipped = obligation.exchanged(part);
                report(flipped, Problem.ARGUMENT_MISSING, Integer.toString(i + 1), expected);
            }
        }
        for (int i = 0; i < required.results().size(); i++) {
            var part = part("result", i, required.results().get(i));
            var expected = required.results().get(i).type();
            if (i < func.results().size()) {
                parts.add(obligation.part(part, func.results().get(i).type(), expected));
            } else if (!expected.isNullable()) {
                var place = obligation.part(part, obligation.provided(), obligation.required());
                report(place, Problem.RESULT_MISSING, Integer.toString(i + 1), expected);
            }
        }
        pushAll(parts);
        return true;
    }

    private static String part(String what, int index, Type.Argument argument) {
        return what + " " + (index + 1)
                + argument.name().map(name -> " (" + Quoting.name(name) + ")").orElse("");
    }

    private boolean service(Obligation obligation, Type provided, Type.Service required) {
        if (!(provided instanceof Type.Service(var offered))) {
            return false;
        }
        var parts = new ArrayList<Obligation>();
        required.methods().forEach((name, type) -> {
            var method = offered.get(name);
            if (method == null) {
                report(obligation, Problem.METHOD_MISSING, Quoting.name(name), type);
            } else {
                parts.add(obligation.part("method " + Quoting.name(name), method, type));
            }
        });
        pushAll(parts);
        return true;
    }

    /// Pushes the parts so that the first comes out first.
    private void pushAll(List<Obligation> parts) {
        for (var part : parts.reversed()) {
            work.push(part);
        }
    }

    private void report(Obligation place, Problem problem, String label, Type detail) {
        if (!stopped) {
            stopped = !listener.disagreement(new Disagreement(place, problem, label, detail));
        }
    }

    /// An obligation without its place.
    private record Assumption(TypePair types, boolean flipped, boolean lenient) {
        static Assumption of(Obligation obligation) {
            var types = new TypePair(obligation.provided(), obligation.required());
            return new Assumption(types, obligation.flipped(), obligation.lenient());
        }
    }
}
