package decant.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What upgrades, an undo, snapshots, copies, hibernating and waking cost at three sizes of the same canister, and the
/// ratios of the sizes.
///
/// The processes take turns, so that a change in the machine's speed meets all sizes. Each number is a median.
final class UpgradeBench {
    private static final int PROCESSES = 3;
    private static final List<String> OPERATIONS = List.of(
            "upgrade",
            "upgrade-keep",
            "lifecycle-upgrade",
            "trapped",
            "undo",
            "snapshot",
            "restore",
            "fork",
            "hibernate");
    private static final List<String> TITLES = List.of(
            "upgrade, heap replaced",
            "upgrade, heap kept",
            "`lifecycle_upgrade`, heap kept",
            "upgrade that traps half-way through `post_upgrade`",
            "undo of an upgrade",
            "snapshot taken",
            "snapshot loaded",
            "copy made, a message run on it, given up",
            "hibernate, then wake");

    /// How large a vault is.
    ///
    /// @param oneOf of how many pages of stable memory one is written
    private record Size(String name, long heapMib, long stableMib, long oneOf) {}

    private static final List<Size> SIZES = List.of(
            new Size("1 MB", 1, 1, 1), new Size("1 GB", 1_024, 1_024, 1), new Size("51 GB", 1_024, 50 << 10, 4_096));

    private final Path modules;
    private final Path directory;
    private final Map<String, List<long[]>> lines = new HashMap<>();

    private UpgradeBench(Path modules, Path directory) {
        this.modules = modules;
        this.directory = directory;
    }

    /// Arguments: directory of the vault's modules, directory for the states.
    public static void main(String[] arguments) throws Exception {
        var bench = new UpgradeBench(Path.of(arguments[0]), Path.of(arguments[1]));
        for (int i = 0; i < PROCESSES; i++) {
            for (var size : SIZES) {
                bench.measure(size);
            }
        }
        bench.print();
        bench.printHeld();
        bench.printForks();
    }

    private void measure(Size size) throws Exception {
        for (var what : List.of("times", "checked")) {
            for (var line : run(what, size)) {
                int end = line.indexOf(' ');
                lines.computeIfAbsent(line.substring(0, end) + size.name(), _ -> new ArrayList<>())
                        .add(numbers(line.substring(end + 1)));
            }
        }
    }

    private List<String> run(String what, Size size) throws IOException, InterruptedException {
        var flags = List.of("-Xms768m", "-Xmx768m", "-XX:+AlwaysPreTouch", "-XX:-ExplicitGCInvokesConcurrent");
        var state = directory.resolve(size.heapMib() + "-" + size.stableMib());
        return Program.java(
                        flags,
                        UpgradeRun.class,
                        what,
                        modules.toString(),
                        state.toString(),
                        text(size.heapMib()),
                        text(size.stableMib()),
                        text(size.oneOf()))
                .lines();
    }

    private static String text(long number) {
        return Long.toString(number);
    }

    private static long[] numbers(String line) {
        return Arrays.stream(line.split(" ", -1)).mapToLong(Long::parseLong).toArray();
    }

    private void print() {
        printTable("CPU time, ms", 1_000, "%.2f", new int[] {0}, new int[] {1});
        printTable("memory at the peak, KiB more than before", 1, "%.0f", new int[] {2});
        printTable("allocated on the Java heap, KiB", 1, "%.0f", new int[] {3});
        printTable("pages written, touched or copied", 1, "%.0f", new int[] {4, 5, 6});
        printHeader("first message after a start, wall time, ms");
        printRow("at once: checksums compared, then mapped", "first-wake", 1_000, "%.1f", new int[] {0});
        printRow("checksums compared in the background: mapped", "checked-wake", 1_000, "%.1f", new int[] {0});
        System.out.println();
    }

    /// A row for each operation, or two: of the operation and of the next message, in which a canister wakes.
    private void printTable(String what, double unit, String format, int[]... columns) {
        printHeader(what);
        for (int i = 0; i < OPERATIONS.size(); i++) {
            printRow(TITLES.get(i), OPERATIONS.get(i), unit, format, columns[0]);
            if (columns.length > 1) {
                printRow("- the next message", OPERATIONS.get(i), unit, format, columns[1]);
            }
        }
        System.out.println();
    }

    private static void printHeader(String what) {
        System.out.println("| " + what + " | 1 MB | 1 GB | 51 GB | 1 GB / 1 MB | 51 GB / 1 MB |");
        System.out.println("|---|---|---|---|---|---|");
    }

    private void printRow(String title, String operation, double unit, String format, int[] columns) {
        var values = SIZES.stream()
                .map(size -> median(operation + size.name(), columns) / unit)
                .toList();
        var row = new StringBuilder("| ").append(title);
        values.forEach(value -> row.append(" | ").append(format.formatted(value)));
        for (double larger : values.subList(1, values.size())) {
            row.append(" | ").append(values.getFirst() == 0 ? "" : "%.2f".formatted(larger / values.getFirst()));
        }
        System.out.println(row.append(" |"));
    }

    private double median(String key, int[] columns) {
        long[] sums = lines.get(key).stream()
                .mapToLong(line ->
                        Arrays.stream(columns).mapToLong(column -> line[column]).sum())
                .sorted()
                .toArray();
        return sums[sums.length / 2];
    }

    private void printHeld() throws Exception {
        System.out.println(
                "| of 64 MiB of heap written since the last checkpoint | Java heap MiB | outside of it MiB |");
        System.out.println("|---|---|---|");
        var titles = List.of("awake", "hibernating", "hibernating, and a checkpoint is written");
        var printed = run("held", SIZES.get(1));
        for (int i = 0; i < titles.size(); i++) {
            long[] kib = numbers(printed.get(i));
            System.out.printf("| %s | %.1f | %.1f |%n", titles.get(i), kib[0] / 1024.0, kib[1] / 1024.0);
        }
    }

    private void printForks() throws Exception {
        System.out.println();
        System.out.println(
                "| each of 1,000 copies that ran a message and are kept | Java heap KiB | outside of it KiB |");
        System.out.println("|---|---|---|");
        for (var size : SIZES) {
            long[] kib = numbers(run("forks", size).getFirst());
            System.out.printf("| %s | %d | %d |%n", size.name(), kib[0], kib[1]);
        }
    }
}
