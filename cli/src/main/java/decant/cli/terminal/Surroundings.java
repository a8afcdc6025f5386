package decant.cli.terminal;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a command sees of the process it runs in.
///
/// @param folder relative paths start here
/// @param terminal the person at the terminal, if there is one: whoever pipes or schedules the command is not asked
public record Surroundings(
        Map<String, String> environment, Path folder, PrintStream out, PrintStream err, Optional<Terminal> terminal) {

    /// A person who can be asked.
    public interface Terminal {
        /// {@return the line that was typed after `question`, or null at the end of input}
        @Nullable
        String ask(String question);
    }

    public static Surroundings ofProcess() {
        return new Surroundings(
                System.getenv(),
                Path.of(""),
                new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8),
                new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
                Optional.ofNullable(System.console())
                        .filter(Console::isTerminal)
                        .map(console -> question -> console.readLine("%s", question)));
    }

    public Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
    }

    /// {@return the folder for what the command remembers about its user}
    public Path configurationFolder() {
        var home = variable("HOME").map(Path::of).orElseGet(() -> Path.of(System.getProperty("user.home")));
        return variable("XDG_CONFIG_HOME")
                .map(Path::of)
                .orElseGet(() -> home.resolve(".config"))
                .resolve("decant");
    }
}
