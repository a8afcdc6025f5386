package decant.cli;

import static decant.cli.WholeNode.example;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `decant doctor` against a whole node in the test's process.
final class DoctorCommandTest {
    @TempDir
    Path folder;

    private WholeNode node;

    @BeforeEach
    void startNode() {
        node = new WholeNode(folder);
    }

    @AfterEach
    void closeNode() {
        node.close();
    }

    @Test
    void canistersThatCanBeUpgradedAreToldWithWhatIsLeast() {
        assertThat(node.done("doctor")).isEqualTo("There is no canister with code that is yours.");
        node.deploy("counter/v1.wasm", "counter");
        node.deploy("chat/chat.wasm", "chat", "--arg", "(\"Alice\")");
        var status = node.done("canister", "status", "counter");
        assertThat(node.done("doctor"))
                .containsPattern("(?m)^CANISTER +LEAST LEFT +FOR +NOW$")
                .containsPattern("(?m)^counter +99 % of [a-z ]+ +not known +can be upgraded$")
                .containsPattern("(?m)^chat .* can be upgraded$");
        assertThat(node.done("doctor", "--json"))
                .startsWith("{\"canisters\":[{")
                .contains("\"upgradable\":true");
        assertThat(node.done("canister", "status", "counter")).isEqualTo(status);
        node.becomeStranger();
        assertThat(node.done("doctor")).isEqualTo("There is no canister with code that is yours.");
    }

    @Test
    void oneThatIsStuckIsExplainedAlsoWhenTheNodeDoesNotRun() {
        node.deploy("counter/v1.wasm", "counter");
        node.deploy("vault/v1.wasm", "vault");
        node.done("call", "vault", "fill", "(51)");
        var outcome = node.shell().run("doctor");
        assertThat(outcome.status()).as(outcome.err()).isEqualTo(CommandLineInterface.FAILED);
        assertThat(outcome.out())
                .containsPattern("(?m)^counter .* can be upgraded$")
                .containsPattern("(?m)^vault +- +not known +fails at pre_upgrade$")
                .contains("32 bit stable memory api used on a memory larger than 4GB");
        node.close();
        var offline =
                node.shell().run("doctor", "--state", folder.resolve("state").toString());
        assertThat(offline.out()).isEqualTo(outcome.out());
        var nowhere =
                node.shell().run("doctor", "--state", folder.resolve("nowhere").toString());
        assertThat(nowhere.status()).isEqualTo(CommandLineInterface.NOT_UNDERSTOOD);
        assertThat(node.shell()
                        .run("rehearse", "vault", example("vault/v2.wasm"), "--state", folder.toString())
                        .err())
                .contains("is not the state directory of a node");
    }
}
