package decant.replica.outcalls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import decant.canister.state.Outcall;
import decant.canister.state.Outcall.Header;
import decant.canister.state.Outcall.Method;
import decant.canister.state.Outcall.Request;
import decant.canister.state.Outcall.Response;
import decant.canister.state.Outcall.Result;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HttpExchangeTest {
    private static final Request GET = new Request(Method.GET, "", List.of(), Optional.empty());

    private static Result read(Request request, String response, long max) {
        var from = new ByteArrayInputStream(bytes(response));
        try {
            return HttpExchange.of(request, URI.create("http://localhost/"), "localhost", max)
                    .over(from, new ByteArrayOutputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Response responded(String response) {
        if (read(GET, response, 1_000) instanceof Result.Responded(var read)) {
            return read;
        }
        throw new AssertionError("not read: " + response);
    }

    private static String body(String response) {
        return new String(responded(response).body(), StandardCharsets.ISO_8859_1);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String sent(Request request, String url) throws IOException {
        var to = new ByteArrayOutputStream();
        HttpExchange.of(request, URI.create(url), "example.com", 1_000)
                .over(new ByteArrayInputStream(bytes("HTTP/1.1 204 \r\n\r\n")), to);
        return to.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aRequestIsFramedByTheNodeAlone() throws IOException {
        var headers = List.of(
                new Header("Host", "elsewhere"),
                new Header("Content-Length", "7"),
                new Header("Transfer-Encoding", "chunked"),
                new Header("Accept", "*/*"));
        var request = new Request(Method.POST, "", headers, Optional.of(bytes("ab")));
        assertThat(sent(request, "https://example.com/a%20b?c=ü#d"))
                .isEqualTo("POST /a%20b?c=%C3%BC HTTP/1.1\r\nhost: example.com\r\nAccept: */*\r\nuser-agent: ic/1.0\r\n"
                        + "content-length: 2\r\nconnection: close\r\n\r\nab");
        assertThat(sent(GET, "https://example.com"))
                .isEqualTo("GET / HTTP/1.1\r\nhost: example.com\r\nuser-agent: ic/1.0\r\nconnection: close\r\n\r\n");
    }

    @ParameterizedTest
    @CsvSource({"x, 'a\r\nb: c'", "'x\r\ny', a", "'', a", "'a b', c", "x, 'a\0b'"})
    void aHeaderCannotSmuggleAnother(String name, String value) {
        var request = new Request(Method.GET, "", List.of(new Header(name, value)), Optional.empty());
        assertThatThrownBy(() -> sent(request, "https://example.com"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("HTTP header");
    }

    @Test
    void theBodyEndsWhereTheServerSays() {
        assertThat(body("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef")).isEqualTo("abc");
        assertThat(body("HTTP/1.1 200\r\n\r\nto the end")).isEqualTo("to the end");
        assertThat(body("HTTP/1.0 200 OK\n\nlines")).isEqualTo("lines");
        assertThat(
                        body(
                                "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: u\r\n\r\nmore"))
                .isEqualTo("abcde");
        assertThat(body("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\nthen"))
                .isEqualTo("then");
        assertThat(body("HTTP/1.1 204 None\r\nContent-Length: 3\r\n\r\nabc")).isEmpty();
        assertThat(responded("HTTP/1.1 200 OK\r\nX-Name:  a value \r\n\r\n").headers())
                .containsExactly(new Header("x-name", "a value"));
        var head = new Request(Method.HEAD, "", List.of(), Optional.empty());
        assertThat(read(head, "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", 1_000))
                .isInstanceOf(Result.Responded.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ICY 200 OK\r\n\r\n",
                "HTTP/1.1 2000 OK\r\n\r\n",
                "HTTP/2 200\r\n\r\n",
                "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
                "HTTP/1.1 200 OK\r\n: x\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
                "HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffff\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n"
            })
    void whatIsNoFitResponseFailsForGood(String response) {
        assertThat(read(GET, response, 1_000))
                .isInstanceOfSatisfying(
                        Result.Failed.class,
                        failed -> assertThat(failed.isTransient()).isFalse());
    }

    @Test
    void headersHaveLimits() {
        var many = "HTTP/1.1 200 OK\r\n" + "a: b\r\n".repeat(65) + "\r\n";
        assertThat(read(GET, many, 100_000)).asString().contains("There are 65 headers");
        var long1 = "HTTP/1.1 200 OK\r\na: " + "b".repeat(9_000) + "\r\n\r\n";
        assertThat(read(GET, long1, 100_000)).asString().contains("has 9000 bytes");
        var endless = "HTTP/1.1 200 OK\r\na: " + "b".repeat(90_000);
        assertThat(read(GET, endless, 100_000)).asString().contains("a line of more than");
        var all = "HTTP/1.1 200 OK\r\n" + ("a: " + "b".repeat(8_000) + "\r\n").repeat(7) + "\r\n";
        assertThat(read(GET, all, 100_000)).asString().contains("The headers have");
        assertThat(read(GET, "HTTP/1.1 200 OK\r\nabc: def\r\n\r\n", 5))
                .asString()
                .contains("Header size exceeds");
        var interim = "HTTP/1.1 100 Continue\r\n\r\n".repeat(20);
        assertThat(read(GET, interim, 1_000)).asString().contains("more than 16 responses");
        assertThat(Outcall.bytesOf(List.of(new Header("ä", "b")))).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1 200",
                "HTTP/1.1 200 OK\r\na: b",
                "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab"
            })
    void aConnectionThatEndsTooSoonIsAFaultOfTheWorld(String response) {
        assertThatThrownBy(() -> read(GET, response, 1_000)).hasMessageContaining("in the middle of its response");
    }
}
