package decant.server;

import static org.assertj.core.api.Assertions.assertThat;

import decant.replica.Replica;
import decant.replica.ReplicaConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Clients that open connections and then do little or nothing: each is waited for so long, and no longer.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class SlowClientsTest {
    private static final Duration SHORT = Duration.ofMillis(100);
    private static final Duration LONG = Duration.ofHours(1);
    private static final String HEAD = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n";

    private Replica replica;

    @BeforeAll
    void openReplica(@TempDir Path folder) {
        replica = Replica.open(ReplicaConfig.of(folder));
    }

    @AfterAll
    void closeReplica() {
        replica.close();
    }

    private HttpServer server(int connectionsMax, Duration idle, Duration transfer) {
        var config = ServerConfig.DEFAULT.withAddress("127.0.0.1", 0).withClients(connectionsMax, idle, transfer);
        return HttpServer.start(config, replica);
    }

    private static Socket connected(HttpServer server) throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), server.port());
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /// Reads until the server ends the connection, in whatever way.
    private static String readToEnd(Socket socket) throws IOException {
        var read = new StringBuilder();
        try {
            for (int next = socket.getInputStream().read();
                    next >= 0;
                    next = socket.getInputStream().read()) {
                read.append((char) next);
            }
        } catch (SocketException _) {
            // An end, too.
        }
        return read.toString();
    }

    private static long slowClients(HttpServer server) {
        try (var client = new TestClient(server.port())) {
            return TestClient.text(client.get("/metrics"))
                    .lines()
                    .filter(line -> line.startsWith("decant_http_slow_clients_total "))
                    .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(' ') + 1)))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static void awaitSlowClients(HttpServer server, long expected) {
        while (slowClients(server) < expected) {
            Thread.onSpinWait();
        }
    }

    @Test
    void whoSaysNothingIsNotWaitedForAndMakesRoomForOthers() throws IOException {
        try (var server = server(2, SHORT, LONG);
                var first = connected(server);
                var second = connected(server);
                var third = connected(server)) {
            send(third, HEAD + "Connection: close\r\n\r\n");
            assertThat(readToEnd(third)).startsWith("HTTP/1.1 200 OK");
            assertThat(readToEnd(first)).isEmpty();
            assertThat(readToEnd(second)).isEmpty();
        }
    }

    @Test
    void aHeadThatDoesNotEndIsNotWaitedForHoweverSteadilyItComes() throws IOException {
        try (var server = server(10, LONG, SHORT);
                var socket = connected(server)) {
            send(socket, HEAD + "X-Slow: ");
            awaitSlowClients(server, 1);
            assertThat(readToEnd(socket)).doesNotContain("200 OK");
        }
    }

    @Test
    void aBodyThatDoesNotEndIsNotWaitedFor() throws IOException {
        try (var server = server(10, LONG, SHORT);
                var socket = connected(server)) {
            send(
                    socket,
                    "POST /api/v3/canister/aaaaa-aa/query HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n");
            send(socket, "a beginning");
            awaitSlowClients(server, 1);
            assertThat(readToEnd(socket)).doesNotContain("200 OK");
        }
    }

    @Test
    void theRestOfABodyThatNobodyWantedIsNotWaitedFor() throws IOException {
        try (var server = server(10, SHORT, LONG);
                var socket = connected(server)) {
            send(
                    socket,
                    "POST /nowhere/at/all HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000000\r\n\r\na beginning");
            assertThat(readToEnd(socket)).contains("404");
        }
    }

    @Test
    void whoDoesNotTakeRepliesIsNotWaitedForAndHoldsNothing() throws IOException {
        try (var server = server(10, LONG, SHORT)) {
            List<Socket> sockets = new ArrayList<>();
            try {
                for (int i = 0; i < 4; i++) {
                    var socket = new Socket();
                    sockets.add(socket);
                    socket.setReceiveBufferSize(4096);
                    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
                    // More replies than the buffers of the system hold: the server blocks in the middle of one.
                    send(socket, (HEAD + "\r\n").repeat(4_000));
                }
                awaitSlowClients(server, sockets.size());
            } finally {
                for (var socket : sockets) {
                    socket.close();
                }
            }
        }
    }

    @Test
    void whoIsQuickIsServedOnOneConnectionForAsLongAsItLikes() throws IOException {
        try (var server = server(10, LONG, Duration.ofSeconds(30));
                var socket = connected(server)) {
            send(socket, (HEAD + "\r\n").repeat(99) + HEAD + "Connection: close\r\n\r\n");
            assertThat(readToEnd(socket).split("HTTP/1.1 200 OK", -1)).hasSize(101);
            assertThat(slowClients(server)).isZero();
        }
    }
}
