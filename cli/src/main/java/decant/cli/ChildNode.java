package decant.cli;

import decant.cli.terminal.CommandFailure;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A node in a process of its own, so that it can be killed as a machine kills it.
///
/// The process runs `decant start` on the same Java with the same flags, and ends when this process does, however that
/// happens: its input then ends.
final class ChildNode implements AutoCloseable {
    private static final String READY = "Decant is ready on ";

    private final Process process;
    private final String address;

    private ChildNode(Process process, String address) {
        this.process = process;
        this.address = address;
    }

    /// Starts a node and waits until it is ready.
    static ChildNode start(Path stateFolder) {
        var log = stateFolder.resolveSibling("node.log");
        try {
            var process = new ProcessBuilder(command(stateFolder))
                    .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            var reader = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            for (var line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.startsWith(READY)) {
                    return new ChildNode(process, line.substring(READY.length(), line.indexOf(',')));
                }
            }
            throw new CommandFailure(
                    "The node did not start:\n" + Files.readString(log).stripTrailing());
        } catch (IOException e) {
            throw new CommandFailure("The node could not be started: " + CommandFailure.reason(e) + ".", e);
        }
    }

    private static List<String> command(Path stateFolder) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("-X") || flag.startsWith("--") || flag.equals("-ea"))
                .forEach(command::add);
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "start",
                "--state",
                stateFolder.toString(),
                "--port",
                "0"));
        command.add("--until-input-ends");
        return command;
    }

    String address() {
        return address;
    }

    /// Kills the process at once, as `kill -9` does: it gets no chance to write anything more.
    void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    @Override
    public void close() {
        kill();
    }
}
