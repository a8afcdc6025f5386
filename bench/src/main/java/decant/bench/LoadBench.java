package decant.bench;

import decant.base.Principal;
import decant.protocol.CallResponse;
import decant.protocol.Certificate;
import decant.protocol.Content;
import decant.protocol.Identity;
import decant.protocol.QueryResponse;
import decant.protocol.Response;
import decant.protocol.SigningKey;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

/// What a node does under load that goes on: clients that make calls, queries and look at pages without a pause.
///
/// Prints how much was done and what the node's process holds, part after part of the time; then throughput and
/// latency of each kind, what the process held in the first and in the last fifth of the time, and every answer that
/// was not the right one. Ends with status 1 if there was such an answer, or if something grew beyond its bound.
final class LoadBench {
    private static final int PARTS = 20;
    private static final int LATENCIES_MAX = 1_000_000;
    private static final long LIFETIME_NANOS = Duration.ofMinutes(4).toNanos();

    /// What a client does: of ten turns six are calls, three are queries, one looks at a page.
    private enum Kind {
        CALL,
        QUERY,
        PAGE;

        static Kind ofTurn(int turn) {
            return switch (turn % 10) {
                case 0 -> PAGE;
                case 3, 6, 9 -> QUERY;
                default -> CALL;
            };
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// The latencies of one kind, the first million of them.
    private static final class Tally {
        private final LongAdder done = new LongAdder();
        private final long[] nanos = new long[LATENCIES_MAX];
        private int kept;

        synchronized void add(long elapsed) {
            done.increment();
            if (kept < nanos.length) {
                nanos[kept++] = elapsed;
            }
        }

        synchronized double millis(double share) {
            Arrays.sort(nanos, 0, kept);
            return kept == 0 ? 0 : nanos[(int) Math.min(kept - 1L, (long) (kept * share))] / 1e6;
        }
    }

    private final String node;
    private final Principal counter;
    private final Principal site;
    private final NodeSample.Node process;
    private final List<NodeSample> samples = new ArrayList<>();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build();
    private final SecureRandom random = new SecureRandom();
    private final TreeMap<Kind, Tally> tallies = new TreeMap<>();
    private final ConcurrentHashMap<String, LongAdder> errors = new ConcurrentHashMap<>();

    private LoadBench(String node, Principal counter, Principal site, NodeSample.Node process) {
        this.node = node;
        this.counter = counter;
        this.site = site;
        this.process = process;
        for (var kind : Kind.values()) {
            tallies.put(kind, new Tally());
        }
    }

    /// Arguments: node's URL, a counter, a canister with pages, seconds, clients, the node's process and state
    /// directory.
    public static void main(String[] arguments) throws Exception {
        var bench = new LoadBench(
                arguments[0],
                Principal.parse(arguments[1]),
                Principal.parse(arguments[2]),
                new NodeSample.Node(arguments[5], Path.of(arguments[6])));
        bench.run(Integer.parseInt(arguments[3]), Integer.parseInt(arguments[4]));
        boolean isFlat = bench.printGrowth();
        boolean isRight = bench.printErrors();
        if (!isFlat || !isRight) {
            throw new IllegalStateException("something grew, or an answer was wrong; the tables above say what");
        }
    }

    private void run(int seconds, int clients) throws Exception {
        long start = System.nanoTime();
        long end = start + Duration.ofSeconds(seconds).toNanos();
        System.out.println(
                "| seconds | calls | queries | pages | errors | calls remembered | heap, MiB | beside it, MiB | resident, MiB "
                        + "| threads | open files | state, files | state, MiB |");
        System.out.println("|---|---|---|---|---|---|---|---|---|---|---|---|---|");
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var work = IntStream.range(0, clients)
                    .mapToObj(client -> threads.submit(() -> {
                        var identity =
                                new Identity.KeyHolder(SigningKey.Ed25519SigningKey.generate(new SecureRandom()));
                        for (int turn = client; System.nanoTime() < end; turn++) {
                            take(Kind.ofTurn(turn), identity);
                        }
                        return null;
                    }))
                    .toList();
            for (int part = 1; part <= PARTS; part++) {
                Thread.sleep(Duration.ofNanos(Math.max(0, start + (end - start) / PARTS * part - System.nanoTime())));
                printPart(seconds * part / PARTS);
            }
            for (var client : work) {
                client.get();
            }
        }
        printSummary((System.nanoTime() - start) / 1e9);
    }

    private void take(Kind kind, Identity identity) {
        long before = System.nanoTime();
        try {
            switch (kind) {
                case CALL -> call(identity);
                case QUERY -> query(identity);
                case PAGE -> look();
            }
            tally(kind).add(System.nanoTime() - before);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        } catch (IOException | RuntimeException e) {
            errors.computeIfAbsent(kind + ": " + e.getMessage(), _ -> new LongAdder())
                    .increment();
        }
    }

    private void call(Identity identity) throws IOException, InterruptedException {
        var nonce = new byte[16];
        random.nextBytes(nonce);
        var request = identity.sign(new Content.CallContent(
                identity.principal(), expiry(), Optional.of(nonce), counter, "inc", noArguments(), Optional.empty()));
        byte[] body = post("/api/v4/canister/" + counter + "/call", request.envelope());
        if (!(CallResponse.decode(body) instanceof CallResponse.Certified(var certificate))) {
            throw new IllegalStateException("the call was not executed");
        }
        Certificate.decode(certificate)
                .found("request_status", request.requestId().bytes(), "reply");
    }

    private void query(Identity identity) throws IOException, InterruptedException {
        var request = identity.sign(new Content.QueryContent(
                identity.principal(), expiry(), Optional.empty(), counter, "get", noArguments(), Optional.empty()));
        byte[] body = post("/api/v3/canister/" + counter + "/query", request.envelope());
        if (!(QueryResponse.decode(body).response() instanceof Response.Replied)) {
            throw new IllegalStateException("the query was rejected");
        }
    }

    private void look() throws IOException, InterruptedException {
        sent(HttpRequest.newBuilder(URI.create(node + "/?canisterId=" + site)).GET());
    }

    private byte[] post(String path, byte[] envelope) throws IOException, InterruptedException {
        return sent(HttpRequest.newBuilder(URI.create(node + path))
                .header("content-type", "application/cbor")
                .POST(HttpRequest.BodyPublishers.ofByteArray(envelope)));
    }

    private byte[] sent(HttpRequest.Builder request) throws IOException, InterruptedException {
        var response = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        if (response.statusCode() != 200) {
            var text = new String(response.body(), StandardCharsets.UTF_8);
            throw new IllegalStateException(
                    response.statusCode() + " " + text.lines().findFirst().orElse(""));
        }
        return response.body();
    }

    private static long expiry() {
        return System.currentTimeMillis() * 1_000_000 + LIFETIME_NANOS;
    }

    private static byte[] noArguments() {
        return HexFormat.of().parseHex("4449444c0000");
    }

    private void printPart(int second) throws IOException, InterruptedException {
        var sample = process.sample(callsRemembered());
        samples.add(sample);
        System.out.printf(
                "| %d | %d | %d | %d | %d | %d | %d | %d | %d | %d | %d | %d | %d |%n",
                second,
                done(Kind.CALL),
                done(Kind.QUERY),
                done(Kind.PAGE),
                errors.values().stream().mapToLong(LongAdder::sum).sum(),
                sample.callsRemembered(),
                sample.heapBytes() >> 20,
                sample.otherBytes() >> 20,
                sample.residentBytes() >> 20,
                sample.threads(),
                sample.openFiles(),
                sample.stateFiles(),
                sample.stateBytes() >> 20);
    }

    private Tally tally(Kind kind) {
        return Objects.requireNonNull(tallies.get(kind));
    }

    private long done(Kind kind) {
        return tally(kind).done.sum();
    }

    /// {@return of how many calls the node can still tell the outcome: of those of the last minutes}
    private long callsRemembered() throws IOException, InterruptedException {
        var metrics = new String(sent(HttpRequest.newBuilder(URI.create(node + "/metrics"))), StandardCharsets.UTF_8);
        return metrics.lines()
                .filter(line -> line.startsWith("decant_calls_remembered "))
                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(' ') + 1)))
                .findFirst()
                .orElse(0);
    }

    private void printSummary(double seconds) {
        System.out.println();
        System.out.println("| kind | per second | p50 ms | p99 ms | p99.9 ms |");
        System.out.println("|---|---|---|---|---|");
        tallies.forEach((kind, tally) -> System.out.printf(
                "| %s | %.0f | %.2f | %.2f | %.2f |%n",
                kind, tally.done.sum() / seconds, tally.millis(0.5), tally.millis(0.99), tally.millis(0.999)));
    }

    /// {@return whether nothing grew beyond its bound}
    private boolean printGrowth() {
        var first = samples.subList(0, PARTS / 5);
        var last = samples.subList(PARTS - PARTS / 5, PARTS);
        boolean isFlat = true;
        System.out.println();
        System.out.println("| the node's | first fifth | last fifth | ratio | at most | |");
        System.out.println("|---|---|---|---|---|---|");
        for (var bound : NodeSample.Bound.all()) {
            double before = bound.of(first);
            double after = bound.of(last);
            boolean holds = bound.holds(before, after);
            isFlat &= holds;
            System.out.printf(
                    "| %s | %.1f | %.1f | %.2f | %.1f times, or %.0f more | %s |%n",
                    bound.name(),
                    before,
                    after,
                    after / before,
                    bound.ratioMax(),
                    bound.slack(),
                    holds ? "ok" : "grew");
        }
        return isFlat;
    }

    /// {@return whether there were none}
    private boolean printErrors() {
        System.out.println();
        System.out.println(errors.isEmpty() ? "No errors." : "Errors:");
        List<String> kinds = new ArrayList<>(errors.keySet());
        kinds.sort(null);
        kinds.forEach(kind -> System.out.println("- " + errors.get(kind) + " times " + kind));
        return errors.isEmpty();
    }
}
