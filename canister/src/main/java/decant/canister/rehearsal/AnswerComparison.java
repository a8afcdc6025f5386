package decant.canister.rehearsal;

import decant.candid.Value;
import decant.canister.rehearsal.Difference.Kind;
import java.util.ArrayList;
import java.util.List;

/// Compares two answers to one probe, value by value.
///
/// Both are values of one type, the one that the old interface gives the answer: so what a new version adds to an
/// answer does not count, since no client of the old one sees it.
final class AnswerComparison {
    /// After so many differences nobody reads on.
    private static final int DIFFERENCES_MAX = 1_000;

    private final List<Difference> differences = new ArrayList<>();

    private AnswerComparison() {}

    /// {@return where the answer after differs from the one before}
    static List<Difference> of(List<Value> before, List<Value> after) {
        var comparison = new AnswerComparison();
        if (before.size() == 1 && after.size() == 1) {
            comparison.compare("", before.getFirst(), after.getFirst());
        } else {
            comparison.compareItems("", before, after);
        }
        return comparison.differences;
    }

    private void compare(String path, Value before, Value after) {
        if (differences.size() >= DIFFERENCES_MAX || before.equals(after)) {
            return;
        }
        switch (before) {
            case Value.WholeNumber number
            when after instanceof Value.WholeNumber other -> differences.add(Difference.of(path, other, number));
            case Value.Float32(float number)
            when after instanceof Value.Float32(float other) ->
                add(ordered(Float.compare(number, other)), path, after, before);
            case Value.Float64(double number)
            when after instanceof Value.Float64(double other) ->
                add(ordered(Double.compare(number, other)), path, after, before);
            case Value.Text(var _)
            when after instanceof Value.Text(var other) ->
                add(other.isEmpty() ? Kind.LOST : Kind.CHANGED, path, after, before);
            case Value.Opt(var item)
            when after instanceof Value.Opt(var other) -> {
                if (item.isPresent() && other.isPresent()) {
                    compare(path, item.get(), other.get());
                } else {
                    add(item.isPresent() ? Kind.LOST : Kind.GREW, path, after, before);
                }
            }
            case Value.Blob blob when after instanceof Value.Blob other -> compareBlobs(path, blob, other);
            case Value.Vec(var items) when after instanceof Value.Vec(var others) -> compareItems(path, items, others);
            case Value.Record(var fields)
            when after instanceof Value.Record record ->
                fields.forEach(field -> record.fields().stream()
                        .filter(other -> other.label().equals(field.label()))
                        .forEach(other -> compare(path + "." + field.label(), field.value(), other.value())));
            case Value.Variant(var label, var payload)
            when after instanceof Value.Variant(var other, var otherPayload) -> {
                if (label.equals(other)) {
                    compare(path + "." + label, payload, otherPayload);
                } else {
                    add(Kind.CHANGED, path, after, before);
                }
            }
            default -> add(Kind.CHANGED, path, after, before);
        }
    }

    private void compareBlobs(String path, Value.Blob before, Value.Blob after) {
        if (before.length() == after.length()) {
            add(Kind.CHANGED, path, after, before);
        } else {
            add(ordered(Integer.compare(before.length(), after.length())), path, after, before);
        }
    }

    private void compareItems(String path, List<Value> before, List<Value> after) {
        if (before.size() != after.size()) {
            add(
                    ordered(Integer.compare(before.size(), after.size())),
                    path,
                    after.size() + " items",
                    before.size() + " items");
        }
        for (int i = 0; i < Math.min(before.size(), after.size()); i++) {
            compare(path + "[" + i + "]", before.get(i), after.get(i));
        }
    }

    private static Kind ordered(int beforeToAfter) {
        return beforeToAfter > 0 ? Kind.LOST : Kind.GREW;
    }

    private void add(Kind kind, String path, Object found, Object expected) {
        differences.add(Difference.of(kind, path, found, expected));
    }
}
