package decant.cli;

import static org.assertj.core.api.Assertions.assertThat;

import decant.cli.terminal.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the command says about itself and about mistakes made before any node is asked. `-Dapprove` rewrites the files.
final class UsageTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "demo --help",
                "start --help",
                "deploy --help",
                "call --help",
                "canister --help",
                "canister list --help",
                "canister status --help",
                "canister delete --help",
                "canister logs --help",
                "check --help",
                "rehearse --help",
                "bisect --help",
                "doctor --help",
                "history --help",
                "undo --help",
                "snapshot --help",
                "snapshot take --help",
                "snapshot list --help",
                "snapshot restore --help",
                "snapshot delete --help",
                "snapshot export --help",
                "snapshot import --help",
                "inspect --help",
                "backup --help",
                "backup create --help",
                "backup list --help",
                "backup verify --help",
                "backup restore --help",
                "policy --help",
                "graft --help",
                "rescue --help",
                "rescue stable64 --help",
                "completion --help"
            })
    void helpIsAsApproved(String arguments) throws IOException {
        var outcome = new Shell(folder).run(arguments.split(" "));
        assertThat(outcome.status()).isEqualTo(ExitCode.DONE);
        assertThat(outcome.err()).isEmpty();
        Golden.check(
                "help-"
                        + arguments
                                .replace(" --help", "")
                                .replace("--help", "decant")
                                .replace(' ', '-'),
                outcome.out());
    }

    /// Named first, a command is looked for alone.
    @Test
    void everyCommandThatTheHelpListsIsThere() {
        var help = new Shell(folder).run("--help").out();
        var commands = help.substring(help.indexOf("Commands:"), help.indexOf("Examples:"))
                .lines()
                .filter(line -> line.matches("  [a-z].*"))
                .map(line -> line.strip().split(" ", 2)[0])
                .toList();
        assertThat(commands).hasSizeGreaterThan(15).contains("demo", "help");
        for (String command : commands) {
            var outcome = new Shell(folder).run(command, "--help");
            assertThat(outcome.status()).as(outcome.err()).isEqualTo(ExitCode.DONE);
            assertThat(outcome.out()).contains("Usage: decant " + command);
        }
    }

    @Test
    void theVersionIsThatOfTheBuild() {
        var outcome = new Shell(folder).run("--version");
        assertThat(outcome.status()).isEqualTo(ExitCode.DONE);
        assertThat(outcome.out().strip()).matches("decant [0-9]+\\.[0-9]+\\.[0-9]+(-SNAPSHOT)?");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "dance",
                "canister lst",
                "call counter inc () ()",
                "call",
                "call counter inc --speed 3",
                "deploy counter.wasm --mode sideways",
                "deploy counter.wasm --keep-heap --replace-heap",
                "deploy counter.wasm --on-try-trap shrug",
                "deploy counter.wasm --expected-version latest",
                "start --outcalls-ca nowhere.pem",
                "start --port many",
                "start --port 70000",
                "start --hibernate-after 0",
                "canister",
                "canister status",
                "check v1.wasm",
                "rehearse counter",
                "bisect counter",
                "rehearse counter v2.wasm --forward soon",
                "rehearse counter v2.wasm --replay all",
                "history",
                "history counter --report 1 --pin 2",
                "history counter --report all",
                "undo",
                "undo counter --to yesterday",
                "snapshot",
                "snapshot export vault",
                "snapshot restore vault",
                "policy counter loose",
                "graft old.wasm new.wasm",
                "rescue",
                "rescue stable64 old.wasm",
                "call aaaaa-aa m --hex 4",
                "call aaaaa-aa m () --hex 44",
                "canister list --root-key xyz"
            })
    void whatIsNotUnderstoodIsToldAsApproved(String arguments) throws IOException {
        var outcome = new Shell(folder).run(arguments.isEmpty() ? new String[0] : arguments.split(" "));
        assertThat(outcome.status()).isEqualTo(ExitCode.NOT_UNDERSTOOD);
        assertThat(outcome.out()).isEmpty();
        Golden.check("usage " + arguments, outcome.err());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "deploy nowhere.wasm",
                "deploy text.wasm",
                "deploy cut.wasm.gz",
                "canister list --node http://127.0.0.1:1",
                "canister list --node http://127.0.0.1:1 --json",
                "canister list --node nonsense",
                "canister list --node http://node.example",
                "canister list --identity nowhere.pem",
                "canister list --identity text.wasm",
                "graft text.wasm text.wasm -o out.wasm",
                "graft nowhere.wasm text.wasm -o out.wasm --json",
                "rescue stable64 damaged.wasm -o out.wasm",
            })
    void whatCannotBeDoneIsToldAsApproved(String arguments) throws IOException {
        Files.writeString(folder.resolve("text.wasm"), "(module)");
        Files.write(folder.resolve("cut.wasm.gz"), new byte[] {0x1F, (byte) 0x8B, 8, 0, 0});
        Files.write(folder.resolve("damaged.wasm"), new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0, 1, 5});
        var outcome = new Shell(folder).run(arguments.split(" "));
        boolean judges = arguments.startsWith("graft") || arguments.startsWith("rescue");
        assertThat(outcome.status()).as(outcome.err()).isEqualTo(judges ? ExitCode.NOT_UNDERSTOOD : ExitCode.FAILED);
        assertThat(outcome.out()).isEmpty();
        Golden.check(
                "failure " + arguments,
                outcome.err().replace(folder.toRealPath().toString(), "FOLDER").replace(folder.toString(), "FOLDER"));
    }

    @Test
    void theCompletionScriptKnowsTheCommands() {
        var outcome = new Shell(folder).run("completion");
        assertThat(outcome.status()).isEqualTo(ExitCode.DONE);
        assertThat(outcome.out()).contains("complete -F _complete_decant", "reinstall", "canister");
    }

    @Test
    void aKeyPairIsMadeOnFirstUseThatOnlyItsOwnerCanRead() throws IOException {
        var shell = new Shell(folder);
        shell.run("canister", "list", "--node", "http://127.0.0.1:1");
        var file = folder.resolve(".config/decant/identity.pem");
        assertThat(file).content().startsWith("-----BEGIN PRIVATE KEY-----");
        assertThat(Files.getPosixFilePermissions(file)).hasToString("[OWNER_READ, OWNER_WRITE]");

        var first = Files.readString(file);
        shell.run("canister", "list", "--node", "http://127.0.0.1:1");
        assertThat(file).hasContent(first);
    }
}
