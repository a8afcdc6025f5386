package decant.candid;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// Puts a disagreement between two interfaces into words, from the point of view of a client that knows the old one.
///
/// Data flows from the new service to the old client at an even number of function arguments ("received") and from
/// the old client to the new service at an odd one ("sent").
final class Explanation {
    private final SubtypeWalk.Disagreement disagreement;
    private final boolean sent;
    private final Sides sides;

    private Explanation(SubtypeWalk.Disagreement disagreement) {
        this.disagreement = disagreement;
        this.sent = disagreement.place().flipped();
        this.sides = disagreement.label().isEmpty() ? wholeTypes() : onePart();
    }

    /// What stands in the old interface and what in the new one.
    private record Sides(String before, String after) {}

    private Sides wholeTypes() {
        var provided = shown(disagreement.place().provided());
        var required = shown(disagreement.place().required());
        return sent ? new Sides(provided, required) : new Sides(required, provided);
    }

    /// Something is in one interface and not in the other: the required side has it, or, for a case, the provided one.
    private Sides onePart() {
        boolean providedHasIt = disagreement.problem() == SubtypeWalk.Problem.CASE_UNKNOWN;
        boolean oldHasIt = providedHasIt == sent;
        var part = shown(disagreement.detail());
        return oldHasIt ? new Sides(part, "nothing") : new Sides("nothing", part);
    }

    static Finding of(SubtypeWalk.Disagreement disagreement) {
        var explanation = new Explanation(disagreement);
        var place = disagreement.place();
        return new Finding(
                place.lenient() ? Finding.Severity.WARNING : Finding.Severity.ERROR,
                path(place.path()),
                explanation.sides.before(),
                explanation.sides.after(),
                place.lenient()
                        ? explanation.consequence() + "; inside an option, it reads as null"
                        : explanation.consequence(),
                explanation.remedy());
    }

    private static String path(SubtypeWalk.@Nullable Path path) {
        var parts = new ArrayDeque<String>();
        for (var step = path; step != null; step = step.parent()) {
            parts.addFirst(step.part());
        }
        return String.join(", ", parts);
    }

    /// A name alone would hide what changed, hence the definition.
    private static String shown(Type type) {
        var text = type.unfold().toString();
        return Abbreviation.of(type instanceof Type.Named(var name, var _) ? name + " = " + text : text);
    }

    private String consequence() {
        var label = disagreement.label();
        return switch (disagreement.problem()) {
            case DIFFERENT_TYPE ->
                sent
                        ? "an old client sends a value that the new version cannot read"
                        : "an old client receives a value that it cannot read";
            case FIELD_MISSING ->
                sent
                        ? "an old client does not send the field " + label + ", which the new version requires"
                        : "an old client requires the field " + label + ", which is no longer sent";
            case CASE_UNKNOWN ->
                sent
                        ? "an old client may send the case " + label + ", which the new version does not know"
                        : "an old client may receive the case " + label + ", which it does not know";
            case ARGUMENT_MISSING ->
                sent
                        ? "an old client does not send argument " + label + ", which the new version requires"
                        : "an old client's function requires argument " + label + ", which is no longer sent";
            case RESULT_MISSING ->
                sent
                        ? "an old client's function does not return result " + label
                                + ", which the new version requires"
                        : "an old client requires result " + label + ", which is no longer returned";
            case METHOD_MISSING ->
                sent
                        ? "an old client passes a service without the method " + label
                                + ", which the new version requires"
                        : "an old client calls the method " + label + ", which is no longer there";
            case ANNOTATIONS_DIFFER ->
                sent
                        ? "an old client passes a function that is called in another way"
                        : "an old client calls the function in another way (query, update, oneway)";
        };
    }

    private String remedy() {
        var label = disagreement.label();
        var optional = "opt " + Abbreviation.of(disagreement.detail().toString());
        return switch (disagreement.problem()) {
            case DIFFERENT_TYPE -> "keep the type " + sides.before();
            case FIELD_MISSING ->
                sent ? "make the new field optional: " + label + " : " + optional : "keep the field " + label;
            case CASE_UNKNOWN ->
                sent
                        ? "keep the case " + label
                        : "return the case " + label + " only from a new method, or make the variant optional first";
            case ARGUMENT_MISSING -> sent ? "make the new argument optional: " + optional : "keep argument " + label;
            case RESULT_MISSING -> sent ? "make the new result optional: " + optional : "keep result " + label;
            case METHOD_MISSING -> sent ? "do not require the method " + label : "keep the method " + label;
            case ANNOTATIONS_DIFFER -> "declare the function as before";
        };
    }
}
