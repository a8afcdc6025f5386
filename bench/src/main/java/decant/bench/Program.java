package decant.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// A program that measures something in a process of its own and prints what it found.
record Program(List<String> command) {
    /// {@return a class of this module as a program, on a Java machine like this one}
    ///
    /// @param flags for that machine, beyond those of this one
    static Program java(List<String> flags, Class<?> main, String... arguments) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return new Program(command);
    }

    /// {@return the commands in `-- NAME COMMAND...`, repeated, by name}
    static SequencedMap<String, List<String>> peers(String[] arguments, int from) {
        var peers = new LinkedHashMap<String, List<String>>();
        for (int i = from; i < arguments.length; i++) {
            if (arguments[i].equals("--")) {
                i++;
                peers.put(arguments[i], new ArrayList<>());
            } else {
                peers.lastEntry().getValue().add(arguments[i]);
            }
        }
        return peers;
    }

    /// {@return what it prints; its complaints go where those of this process go}
    List<String> lines() throws IOException, InterruptedException {
        var process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> printed;
        try (var reader = process.inputReader()) {
            printed = reader.lines().toList();
        }
        if (process.waitFor() != 0) {
            throw new IllegalStateException("status " + process.exitValue() + " of " + String.join(" ", command));
        }
        return printed;
    }
}
