package decant.cli.modules;

import static org.assertj.core.api.Assertions.assertThat;

import decant.cli.Golden;
import decant.cli.Shell;
import decant.cli.Shell.Outcome;
import decant.cli.terminal.ExitCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `decant check` says about pairs of files. `-Dapprove` rewrites the texts.
final class CheckCommandTest {
    private static final Path EXAMPLES = Path.of(System.getProperty("decant.root"), "examples");

    @TempDir
    Path folder;

    @Test
    void aVersionThatTakesEverythingOverIsCompatible() throws IOException {
        copy("counter/v1.wasm");
        copy("counter/v2.wasm");
        check(ExitCode.DONE, "check compatible", "v1.wasm", "v2.wasm");
        check(ExitCode.DONE, "check compatible json", "v1.wasm", "v2.wasm", "--json");
    }

    @Test
    void aVersionThatLosesVariablesAndMethodsIsNot() throws IOException {
        copy("counter/v1.wasm");
        copy("counter/v2.wasm");
        check(ExitCode.FAILED, "check incompatible", "v2.wasm", "v1.wasm");
        check(ExitCode.FAILED, "check incompatible json", "v2.wasm", "v1.wasm", "--json");
    }

    @Test
    void aLossThatIsAcknowledgedIsAWarning() throws IOException {
        copy("counter/v1.most");
        copy("counter/v2.most");
        check(ExitCode.DONE, "check acknowledged", "v2.most", "v1.most", "--drop", "highest", "--drop", "upgrades");
        check(ExitCode.FAILED, "check partly acknowledged", "v2.most", "v1.most", "--drop", "highest");
    }

    @Test
    void interfacesAreComparedWithoutModules() throws IOException {
        write("old.did", """
                type User = record { name : text; age : nat };
                service : (text) -> {
                  user : (principal) -> (opt User) query;
                  rename : (text) -> (variant { ok; err : text });
                  count : () -> (nat) query;
                }""");
        write("new.did", """
                type User = record { name : text; age : text };
                service : (text) -> {
                  user : (principal) -> (opt User) query;
                  rename : (record { first : text; last : text }) -> (variant { ok; err : text; taken });
                  count : () -> (nat) query;
                }""");
        check(ExitCode.FAILED, "check interfaces", "old.did", "new.did", "--arg", "(\"a\")");
    }

    @Test
    void stableVariablesAreExplainedFieldByField() throws IOException {
        write("old.most", """
                type User__1 = {name : Text; email : Text; age : Nat8};
                actor {
                  stable var users : [(Principal, User__1)];
                  stable var state : {#open; #closed : Nat};
                  stable total : Nat
                };""");
        write("new.most", """
                type User__2 = {name : Text; age : Nat16};
                actor {
                  stable var users : [(Principal, User__2)];
                  stable var state : {#open};
                  stable sum : Nat
                };""");
        check(ExitCode.FAILED, "check stable variables", "old.most", "new.most");
    }

    @Test
    void anArgumentThatDoesNotFitIsFound() throws IOException {
        copy("ledger/v1.wasm");
        check(ExitCode.FAILED, "check argument", "v1.wasm", "v1.wasm", "--arg", "(7)");
    }

    @Test
    void aModuleMayBeCompressedAndComparedWithADescription() throws IOException {
        var zipped = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(zipped)) {
            gzip.write(Files.readAllBytes(EXAMPLES.resolve("counter/v1.wasm")));
        }
        Files.write(folder.resolve("v1.wasm.gz"), zipped.toByteArray());
        copy("counter/v2.did");
        check(ExitCode.DONE, "check described", "v1.wasm.gz", "v2.did");
    }

    @Test
    void aDroppedHeapIsFound() throws IOException {
        copy("counter/v1.wasm");
        Files.copy(EXAMPLES.resolve("counter-classic/v1.wasm"), folder.resolve("classic.wasm"));
        var outcome = new Shell(folder).run("check", "v1.wasm", "classic.wasm");
        assertThat(outcome.status()).isEqualTo(ExitCode.FAILED);
        assertThat(outcome.out()).contains("error: heap, metadata enhanced-orthogonal-persistence");
    }

    @Test
    void whatCannotBeReadIsToldWithAnExitCodeOfItsOwn() throws IOException {
        write("text.wasm", "(module)");
        write("bad.did", "service : {");
        write("bad.most", "actor { stable x : Natt };");
        write("a.did", "service : {}");
        write("a.most", "actor {};");
        copy("counter/v1.wasm");
        misunderstood("check text", "text.wasm", "v1.wasm");
        misunderstood("check nowhere", "v1.wasm", "nowhere.wasm");
        misunderstood("check nowhere json", "v1.wasm", "nowhere.wasm", "--json");
        misunderstood("check bad did", "a.did", "bad.did");
        misunderstood("check bad most", "bad.most", "a.most");
        misunderstood("check nothing in common", "a.did", "a.most");
        misunderstood("check no candid", "v1.wasm", "v1.wasm", "--arg", "(7");
    }

    private void check(int status, String title, String... arguments) throws IOException {
        var outcome = run(arguments);
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.status()).as(outcome.out()).isEqualTo(status);
        Golden.check(title, outcome.out());
    }

    private void misunderstood(String title, String... arguments) throws IOException {
        var outcome = run(arguments);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.status()).isEqualTo(ExitCode.NOT_UNDERSTOOD);
        Golden.check(title, outcome.err());
    }

    private Outcome run(String... arguments) {
        var all = new String[arguments.length + 1];
        all[0] = "check";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return new Shell(folder).run(all);
    }

    private void write(String name, String content) throws IOException {
        Files.writeString(folder.resolve(name), content);
    }

    private void copy(String example) throws IOException {
        var source = EXAMPLES.resolve(example);
        Files.copy(source, folder.resolve(source.getFileName()));
    }
}
