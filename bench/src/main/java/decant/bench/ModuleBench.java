package decant.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Scanner;

/// Compiling a Motoko module and making its first call: in a fresh process and in a warm one, on Decant's engine and on
/// V8, and within a replica.
///
/// The processes take turns, so that a change in the machine's speed meets all of them. Each number is a median.
final class ModuleBench {
    private static final int PROCESSES = 5;
    private static final int ENGINE_REPETITIONS = 150;
    private static final int REPLICA_REPETITIONS = 20;

    /// What one process measured.
    ///
    /// @param toFirstNanos from its start to its first line
    /// @param lines the numbers it wrote, in microseconds
    private record Run(long toFirstNanos, List<long[]> lines) {}

    private final List<Run> decant = new ArrayList<>();
    private final List<Run> v8 = new ArrayList<>();
    private final List<Run> replica = new ArrayList<>();

    private ModuleBench() {}

    public static void main(String[] arguments) throws Exception {
        var bench = new ModuleBench();
        bench.measure(Path.of(arguments[0]), Path.of(arguments[1]), arguments[2], Path.of(arguments[3]));
        bench.print();
    }

    private void measure(Path module, Path script, String node, Path state) throws Exception {
        for (int i = 0; i < PROCESSES; i++) {
            decant.add(run(Program.java(List.of(), ModuleRun.class, module.toString(), count(ENGINE_REPETITIONS))
                    .command()));
            v8.add(run(List.of(node, script.toString(), module.toString(), count(ENGINE_REPETITIONS))));
            var own = Files.createTempDirectory(state, "install");
            replica.add(run(Program.java(
                            List.of(), InstallRun.class, module.toString(), count(REPLICA_REPETITIONS), own.toString())
                    .command()));
        }
    }

    private static String count(int repetitions) {
        return Integer.toString(repetitions);
    }

    private static Run run(List<String> command) throws IOException, InterruptedException {
        long started = System.nanoTime();
        var process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var lines = new ArrayList<long[]>();
        long first = 0;
        try (var reader = process.inputReader()) {
            for (var line = reader.readLine(); line != null; line = reader.readLine()) {
                first = lines.isEmpty() ? System.nanoTime() - started : first;
                lines.add(numbers(line));
            }
        }
        if (process.waitFor() != 0) {
            throw new IllegalStateException("status " + process.exitValue() + " of " + String.join(" ", command));
        }
        return new Run(first, lines);
    }

    private static long[] numbers(String line) {
        try (var scanner = new Scanner(line)) {
            return scanner.tokens().mapToLong(Long::parseLong).toArray();
        }
    }

    private void print() {
        System.out.println("| | Decant ms | V8 ms | Decant / V8 |");
        System.out.println("|---|---|---|---|");
        compare("cold: start of the process to first reply", first(decant), first(v8));
        compareParts("cold: ", true);
        compareParts("warm: ", false);
        System.out.println();
        System.out.println("| in a replica | cold ms | warm ms |");
        System.out.println("|---|---|---|");
        System.out.printf("| start of the process to first reply | %.0f | |%n", first(replica));
        printInReplica("`install_code`", 0);
        printInReplica("first `inc`", 1);
    }

    private void compareParts(String when, boolean isCold) {
        var parts = List.of("parse and validate", "instantiate, start function", "init and first `inc`");
        for (int i = 0; i < parts.size(); i++) {
            compare(when + parts.get(i), part(decant, i, isCold), part(v8, i, isCold));
        }
        compare(when + "the three together", sum(decant, isCold), sum(v8, isCold));
        compare(when + "CPU of all threads", part(decant, 3, isCold), part(v8, 3, isCold));
    }

    private static void compare(String what, double ours, double theirs) {
        System.out.printf("| %s | %.1f | %.1f | %.1f |%n", what, ours, theirs, ours / theirs);
    }

    private void printInReplica(String what, int part) {
        System.out.printf("| %s | %.1f | %.1f |%n", what, part(replica, part, true), part(replica, part, false));
    }

    private static double first(List<Run> runs) {
        return median(runs.stream().mapToDouble(run -> run.toFirstNanos() / 1e6).toArray());
    }

    private static double part(List<Run> runs, int part, boolean isCold) {
        return median(chosen(runs, isCold).stream()
                .mapToDouble(line -> line[part] / 1e3)
                .toArray());
    }

    private static double sum(List<Run> runs, boolean isCold) {
        return median(chosen(runs, isCold).stream()
                .mapToDouble(line -> (line[0] + line[1] + line[2]) / 1e3)
                .toArray());
    }

    /// {@return the first line of each run, or all lines of the second half of each}
    private static List<long[]> chosen(List<Run> runs, boolean isCold) {
        var chosen = new ArrayList<long[]>();
        for (var run : runs) {
            int count = run.lines().size();
            chosen.addAll(isCold ? run.lines().subList(0, 1) : run.lines().subList(count / 2, count));
        }
        return chosen;
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }
}
