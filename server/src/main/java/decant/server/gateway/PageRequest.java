package decant.server.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What a browser asks for. `url` is path and query, as they were sent.
public record PageRequest(String method, String url, List<HeaderField> headers, byte[] body) {
    public PageRequest {
        headers = List.copyOf(headers);
    }

    /// {@return the path, still percent-encoded}
    String path() {
        int end = url.indexOf('?');
        return end < 0 ? url : url.substring(0, end);
    }

    /// {@return the query without its question mark, if there is one}
    Optional<String> query() {
        int start = url.indexOf('?');
        return start < 0 ? Optional.empty() : Optional.of(url.substring(start + 1));
    }

    boolean asksForRange() {
        return headers.stream().anyMatch(header -> header.isNamed("range") || header.isNamed("if-range"));
    }

    PageRequest withHeader(String name, String value) {
        var more = new ArrayList<>(headers);
        more.add(new HeaderField(name, value));
        return new PageRequest(method, url, more, body);
    }

    /// {@return whether a person will look at the answer}
    boolean prefersHtml() {
        return headers.stream()
                .anyMatch(header -> header.isNamed("accept")
                        && header.value().toLowerCase(Locale.ROOT).contains("text/html"));
    }
}
