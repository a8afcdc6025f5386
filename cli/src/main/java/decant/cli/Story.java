package decant.cli;

import decant.cli.json.Json;
import decant.cli.terminal.CommandFailure;
import decant.cli.terminal.ExitCode;
import decant.cli.terminal.Output;
import decant.cli.terminal.Surroundings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The story of the demo: commands run one after the other, each with the outcome that it must have.
///
/// The commands are those of the command line, run in this process against a node in another, with nobody at the
/// terminal. A line is printed only after what it says has been found true.
final class Story implements AutoCloseable {
    private static final Pattern WORD_AFTER_MODULE = Pattern.compile("(?m)^module +(\\w+)");

    /// What a command did: its exit code, and what it printed for those who read on.
    private record Outcome(int status, String out, String err) {}

    private final Surroundings surroundings;
    private final Output output;
    private final Path folder;
    private final List<Json> told = new ArrayList<>();
    private volatile @Nullable ChildNode node;

    Story(Surroundings surroundings, Output output, Path folder) {
        this.surroundings = surroundings;
        this.output = output;
        this.folder = folder;
    }

    void tell() {
        say(
                "Decant runs canisters, and changes their code without spilling their state. This is a real node in a process");
        say("of its own, with real canisters. Each line is printed after it was found true.\n");
        startNode();
        line("start", "a durable node on " + address());
        aVaultGetsStuck();
        aVaultIsRepaired();
        aVaultIsRescuedWithoutItsSource();
        theNodeIsKilled();
    }

    private void aVaultGetsStuck() {
        deploy("vault", "vault/v1.wasm");
        line("deploy", "\"vault\" v1, in C: documents in stable memory, their index on the heap");
        fill("vault");
        expectReply("(51 : nat64)", "call", "vault", "gibibytes", "--query");
        line("fill", "50 documents in 51 GiB of stable memory; verify() reads each of them: 50 are whole");

        var trap = expectFailure("deploy", example("vault/v2-rebuilt.wasm"), "--name", "vault");
        require(trap.err().contains("at stage pre_upgrade"), "the upgrade fails in the hook of v1", trap);
        require(trap.err().contains("32 bit stable memory api"), "the hook uses the 32-bit calls", trap);
        line("upgrade", "to v2 fails at stage pre_upgrade: v1's hook saves the index by 32-bit calls, for up to 4 GiB");
        require(trap.err().contains("at save (function"), "the backtrace leads to the hook", trap);
        require(trap.err().contains("Hint: "), "the report knows the cause", trap);
        require(trap.err().contains("decant rescue stable64"), "the report knows a way out", trap);
        line("report", "says so by itself: where it trapped, function by function, the cause, and the ways out");
        expectWhole("vault");
        line("nothing lost", "verify() -> 50, answered by v1 as if nothing had happened");

        var refusal =
                expectFailure("deploy", example("vault/v2-rebuilt.wasm"), "--name", "vault", "--mode", "reinstall");
        require(refusal.err().contains("51 GiB of stable memory"), "the refused reinstall says what it wipes", refusal);
        expectWhole("vault");
        line("reinstall", "the way out elsewhere, is refused: it would wipe 51 GiB, and nobody said --yes");
    }

    private void aVaultIsRepaired() {
        var moved = expectFailure(
                "deploy", example("vault/v2-rebuilt.wasm"), "--name", "vault", "--mode", "lifecycle-upgrade");
        require(moved.err().contains("at stage check"), "the proof refuses what does not fit", moved);
        line("proof", "v2 as it is has its data elsewhere: it does not fit v1's heap, and is refused");
        reply("deploy", example("vault/v2.wasm"), "--name", "vault", "--mode", "lifecycle-upgrade");
        expectWhole("vault");
        line("lifecycle", "upgrade to v1 with repaired hooks: proven to be v1 in all else; verify() -> 50");
        deploy("vault", "vault/v2-rebuilt.wasm");
        expectWhole("vault");
        line("upgrade", "to v2 succeeds now: the repaired hook saved the index; verify() -> 50, answered by v2");

        var before = module("vault");
        var undone = reply("undo", "vault", "--yes");
        require(!module("vault").equals(before), "the undo brings the module before back", undone);
        expectWhole("vault");
        reply("undo", "vault", "--yes");
        require(module("vault").equals(before), "the undo of the undo brings v2 back", undone);
        expectWhole("vault");
        line("undo", "of the upgrade, and undo of the undo: verify() -> 50 each time");
    }

    private void aVaultIsRescuedWithoutItsSource() {
        deploy("cellar", "vault/v1.wasm");
        fill("cellar");
        reply("rescue", "stable64", example("vault/v1.wasm"), "-o", "rescued.wasm");
        reply("deploy", "rescued.wasm", "--name", "cellar", "--mode", "lifecycle-upgrade");
        expectWhole("cellar");
        deploy("cellar", "vault/v2-rebuilt.wasm");
        expectWhole("cellar");
        line("rescue", "\"cellar\", a vault without source: its hooks rewritten to 64-bit calls, proven; upgraded: 50");
    }

    private void theNodeIsKilled() {
        deploy("counter", "counter/v1.wasm");
        expectReply("(70_000 : nat)", "call", "counter", "add", "(70_000)");
        deploy("counter", "counter/v2.wasm");
        expectReply("(70_000 : nat)", "call", "counter", "get", "--query");
        line("motoko", "\"counter\" v1 to v2 with its heap kept: get() -> 70_000");
        expectReply("(70_001 : nat)", "call", "counter", "inc");
        current().kill();
        line("kill -9", "the node, right after inc() was acknowledged");
        long seconds = Math.max(1, timed(this::startNode).toSeconds());
        expectReply("(70_001 : nat)", "call", "counter", "get", "--query");
        expectWhole("vault");
        expectWhole("cellar");
        line("restart", "back within " + seconds + " s: get() -> 70_001, and both vaults whole");
    }

    private void fill(String vault) {
        expectReply("(50 : nat64)", "call", vault, "fill", "(51)");
        expectWhole(vault);
    }

    private void expectWhole(String vault) {
        expectReply("(50 : nat64)", "call", vault, "verify", "--query");
    }

    private String module(String canister) {
        return WORD_AFTER_MODULE
                .matcher(reply("canister", "status", canister).out())
                .results()
                .findFirst()
                .orElseThrow(() -> new AssertionError("BUG: the status has no line on the module"))
                .group(1);
    }

    void end() {
        require(!Files.exists(folder), "the folder is removed", new Outcome(0, "", ""));
        line("leave", "the node has ended and its folder is removed");
        if (output.isJson()) {
            surroundings
                    .out()
                    .println(Json.fields().with("lines", Json.array(told)).print());
        }
    }

    private void startNode() {
        node = ChildNode.start(folder.resolve("state"));
    }

    private ChildNode current() {
        var running = node;
        if (running == null) {
            throw new AssertionError("BUG: the story needs a node before this line");
        }
        return running;
    }

    private String address() {
        return current().address();
    }

    private void deploy(String name, String module) {
        reply("deploy", example(module), "--name", name);
    }

    private void expectReply(String expected, String... command) {
        var outcome = reply(command);
        require(outcome.out().equals(expected), String.join(" ", command) + " prints " + expected, outcome);
    }

    private Outcome reply(String... command) {
        var outcome = run(command);
        require(outcome.status() == ExitCode.DONE, String.join(" ", command) + " succeeds", outcome);
        return outcome;
    }

    private Outcome expectFailure(String... command) {
        var outcome = run(command);
        require(outcome.status() == ExitCode.FAILED, String.join(" ", command) + " fails", outcome);
        return outcome;
    }

    private static void require(boolean truth, String claim, Outcome outcome) {
        if (!truth) {
            throw new CommandFailure("This is not true: " + claim + ". The exit code was " + outcome.status()
                    + ", the output \"" + outcome.out() + "\", the error \"" + outcome.err() + "\".");
        }
    }

    private Outcome run(String... command) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var inner = new Surroundings(
                Map.of("HOME", folder.toString(), "DECANT_NODE", address()),
                folder,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Optional.empty());
        int status = new CommandLineInterface(inner).run(command);
        return new Outcome(status, text(out), text(err));
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8).strip();
    }

    /// {@return the path of a file with this example's module}
    private String example(String module) {
        var file = folder.resolve(module);
        try (var resource = Story.class.getResourceAsStream("examples/" + module)) {
            if (resource == null) {
                throw new AssertionError("BUG: the example " + module + " is not among the resources");
            }
            if (!Files.exists(file)) {
                Files.createDirectories(file.getParent());
                Files.copy(resource, file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file.toString();
    }

    private void line(String event, String text) {
        told.add(Json.fields().with("event", Json.text(event)).with("text", Json.text(text)));
        if (!output.isJson()) {
            surroundings.out().printf("%3d  %-14s %s%n", told.size(), event, text);
        }
    }

    private void say(String text) {
        if (!output.isJson()) {
            surroundings.out().println(text);
        }
    }

    private static Duration timed(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return Duration.ofNanos(System.nanoTime() - start);
    }

    @Override
    public void close() {
        var running = node;
        if (running != null) {
            running.close();
        }
    }
}
