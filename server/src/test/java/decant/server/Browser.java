package decant.server;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A client that asks a node for pages by whatever host it likes, one connection for each.
record Browser(int port) {
    /// A page as it arrived.
    ///
    /// @param whole whether the body ended where it said it would
    record Page(int status, List<String> headers, byte[] body, boolean whole) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        Optional<String> header(String name) {
            return headers.stream()
                    .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                    .map(line -> line.substring(name.length() + 1).strip())
                    .findFirst();
        }
    }

    Page get(String host, String url, String... headers) {
        return ask("GET", host, url, "", headers);
    }

    Page ask(String method, String host, String url, String body, String... headers) {
        var request = new StringBuilder(method + " " + url + " HTTP/1.1\r\nHost: " + host + "\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        if (!body.isEmpty()) {
            request.append("Content-Length: ").append(body.length()).append("\r\n");
        }
        request.append("\r\n").append(body);
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(60_000);
            var in = new BufferedInputStream(socket.getInputStream());
            send(socket, request.toString().getBytes(StandardCharsets.ISO_8859_1));
            return page(in, method);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A server may answer, and hang up, before it has read all of a request.
    private static void send(Socket socket, byte[] request) throws IOException {
        try {
            socket.getOutputStream().write(request);
        } catch (SocketException _) {
            // What it answered can still be read.
        }
    }

    private static Page page(InputStream in, String method) throws IOException {
        int status = Integer.parseInt(line(in).split(" ", -1)[1]);
        var headers = new ArrayList<String>();
        for (var header = line(in); !header.isEmpty(); header = line(in)) {
            headers.add(header);
        }
        var head = new Page(status, headers, new byte[0], true);
        if (method.equals("HEAD") || status == 204 || status == 304) {
            return head;
        }
        if (head.header("Transfer-Encoding").equals(Optional.of("chunked"))) {
            return unchunked(head, in);
        }
        int announced = head.header("Content-Length").map(Integer::parseInt).orElse(Integer.MAX_VALUE);
        byte[] body = in.readNBytes(announced);
        return new Page(status, headers, body, announced == body.length);
    }

    private static Page unchunked(Page head, InputStream in) throws IOException {
        var body = new ByteArrayOutputStream();
        for (var size = line(in); !size.isEmpty(); size = line(in)) {
            int length = Integer.parseInt(size, 16);
            if (length == 0) {
                return new Page(head.status(), head.headers(), body.toByteArray(), true);
            }
            body.writeBytes(in.readNBytes(length));
            line(in);
        }
        return new Page(head.status(), head.headers(), body.toByteArray(), false);
    }

    private static String line(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }
}
