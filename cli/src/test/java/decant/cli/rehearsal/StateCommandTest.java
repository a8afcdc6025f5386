package decant.cli.rehearsal;

import static decant.cli.WholeNode.example;
import static org.assertj.core.api.Assertions.assertThat;

import decant.cli.WholeNode;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `decant state` against a whole node in the test's process.
final class StateCommandTest {
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

    private static String resource(String name) {
        return Path.of(System.getProperty("decant.root"), "cli", "src", "test", "resources", "state", name)
                .toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"kinds", "kinds-classic"})
    void stableVariablesOfEveryKindAreShown(String module) {
        node.done("deploy", resource(module + ".wasm"), "--name", "kinds");
        var status = node.done("canister", "status", "kinds");
        assertThat(node.done("state", "kinds"))
                .contains("\nanyone : ?Principal = null\n")
                .contains("\nblob : Blob = \"\\00\\FF\"\n")
                .contains("\nbuffer : [var ?Nat] = [?1, null, ?3]\n")
                .containsPattern("\nchar : Char = ('ß'|223)\n")
                .contains("\nfloat : Float = -1.5\n")
                .contains("\nintegers : [Int] = [-1, -64, -9223372036854775808,"
                        + " -340282366920938463463374607431768211456]\n")
                .contains("\nlist : ?(Nat, List) = ?(1, ?(2, null))\n")
                .contains(
                        "\nnaturals : [Nat] = [0, 1, 18446744073709551616, 340282366920938463463374607431768211456]\n")
                .contains("\noptions : (?Nat, ?Nat, ??Nat, ??Nat) = (null, ?4, ?null, ??5)\n")
                .contains("\nshapes : [Shape] = [#dot, #circle({radius = 3}), #line(-1, 2)]\n")
                .contains("\nshared_ : [Cell] = [{content = 1; label_ = \"it\"}, {content = 1; label_ = \"it\"}]\n")
                .contains(
                        "\nsigned : (Int8, Int16, Int32, Int64) = (-128, -32768, -2147483648, -9223372036854775808)\n")
                .contains("\nsmall : (Nat64, Int64) = (7, -7)\n")
                .contains("\ntext : Text = \"zähle \\\"bis\\\" 3\\nund weiter\"\n")
                .contains("\nvar touched : Nat = 0\n")
                .contains("\ntruth : Bool = true\n")
                .contains("\nunit : () = ()\n")
                .contains("\nwords : (Nat8, Nat16, Nat32, Nat64) = (255, 65535, 4294967295, 18446744073709551615)");
        assertThat(node.done("canister", "status", "kinds")).isEqualTo(status);
    }

    @Test
    void aMapIsShownAndCutShortUnlessAllIsWanted() {
        node.deploy("ledger/v1.wasm", "ledger", "--arg", "(null)");
        node.done("call", "ledger", "open", "(1, 60, 7)");
        node.done("call", "ledger", "mint", "(principal \"aaaaa-aa\", 123456789012345678901234567890)");
        assertThat(node.done("state", "ledger"))
                .contains("?(aaaaa-aa, 123456789012345678901234567890)")
                .contains("...\nvar supply : Nat = 123456789012345678901234568310\nsymbolText : Text = \"SIP\"");
        assertThat(node.done("state", "ledger", "--full"))
                .contains("; size = 61}\n")
                .doesNotContain("...");
        assertThat(node.done("state", "ledger", "--json"))
                .contains("{\"name\":\"transfers\",\"declaration\":\"var transfers : Nat\",\"value\":\"0\"}");
    }

    @Test
    void aSnapshotAndTheStateOfANodeThatDoesNotRunAreShown() {
        node.deploy("counter/v1.wasm", "counter");
        node.done("call", "counter", "add", "(41)");
        var exported = folder.resolve("exported").toString();
        node.done("snapshot", "export", "counter", exported);
        assertThat(node.done("state", exported)).contains("var count : Nat = 41");
        node.close();
        var offline = node.shell()
                .run("state", "counter", "--state", folder.resolve("state").toString());
        assertThat(offline.out()).as(offline.err()).contains("var count : Nat = 41");
    }

    @Test
    void theRegionsOfAMemoryManagerAreShown() {
        node.done("deploy", resource("regions.wasm"), "--name", "regions");
        assertThat(node.done("state", "regions"))
                .containsPattern("memory 0 +192 KiB\n")
                .containsPattern("memory 7 +8.1 MiB");
        assertThat(node.done("state", "regions", "--json"))
                .contains("\"regions\":[{\"memory\":0,\"wasm_pages\":3},{\"memory\":7,\"wasm_pages\":130}]");
    }

    @Test
    void whatCannotBeToldIsSaid() {
        node.deploy("counter-classic/v1.wasm", "counters");
        node.done("call", "counters", "add", "(\"many\", 70_000)");
        assertThat(node.done("state", "counters"))
                .contains(
                        "var saved : [(Text, Nat16)]\nWhat they hold cannot be told: the hook before an upgrade, which"
                                + " saves them, did not run to its end.");
        node.done("canister", "stop", "counters");
        assertThat(node.failed("state", "nobody")).contains("nobody");
    }

    @Test
    void aRehearsalTellsWhatVariablesHoldBeforeAndAfter() {
        node.deploy("counter/v1.wasm", "counter");
        node.done("call", "counter", "add", "(7)");
        var report = node.shell().run("rehearse", "counter", example("counter/v2-retyped.wasm"), "--json");
        assertThat(report.out()).contains("\"value_before\":\"7\"");
        var kept = node.shell().run("rehearse", "counter", example("counter/v2.wasm"), "--json");
        assertThat(kept.out()).contains("\"value_before\":\"7\"").contains("\"value_after\":\"7\"");
    }
}
