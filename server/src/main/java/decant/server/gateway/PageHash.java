package decant.server.gateway;

import decant.base.Hash;
import decant.protocol.CborValue;
import decant.protocol.MapHash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The hashes by which version 2 of certification knows a request and an answer.
final class PageHash {
    private PageHash() {}

    static Hash ofRequest(PageRequest request, Expression.RequestParts parts) {
        var entries = new ArrayList<CborValue.Entry>();
        for (var header : request.headers()) {
            if (Expression.contains(parts.headers(), header.name())) {
                entries.add(entry(header));
            }
        }
        entries.add(CborValue.entry(":ic-cert-method", CborValue.text(request.method())));
        certifiedQuery(request, parts)
                .ifPresent(query -> entries.add(CborValue.entry(":ic-cert-query", CborValue.text(query))));
        return together(entries, request.body());
    }

    /// {@return the parameters of the query that are certified, as they were sent}
    private static Optional<String> certifiedQuery(PageRequest request, Expression.RequestParts parts) {
        var certified = Arrays.stream(request.query().orElse("").split("&", -1))
                .filter(parameter -> Expression.contains(parts.queryParameters(), nameOf(parameter)))
                .toList();
        return certified.isEmpty() ? Optional.empty() : Optional.of(String.join("&", certified));
    }

    private static String nameOf(String parameter) {
        int end = parameter.indexOf('=');
        return end < 0 ? parameter : parameter.substring(0, end);
    }

    /// {@return the headers of an answer that are certified, their names in lower case}
    static List<HeaderField> certifiedHeaders(PageAnswer answer, Expression.HeaderChoice choice) {
        return answer.headers().stream()
                .filter(header -> !header.isNamed(CertificateHeader.NAME))
                .filter(header -> header.isNamed(Expression.HEADER) || choice.takes(header.name()))
                .map(header -> new HeaderField(header.lowerCaseName(), header.value()))
                .toList();
    }

    static Hash ofAnswer(int status, List<HeaderField> certifiedHeaders, byte[] body) {
        var entries = new ArrayList<CborValue.Entry>();
        certifiedHeaders.forEach(header -> entries.add(entry(header)));
        entries.add(CborValue.entry(":ic-cert-status", CborValue.nat(status)));
        return together(entries, body);
    }

    private static CborValue.Entry entry(HeaderField header) {
        return CborValue.entry(header.lowerCaseName(), CborValue.text(header.value()));
    }

    private static Hash together(List<CborValue.Entry> entries, byte[] body) {
        return Hash.sha256(
                MapHash.of(new CborValue.Map(entries)).bytes(),
                Hash.sha256(body).bytes());
    }
}
