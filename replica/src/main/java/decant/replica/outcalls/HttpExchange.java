package decant.replica.outcalls;

import decant.canister.management.HttpOutcalls;
import decant.canister.state.Outcall;
import decant.canister.state.Outcall.Header;
import decant.canister.state.Outcall.Method;
import decant.canister.state.Outcall.Response;
import decant.canister.state.Outcall.Result;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// One request of HTTP/1.1 and its response, over a connection that serves nothing else. RFC 9112.
///
/// Nothing of a response is read beyond its limits.
final class HttpExchange {
    /// What frames a message is for this class to say.
    private static final Set<String> FRAMING = Set.of(
            "connection",
            "content-length",
            "expect",
            "host",
            "keep-alive",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    private static final String USER_AGENT = "ic/1.0";
    private static final int LINE_BYTES_MAX = 2 * HttpOutcalls.HEADER_PART_BYTES_MAX + 16;
    private static final int INTERIM_MAX = 16;

    private final Outcall.Request request;
    private final byte[] head;
    private final long responseBytesMax;

    private HttpExchange(Outcall.Request request, byte[] head, long responseBytesMax) {
        this.request = request;
        this.head = head;
        this.responseBytesMax = responseBytesMax;
    }

    /// {@return the exchange for a request to the host that `authority` names}
    ///
    /// @throws IllegalArgumentException if a header of the request is none
    static HttpExchange of(Outcall.Request request, URI uri, String authority, long responseBytesMax) {
        var lines = new ArrayList<String>();
        lines.add(request.method() + " " + path(uri) + " HTTP/1.1");
        lines.add("host: " + authority);
        for (var header : request.headers()) {
            check(header);
            if (!FRAMING.contains(header.name().toLowerCase(Locale.ROOT))) {
                lines.add(header.name() + ": " + header.value());
            }
        }
        if (request.headers().stream().noneMatch(header -> header.name().equalsIgnoreCase("user-agent"))) {
            lines.add("user-agent: " + USER_AGENT);
        }
        if (request.body().isPresent() || request.method() != Method.GET && request.method() != Method.HEAD) {
            lines.add(
                    "content-length: " + request.body().map(body -> body.length).orElse(0));
        }
        lines.add("connection: close");
        var head = String.join("\r\n", lines) + "\r\n\r\n";
        return new HttpExchange(request, head.getBytes(StandardCharsets.UTF_8), responseBytesMax);
    }

    private static String path(URI uri) {
        var ascii = URI.create(uri.toASCIIString());
        var path = ascii.getRawPath() == null || ascii.getRawPath().isEmpty() ? "/" : ascii.getRawPath();
        return ascii.getRawQuery() == null ? path : path + "?" + ascii.getRawQuery();
    }

    private static void check(Header header) {
        if (!header.name().matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+")) {
            throw new IllegalArgumentException("\"" + header.name() + "\" is not the name of an HTTP header.");
        }
        if (!header.value().chars().allMatch(character -> character >= ' ' && character != 0x7f || character == '\t')) {
            throw new IllegalArgumentException(
                    "The value of the HTTP header \"" + header.name() + "\" has a character that is not allowed.");
        }
    }

    /// A response that is not taken.
    private static final class Unfit extends Exception {
        private static final long serialVersionUID = 1;

        Unfit(String why) {
            super(why, null, false, false);
        }
    }

    Result over(InputStream from, OutputStream to) throws IOException {
        to.write(head);
        to.write(request.body().orElseGet(() -> new byte[0]));
        to.flush();
        try {
            return new Result.Responded(read(new BufferedInputStream(from)));
        } catch (Unfit e) {
            return new Result.Failed(false, String.valueOf(e.getMessage()));
        }
    }

    private Response read(InputStream in) throws IOException, Unfit {
        for (int interim = 0; interim <= INTERIM_MAX; interim++) {
            int status = status(line(in));
            var headers = headers(in);
            if (status >= 200) {
                long bytesLeft = responseBytesMax - Outcall.bytesOf(headers);
                if (bytesLeft < 0) {
                    throw new Unfit("Header size exceeds specified response size limit " + responseBytesMax);
                }
                return new Response(status, headers, body(in, status, headers, bytesLeft));
            }
        }
        throw new Unfit("The server sent more than " + INTERIM_MAX + " responses before its own.");
    }

    private static int status(String line) throws Unfit {
        if (!line.matches("HTTP/1\\.[01] [1-5][0-9][0-9]( .*)?")) {
            throw new Unfit(
                    "The server did not respond as HTTP/1.1 says: the first line is \"" + excerpt(line) + "\".");
        }
        return Integer.parseInt(line.substring(9, 12));
    }

    private static String excerpt(String line) {
        return line.length() > 100 ? line.substring(0, 100) + "…" : line;
    }

    private static List<Header> headers(InputStream in) throws IOException, Unfit {
        var headers = new ArrayList<Header>();
        for (var line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            if (colon <= 0) {
                throw new Unfit("The server sent a header without a name: \"" + excerpt(line) + "\".");
            }
            headers.add(new Header(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip()));
            var tooLarge = HttpOutcalls.whyTooLarge(headers);
            if (tooLarge.isPresent()) {
                throw new Unfit("The response cannot be taken. " + tooLarge.get());
            }
        }
        return headers;
    }

    private byte[] body(InputStream in, int status, List<Header> headers, long bytesMax) throws IOException, Unfit {
        if (request.method() == Method.HEAD || status == 204 || status == 304) {
            return new byte[0];
        }
        var body = new ByteArrayOutputStream();
        var coding = values(headers, "transfer-encoding");
        if (!coding.isEmpty()) {
            if (!coding.equals(List.of("chunked"))) {
                throw new Unfit(
                        "The server sent its response in the transfer coding " + coding + ", which was not asked for.");
            }
            readChunks(in, body, bytesMax);
            return body.toByteArray();
        }
        var length = contentLength(headers);
        if (length.isPresent()) {
            copy(in, body, length.get(), bytesMax);
        } else {
            copyToEnd(in, body, bytesMax);
        }
        return body.toByteArray();
    }

    private static List<String> values(List<Header> headers, String name) {
        return headers.stream()
                .filter(header -> header.name().equals(name))
                .map(header -> header.value().toLowerCase(Locale.ROOT))
                .toList();
    }

    private static Optional<Long> contentLength(List<Header> headers) throws Unfit {
        var values = values(headers, "content-length").stream().distinct().toList();
        if (values.isEmpty()) {
            return Optional.empty();
        }
        if (values.size() > 1 || !values.getFirst().matches("[0-9]{1,18}")) {
            throw new Unfit("The server sent the content-length " + String.join(", ", values) + ".");
        }
        return Optional.of(Long.valueOf(values.getFirst()));
    }

    private void readChunks(InputStream in, ByteArrayOutputStream body, long bytesMax) throws IOException, Unfit {
        while (true) {
            var line = line(in);
            int sizeEnd = line.indexOf(';');
            var size = (sizeEnd < 0 ? line : line.substring(0, sizeEnd)).strip();
            if (!size.matches("[0-9a-fA-F]{1,15}")) {
                throw new Unfit("The server sent a chunk of the size \"" + excerpt(size) + "\".");
            }
            long bytes = Long.parseLong(size, 16);
            if (bytes == 0) {
                headers(in);
                return;
            }
            copy(in, body, bytes, bytesMax - body.size());
            if (!line(in).isEmpty()) {
                throw new Unfit("The server sent a chunk that is longer than it said.");
            }
        }
    }

    private void copy(InputStream in, ByteArrayOutputStream body, long bytes, long bytesMax) throws IOException, Unfit {
        if (bytes > bytesMax) {
            throw tooLarge();
        }
        byte[] content = in.readNBytes((int) bytes);
        if (content.length < bytes) {
            throw new EOFException("the server closed the connection in the middle of its response");
        }
        body.writeBytes(content);
    }

    private void copyToEnd(InputStream in, ByteArrayOutputStream body, long bytesMax) throws IOException, Unfit {
        byte[] content = in.readNBytes((int) bytesMax + 1);
        if (content.length > bytesMax) {
            throw tooLarge();
        }
        body.writeBytes(content);
    }

    private Unfit tooLarge() {
        return new Unfit("Http body exceeds size limit of " + responseBytesMax + " bytes.");
    }

    private static String line(InputStream in) throws IOException, Unfit {
        var line = new ByteArrayOutputStream();
        while (true) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("the server closed the connection in the middle of its response");
            }
            if (next == '\n') {
                break;
            }
            line.write(next);
            if (line.size() > LINE_BYTES_MAX) {
                throw new Unfit("The server sent a line of more than " + LINE_BYTES_MAX + " bytes.");
            }
        }
        var text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }
}
