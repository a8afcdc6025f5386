package decant.replica;

/// One number about a running replica, under a name that stays the same between versions.
public record Metric(String name, String help, Kind kind, double value) {
    /// How a metric moves.
    public enum Kind {
        /// Only ever grows while the process lives.
        COUNTER,
        /// Goes up and down.
        GAUGE
    }
}
