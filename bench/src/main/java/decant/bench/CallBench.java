package decant.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import decant.base.Principal;
import decant.protocol.BlsPublicKey;
import decant.protocol.CallResponse;
import decant.protocol.Certificate;
import decant.protocol.Content;
import decant.protocol.Identity;
import decant.protocol.SigningKey;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/// Signed, durable, certified update calls per second against a running node, with 1 and with 64 clients, beside the
/// machine's limit: the bare appends that the node made for them.
///
/// Each call is signed (Ed25519) by its client, checked, made durable, executed and certified by the node, and its
/// reply found in the certificate. One certificate in 64 is verified against the root key: verifying costs the client
/// more than the call costs the node, and both share this machine.
final class CallBench {
    private static final int CALLS = 6_000;
    private static final int VERIFY_EVERY = 64;
    private static final long LIFETIME_NANOS = Duration.ofMinutes(4).toNanos();

    private final URI callPath;
    private final Principal canister;
    private final String method;
    private final byte[] argument;
    private final BlsPublicKey rootKey;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build();
    private final SecureRandom random = new SecureRandom();

    private CallBench(String node, Principal canister, String method, byte[] argument, BlsPublicKey rootKey) {
        this.callPath = URI.create(node + "/api/v4/canister/" + canister + "/call");
        this.canister = canister;
        this.method = method;
        this.argument = argument;
        this.rootKey = rootKey;
    }

    /// Arguments: node's URL, canister, method, argument in hex, root key in hex, directory of the node's log.
    public static void main(String[] arguments) throws Exception {
        var bench = new CallBench(
                arguments[0],
                Principal.parse(arguments[1]),
                arguments[2],
                HexFormat.of().parseHex(arguments[3]),
                BlsPublicKey.fromDer(HexFormat.of().parseHex(arguments[4])));
        var log = Path.of(arguments[5]);
        bench.measure(64, CALLS);
        System.out.println(
                "| clients | calls per second | p50 ms | p99 ms | calls per batch | bare append p50 ms | p99 ms "
                        + "| p50 / bare | p99 / bare |");
        System.out.println("|---|---|---|---|---|---|---|---|---|");
        bench.print(1, CALLS / 6, log);
        bench.print(64, CALLS, log);
    }

    private void print(int clients, int calls, Path log) throws Exception {
        long batchesBefore = BareAppends.batches(log).size();
        long started = System.nanoTime();
        long[] nanos = measure(clients, calls);
        double seconds = (System.nanoTime() - started) / 1e9;
        var batches = BareAppends.batches(log);
        var appended = batches.subList((int) batchesBefore, batches.size());
        long[] bareNanos = BareAppends.measure(log, appended);
        System.out.printf(
                "| %d | %.0f | %.2f | %.2f | %.1f | %.2f | %.2f | %.1f | %.1f |%n",
                clients,
                calls / seconds,
                percentile(nanos, 50) / 1e6,
                percentile(nanos, 99) / 1e6,
                (double) calls / appended.size(),
                percentile(bareNanos, 50) / 1e6,
                percentile(bareNanos, 99) / 1e6,
                percentile(nanos, 50) / percentile(bareNanos, 50),
                percentile(nanos, 99) / percentile(bareNanos, 99));
    }

    private static double percentile(long[] values, int percent) {
        Arrays.sort(values);
        return values[(int) ((long) values.length * percent / 100)];
    }

    private long[] measure(int clients, int calls) throws Exception {
        var nanos = new long[calls];
        var next = new AtomicInteger();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var work = IntStream.range(0, clients)
                    .mapToObj(_ -> threads.submit(() -> {
                        var identity =
                                new Identity.KeyHolder(SigningKey.Ed25519SigningKey.generate(new SecureRandom()));
                        for (int i = next.getAndIncrement(); i < calls; i = next.getAndIncrement()) {
                            long before = System.nanoTime();
                            call(identity, i % VERIFY_EVERY == 0);
                            nanos[i] = System.nanoTime() - before;
                        }
                        return null;
                    }))
                    .toList();
            for (var client : work) {
                client.get();
            }
        }
        return nanos;
    }

    private void call(Identity identity, boolean verify) throws Exception {
        var nonce = new byte[16];
        random.nextBytes(nonce);
        long expiry = System.currentTimeMillis() * 1_000_000 + LIFETIME_NANOS;
        var request = identity.sign(new Content.CallContent(
                identity.principal(), expiry, Optional.of(nonce), canister, method, argument, Optional.empty()));
        var response = http.send(
                HttpRequest.newBuilder(callPath)
                        .header("content-type", "application/cbor")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(request.envelope()))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
        if (response.statusCode() != 200
                || !(CallResponse.decode(response.body()) instanceof CallResponse.Certified(var bytes))) {
            throw new IllegalStateException("a call was answered with status " + response.statusCode() + ": "
                    + new String(response.body(), UTF_8));
        }
        var certificate = Certificate.decode(bytes);
        if (verify) {
            certificate.verify(rootKey, canister);
        }
        certificate.found("request_status", request.requestId().bytes(), "reply");
    }
}
