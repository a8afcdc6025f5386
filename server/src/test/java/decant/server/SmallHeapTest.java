package decant.server;

import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Principal;
import decant.candid.Candid;
import decant.protocol.Identity;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Many large calls at once do not fill the heap of a small node: it answers some, and tells the others to ask again.
final class SmallHeapTest {
    private static final int HEAP_MEBIBYTES = 512;
    private static final Identity ANYBODY = new Identity.Anonymous();

    @TempDir
    private Path folder;

    private Process node;
    private TestClient client;
    private Principal teller;

    @BeforeEach
    void startSmallNode() throws Exception {
        node = SmallNode.start(folder, HEAP_MEBIBYTES);
        // A node whose heap is full may not answer at all.
        CompletableFuture.delayedExecutor(2, TimeUnit.MINUTES).execute(node::destroyForcibly);
        var output = new BufferedReader(new InputStreamReader(node.getInputStream(), StandardCharsets.UTF_8));
        client = new TestClient(Integer.parseInt(output.readLine()));
        var management = new ManagementClient(client);
        teller = management.create(ANYBODY);
        var module =
                Path.of(System.getProperty("decant.root"), "replica/src/test/resources/decant/replica/teller.wasm");
        byte[] wasm = Files.readAllBytes(module);
        ManagementClient.replied(management.install(ANYBODY, teller, "install", wasm, Candid.encode(List.of())));
    }

    @AfterEach
    void stopNode() throws Exception {
        client.close();
        node.getOutputStream().close();
        if (!node.waitFor(1, TimeUnit.MINUTES)) {
            node.destroyForcibly();
        }
    }

    @ParameterizedTest(name = "{0} calls at once, with arguments of {1} bytes and replies of 1 MiB")
    @CsvSource({"400, 0", "200, 2000000"})
    void largeCallsAreAnsweredOrPutOff(int calls, int argumentBytes) throws Exception {
        var statuses = callAtOnce(calls, new byte[argumentBytes]);
        assertThat(statuses.keySet()).isSubsetOf(200, 429);
        assertThat(statuses.get(200)).isPositive();
        assertThat(ManagementClient.replied(client.call(ANYBODY, teller, teller, "tell", new byte[0])))
                .hasSize(1 << 20);
        assertThat(node.isAlive()).isTrue();
    }

    /// {@return how many calls were answered with which status}
    private Map<Integer, Integer> callAtOnce(int calls, byte[] argument) throws Exception {
        var statuses = new TreeMap<Integer, Integer>();
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            var made = new ArrayList<Future<Integer>>();
            for (int i = 0; i < calls; i++) {
                byte[] request = ANYBODY.sign(client.callContent(ANYBODY, teller, "tell", argument))
                        .envelope();
                made.add(callers.submit(() -> client.post("/api/v4/canister/" + teller + "/call", request)
                        .statusCode()));
            }
            for (var call : made) {
                statuses.merge(call.get(), 1, Integer::sum);
            }
        }
        return statuses;
    }
}
