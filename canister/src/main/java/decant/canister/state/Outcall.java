package decant.canister.state;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/// A request of a canister to a server outside that is under way.
///
/// @param origin the call of `http_request` that waits for the answer
/// @param refund what goes back of the cycles that came with that call
/// @param responseBytesMax how large the response may be: the names and values of its headers, and its body
/// @param transform what the canister makes of the response before it is answered with it
public record Outcall(
        CallOrigin origin, Cycles refund, Request request, long responseBytesMax, Optional<Transform> transform) {

    /// What a request asks the server to do.
    public enum Method {
        GET,
        HEAD,
        POST,
        PUT,
        DELETE,
        PATCH
    }

    public record Header(String name, String value) {}

    public record Request(Method method, String url, List<Header> headers, Optional<byte[]> body) {
        /// {@return what the specification counts as its size}
        public long bytes() {
            return bytesOf(headers) + body.map(content -> content.length).orElse(0);
        }
    }

    public record Response(int status, List<Header> headers, byte[] body) {}

    /// A query of the canister that made the request, and what it is given beside the response.
    public record Transform(String method, byte[] context) {}

    /// What a request came to, outside.
    public sealed interface Result {
        record Responded(Response response) implements Result {}

        /// There is no response.
        ///
        /// @param isTransient whether the same request may do better later
        record Failed(boolean isTransient, String why) implements Result {}
    }

    /// {@return the same, giving back so many cycles}
    public Outcall refunding(Cycles other) {
        return new Outcall(origin, other, request, responseBytesMax, transform);
    }

    /// {@return the bytes of the names and values}
    public static long bytesOf(List<Header> headers) {
        return headers.stream()
                .mapToLong(header -> bytesOf(header.name()) + bytesOf(header.value()))
                .sum();
    }

    private static int bytesOf(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /// {@return what it is paid for by, and occupies while it is under way: the URL, the headers, the body, and the
    /// name and the context of the transform}
    public long bytes() {
        return request.bytes()
                + bytesOf(request.url())
                + transform
                        .map(known -> bytesOf(known.method()) + known.context().length)
                        .orElse(0);
    }
}
