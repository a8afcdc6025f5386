package decant.cli.upgrade;

import static decant.cli.WholeNode.example;
import static org.assertj.core.api.Assertions.assertThat;

import decant.cli.Main;
import decant.cli.WholeNode;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A deployment in a process of its own ends while the canister is stopped for it.
@DisplayName("C15: a deployment is interrupted, and leaves the canister stopped")
final class InterruptedDeployTest {
    @TempDir
    Path folder;

    private WholeNode node;

    @BeforeEach
    void startNode() {
        node = new WholeNode(folder);
        node.deploy("counter/v1.wasm", "counter");
        node.done("call", "counter", "add", "(41)");
    }

    @AfterEach
    void closeNode() {
        node.close();
    }

    /// A way to end a process.
    private interface End {
        void of(Process process);
    }

    /// Lets an upgrade begin, and ends the process when the canister is stopped and the new code on its way.
    ///
    /// @return the process, which has ended
    private Process interruptUpgrade(End end) throws IOException, InterruptedException {
        try (var proxy = new HoldingProxy(node.address(), "install_code")) {
            var command = new ArrayList<String>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
            command.addAll(List.of("deploy", example("counter/v2.wasm"), "--name", "counter"));
            var builder = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("output").toFile());
            builder.environment().put("HOME", folder.toString());
            builder.environment().put("DECANT_NODE", proxy.address());
            var process = builder.start();
            try {
                proxy.awaitHeld();
                assertThat(node.status("counter", "status")).isEqualTo("stopped");
                end.of(process);
                process.waitFor();
                return process;
            } finally {
                process.destroyForcibly().waitFor();
            }
        }
    }

    @Test
    void oneThatIsToldToEndStartsTheCanisterAgain() throws Exception {
        interruptUpgrade(Process::destroy);
        assertThat(folder.resolve("output")).content().contains("Interrupted: ", " is started again.");
        assertThat(node.status("counter", "status")).isEqualTo("running");
        assertThat(node.done("call", "counter", "inc")).isEqualTo("(42 : nat)");
        assertThat(node.deploy("counter/v2.wasm", "counter")).doesNotContain("stopped");
        assertThat(node.done("call", "counter", "statistics", "--query")).contains("highest = 42");
    }

    @Test
    void oneThatIsKilledLeavesItStoppedAndWhoeverDeploysNextIsTold() throws Exception {
        assertThat(interruptUpgrade(Process::destroyForcibly).exitValue()).isEqualTo(128 + 9);
        assertThat(node.status("counter", "status")).isEqualTo("stopped");
        assertThat(node.failed("call", "counter", "inc")).contains("IC0508").contains("decant canister start counter");

        assertThat(node.failed("deploy", example("counter/v2-refuses.wasm"), "--name", "counter"))
                .contains("counter still has module ")
                .contains("counter is stopped, as it was before: it takes no calls. To start it: decant canister start"
                        + " counter");
        assertThat(node.deploy("counter/v2.wasm", "counter"))
                .contains("counter is stopped, as it was before: it takes no calls. To start it: decant canister start"
                        + " counter");
        node.done("canister", "start", "counter");
        assertThat(node.done("call", "counter", "inc")).isEqualTo("(42 : nat)");
        assertThat(node.done("call", "counter", "statistics", "--query")).contains("highest = 42");
    }
}
