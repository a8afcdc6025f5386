package decant.cli.upgrade;

import static decant.cli.WholeNode.example;
import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Hash;
import decant.cli.WholeNode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Ways out for a vault whose hook traps, each from the command line to the vault in a whole node.
final class RepairCommandsTest {
    @TempDir
    Path folder;

    private WholeNode node;

    @BeforeEach
    void startNodeWithStuckVault() {
        node = new WholeNode(folder);
        node.deploy("vault/v1.wasm", "vault");
        node.done("call", "vault", "fill", "(6)");
        assertThat(node.failed("deploy", example("vault/v2-rebuilt.wasm"), "--name", "vault"))
                .contains("at stage pre_upgrade. Nothing has changed: vault still runs module")
                .contains("32 bit stable memory api");
    }

    @AfterEach
    void closeNode() {
        node.close();
    }

    private void expectWhole() {
        assertThat(node.done("call", "vault", "verify", "--query")).isEqualTo("(5 : nat64)");
    }

    private void expectUpgrade() {
        expectWhole();
        assertThat(node.deploy("vault/v2-rebuilt.wasm", "vault")).contains("upgraded");
        expectWhole();
        assertThat(node.done("canister", "logs", "vault")).contains("The vault has its index again.");
    }

    @Test
    void theNodeGraftsTheHooksOfARebuiltModule() {
        String[] deploy = {"deploy", example("vault/v2-rebuilt.wasm"), "--name", "vault", "--mode", "lifecycle-upgrade"
        };
        assertThat(node.failed(deploy)).contains("at stage check").contains("heap-proof.p2");
        assertThat(node.done(append(deploy, "--graft", "--dry-run"))).contains("went well; nothing was changed");
        var told = node.done(append(deploy, "--graft"));
        assertThat(told).contains("given new hooks, all its state kept").contains("To undo this: decant undo vault");
        var installed = node.status("vault", "module").replaceAll(" .*", "");
        assertThat(told).contains(": module " + installed);
        assertThat(node.done("history", "vault")).contains("lifecycle upgrade");
        expectUpgrade();
    }

    @Test
    void aModuleThatWasGraftedElsewhereIsInstalled() throws Exception {
        node.done(
                "graft",
                example("vault/v1.wasm"),
                example("vault/v2-rebuilt.wasm"),
                "--old-symbols",
                example("vault/v1-symbols.wasm"),
                "-o",
                "grafted.wasm");
        node.done("deploy", "grafted.wasm", "--name", "vault", "--mode", "lifecycle-upgrade");
        var hash = Hash.sha256(Files.readAllBytes(folder.resolve("grafted.wasm")));
        assertThat(node.status("vault", "module")).startsWith(hash.hex());
        expectUpgrade();
    }

    @Test
    void aRescuedModuleIsInstalled() {
        node.done("rescue", "stable64", example("vault/v1.wasm"), "-o", "rescued.wasm");
        node.done("deploy", "rescued.wasm", "--name", "vault", "--mode", "lifecycle-upgrade");
        expectUpgrade();
    }

    @Test
    void aMotokoActorGetsTheHookThatTheSameCompilerMade() {
        node.deploy("counter/v2-stuck.wasm", "counter");
        node.done("call", "counter", "add", "(7)");
        String[] upgrade = {"deploy", example("counter/v2.wasm"), "--name", "counter"};
        assertThat(node.failed(upgrade))
                .contains("assertion failed at v2-stuck.mo")
                .contains("Hint: the hook that failed is the installed module's own");
        assertThat(node.failed(append(upgrade, "--mode", "upgrade", "--skip-pre-upgrade")))
                .contains("Without pre_upgrade the new code does not find the stable variables of counter");
        assertThat(node.failed(append(upgrade, "--mode", "upgrade", "--on-try-trap", "discard")))
                .contains("If pre_upgrade traps, the new code does not find the stable variables of counter");

        node.deploy("counter/repaired/v2-stuck.wasm", "counter", "--mode", "lifecycle-upgrade", "--graft");
        assertThat(node.done(upgrade)).contains("upgraded, its heap kept");
        assertThat(node.done("call", "counter", "get", "--query")).isEqualTo("(7 : nat)");
    }

    @Test
    void anActorWhoseHookIsSkippedIsSaidToHaveLostItsVariables() {
        node.deploy("counter/v2-stuck.wasm", "counter");
        node.done("call", "counter", "add", "(7)");
        assertThat(node.deploy("counter/v2.wasm", "counter", "--mode", "upgrade", "--skip-pre-upgrade", "--yes"))
                .contains(") upgraded: module")
                .contains("was dropped, and no hook ran before that");
        assertThat(node.done("call", "counter", "get", "--query")).isEqualTo("(0 : nat)");
        node.done("undo", "counter", "--yes");
        assertThat(node.done("call", "counter", "get", "--query")).isEqualTo("(7 : nat)");
    }

    @Test
    void aGraftThatDoesNotGoLeavesTheVaultAsItWas() {
        String[] deploy = {
            "deploy", example("vault/v2.wasm"), "--name", "vault", "--mode", "lifecycle-upgrade", "--graft"
        };
        assertThat(node.failed(deploy))
                .contains("at stage check. Nothing has changed")
                .contains("error graft, the replacement: the hook cannot be made part of the installed module")
                .contains("Hint: a graft finds out where");
        deploy[1] = example("vault/v1-symbols.wasm");
        assertThat(node.failed(deploy))
                .contains("the hooks of the module are those that are installed, so there is nothing to graft");
        expectWhole();
        assertThat(node.failed("deploy", example("vault/v2-rebuilt.wasm"), "--name", "vault"))
                .contains("32 bit stable memory api");
    }

    private static String[] append(String[] command, String... words) {
        var more = java.util.Arrays.copyOf(command, command.length + words.length);
        System.arraycopy(words, 0, more, command.length, words.length);
        return more;
    }
}
