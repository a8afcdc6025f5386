package decant.cli.rehearsal;

import static decant.cli.WholeNode.example;
import static org.assertj.core.api.Assertions.assertThat;

import decant.base.Hash;
import decant.cli.Shell.Outcome;
import decant.cli.WholeNode;
import decant.cli.json.JsonText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `decant rehearse` against a whole node in the test's process.
final class RehearseCommandTest {
    private static final int SAFE = 0;
    private static final int UNSAFE = 1;
    private static final int UNKNOWN = 2;

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

    private Outcome rehearse(int exitCode, String module, String... more) {
        var command = new String[3 + more.length];
        command[0] = "rehearse";
        command[1] = "counter";
        command[2] = example(module);
        System.arraycopy(more, 0, command, 3, more.length);
        var outcome = node.shell().run(command);
        assertThat(outcome.status()).as(outcome.out() + outcome.err()).isEqualTo(exitCode);
        return outcome;
    }

    @Test
    void aSafeUpgradeIsCalledSafeAndLeavesNoTrace() {
        var before = node.done("canister", "status", "counter");
        var history = node.done("history", "counter");
        var logs = node.done("canister", "logs", "counter");
        var text = rehearse(SAFE, "counter/v2.wasm").out();
        assertThat(text)
                .startsWith("SAFE: nothing was found that this breaks.\ncounter (")
                .contains("the upgrade after it  succeeds")
                .containsPattern("highest +- +var highest : Nat")
                .contains("probes                1 of 1 answered alike")
                .contains("Nothing was changed.");
        assertThat(node.done("canister", "status", "counter")).isEqualTo(before);
        assertThat(node.done("history", "counter")).isEqualTo(history);
        assertThat(node.done("canister", "logs", "counter")).isEqualTo(logs);
        assertThat(node.done("call", "counter", "inc")).isEqualTo("(42 : nat)");
    }

    @Test
    void anUnsafeUpgradeIsExplained() {
        var text = rehearse(UNSAFE, "counter/v2-stuck.wasm").out();
        assertThat(text)
                .startsWith("UNSAFE: this breaks something.")
                .contains("breaks next.rejected in stage pre_upgrade")
                .contains("v2-stuck.mo:5")
                .contains("remedy");
    }

    @Test
    void recordedCallsAreMadeAgain() {
        node.done("call", "counter", "inc");
        var text = rehearse(SAFE, "counter/v2.wasm", "--replay", "10").out();
        assertThat(text).contains("recorded calls        2 of 2 answered alike");
        assertThat(node.done("call", "counter", "get")).isEqualTo("(42 : nat)");
    }

    @Test
    void aProbeFileNamesCallsAndRules() throws IOException {
        Files.writeString(folder.resolve("probes.txt"), """
                only
                update add (1)
                query get
                ignore get
                """);
        var text = rehearse(
                        UNSAFE,
                        "counter/v2.wasm",
                        "--replace-heap",
                        "--probe",
                        folder.resolve("probes.txt").toString())
                .out();
        assertThat(text).contains("breaks heap.dropped", "breaks probes.lost in add(1)", "get     intended");

        Files.writeString(folder.resolve("probes.txt"), "ask get");
        var outcome = rehearse(
                UNKNOWN,
                "counter/v2.wasm",
                "--probe",
                folder.resolve("probes.txt").toString());
        assertThat(outcome.err()).contains("line 1 of the probes: expected query, update, as");
    }

    @Test
    void whatIsKnownAndWantedIsAcknowledged() {
        var text = rehearse(SAFE, "counter/v2.wasm", "--mode", "reinstall", "--acknowledge", "install.wipes mode")
                .out();
        assertThat(text).contains("acknowledged install.wipes in mode");
        rehearse(UNSAFE, "counter/v2.wasm", "--mode", "reinstall");
    }

    @Test
    void whatFailsIsNotCalledUnsafe() {
        assertThat(rehearse(UNKNOWN, "nowhere.wasm").err()).contains("There is no file");
        assertThat(rehearse(UNKNOWN, "counter/v2.wasm", "--mode", "reinstall", "--keep-heap")
                        .err())
                .contains("--keep-heap does not go with mode reinstall");
        node.becomeStranger();
        assertThat(rehearse(UNKNOWN, "counter/v2.wasm").err()).contains("IC0512");
    }

    @Test
    void whatProgramsReadIsOfTheDocumentedSchema() throws IOException {
        var docs = Path.of(System.getProperty("decant.root"), "docs");
        var schema = new JsonSchema(JsonText.parse(Files.readString(docs.resolve("rehearse.schema.json"))));
        Files.writeString(folder.resolve("probes.txt"), "update add (1)\nquery get\nignore get");
        var probes = folder.resolve("probes.txt").toString();
        var outputs = List.of(
                rehearse(SAFE, "counter/v2.wasm", "--replay", "10", "--json"),
                rehearse(SAFE, "counter/v2.wasm", "--forward", "0", "--no-downgrade", "--json"),
                rehearse(UNSAFE, "counter/v2-stuck.wasm", "--json"),
                rehearse(UNSAFE, "counter/v2-refuses.wasm", "--json"),
                rehearse(UNSAFE, "counter/v2.wasm", "--replace-heap", "--probe", probes, "--json"),
                rehearse(UNSAFE, "counter/v2.wasm", "--mode", "reinstall", "--json"));
        for (var output : outputs) {
            assertThat(output.out().lines()).hasSize(1);
            assertThat(schema.faults(JsonText.parse(output.out()))).isEmpty();
        }
        assertThat(outputs.get(0).out()).contains("\"downgrade\":{");
        assertThat(outputs.get(1).out()).contains("\"downgrade\":null", "\"forward\":null");
        var described = Files.readString(docs.resolve("rehearse.md"));
        assertThat(schema.fieldNames())
                .hasSizeGreaterThan(50)
                .allSatisfy(name -> assertThat(described).contains("\"" + name + "\""));
    }

    @Test
    void justWhatWasRehearsedIsDeployed() throws IOException {
        var verdict = kept("verdict.json", rehearse(SAFE, "counter/v2.wasm", "--json"));
        assertThat(deployBy(verdict, "counter/v1.wasm"))
                .contains("verdict.json does not say that this is safe; it is about another new module: ")
                .contains("Rehearse it as it is now: decant rehearse counter");
        assertThat(deployBy(verdict, "counter/v2.wasm", "--replace-heap", "--yes"))
                .contains("it is about other options: {\"mode\":\"upgrade\",\"wasm_memory_persistence\":\"keep\"}");
        node.deploy("counter/v1.wasm", "other");
        assertThat(node.failed("deploy", example("counter/v2.wasm"), "--name", "other", "--verdict", verdict))
                .contains("another canister");
        assertThat(node.failed("deploy", example("counter/v2.wasm"), "--name", "third", "--verdict", verdict))
                .contains("there is no canister \"third\"");

        node.done("call", "counter", "inc");
        assertThat(deployBy(verdict, "counter/v2.wasm"))
                .contains("it is about another version of the canister: 2 was rehearsed, and it is 3 now");

        verdict = kept("again.json", rehearse(SAFE, "counter/v2.wasm", "--json"));
        node.done("deploy", example("counter/v2.wasm"), "--name", "counter", "--verdict", verdict);
        assertThat(node.done("call", "counter", "get")).isEqualTo("(42 : nat)");
        assertThat(deployBy(verdict, "counter/v2.wasm")).contains("it is about another installed module");
    }

    @Test
    void withoutANodeTheSameComesOfAStateAndOfASnapshot() throws IOException {
        node.done("call", "counter", "inc");
        var backup = folder.resolve("backup").toString();
        node.done("snapshot", "export", "counter", backup);
        var onNode = rehearse(SAFE, "counter/v2.wasm", "--replay", "10").out();
        node.close();
        var state = folder.resolve("state").toString();
        var content = digest(folder.resolve("state"));
        var offline = rehearse(SAFE, "counter/v2.wasm", "--replay", "10", "--state", state)
                .out();
        assertThat(offline).isEqualTo(onNode);
        assertThat(rehearse(UNSAFE, "counter/v2-stuck.wasm", "--state", state).out())
                .contains("next.rejected");
        assertThat(digest(folder.resolve("state"))).isEqualTo(content);
        assertThat(node.shell()
                        .run("rehearse", "nobody", example("counter/v2.wasm"), "--state", state)
                        .err())
                .contains("There is no canister \"nobody\" in this state.");

        var safe = node.shell().run("rehearse", backup, example("counter/v2.wasm"));
        assertThat(safe.status()).as(safe.out() + safe.err()).isEqualTo(SAFE);
        assertThat(safe.out()).contains("probes                1 of 1 answered alike");
        var unsafe = node.shell().run("rehearse", backup, example("counter/v2-stuck.wasm"));
        assertThat(unsafe.status()).as(unsafe.out() + unsafe.err()).isEqualTo(UNSAFE);
    }

    /// {@return the files of a node with their contents, but for the log, in which it is marked that it was opened}
    private static Map<String, Hash> digest(Path root) throws IOException {
        var digest = new TreeMap<String, Hash>();
        try (var files = Files.walk(root)) {
            for (var file : files.filter(Files::isRegularFile)
                    .filter(path -> !path.startsWith(root.resolve("log")))
                    .toList()) {
                digest.put(root.relativize(file).toString(), Hash.sha256(Files.readAllBytes(file)));
            }
        }
        return digest;
    }

    @Test
    void theFirstCallAfterWhichAnUpgradeFailsIsFound() {
        node.deploy("counter-classic/v1.wasm", "counters");
        node.done("call", "counters", "add", "(\"a\", 1)");
        node.done("call", "counters", "add", "(\"b\", 2)");
        String[] bisect = {"bisect", "counters", example("counter-classic/v2.wasm")};
        var nothing = node.shell().run(bisect);
        assertThat(nothing.out()).startsWith("The upgrade is not unsafe now, so there is nothing to find.");
        assertThat(nothing.status()).isEqualTo(SAFE);

        node.done("call", "counters", "add", "(\"c\", 70_000)");
        node.done("call", "counters", "add", "(\"d\", 3)");
        node.done("call", "counters", "add", "(\"e\", 4)");
        var found = node.shell().run(bisect);
        assertThat(found.out() + found.err())
                .contains("The upgrade is unsafe since version 4 ")
                .contains("The calls of that round:\n  add(\"c\", 70_000")
                .contains("in version 3 ", "it was safe", "6 states of counters are known")
                .contains("losing precision");
        assertThat(found.status()).isEqualTo(UNSAFE);
        assertThat(node.done("call", "counters", "total", "--query")).isEqualTo("(70_010 : nat)");
    }

    @Test
    void onlyASafeVerdictOpensTheWay() throws IOException {
        var unsafe = kept("unsafe.json", rehearse(UNSAFE, "counter/v2-stuck.wasm", "--json"));
        assertThat(deployBy(unsafe, "counter/v2-stuck.wasm")).contains("the verdict is unsafe");
        var text = Files.writeString(folder.resolve("text.json"), "SAFE").toString();
        assertThat(deployBy(text, "counter/v2.wasm")).contains("text.json is no verdict of a rehearsal");
        assertThat(node.done("call", "counter", "get")).isEqualTo("(41 : nat)");
    }

    private String kept(String name, Outcome outcome) throws IOException {
        return Files.writeString(folder.resolve(name), outcome.out()).toString();
    }

    private String deployBy(String verdict, String module, String... more) {
        var command = Stream.concat(
                Stream.of("deploy", example(module), "--name", "counter", "--verdict", verdict), Stream.of(more));
        return node.failed(command.toArray(String[]::new));
    }

    @Test
    void aPersonAtATerminalSeesTheVerdictInColour() {
        assertThat(node.shell()
                        .typing("")
                        .run("rehearse", "counter", example("counter/v2.wasm"))
                        .out())
                .startsWith("\033[1;32mSAFE\033[0m: nothing was found");
        assertThat(node.shell()
                        .with("NO_COLOR", "1")
                        .typing("")
                        .run("rehearse", "counter", example("counter/v2.wasm"))
                        .out())
                .startsWith("SAFE: nothing was found");
    }

    @Test
    void thePageForBrowsersShowsNothingUnescaped() throws IOException {
        var page = folder.resolve("report.html");
        rehearse(UNSAFE, "counter/v2-stuck.wasm", "--html", page.toString());
        assertThat(page)
                .content()
                .startsWith("<!DOCTYPE html>")
                .contains("<h1 class=\"unsafe\">")
                .contains("next.rejected in stage pre_upgrade")
                .doesNotContain("'ic0.trap' with message: '<");
    }

    @Test
    void aBackupIsRehearsedWithAlsoAnOlderOne() {
        node.deploy("counter/v1.wasm", "counter");
        node.deploy("vault/v1.wasm", "vault");
        node.done("call", "counter", "add", "(5)");
        node.done("backup", "create", "backups", "--state", "state");
        node.done("call", "counter", "add", "(6)");
        node.close();
        node.done("backup", "create", "backups", "--state", "state");

        var newest = node.shell().run("rehearse", "backups/counter", example("counter/v2.wasm"), "--json");
        assertThat(newest.out()).as(newest.err()).contains("\"value_before\":\"52\"");
        var older = node.shell()
                .run("rehearse", "backups/counter", example("counter/v2-stuck.wasm"), "--backup", "1", "--json");
        assertThat(older.status()).as(older.err()).isEqualTo(1);
        assertThat(older.out()).contains("\"value_before\":\"46\"");
        assertThat(node.done("state", "backups/counter", "--backup", "1")).contains("var count : Nat = 46");
        assertThat(node.failed("state", "backups/nobody")).contains("There is no canister \"nobody\" in this backup.");
        assertThat(node.failed("state", "backups/counter", "--backup", "9")).contains("There is no backup 9");
    }
}
