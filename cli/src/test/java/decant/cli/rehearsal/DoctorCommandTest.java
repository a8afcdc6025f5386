package decant.cli.rehearsal;

import static decant.cli.WholeNode.example;
import static org.assertj.core.api.Assertions.assertThat;

import decant.cli.Shell;
import decant.cli.WholeNode;
import decant.cli.host.EmbeddedNode;
import decant.cli.terminal.ExitCode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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
        assertThat(outcome.status()).as(outcome.err()).isEqualTo(ExitCode.FAILED);
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
        assertThat(nowhere.status()).isEqualTo(ExitCode.NOT_UNDERSTOOD);
        assertThat(node.shell()
                        .run("rehearse", "vault", example("vault/v2.wasm"), "--state", folder.toString())
                        .err())
                .contains("is not the state directory of a node");
    }

    @Test
    void whatTheNodeHasSeenByItselfIsToldWithoutRunningAnything() {
        node.deploy("counter/v1.wasm", "counter");
        assertThat(node.done("doctor", "--last"))
                .containsPattern("(?m)^CANISTER +LEAST LEFT +GROWS EACH DAY BY +FOR +SEEN +THEN$")
                .containsPattern("(?m)^counter .* not looked at yet$");
        assertThat(node.done("doctor", "--last", "--json")).contains("\"newest\":null");
        assertThat(node.notUnderstood("doctor", "--last", "--state", "there")).contains("does not run");
    }

    @Test
    void aNodeThatLooksOftenHasSeenACanisterSoon() {
        var config = EmbeddedNode.config(folder.resolve("quick")).withProbeEvery(Duration.ofMillis(1));
        try (var quick = EmbeddedNode.start(config, 0, List.of("localhost"))) {
            var shell = new Shell(folder).with("DECANT_NODE", quick.address().toString());
            shell.run("deploy", example("vault/v1.wasm"), "--name", "vault");
            shell.run("call", "vault", "fill", "(51)");
            var seen = shell.run("doctor", "--last");
            while (!seen.out().contains("failed at pre_upgrade")) {
                seen = shell.run("doctor", "--last");
            }
            assertThat(seen.status()).isEqualTo(ExitCode.FAILED);
        }
    }
}
