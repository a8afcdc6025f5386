package decant.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrometheusTextTest {
    @Test
    void samplesAreWrittenAsPrometheusReadsThem() {
        var text = new PrometheusText();
        text.family("a_total", "One\\two\nlines.", "counter");
        text.sample("a_total", 3L, "path", "a\"b\\c\nd", "status", "200");
        text.sample("a_total", 0.25);
        text.sample("a_total", 1e6);

        assertThat(text.toString()).isEqualTo("""
                        # HELP a_total One\\\\two\\nlines.
                        # TYPE a_total counter
                        a_total{path="a\\"b\\\\c\\nd",status="200"} 3
                        a_total 0.25
                        a_total 1000000
                        """);
    }

    @Test
    void requestsAreCountedByRouteAndStatusAndTheirTimesAddUp() {
        var metrics = new RequestMetrics();
        metrics.count(Route.Fixed.STATUS, 200, 400_000);
        metrics.count(Route.Fixed.STATUS, 200, 3_000_000);
        metrics.count(Route.Fixed.STATUS, 500, 60_000_000_000L);
        var text = new PrometheusText();

        metrics.writeTo(text);

        assertThat(text.toString().lines())
                .contains(
                        "decant_http_requests_total{route=\"status\",status=\"200\"} 2",
                        "decant_http_requests_total{route=\"status\",status=\"500\"} 1",
                        "decant_http_request_seconds_bucket{route=\"status\",le=\"5.0E-4\"} 1",
                        "decant_http_request_seconds_bucket{route=\"status\",le=\"0.005\"} 2",
                        "decant_http_request_seconds_bucket{route=\"status\",le=\"10\"} 2",
                        "decant_http_request_seconds_bucket{route=\"status\",le=\"+Inf\"} 3",
                        "decant_http_request_seconds_sum{route=\"status\"} 60.0034",
                        "decant_http_request_seconds_count{route=\"status\"} 3");
    }
}
