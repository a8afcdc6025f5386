package decant.bench;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/// The processor time and the memory of this process as the kernel counts them, the latter in KiB, and what the Java
/// heap holds after a collection.
///
/// The Java heap is to be touched whole at the start (`-Xms` = `-Xmx`, `-XX:+AlwaysPreTouch`): then a collection does
/// not show in what the kernel counts.
final class Footprint {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path CLEAR = Path.of("/proc/self/clear_refs");
    private static final String RESET_PEAK = "5";
    private static final ThreadMXBean THREADS = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

    private Footprint() {}

    /// How much more memory there was at the peak of some work than before it, and what it allocated on the Java heap.
    record Peak(long residentKib, long allocatedKib) {}

    static Peak of(Runnable work) {
        resetPeak();
        long residentBefore = kib("VmRSS");
        long allocatedBefore = THREADS.getCurrentThreadAllocatedBytes();
        work.run();
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - allocatedBefore;
        return new Peak(Math.max(0, kib("VmHWM") - residentBefore), allocated >> 10);
    }

    /// {@return the time that this thread had a processor, in user code and in the kernel}
    static long cpuNanos() {
        return THREADS.getCurrentThreadCpuTime();
    }

    /// {@return the most that this process ever had in memory}
    static long peakKib() {
        return kib("VmHWM");
    }

    /// {@return memory that is backed by no file}
    static long anonymousKib() {
        return kib("RssAnon");
    }

    static long javaHeapKib() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 10;
    }

    private static void resetPeak() {
        try {
            Files.writeString(CLEAR, RESET_PEAK);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long kib(String field) {
        try (var lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith(field + ":"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(STATUS + " does not have " + field));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
