package decant.cli.backup;

import static org.assertj.core.api.Assertions.assertThat;

import decant.cli.WholeNode;
import decant.cli.terminal.ExitCode;
import decant.replica.StoppedNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The commands for backups, beside a whole node that serves.
final class BackupCommandsTest {
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

    private static String stateHash(Path directory) {
        try (var stopped = StoppedNode.open(directory)) {
            return stopped.stateHash().hex();
        }
    }

    @Test
    void aNodeThatServesIsBackedUpAndRestoredElsewhere() {
        node.deploy("counter/v1.wasm", "counter");
        node.done("call", "counter", "add", "(5)");
        assertThat(node.done("backup", "create", "backups", "--state", "state"))
                .startsWith("Backup 1 has state after batch ");
        node.done("call", "counter", "add", "(5)");
        assertThat(node.done("backup", "create", "backups", "--state", "state", "--json"))
                .startsWith("{\"number\":2,\"time\":\"2");
        assertThat(node.done("backup", "list", "backups"))
                .containsPattern("NUMBER +TIME +BATCH +CHECKPOINT +NEW +STORED\n1 +2\\S+Z +\\d+ ")
                .containsPattern("\n2 +2\\S+Z +\\d+ ")
                .contains("All together take ");
        assertThat(node.done("backup", "list", "backups", "--json")).startsWith("[{\"number\":1,");
        var verified = node.done("backup", "verify", "backups", "--restore");
        assertThat(verified).contains("Backup 1, ", ": whole.", "Backup 2 was restored and opened: batch ");
        node.close();
        assertThat(verified).contains("1 canister, state " + stateHash(folder.resolve("state")));

        node.done("backup", "restore", "backups", "--state", "restored");
        assertThat(stateHash(folder.resolve("restored"))).isEqualTo(stateHash(folder.resolve("state")));
        assertThat(node.done("backup", "restore", "backups", "--state", "older", "--backup", "1"))
                .contains("To run it: decant start --state older");
        assertThat(stateHash(folder.resolve("older"))).isNotEqualTo(stateHash(folder.resolve("state")));
        assertThat(node.failed("backup", "restore", "backups", "--state", "older"))
                .contains("older is not empty; name a directory that is, or a new one");
        assertThat(node.failed("backup", "restore", "backups", "--state", "other", "--backup", "7"))
                .contains("There is no backup 7 in ");
        assertThat(node.done("backup", "create", "backups", "--state", "state"))
                .as("no node runs")
                .contains("Backup 3");
    }

    @Test
    void oldBackupsAreDeletedAndTheOthersStayWhole() {
        for (var module : new String[] {"counter/v1.wasm", "vault/v1.wasm", "ledger/v1.wasm"}) {
            node.deploy(module, module.replace("/v1.wasm", ""));
            node.done("backup", "create", "backups", "--state", "state");
        }
        assertThat(node.failed("backup", "delete", "backups", "1"))
                .contains("Backup 1 is deleted for good; this cannot be undone. Nobody is there to be asked");
        assertThat(node.failed("backup", "delete", "backups", "7", "--yes")).contains("There is no backup 7 in ");
        assertThat(node.failed("backup", "delete", "backups", "--keep", "0", "--yes"))
                .contains("--keep 0 would keep no backup");
        assertThat(node.failed("backup", "delete", "backups")).contains("Name the numbers of backups, or say --keep N");
        assertThat(node.done("backup", "delete", "backups", "--keep", "3", "--yes"))
                .contains("There are no more than 3 backups: nothing is deleted.");
        assertThat(node.done("backup", "delete", "backups", "--keep", "2", "--yes"))
                .contains("Backup 1 is deleted: ");
        assertThat(node.done("backup", "delete", "backups", "2", "--yes", "--json"))
                .startsWith("{\"deleted\":[2],\"freed_bytes\":");
        assertThat(node.done("backup", "verify", "backups", "--restore"))
                .contains("Backup 3 was restored and opened", "3 canisters");
    }

    @Test
    void damageIsNamedAndRepairedByTheNextBackup() throws IOException {
        node.deploy("counter/v1.wasm", "counter");
        node.done("backup", "create", "backups", "--state", "state");
        var pack = folder.resolve("backups/packs/0000000001.pack");
        var bytes = Files.readAllBytes(pack);
        bytes[100] ^= 1;
        Files.write(pack, bytes);
        var outcome = node.shell().run("backup", "verify", "backups");
        assertThat(outcome.status()).isEqualTo(ExitCode.FAILED);
        assertThat(outcome.out()).contains("DAMAGED: ", "0000000001.pack is damaged: at offset 28", "INCOMPLETE");
        var json = node.shell().run("backup", "verify", "backups", "--json", "--restore");
        assertThat(json.out())
                .startsWith("{\"whole\":false,\"damages\":[{\"file\":")
                .doesNotContain("restored");
        assertThat(node.failed("backup", "restore", "backups", "--state", "restored"))
                .contains("0000000001.pack is damaged");
        assertThat(folder).isDirectoryNotContaining("glob:**restored*");

        Files.delete(pack);
        node.done("backup", "create", "backups", "--state", "state");
        assertThat(node.done("backup", "verify", "backups")).doesNotContain("INCOMPLETE");
    }

    @Test
    void mistakesAreExplained() throws IOException {
        assertThat(node.failed("backup", "list", "nothing")).contains("there are no backups in ");
        assertThat(node.failed("backup", "create", "backups", "--state", "nothing"))
                .contains("is not the state directory of a node");
        Files.writeString(folder.resolve("notes.txt"), "hi");
        assertThat(node.failed("backup", "create", ".", "--state", "state")).contains("has something else in it");
        assertThat(node.failed("backup", "verify", "nothing", "--json")).startsWith("{\"error\":");
    }
}
