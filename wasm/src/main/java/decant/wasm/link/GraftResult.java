package decant.wasm.link;

import java.util.List;

/// What came of an attempt to give a module the hooks of another one.
public sealed interface GraftResult {
    /// The installed module with new hooks. It is proven to fit.
    record Grafted(byte[] module, GraftReport report) implements GraftResult {}

    /// The hooks of the replacement are those of the installed module.
    record Unneeded() implements GraftResult {}

    /// No module was made: the first obstacles, and how many there are in all.
    record Refused(List<Obstacle> obstacles, int total) implements GraftResult {
        public Refused {
            obstacles = List.copyOf(obstacles);
        }
    }
}
