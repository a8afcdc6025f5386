package decant.cli;

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
import org.jspecify.annotations.Nullable;

/// The story of the demo: commands run one after the other, each with the outcome that it must have.
///
/// The commands are those of the command line, run in this process against a node in another, with nobody at the
/// terminal. A line is printed only after what it says has been found true.
final class Story implements AutoCloseable {
    private static final int ACCOUNTS = 100_000;
    private static final int ACCOUNTS_PER_CALL = 10_000;

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
        say("of its own, with real canisters written in Motoko. Each line is printed after it was found true.\n");

        startNode();
        line("start", "a durable node on " + address());

        deploy("counters", "counter-classic/v1.wasm");
        line("deploy", "\"counters\" v1: counts on the heap, which its pre_upgrade hook saves for the next version");
        expectReply("(70_000 : nat)", "call", "counters", "add", "(\"visitors\", 70_000)");
        line("call", "add(\"visitors\", 70_000) -> 70_000");

        var trap = expectFailure("deploy", example("counter-classic/v2.wasm"), "--name", "counters");
        require(trap.err().contains("losing precision"), "the upgrade fails for the reason that the hook gives", trap);
        require(trap.err().contains("pre_upgrade"), "the backtrace leads to the hook", trap);
        line("upgrade", "to v2 fails: the hook of v1 saves 16-bit numbers, and traps on 70,000: 'losing precision'");
        expectReply("(70_000 : nat)", "call", "counters", "get", "(\"visitors\")", "--query");
        line("nothing lost", "get(\"visitors\") -> 70_000");
        expectReply("(70_001 : nat)", "call", "counters", "add", "(\"visitors\", 1)");
        line("still serving", "add(\"visitors\", 1) -> 70_001");

        var refusal = expectFailure(
                "deploy", example("counter-classic/v2.wasm"), "--name", "counters", "--mode", "reinstall");
        require(refusal.err().contains("wipes its state"), "the refused reinstall says what it would do", refusal);
        expectReply("(70_001 : nat)", "call", "counters", "total", "()", "--query");
        line("reinstall", "refused: it would wipe the state, and nobody said --yes; total() -> 70_001");

        expectReply("()", "call", "counters", "move", "(\"visitors\", \"returning visitors\", 40_000)");
        deploy("counters", "counter-classic/v2.wasm");
        line("upgrade", "to v2 succeeds once no single count is that large any more: move(...), then deploy");
        expectReply("(70_001 : nat)", "call", "counters", "total", "()", "--query");
        expectReply("(2 : nat)", "call", "counters", "size", "()", "--query");
        line("intact", "total() -> 70_001, in 2 counters, answered by v2");

        deploy("ledger", "ledger/v1.wasm");
        for (int first = 0; first < ACCOUNTS; first += ACCOUNTS_PER_CALL) {
            expectReply(
                    "(" + grouped(first + ACCOUNTS_PER_CALL) + " : nat)",
                    "call",
                    "ledger",
                    "open",
                    "(" + first + ", " + ACCOUNTS_PER_CALL + ", 100)");
        }
        var audit = reply("call", "ledger", "audit", "()", "--query");
        require(audit.out().contains("100_000"), "the audit counts 100,000 accounts", audit);
        deploy("ledger", "ledger/v2.wasm");
        expectReply(audit.out(), "call", "ledger", "audit", "()", "--query");
        line("big upgrade", "\"ledger\" v1 to v2 over 100,000 accounts: its heap stays where it is; audit() unchanged");

        expectReply("(1 : nat)", "call", "counters", "add", "(\"last\", 1)");
        current().kill();
        line("kill -9", "the node, right after add(\"last\", 1) was acknowledged");
        long seconds = Math.max(1, timed(this::startNode).toSeconds());
        expectReply("(70_002 : nat)", "call", "counters", "total", "()");
        expectReply(audit.out(), "call", "ledger", "audit", "()");
        line("restart", "back within " + seconds + " s: total() -> 70_002, audit() unchanged");
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
        require(outcome.status() == CommandLineInterface.DONE, String.join(" ", command) + " succeeds", outcome);
        return outcome;
    }

    private Outcome expectFailure(String... command) {
        var outcome = run(command);
        require(outcome.status() == CommandLineInterface.FAILED, String.join(" ", command) + " fails", outcome);
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

    /// {@return the number as Candid text groups its digits}
    private static String grouped(int number) {
        return String.format(java.util.Locale.ROOT, "%,d", number).replace(',', '_');
    }

    @Override
    public void close() {
        var running = node;
        if (running != null) {
            running.close();
        }
    }
}
