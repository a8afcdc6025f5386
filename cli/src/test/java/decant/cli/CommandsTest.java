package decant.cli;

import static decant.cli.WholeNode.example;
import static decant.cli.WholeNode.lineOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import decant.cli.host.EmbeddedNode;
import decant.cli.terminal.CommandFailure;
import decant.cli.terminal.ExitCode;
import decant.motoko.MotokoCompiler;
import decant.motoko.MotokoException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The commands, against a whole node in the test's process.
final class CommandsTest {
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
    void aCanisterIsDeployedCalledUpgradedAndKeepsItsState() {
        assertThat(deploy("counter/v1.wasm", "counter")).startsWith("counter (").contains("created and installed");
        assertThat(done("call", "counter", "add", "(5)")).isEqualTo("(5 : nat)");
        assertThat(done("call", "counter", "get", "--query")).isEqualTo("(5 : nat)");
        assertThat(done("canister", "list")).contains("counter").contains("running");

        assertThat(deploy("counter/v2.wasm", "counter")).contains("upgraded, its heap kept");
        assertThat(done("call", "counter", "get")).isEqualTo("(5 : nat)");
        assertThat(done("call", "counter", "statistics", "--query"))
                .contains("highest = 5 : nat")
                .contains("upgrades = 1 : nat");
    }

    @Test
    void anUpgradeThatTrapsChangesNothing() {
        deploy("counter/v1.wasm", "counter");
        done("call", "counter", "add", "(5)");
        var before = done("canister", "status", "counter");

        var failure = failed("deploy", example("counter/v2-refuses.wasm"), "--name", "counter");
        assertThat(failure).contains("The upgrade of counter was rejected (IC0").contains("Nothing has changed");
        assertThat(done("call", "counter", "get")).isEqualTo("(5 : nat)");
        assertThat(lineOf("module", done("canister", "status", "counter"))).isEqualTo(lineOf("module", before));
        assertThat(done("canister", "status", "counter")).contains("running");
    }

    @Test
    void aHookThatTrapsIsNamedAndTheOldCodeGoesOn() {
        deploy("counter-classic/v1.wasm", "counters");
        done("call", "counters", "add", "(\"a\", 70_000)");
        assertThat(failed("deploy", example("counter-classic/v2.wasm"), "--name", "counters"))
                .contains("rejected (IC0");
        assertThat(done("call", "counters", "get", "(\"a\")", "--query")).isEqualTo("(70_000 : nat)");
        done("call", "counters", "move", "(\"a\", \"b\", 40_000)");
        deploy("counter-classic/v2.wasm", "counters");
        assertThat(done("call", "counters", "total")).isEqualTo("(70_000 : nat)");
    }

    @Test
    void aReinstallNeedsConsent() {
        deploy("counter/v1.wasm", "counter");
        done("call", "counter", "inc");
        String[] reinstall = {"deploy", example("counter/v1.wasm"), "--name", "counter", "--mode", "reinstall"};
        assertThat(failed(reinstall)).contains("wipes its state").contains("Say --yes");
        assertThat(done("call", "counter", "get")).isEqualTo("(1 : nat)");

        assertThat(node.shell().typing("no").run(reinstall).err()).contains("Nothing was done");
        assertThat(node.shell().questions())
                .singleElement()
                .asString()
                .startsWith("Reinstalling counter wipes its state: ");
        assertThat(done("call", "counter", "get")).isEqualTo("(1 : nat)");

        assertThat(node.shell().typing("yes").run(reinstall).status()).isEqualTo(ExitCode.DONE);
        assertThat(done("call", "counter", "get")).isEqualTo("(0 : nat)");
    }

    @Test
    void aStoppedCanisterIsStartedAgain() {
        deploy("counter/v1.wasm", "counter");
        assertThat(done("canister", "stop", "counter")).isEqualTo("counter is stopped.");
        assertThat(failed("call", "counter", "inc")).contains("IC0508");
        deploy("counter/v2.wasm", "counter");
        assertThat(lineOf("status", done("canister", "status", "counter"))).contains("stopped");
        assertThat(done("canister", "start", "counter")).isEqualTo("counter is running.");
        assertThat(done("call", "counter", "inc")).isEqualTo("(1 : nat)");
    }

    @Test
    void whoDeploysPagesIsToldWhereTheyAre() {
        assertThat(deploy("site/site.wasm", "site"))
                .containsPattern("\nIts pages: http://[a-z0-9-]+-cai\\.localhost:\\d+/");
        assertThat(deploy("counter/v1.wasm", "counter")).doesNotContain("Its pages");
    }

    @Test
    void aDeletedCanisterIsGone() {
        deploy("counter/v1.wasm", "counter");
        assertThat(failed("canister", "delete", "counter")).contains("takes its code and state away");
        assertThat(done("canister", "delete", "counter", "--yes")).startsWith("counter is deleted.");
        assertThat(failed("call", "counter", "inc")).contains("There is no canister \"counter\"");
    }

    @Test
    void trapsAreLogged() {
        deploy("counter-classic/v1.wasm", "counters");
        assertThat(failed("call", "counters", "move", "(\"a\", \"b\", 1)"))
                .contains("IC0503")
                .contains("no counter a");
        assertThat(done("canister", "logs", "counters")).contains("no counter a");
    }

    @Test
    void argumentsAreTypedByTheInterface() {
        deploy("ledger/v1.wasm", "ledger", "--arg", "(opt record { symbol = \"TEA\" })");
        assertThat(done("call", "ledger", "symbol", "--query")).isEqualTo("(\"TEA\")");
        assertThat(done("call", "ledger", "transfer", "(principal \"2vxsx-fae\", 1)"))
                .contains("insufficientFunds")
                .contains("balance = 0 : nat");
        assertThat(failed("call", "ledger", "owner", "(\"one\")"))
                .contains("The argument (\"one\") does not fit")
                .contains("The method owner takes (nat)");
        assertThat(failed("call", "ledger", "steal"))
                .contains("no method \"steal\"")
                .contains("transfer");
    }

    @Test
    void aModuleThatNeedsArgumentsSaysSo() {
        assertThat(failed("deploy", example("chat/chat.wasm"), "--name", "alice"))
                .contains("takes arguments")
                .contains("(text)");
        deploy("chat/chat.wasm", "alice", "--arg", "(\"Alice\")");
        deploy("chat/chat.wasm", "bob", "--arg", "(\"Bob\")");
        var bob = lineOf("canister", done("canister", "status", "bob")).replaceAll(".* ", "");
        done("call", "alice", "meet", "(principal \"" + bob + "\")");
        assertThat(done("call", "alice", "say", "(\"Hello\")")).isEqualTo("(opt (1 : nat))");
        assertThat(done("call", "bob", "lines", "--query")).contains("Alice").contains("Hello");
    }

    @Test
    void aDeploymentThatCannotBeginLeavesNoCanisterBehind() {
        assertThat(failed("deploy", example("counter/v1.wasm"), "--name", " ")).contains("visible characters");
        assertThat(failed("deploy", example("chat/chat.wasm"))).contains("takes arguments");
        assertThat(done("canister", "list")).isEqualTo("There is no canister on this node.");
    }

    @Test
    void theManagementCanisterIsCalledLikeAnyOther() {
        deploy("counter/v1.wasm", "counter");
        var counter = lineOf("canister", done("canister", "status", "counter")).replaceAll(".* ", "");
        var settings = "(record { canister_id = principal \"" + counter
                + "\"; settings = record { controllers = opt vec {} } })";
        assertThat(done("call", "aaaaa-aa", "update_settings", settings)).isEqualTo("()");
        assertThat(failed("canister", "stop", "counter")).contains("IC0512");
        assertThat(failed("call", "aaaaa-aa", "raw_rand")).contains("Only canisters can call");
    }

    @Test
    void aPortThatIsTakenIsNotListenedOn() {
        int port = node.address().getPort();
        assertThatThrownBy(() -> EmbeddedNode.start(folder.resolve("other"), port))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("Port " + port + " of 127.0.0.1 cannot be had: Address already in use");
    }

    @Test
    void rawBytesGoInAndOut() {
        deploy("counter/v1.wasm", "counter");
        assertThat(done("call", "counter", "inc", "--hex", "4449444c0000")).isEqualTo("4449444c00017d01");
    }

    @Test
    void aReplyThatIsNoCandidIsShownAsItsBytes() {
        deploy("../replica/src/test/resources/decant/replica/probe.wasm", "probe");
        assertThat(done("call", "probe", "get")).isEqualTo("0000000000000000");
        assertThat(done("call", "probe", "get", "--json")).isEqualTo("{\"response_bytes\":\"0000000000000000\"}");
    }

    @Test
    void programsReadJson() {
        assertThat(deploy("counter/v1.wasm", "counter", "--json"))
                .startsWith("{\"name\":\"counter\",\"canister_id\":\"")
                .contains("\"mode\":\"install\",\"created\":true");
        assertThat(done("call", "counter", "inc", "--json"))
                .isEqualTo(
                        "{\"response_candid\":\"(1 : nat)\",\"response_bytes\":\"4449444c00017d01\",\"response\":[1]}");
        assertThat(done("canister", "list", "--json")).contains("\"name\":\"counter\"");
        assertThat(done("canister", "status", "counter", "--json")).contains("\"status\":\"running\"");
        assertThat(failed("call", "counter", "inc", "--hex", "00", "--json")).contains("\"error_code\":\"IC0503\"");
    }

    @Test
    void aLargeModuleTravelsInChunks() throws IOException {
        byte[] wasm = Files.readAllBytes(WholeNode.examples().resolve("notes/notes.wasm"));
        var large = new ByteArrayOutputStream();
        large.write(wasm);
        byte[] padding = new byte[3 << 20];
        large.write(0);
        large.write(new byte[] {(byte) 0x82, (byte) 0x80, (byte) 0xC0, 1}); // 3 MiB and two bytes, as LEB128
        large.write(new byte[] {1, 'x'});
        large.write(padding);
        Files.write(folder.resolve("large.wasm"), large.toByteArray());

        assertThat(done("deploy", "large.wasm", "--name", "notes")).contains("installed");
        assertThat(done("call", "notes", "add", "(\"remember\")")).isEqualTo("(0 : nat64)");
        deploy("notes/notes.wasm", "notes");
        assertThat(done("call", "notes", "get", "(0)", "--query")).isEqualTo("(opt \"remember\")");
    }

    @Test
    void aMotokoSourceIsCompiledOnTheWay() throws IOException {
        try {
            MotokoCompiler.find(WholeNode.examples().resolve("counter/v1.mo"), System.getenv());
        } catch (MotokoException e) {
            assumeThat(e).as("skipped: %s", e.getMessage()).isNull();
        }
        System.getenv().forEach(node.shell()::with);
        node.shell().with("HOME", folder.toString());
        assertThat(done("deploy", WholeNode.examples().resolve("counter/v1.mo").toString(), "--name", "counter"))
                .contains("installed");
        assertThat(done("call", "counter", "inc")).isEqualTo("(1 : nat)");
    }

    @Test
    void withoutAMotokoCompilerTheCommandSaysWhatToInstall() {
        assertThat(failed(
                        "deploy", WholeNode.examples().resolve("counter/v1.mo").toString(), "--name", "counter"))
                .contains("npm install motoko");
    }

    @Test
    void strangersChangeNothing() {
        deploy("counter/v1.wasm", "counter");
        node.becomeStranger();
        assertThat(failed("deploy", example("counter/v2.wasm"), "--name", "counter"))
                .contains("IC0512");
        assertThat(failed("canister", "stop", "counter")).contains("IC0512");
        assertThat(done("call", "counter", "inc")).isEqualTo("(1 : nat)");
    }

    private String deploy(String module, String name, String... more) {
        return node.deploy(module, name, more);
    }

    private String done(String... command) {
        return node.done(command);
    }

    private String failed(String... command) {
        return node.failed(command);
    }
}
