package decant.cli;

import decant.cli.terminal.Surroundings;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// A shell that runs the command in the test's process: it keeps what is printed and, where a person is said to be at
/// the terminal, types the answers given.
public final class Shell {
    /// What one command left behind.
    public record Outcome(int status, String out, String err) {}

    private final Path folder;
    private final Map<String, String> environment = new TreeMap<>();
    private final Deque<String> answers = new ArrayDeque<>();
    private final List<String> questions = new ArrayList<>();
    private boolean personAtTerminal;

    /// @param folder the working folder and the user's home
    public Shell(Path folder) {
        this.folder = folder;
        environment.put("HOME", folder.toString());
    }

    public Shell with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /// Puts a person at the terminal who answers the next questions so.
    public Shell typing(String... lines) {
        personAtTerminal = true;
        answers.addAll(List.of(lines));
        return this;
    }

    public List<String> questions() {
        return questions;
    }

    public Outcome run(String... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var surroundings = new Surroundings(
                environment,
                folder,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                personAtTerminal ? Optional.of(this::answer) : Optional.empty());
        int status = new CommandLineInterface(surroundings).run(arguments);
        return new Outcome(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private String answer(String question) {
        questions.add(question);
        return answers.isEmpty() ? "" : answers.remove();
    }
}
