package decant.server;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// How many requests were answered, how, and how long that took.
final class RequestMetrics {
    /// Upper bounds of the histogram's buckets, in seconds.
    private static final double[] BOUNDS = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10
    };

    private record Outcome(String route, int status) implements Comparable<Outcome> {
        @Override
        public int compareTo(Outcome other) {
            int byRoute = route.compareTo(other.route);
            return byRoute != 0 ? byRoute : Integer.compare(status, other.status);
        }
    }

    private static final class Durations {
        private final LongAdder[] buckets = new LongAdder[BOUNDS.length + 1];
        private final LongAdder nanos = new LongAdder();

        Durations() {
            for (int i = 0; i < buckets.length; i++) {
                buckets[i] = new LongAdder();
            }
        }

        void add(long elapsedNanos) {
            int bucket = 0;
            while (bucket < BOUNDS.length && elapsedNanos > BOUNDS[bucket] * 1e9) {
                bucket++;
            }
            buckets[bucket].increment();
            nanos.add(elapsedNanos);
        }
    }

    private final ConcurrentHashMap<Outcome, LongAdder> outcomes = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Durations> durations = new ConcurrentHashMap<>();

    void count(Route route, int status, long elapsedNanos) {
        outcomes.computeIfAbsent(new Outcome(route.label(), status), _ -> new LongAdder())
                .increment();
        durations.computeIfAbsent(route.label(), _ -> new Durations()).add(elapsedNanos);
    }

    void writeTo(PrometheusText text) {
        text.family("decant_http_requests_total", "HTTP requests answered, by route and status.", "counter");
        new TreeMap<>(outcomes)
                .forEach((outcome, count) -> text.sample(
                        "decant_http_requests_total",
                        count.sum(),
                        "route",
                        outcome.route(),
                        "status",
                        Integer.toString(outcome.status())));
        text.family("decant_http_request_seconds", "Time from a request's head to its reply, by route.", "histogram");
        new TreeMap<>(durations).entrySet().forEach(entry -> writeHistogram(text, entry));
    }

    private static void writeHistogram(PrometheusText text, Map.Entry<String, Durations> entry) {
        String route = entry.getKey();
        var histogram = entry.getValue();
        long cumulative = 0;
        for (int i = 0; i < BOUNDS.length; i++) {
            cumulative += histogram.buckets[i].sum();
            text.sample(
                    "decant_http_request_seconds_bucket",
                    cumulative,
                    "route",
                    route,
                    "le",
                    PrometheusText.number(BOUNDS[i]));
        }
        cumulative += histogram.buckets[BOUNDS.length].sum();
        text.sample("decant_http_request_seconds_bucket", cumulative, "route", route, "le", "+Inf");
        text.sample("decant_http_request_seconds_sum", histogram.nanos.sum() / 1e9, "route", route);
        text.sample("decant_http_request_seconds_count", cumulative, "route", route);
    }
}
