package decant.replica;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import decant.base.Principal;
import decant.candid.Candid;
import decant.candid.Quota;
import decant.candid.Type;
import decant.candid.Value;
import decant.canister.state.Outcall;
import decant.protocol.Response;
import decant.protocol.SignedRequest;
import decant.replica.outcalls.AllowedHost;
import decant.replica.outcalls.HttpOutcallClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Requests of canisters to servers outside, against a server on this machine.
final class OutcallsTest {
    private static final List<Type> RESPONSE = List.of(
            Type.parse("record { status : nat; headers : vec record { name : text; value : text }; body : blob }"));

    private static final List<Type> REQUEST = List.of(Type.parse("record { url : text; max_response_bytes : opt nat64;"
            + " method : variant { get; head; post; put; delete; patch };"
            + " headers : vec record { name : text; value : text }; body : opt blob;"
            + " transform : opt record { function : func (record { response : record { status : nat;"
            + " headers : vec record { name : text; value : text }; body : blob }; context : blob }) ->"
            + " (record { status : nat; headers : vec record { name : text; value : text }; body : blob }) query;"
            + " context : blob }; is_replicated : opt bool }"));

    @TempDir
    private Path directory;

    private final CountDownLatch released = new CountDownLatch(1);
    private final AtomicInteger asked = new AtomicInteger();
    private HttpServer server;

    @BeforeEach
    void startServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        serve("/hello", exchange -> respond(exchange, 200, "hello"));
        serve("/echo", exchange -> {
            exchange.getResponseHeaders().add("X-Method", exchange.getRequestMethod());
            exchange.getResponseHeaders()
                    .add("X-Told", exchange.getRequestHeaders().getFirst("X-Tell"));
            respond(exchange, 201, exchange.getRequestBody().readAllBytes());
        });
        serve("/elsewhere", exchange -> {
            exchange.getResponseHeaders().add("Location", "/hello");
            respond(exchange, 302, "not here");
        });
        serve("/chunked", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(new byte[3_000]);
        });
        serve("/later", exchange -> {
            awaitRelease();
            respond(exchange, 200, "at last");
        });
        server.start();
    }

    @AfterEach
    void stopServer() {
        released.countDown();
        server.stop(0);
        if (server.getExecutor() instanceof AutoCloseable executor) {
            try {
                executor.close();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }

    private void serve(String path, HttpHandler handler) {
        server.createContext(path, exchange -> {
            asked.incrementAndGet();
            try (exchange) {
                handler.handle(exchange);
            }
        });
    }

    private static void respond(HttpExchange exchange, int status, String body) throws IOException {
        respond(exchange, status, body.getBytes(StandardCharsets.UTF_8));
    }

    private static void respond(HttpExchange exchange, int status, byte[] body) throws IOException {
        boolean isHead = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, isHead || body.length == 0 ? -1 : body.length);
        if (!isHead) {
            exchange.getResponseBody().write(body);
        }
    }

    private void awaitRelease() {
        try {
            released.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private String url(String path) {
        return "http://localhost:" + server.getAddress().getPort() + path;
    }

    private Node node() {
        return node(config -> config);
    }

    private Node node(UnaryOperator<ReplicaConfig> change) {
        return Node.in(directory.resolve("node"), config -> change.apply(config.withOutcalls(client())));
    }

    private OutcallClient client() {
        return HttpOutcallClient.to(List.of(AllowedHost.parse("localhost:*")));
    }

    private static Value get(String url) {
        return Value.record()
                .with("url", Value.text(url))
                .with("max_response_bytes", Value.none())
                .with("method", Value.variant("get"))
                .with("headers", Value.vec(List.of()))
                .with("body", Value.none())
                .with("transform", Value.none())
                .with("is_replicated", Value.none());
    }

    private static Value with(Value request, String field, Value value) {
        return ((Value.Record) request).with(field, value);
    }

    private static Value transformedBy(Value request, Principal canister, String method) {
        var transform = Value.record()
                .with("function", new Value.Func(canister, method))
                .with("context", Value.blob("the context".getBytes(StandardCharsets.UTF_8)));
        return with(request, "transform", Value.some(transform));
    }

    private static byte[] bytes(Value request) {
        return Candid.encode(List.of(request), REQUEST);
    }

    private static Principal asker(Node node) {
        return node.install("asker.wasm", new byte[0]);
    }

    private static Response ask(Node node, Principal asker, Value request) {
        return node.call(asker, "ask", bytes(request));
    }

    private static Value answer(Response response) {
        return Candid.decode(Node.reply(response), RESPONSE, Quota.DEFAULT).getFirst();
    }

    private static String body(Value answer) {
        return new String(answer.field("body").toBytes(), StandardCharsets.UTF_8);
    }

    private static Optional<String> header(Value answer, String name) {
        return answer.field("headers").items().stream()
                .filter(header -> header.field("name").toText().equals(name))
                .map(header -> header.field("value").toText())
                .findFirst();
    }

    /// {@return the reject code that the canister saw, and the message}
    private static String reject(Response response) {
        return Node.rejected(response).message();
    }

    private static SignedRequest askLater(Node node, Principal asker, String method, Value request) {
        var call = node.callRequest(Node.ALICE, asker, method, bytes(request));
        node.submit(asker, call);
        return call;
    }

    private void awaitAsked() {
        while (asked.get() == 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    void aNodeAsksNobodyUnlessItsOperatorAllowsIt() {
        try (var node = Node.in(directory.resolve("node"))) {
            assertThat(reject(ask(node, asker(node), get(url("/hello")))))
                    .startsWith("1: ")
                    .contains("decant start --outcalls HOST[:PORT]");
        }
        assertThat(asked).hasValue(0);
    }

    @Test
    void whatIsNotOnTheListIsNotAsked() {
        try (var node = node(config -> config.withOutcalls(
                HttpOutcallClient.to(List.of(AllowedHost.parse("example.com"), AllowedHost.parse("localhost:1")))))) {
            assertThat(reject(ask(node, asker(node), get(url("/hello")))))
                    .contains("The server localhost:" + server.getAddress().getPort() + " is not among those");
        }
        assertThat(asked).hasValue(0);
    }

    @Test
    void anAddressNearThisMachineMustItselfBeOnTheList() {
        var everybody = HttpOutcallClient.to(List.of(AllowedHost.parse("*:*")));
        try (var node = node(config -> config.withOutcalls(everybody))) {
            var asker = asker(node);
            for (var host : List.of(
                    "http://localhost",
                    "http://127.0.0.1",
                    "https://127.0.0.1",
                    "https://10.1.2.3",
                    "https://192.168.0.1",
                    "https://169.254.169.254",
                    "https://[::1]",
                    "https://[::ffff:127.0.0.1]",
                    "https://[fd00::1]",
                    "https://0.0.0.0")) {
                assertThat(reject(ask(
                                node,
                                asker,
                                get(host + ":" + server.getAddress().getPort()))))
                        .contains("which is not public");
            }
        }
        assertThat(asked).hasValue(0);
    }

    @Test
    void aServerElsewhereIsOnlyAskedByHttps() throws InterruptedException {
        var everybody = HttpOutcallClient.to(List.of(AllowedHost.parse("*:*")));
        var request = new Outcall.Request(Outcall.Method.GET, "http://1.1.1.1/", List.of(), Optional.empty());
        assertThat(everybody.carryOut(request, 1_000))
                .isInstanceOfSatisfying(
                        Outcall.Result.Failed.class,
                        failed -> assertThat(failed.why()).contains("must begin with https://"));
    }

    @Test
    void aUrlThatLeadsNowhereIsRefused() {
        try (var node = node()) {
            var asker = asker(node);
            for (var url : List.of(
                    "", "hello", "ftp://localhost/", "https://", "https:///x", "https://a b/", "http://u@localhost/")) {
                assertThat(reject(ask(node, asker, get(url)))).startsWith("1: ").contains("URL");
            }
        }
    }

    @Test
    void getPostAndHeadGetWhatTheServerSays() {
        try (var node = node()) {
            var asker = asker(node);
            var got = answer(ask(node, asker, get(url("/hello"))));
            assertThat(got.field("status").toLong()).isEqualTo(200);
            assertThat(body(got)).isEqualTo("hello");
            assertThat(header(got, "content-length")).contains("5");

            var tell = Value.record().with("name", Value.text("X-Tell")).with("value", Value.text("a secret"));
            var post = with(
                    with(
                            with(get(url("/echo?q=1")), "method", Value.variant("post")),
                            "headers",
                            Value.vec(List.of(tell))),
                    "body",
                    Value.some(Value.blob("a body".getBytes(StandardCharsets.UTF_8))));
            var posted = answer(ask(node, asker, post));
            assertThat(posted.field("status").toLong()).isEqualTo(201);
            assertThat(body(posted)).isEqualTo("a body");
            assertThat(header(posted, "x-told")).contains("a secret");
            assertThat(header(posted, "x-method")).contains("POST");

            var head = answer(ask(node, asker, with(get(url("/hello")), "method", Value.variant("head"))));
            assertThat(head.field("status").toLong()).isEqualTo(200);
            assertThat(body(head)).isEmpty();
        }
    }

    @Test
    void aRedirectIsAnAnswerLikeAnyOther() {
        try (var node = node()) {
            var answer = answer(ask(node, asker(node), get(url("/elsewhere"))));
            assertThat(answer.field("status").toLong()).isEqualTo(302);
            assertThat(header(answer, "location")).contains("/hello");
        }
        assertThat(asked).hasValue(1);
    }

    @Test
    void aResponseMayNotBeLargerThanAsked() {
        try (var node = node()) {
            var asker = asker(node);
            expectFit(node, asker, "/hello", 1_000);
            expectFit(node, asker, "/chunked", 4_000);
            expectTooLarge(node, asker, "/hello", 10);
            expectTooLarge(node, asker, "/hello", 52);
            expectTooLarge(node, asker, "/chunked", 2_999);
        }
    }

    private void expectFit(Node node, Principal asker, String path, long max) {
        assertThat(answer(askWithin(node, asker, path, max)).field("status").toLong())
                .isEqualTo(200);
    }

    private void expectTooLarge(Node node, Principal asker, String path, long max) {
        assertThat(reject(askWithin(node, asker, path, max))).startsWith("1: ").contains("size limit");
    }

    private Response askWithin(Node node, Principal asker, String path, long max) {
        return ask(node, asker, with(get(url(path)), "max_response_bytes", Value.some(Value.nat64(max))));
    }

    @Test
    void aServerThatNeverAnswersIsGivenUp() {
        try (var node = node(config -> config.withOutcallPatience(Duration.ofMillis(50)))) {
            assertThat(reject(ask(node, asker(node), get(url("/later")))))
                    .startsWith("2: ")
                    .contains("timed out");
        }
    }

    @Test
    void aServerThatIsNotThereIsTriedLater() throws IOException {
        int port = server.getAddress().getPort();
        server.stop(0);
        try (var node = node()) {
            assertThat(reject(ask(node, asker(node), get("http://localhost:" + port + "/"))))
                    .startsWith("2: ")
                    .contains("failed to connect");
        }
    }

    @Test
    void aTransformChangesTheAnswer() {
        try (var node = node()) {
            var asker = asker(node);
            var made = Value.record()
                    .with("status", Value.nat(299))
                    .with("headers", Value.vec(List.of()))
                    .with("body", Value.blob("made".getBytes(StandardCharsets.UTF_8)));
            node.call(asker, "keep", Candid.encode(List.of(made), RESPONSE));
            var answer = answer(ask(node, asker, transformedBy(get(url("/hello")), asker, "kept")));
            assertThat(answer.toString()).isEqualTo(made.toString());
            var small = with(get(url("/hello")), "max_response_bytes", Value.some(Value.nat64(120)));
            node.call(asker, "keep", new byte[121]);
            assertThat(reject(ask(node, asker, transformedBy(small, asker, "kept"))))
                    .isEqualTo("1: Transformed http response exceeds limit: 120");
            node.call(asker, "keep", new byte[0]);
            assertThat(reject(ask(node, asker, transformedBy(get(url("/hello")), asker, "kept"))))
                    .startsWith("1: ")
                    .contains("did not reply an HTTP response");
        }
    }

    @Test
    void aTransformThatFailsIsTheAnswer() {
        try (var node = node()) {
            var asker = asker(node);
            assertThat(reject(ask(node, asker, transformedBy(get(url("/hello")), asker, "telling"))))
                    .startsWith("5: ")
                    .contains("called `ic0.trap`", "hello", "the context");
            assertThat(reject(ask(node, asker, transformedBy(get(url("/hello")), asker, "silent"))))
                    .startsWith("5: ")
                    .contains("did not reply");
            for (var method : List.of("updating", "nonesuch")) {
                assertThat(reject(ask(node, asker, transformedBy(get(url("/hello")), asker, method))))
                        .startsWith("5: ")
                        .contains("has no query method '" + method + "'");
            }
        }
    }

    @Test
    void theTransformIsTheCallersOwn() {
        try (var node = node()) {
            var asker = asker(node);
            assertThat(reject(ask(node, asker, transformedBy(get(url("/hello")), asker(node), "kept"))))
                    .startsWith("4: ")
                    .contains("must be a method of the canister that makes the request");
        }
        assertThat(asked).hasValue(0);
    }

    @Test
    void aStoppingCanisterWaitsForItsAnswer() {
        try (var node = node()) {
            var asker = asker(node);
            var call = askLater(node, asker, "ask", transformedBy(get(url("/later")), asker, "telling"));
            awaitAsked();
            var stop = node.managementRequest("stop_canister", asker);
            node.begin(asker, stop);
            released.countDown();
            assertThat(reject(node.awaitEnd(call, asker))).contains("at last");
            Node.reply(node.awaitEnd(stop, asker));
            node.manage("delete_canister", asker);
        }
    }

    @Test
    void anAnswerForNobodyIsPassedOver() {
        try (var node = node()) {
            var asker = asker(node);
            var call = askLater(node, asker, "ask", transformedBy(get(url("/later")), asker, "telling"));
            awaitAsked();
            node.manage("uninstall_code", asker);
            assertThat(Node.rejected(node.awaitEnd(call, asker)).errorCode()).contains("IC0406");
            var stop = node.managementRequest("stop_canister", asker);
            node.begin(asker, stop);
            released.countDown();
            Node.reply(node.awaitEnd(stop, asker));
            node.manage("delete_canister", asker);
            assertThat(node.replica().state().subnet().outcalls().underWay()).isEmpty();
        }
    }

    @Test
    void aCallWithADeadlineDoesNotWaitForTheServer() {
        try (var node = node()) {
            var asker = asker(node);
            var call = askLater(node, asker, "ask_for_ten_seconds", get(url("/later")));
            awaitAsked();
            node.clock.advance(Duration.ofSeconds(11));
            assertThat(reject(node.awaitEnd(call, asker))).startsWith("6: ");
            released.countDown();
            while (!node.replica().state().subnet().outcalls().underWay().isEmpty()) {
                Thread.onSpinWait();
            }
            assertThat(Node.number(Node.reply(node.query(asker, "answers", new byte[0]))))
                    .isEqualTo(1);
        }
    }

    @Test
    void whatWasUnderWayWhenTheNodeEndedIsRejected() {
        try (var node = node()) {
            var asker = asker(node);
            var call = askLater(node, asker, "ask", get(url("/later")));
            awaitAsked();
            var killed = Directories.copy(directory.resolve("node"), directory.resolve("killed"));
            node.restart();
            assertThat(reject(node.awaitEnd(call, asker))).startsWith("2: ").contains("restarted");
            try (var again = node.at(killed)) {
                assertThat(reject(again.awaitEnd(call, asker)))
                        .startsWith("2: ")
                        .contains("restarted");
            }
        }
        assertThat(asked).hasValue(1);
    }

    @Test
    void aReplayAsksNobodyAndComesToTheSameState() {
        var original = directory.resolve("node");
        var node = node(ReplicaConfig::keepingWholeLog);
        var asker = asker(node);
        node.call(asker, "keep", Candid.encode(List.of(Value.nat(1))));
        answer(ask(node, asker, get(url("/hello"))));
        reject(ask(node, asker, transformedBy(get(url("/hello")), asker, "telling")));
        reject(ask(node, asker, get("https://localhost:1/")));
        int askedBefore = asked.get();
        CrashAndReplay.expectSameState(
                node,
                original,
                directory,
                replayed -> assertThat(Node.number(Node.reply(replayed.query(asker, "answers", new byte[0]))))
                        .isEqualTo(3));
        assertThat(asked).hasValue(askedBefore);
    }

    @Test
    void aCanisterWhoseServersAreSlowKeepsNoOtherWaiting() {
        try (var node = node()) {
            var greedy = asker(node);
            var modest = asker(node);
            for (int i = 0; i < 100; i++) {
                askLater(node, greedy, "ask", get(url("/later")));
            }
            awaitAsked();
            assertThat(body(answer(ask(node, modest, get(url("/hello")))))).isEqualTo("hello");
        }
    }

    @Test
    void manyAtOnceAreAllAnswered() {
        try (var node = node()) {
            var asker = asker(node);
            var calls = new ArrayList<SignedRequest>();
            for (int i = 0; i < 100; i++) {
                calls.add(askLater(node, asker, "ask", get(url("/later"))));
            }
            awaitAsked();
            released.countDown();
            for (var call : calls) {
                assertThat(body(answer(node.awaitEnd(call, asker)))).isEqualTo("at last");
            }
        }
        assertThat(asked).hasValue(100);
    }
}
