package decant.replica.outcalls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import decant.canister.state.Outcall;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Whom a client believes to be the server that was asked: by its certificate, and by its address.
final class HttpOutcallClientTest {
    private static final List<AllowedHost> THIS_MACHINE = List.of(AllowedHost.parse("localhost:*"));

    @TempDir
    private static Path folder;

    private static TestCertificates certificates;

    private final List<HttpServer> servers = new ArrayList<>();
    private final AtomicInteger asked = new AtomicInteger();

    @BeforeAll
    static void makeCertificates() {
        certificates = new TestCertificates(folder);
        certificates.makeSigned("good", "localhost", "-1d");
        certificates.makeSigned("expired", "localhost", "-10d");
        certificates.makeSigned("early", "localhost", "+10d");
        certificates.makeSigned("other", "elsewhere.example", "-1d");
        certificates.makeUnsigned("stranger", "localhost");
    }

    @AfterEach
    void stopServers() {
        servers.forEach(server -> server.stop(0));
    }

    /// {@return the port of a server at the address that answers with a body}
    private int serve(HttpServer server, String body) {
        servers.add(server);
        server.createContext("/", exchange -> {
            asked.incrementAndGet();
            try (exchange) {
                byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, bytes.length);
                exchange.getResponseBody().write(bytes);
            }
        });
        server.start();
        return server.getAddress().getPort();
    }

    private int serveEncrypted(String alias) throws IOException {
        var server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(certificates.server(alias)));
        return serve(server, "in private");
    }

    private static Outcall.Result ask(HttpOutcallClient client, String url) throws InterruptedException {
        return client.carryOut(new Outcall.Request(Outcall.Method.GET, url, List.of(), Optional.empty()), 1_000);
    }

    private static HttpOutcallClient trusting(List<X509Certificate> authorities) {
        return new HttpOutcallClient(THIS_MACHINE, Encryption.trusting(authorities), Resolver.OF_SYSTEM);
    }

    private static void assertBody(Outcall.Result result, String body) {
        assertThat(result)
                .isInstanceOfSatisfying(
                        Outcall.Result.Responded.class,
                        responded -> assertThat(responded.response().body())
                                .asString(StandardCharsets.UTF_8)
                                .isEqualTo(body));
    }

    private static String failure(Outcall.Result result) {
        if (!(result instanceof Outcall.Result.Failed(var _, var why))) {
            throw new AssertionError("there is a response: " + result);
        }
        return why;
    }

    @Test
    void aServerWhoseAuthorityIsTrustedIsAsked() throws Exception {
        int port = serveEncrypted("good");
        assertBody(ask(trusting(List.of(certificates.authority())), "https://localhost:" + port), "in private");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "expired  | has a certificate that has expired.",
                "early    | has a certificate that is not valid yet.",
                "other    | has a certificate that is not its own: No subject alternative DNS name matching localhost found.",
                "stranger | has a certificate that no authority has signed which this node trusts; its operator names"
                        + " others with decant start --outcalls-ca FILE."
            })
    void aServerWithoutACertificateThatCountsIsToldNothing(String alias, String why) throws Exception {
        int port = serveEncrypted(alias);
        assertThat(failure(ask(trusting(List.of(certificates.authority())), "https://localhost:" + port)))
                .isEqualTo("The HTTP request failed: localhost:" + port + " " + why);
        assertThat(asked).hasValue(0);
    }

    @Test
    void anAuthorityIsTrustedOnlyWhereAnOperatorSaysSo() throws Exception {
        int port = serveEncrypted("good");
        assertThat(failure(ask(trusting(List.of()), "https://localhost:" + port)))
                .contains("no authority has signed which this node trusts");
        assertThat(asked).hasValue(0);
    }

    /// The operator allows the first address by name; the second is of a machine that nobody outside should reach.
    @Test
    void aNameServerThatChangesItsAnswerLeadsNowhereElse() throws Exception {
        var permitted = InetAddress.ofLiteral("127.0.0.2");
        var secret = InetAddress.ofLiteral("127.0.0.1");
        var server = HttpServer.create();
        try {
            server.bind(new InetSocketAddress(permitted, 0), 0);
        } catch (SocketException e) {
            assumeThat(e).as("this machine has no second address of its own").isNull();
        }
        int port = serve(server, "permitted");
        serve(HttpServer.create(new InetSocketAddress(secret, port), 0), "secret");

        var answers = new ArrayDeque<>(List.of(permitted, secret));
        Resolver resolver = _ -> new InetAddress[] {answers.remove()};
        var client = new HttpOutcallClient(
                List.of(AllowedHost.parse("rebind.example:*"), AllowedHost.parse("127.0.0.2:*")),
                Encryption.trusting(List.of()),
                resolver);
        assertBody(ask(client, "http://rebind.example:" + port), "permitted");
        assertThat(answers).as("the name server was asked once").containsExactly(secret);
        assertThat(failure(ask(client, "http://rebind.example:" + port)))
                .isEqualTo(
                        "The server rebind.example:" + port + " has the address 127.0.0.1, which is not public: such an"
                                + " address must itself be among those that this node's operator allows with decant start"
                                + " --outcalls.");
        assertThat(asked).hasValue(1);
    }
}
