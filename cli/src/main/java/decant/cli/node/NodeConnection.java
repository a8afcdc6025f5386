package decant.cli.node;

import decant.base.Principal;
import decant.cli.terminal.CommandFailure;
import decant.protocol.Cbor;
import decant.protocol.CborValue;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// The HTTP interface of one node: bytes there, bytes back.
final class NodeConnection implements AutoCloseable {
    private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(10);
    private static final Duration ANSWER_PATIENCE = Duration.ofMinutes(6);
    private static final int TRIES_WHEN_BUSY = 6;
    private static final Duration PAUSE_WHEN_BUSY = Duration.ofMillis(250);
    private static final int ERROR_TEXT_MAX = 2_000;

    private final URI node;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_PATIENCE)
            .build();

    NodeConnection(URI node) {
        this.node = node;
    }

    URI node() {
        return node;
    }

    /// {@return the map that the node tells everybody about itself}
    CborValue status() {
        var answer = send(HttpRequest.newBuilder(at("api/v2/status")).GET());
        return Cbor.decode(answer.body(), Cbor.Limits.REQUEST).withoutSelfDescription();
    }

    /// {@return the body of the answer to an update call; an empty one where the call was only accepted}
    byte[] call(Principal effectiveCanister, byte[] envelope) {
        var answer = post("api/v4/canister/" + effectiveCanister + "/call", envelope);
        return answer.statusCode() == 202 ? new byte[0] : answer.body();
    }

    byte[] query(Principal effectiveCanister, byte[] envelope) {
        return post("api/v3/canister/" + effectiveCanister + "/query", envelope).body();
    }

    byte[] readState(Principal effectiveCanister, byte[] envelope) {
        return post("api/v3/canister/" + effectiveCanister + "/read_state", envelope)
                .body();
    }

    private HttpResponse<byte[]> post(String path, byte[] envelope) {
        return send(HttpRequest.newBuilder(at(path))
                .header("Content-Type", "application/cbor")
                .POST(HttpRequest.BodyPublishers.ofByteArray(envelope)));
    }

    private URI at(String path) {
        var base = node.toString();
        return URI.create(base.endsWith("/") ? base + path : base + "/" + path);
    }

    private HttpResponse<byte[]> send(HttpRequest.Builder request) {
        var ready = request.timeout(ANSWER_PATIENCE).build();
        try {
            for (int tries = 1; ; tries++) {
                var answer = http.send(ready, HttpResponse.BodyHandlers.ofByteArray());
                if (answer.statusCode() / 100 == 2) {
                    return answer;
                }
                boolean busy = answer.statusCode() == 429 || answer.statusCode() == 503;
                if (!busy || tries == TRIES_WHEN_BUSY) {
                    throw refused(answer);
                }
                Thread.sleep(PAUSE_WHEN_BUSY);
            }
        } catch (ConnectException e) {
            var remedy = NodeClient.isLoopback(node)
                    ? " Start one with `decant start`, or name another with --node URL."
                    : "";
            throw new CommandFailure("No node answers at " + node + "." + remedy, e);
        } catch (IOException e) {
            throw new CommandFailure("The connection to " + node + " failed: " + CommandFailure.reason(e) + ".", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure("Interrupted while waiting for " + node + ".", e);
        }
    }

    private CommandFailure refused(HttpResponse<byte[]> answer) {
        var text = new String(answer.body(), StandardCharsets.UTF_8).strip();
        var shown = text.length() > ERROR_TEXT_MAX ? text.substring(0, ERROR_TEXT_MAX) + "..." : text;
        return new CommandFailure(node + " refused the request with HTTP status " + answer.statusCode()
                + (shown.isEmpty() ? "." : ": " + shown));
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
