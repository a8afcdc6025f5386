package decant.conformance.wasm;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// How the commands of a script, or of many, went.
final class Tally {
    private int passed;
    private final List<String> failures = new ArrayList<>();
    private final SortedMap<String, Integer> excluded = new TreeMap<>();

    void pass() {
        passed++;
    }

    void fail(String message) {
        failures.add(message);
    }

    void exclude(String reason) {
        excluded.merge(reason, 1, Integer::sum);
    }

    void add(Tally other) {
        passed += other.passed;
        failures.addAll(other.failures);
        other.excluded.forEach((reason, count) -> excluded.merge(reason, count, Integer::sum));
    }

    /// {@return what failed, each with file and line}
    List<String> failures() {
        return failures;
    }

    int passed() {
        return passed;
    }

    int excludedCount() {
        return excluded.values().stream().mapToInt(Integer::intValue).sum();
    }

    /// {@return how many commands were left out, by the reason}
    SortedMap<String, Integer> excluded() {
        return excluded;
    }
}
