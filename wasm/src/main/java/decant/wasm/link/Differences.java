package decant.wasm.link;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Collects differences: all are counted, and the first ones kept.
final class Differences {
    private final List<Difference> first = new ArrayList<>();
    private int total;

    void add(Condition condition, String what, String found, String expected, String remedy) {
        add(condition, what, OptionalInt.empty(), OptionalInt.empty(), found, expected, remedy);
    }

    void add(
            Condition condition,
            String what,
            OptionalInt installedOffset,
            OptionalInt replacementOffset,
            String found,
            String expected,
            String remedy) {
        if (first.size() < HeapProof.DIFFERENCES_MAX) {
            first.add(new Difference(condition, what, installedOffset, replacementOffset, found, expected, remedy));
        }
        total++;
    }

    Optional<Difference> first() {
        return first.stream().findFirst();
    }

    boolean isEmpty() {
        return total == 0;
    }

    Verdict.Differs verdict() {
        return new Verdict.Differs(first, total);
    }
}
