package decant.bench.peers;

import java.lang.management.ManagementFactory;
import java.util.function.IntUnaryOperator;

/// A kernel and its size, as on the command line: `name:size`.
record Timed(String name, int size) {
    private static final int REPETITIONS = 30;
    private static final int WARM_UP = 10;

    static Timed of(String argument) {
        var parts = argument.split(":", 2);
        return new Timed(parts[0], Integer.parseInt(parts[1]));
    }

    /// Prints `name result cpu-microseconds` for the best repetition.
    void run(IntUnaryOperator kernel) {
        var threads = ManagementFactory.getThreadMXBean();
        long best = Long.MAX_VALUE;
        int result = 0;
        for (int i = 0; i < REPETITIONS; i++) {
            long before = threads.getCurrentThreadCpuTime();
            result = kernel.applyAsInt(size);
            long spent = threads.getCurrentThreadCpuTime() - before;
            if (i >= WARM_UP) {
                best = Math.min(best, spent);
            }
        }
        System.out.println(name + " " + result + " " + best / 1000);
    }
}
