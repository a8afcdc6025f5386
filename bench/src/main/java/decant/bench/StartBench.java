package decant.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// From nothing to the first reply of a canister, with modules of three sizes: in a new node, in one that starts again,
/// and in one that starts again without the code that it compiled before.
///
/// Each start is a process of its own; the three take turns. Each number is a median.
final class StartBench {
    private static final int ROUNDS = 5;
    private static final int MIB = 1 << 20;

    /// What one process measured, in microseconds.
    private record Start(long opened, long replied, long cpu) {
        static Start of(String line) {
            long[] numbers =
                    Arrays.stream(line.split(" ")).mapToLong(Long::parseLong).toArray();
            return new Start(numbers[0], numbers[1], numbers[2]);
        }
    }

    private StartBench() {}

    public static void main(String[] arguments) throws Exception {
        byte[] wasm = Files.readAllBytes(Path.of(arguments[0]));
        var folder = Files.createDirectories(Path.of(arguments[1]));
        System.out.println("| module | | process to first reply, ms | of that until the node is open, ms | CPU, ms |");
        System.out.println("|---|---|---|---|---|");
        for (int bytes : new int[] {wasm.length, 2 * MIB, 10 * MIB}) {
            measure(Enlarged.to(bytes, wasm), folder);
        }
    }

    private static void measure(byte[] wasm, Path folder) throws IOException, InterruptedException {
        var module = Files.write(folder.resolve("module.wasm"), wasm);
        var installed = new ArrayList<Start>();
        var restarted = new ArrayList<Start>();
        var forgetful = new ArrayList<Start>();
        for (int i = 0; i < ROUNDS; i++) {
            var node = Files.createTempDirectory(folder, "node");
            installed.add(start(module, node));
            restarted.add(start(module, node));
            delete(node.resolve("state/code"));
            forgetful.add(start(module, node));
            delete(node);
        }
        String size = "%.1f MiB".formatted((double) wasm.length / MIB);
        print(size, "new node: create, install, call", installed);
        print(size, "node starts again: call", restarted);
        print(size, "the same, its compiled code deleted", forgetful);
    }

    private static void print(String size, String what, List<Start> starts) {
        System.out.printf(
                "| %s | %s | %d | %d | %d |%n",
                size,
                what,
                median(starts, Comparator.comparingLong(Start::replied)).replied() / 1000,
                median(starts, Comparator.comparingLong(Start::opened)).opened() / 1000,
                median(starts, Comparator.comparingLong(Start::cpu)).cpu() / 1000);
    }

    private static Start median(List<Start> starts, Comparator<Start> order) {
        return starts.stream().sorted(order).toList().get(starts.size() / 2);
    }

    private static Start start(Path module, Path node) throws IOException, InterruptedException {
        var program = Program.java(List.of(), StartRun.class, module.toString(), node.toString());
        return Start.of(program.lines().getFirst());
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
