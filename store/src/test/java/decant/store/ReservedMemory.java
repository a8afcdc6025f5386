package decant.store;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/// A range of addresses reserved with `mmap`, as the owner of a linear memory does it.
record ReservedMemory(MemorySegment segment) implements AutoCloseable {
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_PRIVATE_ANONYMOUS_NORESERVE = 0x02 | 0x20 | 0x4000;

    static ReservedMemory of(long bytes) {
        try {
            var mmap = function(
                    "mmap",
                    FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
            long address = (long) mmap.invokeExact(0L, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS_NORESERVE, -1, 0L);
            return new ReservedMemory(MemorySegment.ofAddress(address).reinterpret(bytes));
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /// {@return how many mappings the kernel keeps for this range}
    long mappings() throws IOException {
        long start = segment.address();
        long end = start + segment.byteSize();
        try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.map(line -> line.substring(0, line.indexOf(' ')).split("-", 2))
                    .filter(range ->
                            Long.parseUnsignedLong(range[0], 16) < end && Long.parseUnsignedLong(range[1], 16) > start)
                    .count();
        }
    }

    @Override
    public void close() {
        try {
            var munmap = function("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
            int _ = (int) munmap.invokeExact(segment.address(), segment.byteSize());
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private static MethodHandle function(String name, FunctionDescriptor type) {
        var linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type);
    }
}
