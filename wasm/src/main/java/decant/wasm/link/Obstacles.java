package decant.wasm.link;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Collects obstacles, each once: all are counted, and the first ones kept.
final class Obstacles {
    private static final int OBSTACLES_MAX = 20;

    private final Set<Obstacle> all = new LinkedHashSet<>();

    void add(String what, String found, String expected, String remedy) {
        all.add(new Obstacle(what, found, expected, remedy));
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    GraftResult.Refused refused() {
        List<Obstacle> first = new ArrayList<>(all);
        return new GraftResult.Refused(first.subList(0, Math.min(first.size(), OBSTACLES_MAX)), all.size());
    }
}
