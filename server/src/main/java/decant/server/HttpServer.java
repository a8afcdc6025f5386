package decant.server;

import decant.replica.Metric;
import decant.replica.Replica;
import decant.server.gateway.Addresses;
import decant.server.gateway.Gateway;
import io.helidon.common.socket.SocketOptions;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.HttpPrologue;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionListener;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.stream.Stream;

/// The HTTP front of one replica: every request is a virtual thread that blocks until its reply is there.
///
/// The only class that knows the HTTP library, with [Pages]. The replica is the caller's, who closes it after this
/// server.
public final class HttpServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(HttpServer.class.getName());

    private final ServerConfig config;
    private final Replica replica;
    private final NodeApi api;
    private final Addresses addresses;
    private final Pages pages;
    private final BodyBudget budget;
    private final BodyBudget replies;
    private final Deadlines deadlines;
    private final RequestMetrics metrics = new RequestMetrics();
    private final WebServer server;

    private HttpServer(ServerConfig config, Replica replica) {
        this.config = config;
        this.replica = replica;
        api = new NodeApi(replica, config.ingressBytesMax(), implementation());
        budget = new BodyBudget(config.bytesInFlightMax());
        replies = new BodyBudget(config.bytesInFlightMax());
        deadlines = new Deadlines(config.idleTimeout(), config.transferTimeout());
        addresses = new Addresses(config.domains(), config.hosts(), replica::canisterNamed);
        pages = new Pages(
                new Gateway(replica, config.ingressBytesMax(), config.domains().getFirst()),
                config,
                budget,
                replies,
                deadlines);
        server = WebServer.builder()
                .host(config.host())
                .port(config.port())
                .maxTcpConnections(config.connectionsMax())
                .connectionOptions(SocketOptions.builder().tcpNoDelay(true).build())
                .idleConnectionTimeout(config.idleTimeout())
                .idleConnectionPeriod(config.idleTimeout())
                .shutdownGracePeriod(config.stopGrace())
                .shutdownHook(false)
                // With one protocol only the library knows a connection before its first byte came, and can end it.
                .protocolsDiscoverServices(false)
                .addProtocol(Http1Config.builder().addReceiveListener(heads()).build())
                .routing(routing -> routing.any(this::handle))
                .build();
    }

    /// {@return who notices when a client begins a request}
    private Http1ConnectionListener heads() {
        return new Http1ConnectionListener() {
            @Override
            public void prologue(ConnectionContext connection, HttpPrologue prologue) {
                deadlines.startHead();
            }
        };
    }

    /// {@return a server that is listening}
    ///
    /// @throws UncheckedIOException when the address cannot be had, and why
    public static HttpServer start(ServerConfig config, Replica replica) {
        var server = new HttpServer(config, replica);
        server.server.start();
        if (!server.server.isRunning()) {
            var reason = whyItCannotListen(config);
            throw new UncheckedIOException(reason.getMessage(), reason);
        }
        return server;
    }

    /// The library only logs the reason, so it is found out once more.
    private static IOException whyItCannotListen(ServerConfig config) {
        try (var _ = new ServerSocket(config.port(), 1, InetAddress.getByName(config.host()))) {
            return new IOException("the HTTP server does not listen on " + config.host() + ":" + config.port());
        } catch (IOException e) {
            return e;
        }
    }

    private static String implementation() {
        return "decant "
                + Objects.requireNonNullElse(HttpServer.class.getPackage().getImplementationVersion(), "(unreleased)");
    }

    /// {@return the port it listens on}
    public int port() {
        return server.port();
    }

    /// Stops listening and waits for the requests at work to end.
    @Override
    public void close() {
        server.stop();
        deadlines.close();
    }

    private void handle(ServerRequest request, ServerResponse response) {
        deadlines.endHead();
        long start = System.nanoTime();
        boolean isLast = request.headers().contains(HeaderValues.CONNECTION_CLOSE);
        if (isLast) {
            response.header(HeaderValues.CONNECTION_CLOSE);
        }
        var route = route(request);
        int status = 0;
        try {
            if (route instanceof Route.Page(var address)) {
                status = pages.serve(address, request, response);
            } else {
                status = send(reply(route, request), response);
            }
        } finally {
            metrics.count(route, status, System.nanoTime() - start);
        }
        if (isLast) {
            // The library would keep the connection open, and a client that reads to its end would wait.
            throw new CloseConnectionException("the client asked for it");
        }
        // Also for what the library reads now: the rest of a body that nobody wanted, the first line of the next
        // request.
        deadlines.startIdling();
    }

    private Route route(ServerRequest request) {
        var prologue = request.prologue();
        var path = prologue.uriPath().rawPath();
        if (!Route.isInterface(path)) {
            var headers = request.headers();
            var address = addresses.of(
                    headers.first(HeaderNames.HOST).orElse(""),
                    prologue.query().rawValue(),
                    headers.first(HeaderNames.REFERER));
            if (!(address instanceof Addresses.Address.OfNode)) {
                return new Route.Page(address);
            }
        }
        return Route.of(prologue.method().text(), path);
    }

    /// {@return the reply, whatever happens}
    private Reply reply(Route route, ServerRequest request) {
        try {
            return switch (route) {
                case Route.Fixed.STATUS -> api.status();
                case Route.Fixed.HEALTH -> api.health();
                case Route.Fixed.METRICS -> metrics();
                case Route.Fixed.PREFLIGHT -> Reply.empty(204);
                case Route.Nowhere(var refusal) -> refusal;
                case Route.OfCanister ofCanister -> withBody(request, body -> api.ofCanister(ofCanister, body));
                case Route.OfSubnet ofSubnet -> withBody(request, body -> api.ofSubnet(ofSubnet, body));
                case Route.Page page -> throw new AssertionError("BUG: a page is no reply of the interface: " + page);
            };
        } catch (CloseConnectionException e) {
            throw e; // The client is gone or too slow; nobody is there to be told.
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "a request failed: " + request.prologue(), e);
            return Reply.refusal(500, "this node failed to answer; its operator finds the reason in the log");
        } catch (OutOfMemoryError e) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "a request could not be answered, since the Java heap of "
                            + (Runtime.getRuntime().maxMemory() >> 20)
                            + " MiB is full; start the node with a larger one (JAVA_TOOL_OPTIONS=-Xmx...): "
                            + request.prologue());
            return Reply.refusal(503, "this node has too little memory to answer now; ask again a little later");
        }
    }

    /// What answers a body.
    @FunctionalInterface
    private interface Answer {
        Reply to(byte[] body);
    }

    private Reply withBody(ServerRequest request, Answer answer) {
        var announced = request.headers().contentLength();
        if (announced.isPresent() && announced.getAsLong() > config.bodyBytesMax()) {
            return tooLarge("found " + announced.getAsLong());
        }
        try (var share = budget.take(sizeOf(announced))) {
            if (!share.granted()) {
                return Reply.refusal(
                        429, "this node is at work on as many bytes of requests as it takes; ask again a little later");
            }
            byte[] body = bodyOf(request, config.bodyBytesMax(), deadlines);
            return body.length > config.bodyBytesMax() ? tooLarge("found more") : answer.to(body);
        }
    }

    private int sizeOf(OptionalLong announced) {
        return (int) announced.orElse(config.bodyBytesMax());
    }

    private Reply tooLarge(String found) {
        return Reply.refusal(413, "a request has at most " + config.bodyBytesMax() + " bytes, " + found);
    }

    /// {@return the body, or its start when it is longer than any body may be}
    static byte[] bodyOf(ServerRequest request, int bytesMax, Deadlines deadlines) {
        if (!request.content().hasEntity()) {
            return new byte[0];
        }
        return deadlines.during(() -> {
            try (InputStream in = request.content().inputStream()) {
                return in.readNBytes(bytesMax + 1);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private Reply metrics() {
        var text = new PrometheusText();
        var family = "";
        for (Metric metric : replica.metrics()) {
            if (!metric.name().equals(family)) {
                family = metric.name();
                text.family(family, metric.help(), metric.kind().name().toLowerCase(Locale.ROOT));
            }
            var labels = metric.labels().entrySet().stream()
                    .flatMap(label -> Stream.of(label.getKey(), label.getValue()))
                    .toArray(String[]::new);
            text.sample(family, metric.value(), labels);
        }
        metrics.writeTo(text);
        text.family(
                "decant_http_slow_clients_total",
                "Connections ended because the client sent or took a message too slowly.",
                "counter");
        text.sample("decant_http_slow_clients_total", deadlines.missed());
        return Reply.metrics(text.toString());
    }

    /// {@return the status that was sent}
    private int send(Reply reply, ServerResponse response) {
        try (var share = replies.takeForReply(reply.body().length)) {
            var sent = share.granted()
                    ? reply
                    : Reply.refusal(
                            429, "this node is sending as many bytes of replies as it keeps; ask again a little later");
            return deadlines.during(() -> write(sent, response));
        }
    }

    /// {@return the status that was sent}
    private static int write(Reply reply, ServerResponse response) {
        response.status(reply.status());
        // Any web page may ask: requests carry their own proof of who asks, never a cookie.
        response.header(HeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        response.header(HeaderNames.ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, POST, OPTIONS");
        response.header(HeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, "*");
        response.header(HeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS, "*");
        response.header(HeaderNames.ACCESS_CONTROL_MAX_AGE, "600");
        if (reply.body().length == 0) {
            response.send();
        } else {
            response.header(HeaderNames.CONTENT_TYPE, reply.contentType());
            response.header(HeaderNames.create("X-Content-Type-Options"), "nosniff");
            response.send(reply.body());
        }
        return reply.status();
    }
}
