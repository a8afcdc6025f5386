package decant.replica;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/// One number about a running replica, under a name that stays the same between versions.
///
/// @param labels tell apart numbers of the same name
public record Metric(String name, String help, Kind kind, double value, SortedMap<String, String> labels) {
    private Metric(String name, String help, Kind kind, double value) {
        this(name, help, kind, value, new TreeMap<>());
    }

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

    /// {@return this, with labels}
    Metric with(Map<String, String> added) {
        var all = new TreeMap<>(labels);
        all.putAll(added);
        return new Metric(name, help, kind, value, all);
    }

    static Metric counter(String name, String help, LongAdder value) {
        return counter(name, help, value.sum());
    }

    static Metric counter(String name, String help, long value) {
        return new Metric(name, help, Kind.COUNTER, value);
    }
}
