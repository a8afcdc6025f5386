package decant.server.gateway;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The header `IC-CertificateExpression`: what of a request and its answer is certified.
sealed interface Expression {
    String HEADER = "IC-CertificateExpression";

    /// Nothing is.
    record Nothing() implements Expression {}

    /// Status and body of the answer, some of its headers, and, if so said, parts of the request.
    record Parts(Optional<RequestParts> request, HeaderChoice responseHeaders) implements Expression {}

    /// Method and body of a request, and of its headers and query parameters these.
    record RequestParts(List<String> headers, List<String> queryParameters) {
        public RequestParts {
            headers = List.copyOf(headers);
            queryParameters = List.copyOf(queryParameters);
        }
    }

    /// Which headers are certified: those named, or all but those.
    record HeaderChoice(boolean butThose, List<String> names) {
        public HeaderChoice {
            names = List.copyOf(names);
        }

        boolean takes(String name) {
            return contains(names, name) != butThose;
        }
    }

    static boolean contains(Collection<String> names, String name) {
        return names.stream().anyMatch(name::equalsIgnoreCase);
    }

    /// {@return what the header says}
    static Expression parse(String text) {
        var arguments = ExpressionText.parse(text).call("default_certification");
        if (arguments.isEmpty()) {
            throw malformed("default_certification has no argument");
        }
        var validation = arguments.getFirst().object("ValidationArgs");
        boolean exempts = validation.containsKey("no_certification");
        var certification = validation.get("certification");
        if (exempts == (certification != null)) {
            throw malformed("ValidationArgs has either no_certification or certification");
        }
        return certification == null ? new Nothing() : parts(certification);
    }

    private static Expression parts(ExpressionText certification) {
        var fields = certification.object("Certification");
        boolean exempts = fields.containsKey("no_request_certification");
        var request = fields.get("request_certification");
        if (exempts == (request != null)) {
            throw malformed("Certification has either no_request_certification or request_certification");
        }
        return new Parts(
                Optional.ofNullable(request).map(Expression::requestParts),
                headerChoice(required(fields.get("response_certification"), "response_certification")));
    }

    private static RequestParts requestParts(ExpressionText text) {
        var fields = text.object("RequestCertification");
        return new RequestParts(
                required(fields.get("certified_request_headers"), "certified_request_headers")
                        .texts(),
                required(fields.get("certified_query_parameters"), "certified_query_parameters")
                        .texts());
    }

    private static HeaderChoice headerChoice(ExpressionText text) {
        var fields = text.object("ResponseCertification");
        var these = fields.get("certified_response_headers");
        var butThese = fields.get("response_header_exclusions");
        var lists = Stream.of(Optional.ofNullable(these), Optional.ofNullable(butThese))
                .flatMap(Optional::stream)
                .toList();
        if (lists.size() != 1) {
            throw malformed(
                    "ResponseCertification has either certified_response_headers or response_header_exclusions");
        }
        var names = lists.getFirst().object("ResponseHeaderList").get("headers");
        return new HeaderChoice(butThese != null, required(names, "headers").texts());
    }

    private static ExpressionText required(@Nullable ExpressionText text, String name) {
        if (text == null) {
            throw malformed("the field " + name + " is missing");
        }
        return text;
    }

    private static NotCertifiedException malformed(String what) {
        return new NotCertifiedException("the header " + HEADER + " makes no sense: " + what);
    }
}
