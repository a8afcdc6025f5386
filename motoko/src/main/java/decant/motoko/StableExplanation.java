package decant.motoko;

import decant.motoko.MotokoType.Field;
import decant.motoko.StableFinding.Kind;
import decant.motoko.StableFinding.Severity;
import decant.motoko.StableSubtyping.Disagreement;
import java.util.List;
import java.util.Optional;

/// Puts into words why the data of a stable variable does not fit its new type.
final class StableExplanation {
    private static final String NOTHING = "nothing";

    private final Disagreement disagreement;
    private final Unfolding unfolding;

    StableExplanation(Disagreement disagreement, Unfolding unfolding) {
        this.disagreement = disagreement;
        this.unfolding = unfolding;
    }

    StableFinding finding() {
        return new StableFinding(
                kind(),
                Severity.ERROR,
                disagreement.path(),
                side(disagreement.before()),
                side(disagreement.after()),
                consequence(),
                remedy(),
                kind() == Kind.DATA_DROPPED ? Optional.of(drop()) : Optional.empty());
    }

    /// Where the types must be the same, leaving something out is a change of the type like any other.
    private Kind kind() {
        return switch (disagreement.problem()) {
            case FIELD_DROPPED, EVERYTHING_DROPPED -> disagreement.isEqual() ? Kind.TYPE_CHANGED : Kind.DATA_DROPPED;
            case DIFFERENT_TYPE, DIFFERENT_MUTABILITY, DIFFERENT_LENGTH, FIELD_MISSING, TAG_DROPPED, TAG_ADDED ->
                Kind.TYPE_CHANGED;
        };
    }

    private String drop() {
        return disagreement.label().equals(disagreement.variable())
                        && disagreement.problem() == StableSubtyping.Problem.EVERYTHING_DROPPED
                ? disagreement.variable()
                : disagreement.variable() + "." + disagreement.label();
    }

    /// {@return what stands at the place on one side: the field or tag in question, or the whole type}
    private String side(MotokoType type) {
        return switch (disagreement.problem()) {
            case DIFFERENT_TYPE, DIFFERENT_MUTABILITY, DIFFERENT_LENGTH, EVERYTHING_DROPPED ->
                TypePrinter.shownWithDefinition(type, unfolding);
            case FIELD_MISSING, FIELD_DROPPED -> part(type, "");
            case TAG_DROPPED, TAG_ADDED -> part(type, "#");
        };
    }

    private String part(MotokoType type, String prefix) {
        return fields(unfolding.head(type)).stream()
                .filter(field -> field.label().equals(disagreement.label()))
                .map(field -> prefix + TypePrinter.shown(field))
                .findFirst()
                .orElse(NOTHING);
    }

    private static List<Field> fields(MotokoType type) {
        return switch (type) {
            case MotokoType.Composite composite -> composite.fields();
            case MotokoType.Variant variant -> variant.tags();
            case MotokoType.Primitive _,
                    MotokoType.Array _,
                    MotokoType.Option _,
                    MotokoType.Weak _,
                    MotokoType.Tuple _,
                    MotokoType.Function _,
                    MotokoType.Async _,
                    MotokoType.Reference _,
                    MotokoType.Parameter _ -> List.of();
        };
    }

    private String consequence() {
        if (disagreement.isFlipped()) {
            return "the new version may call a function kept in the data with something that it does not take";
        }
        var label = disagreement.label();
        var reason = switch (disagreement.problem()) {
            case DIFFERENT_TYPE -> "the data kept is of another type";
            case DIFFERENT_MUTABILITY -> "what can be changed and what cannot are kept in different ways";
            case DIFFERENT_LENGTH -> "the tuples kept have another length";
            case FIELD_MISSING -> "the records kept have no field " + label;
            case TAG_DROPPED -> "a value kept may have the tag #" + label + ", which the new type does not have";
            case TAG_ADDED -> "the tag #" + label + " is new";
            case FIELD_DROPPED -> "the field " + label + " of every record kept is dropped";
            case EVERYTHING_DROPPED -> "nothing can be read from `Any`: the data kept is dropped";
        };
        return switch (kind()) {
            case DATA_DROPPED -> reason;
            case TYPE_CHANGED, VARIABLE_DROPPED, VARIABLE_MISSING, CHAIN_ABANDONED ->
                disagreement.isEqual() && !isAboutMutability()
                        ? reason + ", and where data can be changed its type must stay the same, so the upgrade fails"
                        : reason + ", so the upgrade fails";
        };
    }

    private boolean isAboutMutability() {
        return disagreement.problem() == StableSubtyping.Problem.DIFFERENT_MUTABILITY;
    }

    private String remedy() {
        var label = disagreement.label();
        var before = side(disagreement.before());
        return switch (disagreement.problem()) {
            case DIFFERENT_TYPE, DIFFERENT_MUTABILITY, DIFFERENT_LENGTH ->
                "keep the type " + before + ", or convert the data in a migration function";
            case EVERYTHING_DROPPED -> "keep the type " + before + ", or drop the data in a migration function";
            case FIELD_MISSING, FIELD_DROPPED ->
                before.equals(NOTHING)
                        ? "leave " + label + " out, or add it in a migration function"
                        : "keep " + label + ", or drop it in a migration function";
            case TAG_DROPPED, TAG_ADDED ->
                (before.equals(NOTHING) ? "leave the tag #" + label + " out" : "keep the tag #" + label)
                        + ", or convert the data in a migration function";
        };
    }
}
