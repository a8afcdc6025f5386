package decant.server;

import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Principal;
import decant.candid.Candid;
import decant.protocol.Identity;
import decant.protocol.Response;
import decant.protocol.SigningKey;
import decant.replica.Replica;
import decant.replica.ReplicaConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Looks at the pages of a real canister through a whole node.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PagesTest {
    private static final Identity OWNER = new Identity.KeyHolder(new SigningKey.Ed25519SigningKey(new byte[32]));
    private static final byte[] NO_ARGUMENTS = Candid.encode(List.of(), List.of());

    private Replica replica;
    private HttpServer server;
    private TestClient client;
    private ManagementClient management;
    private Browser browser;
    private Principal site;
    private String host;
    private String rawHost;

    @BeforeAll
    void startNodeWithASite(@TempDir Path folder) throws IOException {
        replica = Replica.open(ReplicaConfig.of(folder));
        var config = ServerConfig.DEFAULT
                .withAddress("127.0.0.1", 0)
                .withCanistersAt(
                        List.of("localhost", "example.org"),
                        name -> name.equals("site.example.com") ? Optional.of(site) : Optional.empty());
        server = HttpServer.start(config, replica);
        client = new TestClient(server.port());
        management = new ManagementClient(client);
        browser = new Browser(server.port());
        site = installed("examples/site/site.wasm");
        host = site + ".localhost:" + server.port();
        rawHost = site + ".raw.localhost:" + server.port();
    }

    @AfterAll
    void stopNode() {
        client.close();
        server.close();
        replica.close();
    }

    private Principal installed(String module) throws IOException {
        var canister = management.create(OWNER);
        byte[] wasm = Files.readAllBytes(Path.of(System.getProperty("decant.root"), module));
        assertThat(management.install(OWNER, canister, "install", wasm, NO_ARGUMENTS))
                .isInstanceOf(Response.Replied.class);
        return canister;
    }

    @Test
    void aCertifiedPageIsShownWithItsCertifiedHeaders() {
        var page = browser.get(host, "/");

        assertThat(page.status()).as(page.text()).isEqualTo(200);
        assertThat(page.text()).contains("Served by a canister");
        assertThat(page.header("content-type")).contains("text/html; charset=utf-8");
        assertThat(page.header("IC-Certificate")).isPresent();
        assertThat(browser.get(host, "/style.css").header("Content-Type")).contains("text/css");
    }

    @ParameterizedTest
    @CsvSource({"%s.localhost", "%s.LOCALHOST.:80", "%s.example.org", "site.example.com"})
    void aCanisterIsFoundByItsHost(String form) {
        assertThat(browser.get(form.formatted(site), "/").text()).contains("Served by a canister");
    }

    @Test
    void aCanisterIsFoundByTheQueryAndWhatItsPageAsksForByThePage() {
        var node = "127.0.0.1:" + server.port();

        assertThat(browser.get(node, "/?canisterId=" + site).text()).contains("Served by a canister");
        assertThat(browser.get(node, "/style.css", "Referer: http://" + node + "/?canisterId=" + site)
                        .text())
                .startsWith("body{");
        assertThat(browser.get(node, "/style.css", "Referer: http://elsewhere/?canisterId=" + site)
                        .status())
                .isEqualTo(404);
    }

    @Test
    void aHostOfNobodyIsExplained() {
        var page = browser.get("nobody.localhost", "/", "Accept: text/html");

        assertThat(page.status()).isEqualTo(404);
        assertThat(page.header("Content-Type")).contains("text/html; charset=utf-8");
        assertThat(page.text()).contains("Nobody is called nobody here").contains("decant list");
        assertThat(browser.get(Principal.ofCanisterNumber(99_999) + ".localhost", "/")
                        .text())
                .startsWith("There is no such canister here.\n");
    }

    @Test
    void theInterfaceIsThereOnTheHostOfACanisterToo() {
        assertThat(browser.get(host, "/api/v2/status").header("Content-Type")).contains("application/cbor");
    }

    @Test
    void aPathThatIsNotThereGetsTheCertifiedPageForAllOthers() {
        var page = browser.get(host, "/no/such?page=1");

        assertThat(page.status()).isEqualTo(404);
        assertThat(page.text()).isEqualTo("There is no such page.\n");
    }

    @Test
    void anAnswerWithoutProofIsRefusedAndShownOnTheRawHost() {
        var refused = browser.get(host, "/uncertified.html", "Accept: text/html,*/*;q=0.8");

        assertThat(refused.status()).isEqualTo(502);
        assertThat(refused.text())
                .contains("This answer is not certified")
                .contains("the answer has no header IC-Certificate")
                .contains(site + ".raw.localhost");
        var shown = browser.get(rawHost, "/uncertified.html");
        assertThat(shown.status()).isEqualTo(200);
        assertThat(shown.text()).contains("Nobody vouches");
    }

    @Test
    void aBodyCertifiedInTheFirstVersionIsShown() {
        var page = browser.get(host, "/legacy.html");

        assertThat(page.status()).as(page.text()).isEqualTo(200);
        assertThat(page.text()).contains("its body alone");
    }

    @Test
    void aBodyInPiecesIsPutTogetherAndChecked() {
        var page = browser.get(host, "/poem.txt");

        assertThat(page.status()).as(page.text()).isEqualTo(200);
        assertThat(page.header("Content-Length")).contains(Integer.toString(page.body().length));
        assertThat(page.text())
                .startsWith("This is line 0 of")
                .endsWith("This is line 2 of a body that comes in pieces.\n");
    }

    @Test
    void aBodyInManyPiecesIsPassedOnAsItComes() {
        var page = browser.get(host, "/epic.txt");

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.header("Transfer-Encoding")).contains("chunked");
        assertThat(page.whole()).isTrue();
        assertThat(page.text().lines()).hasSize(12 * 200);
        assertThat(page.text()).endsWith("This is line 11 of a body that comes in pieces.\n");
    }

    @Test
    void aRequestThatChangesSomethingBecomesACall() {
        int before = Integer.parseInt(browser.get(host, "/visits").text());

        assertThat(browser.ask("POST", host, "/visits", "hello").text()).isEqualTo(Integer.toString(before + 1));
        assertThat(browser.ask("POST", rawHost, "/visits", "hello").text()).isEqualTo(Integer.toString(before + 2));
        assertThat(browser.get(host, "/visits").text()).isEqualTo(Integer.toString(before + 2));
    }

    @Test
    void aRequestForTheHeadGetsNoBody() {
        var whole = browser.get(host, "/style.css");
        var head = browser.ask("HEAD", host, "/style.css", "");

        assertThat(head.status()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(head.header("Content-Length")).contains(Integer.toString(whole.body().length));
        var streamed = browser.ask("HEAD", host, "/epic.txt", "");
        assertThat(streamed.status()).isEqualTo(200);
        assertThat(streamed.body()).isEmpty();
    }

    @Test
    void aRequestThatIsTooLargeIsRefused() {
        var page = browser.ask("POST", host, "/visits", "x".repeat(3 << 20));

        assertThat(page.status()).isEqualTo(413);
        assertThat(page.text()).contains("a call has at most");
        assertThat(browser.ask("POST", host, "/visits", "x".repeat(6 << 20)).status())
                .isEqualTo(413);
    }

    @Test
    void moreBytesAtATimeThanTheNodeTakesOrSendsAreRefusedForNow() {
        var narrow = ServerConfig.DEFAULT.withAddress("127.0.0.1", 0).withBytesInFlightMax(100);
        try (var busy = HttpServer.start(narrow, replica)) {
            var other = new Browser(busy.port());

            var received = other.ask("POST", host, "/visits", "x".repeat(101), "Accept: text/html");
            assertThat(received.status()).isEqualTo(429);
            assertThat(received.text()).contains("<h1>This node is busy</h1>");
            var sent = other.get(host, "/epic.txt");
            assertThat(sent.status()).isEqualTo(429);
            assertThat(sent.text()).startsWith("This node is busy.\n");
            assertThat(other.get(host, "/").status()).isEqualTo(200);
        }
    }

    @Test
    void canistersThatServeNoPagesAreNamed() throws IOException {
        var backend = installed("examples/notes/notes.wasm");
        var empty = management.create(OWNER);

        var noPages = browser.get(backend + ".localhost", "/");
        assertThat(noPages.status()).isEqualTo(404);
        assertThat(noPages.text()).contains("This canister serves no pages").contains("IC0536");
        assertThat(browser.get(empty + ".localhost", "/").text()).contains("This canister is empty");

        management.call(OWNER, backend, "stop_canister");
        var stopped = browser.get(backend + ".localhost", "/");
        assertThat(stopped.status()).isEqualTo(503);
        assertThat(stopped.text()).contains("This canister does not run");
    }

    @Test
    void pagesAreCountedAmongTheRequests() {
        browser.get(host, "/");

        assertThat(TestClient.text(client.get("/metrics")))
                .contains("decant_http_requests_total{route=\"page\",status=\"200\"}");
    }
}
