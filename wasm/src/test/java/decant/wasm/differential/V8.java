package decant.wasm.differential;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The engine in Node.js, which runs sessions as ours does.
///
/// The system property `decant.node` names the program, otherwise it is the `node` on the path.
final class V8 {
    private static final String NODE = System.getProperty("decant.node", "node");
    private static final List<String> SWITCHES =
            List.of("--experimental-wasm-memory64", "--experimental-wasm-return-call", "--stack-size=30000");

    private final List<String> command;
    private final RandomModule.Features features;

    private V8(List<String> command, RandomModule.Features features) {
        this.command = command;
        this.features = features;
    }

    /// A module, and what is run of it.
    record Task(byte[] module, List<Session.Run> runs) {}

    /// {@return the engine, if there is one that knows what our modules use}
    static Optional<V8> find() {
        // The stack of the process is as large as the shell says: eight MiB are not enough for what V8 is told to use.
        String line = "ulimit -s 65536 2>/dev/null || true; exec \"$0\" \"$@\"";
        for (List<String> switches : List.of(SWITCHES, SWITCHES.subList(2, 3))) {
            var command = new ArrayList<>(List.of("sh", "-c", line, NODE));
            command.addAll(switches);
            try {
                var answer = run(command, List.of(script().toString()));
                if (answer.size() == 1 && answer.getFirst().contains("tailCalls=true")) {
                    var features = new RandomModule.Features(
                            answer.getFirst().contains("memory64=true"),
                            answer.getFirst().contains("table64=true"));
                    return Optional.of(new V8(command, features));
                }
            } catch (IOException | IllegalStateException _) {
                // Not there, or does not know a switch: the next one.
            }
        }
        return Optional.empty();
    }

    RandomModule.Features features() {
        return features;
    }

    /// {@return a line for each run of each task, in their order}
    List<List<String>> lines(List<Task> tasks) throws IOException {
        Path file = Files.createTempFile("modules", ".bin");
        try {
            Files.write(file, bytes(tasks));
            var lines = run(command, List.of(script().toString(), file.toString()));
            var byTask = new ArrayList<List<String>>();
            int at = 0;
            for (Task task : tasks) {
                byTask.add(lines.subList(at, at + task.runs().size()));
                at += task.runs().size();
            }
            return byTask;
        } finally {
            Files.delete(file);
        }
    }

    private static byte[] bytes(List<Task> tasks) {
        var out = new ByteArrayOutputStream();
        for (Task task : tasks) {
            out.writeBytes(number(task.module().length));
            out.writeBytes(task.module());
            out.writeBytes(number(task.runs().size()));
            for (Session.Run run : task.runs()) {
                out.writeBytes(number(run.isFresh() ? 1 : 0));
                out.writeBytes(number(run.entry()));
                out.writeBytes(ByteBuffer.allocate(8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(run.fuel())
                        .array());
            }
        }
        return out.toByteArray();
    }

    private static byte[] number(int value) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }

    private static Path script() {
        return Path.of(System.getProperty("decant.root"), "wasm/src/test/resources/decant/wasm/v8.mjs");
    }

    private static List<String> run(List<String> command, List<String> arguments) throws IOException {
        var all = new ArrayList<>(command);
        all.addAll(arguments);
        var process = new ProcessBuilder(all)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        process.outputWriter().close();
        List<String> lines;
        try (var reader = process.inputReader()) {
            lines = reader.lines().toList();
        }
        try {
            if (process.waitFor() != 0) {
                throw new IllegalStateException(command + " failed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        return lines;
    }
}
