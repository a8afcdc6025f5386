package decant.replica;

import java.util.concurrent.atomic.LongAdder;

/// One number about a running replica, under a name that stays the same between versions.
public record Metric(String name, String help, Kind kind, double value) {
    /// How a metric moves.
    public enum Kind {
        /// Only ever grows while the process lives.
        COUNTER,
        /// Goes up and down.
        GAUGE
    }

    static Metric gauge(String name, String help, double value) {
        return new Metric(name, help, Kind.GAUGE, value);
    }

    static Metric counter(String name, String help, LongAdder value) {
        return counter(name, help, value.sum());
    }

    static Metric counter(String name, String help, long value) {
        return new Metric(name, help, Kind.COUNTER, value);
    }
}
