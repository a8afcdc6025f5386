package decant.wasm.run;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The system's `mmap`, `munmap` and `madvise`.
///
/// Memory is private, anonymous and without reserved swap, so that far more can be reserved than the machine has.
final class SystemMemory {
    private static final int PROT_READ_WRITE = 1 | 2;
    private static final int MAP_PRIVATE = 2;
    private static final int MAP_FIXED = 0x10;
    private static final boolean LINUX = System.getProperty("os.name").equals("Linux");
    private static final boolean MAC =
            System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("mac");
    private static final int MAP_ANONYMOUS = LINUX ? 0x20 : 0x1000;
    private static final int MAP_NORESERVE = LINUX ? 0x4000 : 0x40;
    /// What ranges are multiples of, at least as large as any system's page.
    static final long GRANULE_BYTES = 1 << 16;

    private static final long MAP_FAILED = -1;
    private static final int MADV_POPULATE_WRITE = 23;

    private static final @Nullable MethodHandle MMAP =
            find("mmap", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final @Nullable MethodHandle MUNMAP =
            find("munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));

    private static final @Nullable MethodHandle MADVISE =
            LINUX ? find("madvise", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT)) : null;

    /// Whether this system has what the other methods need.
    static final boolean AVAILABLE = MMAP != null && MUNMAP != null;

    private SystemMemory() {}

    /// {@return the address of `bytes` zeros}
    static long reserve(long bytes) {
        return map(0, bytes, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE);
    }

    /// Replaces whatever is mapped in a range by zeros that cost nothing.
    static void replaceByZeros(long address, long bytes) {
        map(address, bytes, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED);
    }

    /// Gives a range its memory now, all at once, where the system can do that; its content stays what it is.
    static void populate(long address, long bytes) {
        if (MADVISE == null) {
            return;
        }
        try {
            // An old kernel does not know this advice, and then gives the memory page by page when it is touched.
            var _ = (int) MADVISE.invokeExact(MemorySegment.ofAddress(address), bytes, MADV_POPULATE_WRITE);
        } catch (Throwable e) {
            throw new AssertionError("BUG: madvise", e);
        }
    }

    /// Gives a range back.
    static void release(long address, long bytes) {
        try {
            int result = (int) available(MUNMAP).invokeExact(MemorySegment.ofAddress(address), bytes);
            assert result == 0 : "munmap of " + bytes + " bytes";
        } catch (Throwable e) {
            throw new AssertionError("BUG: munmap", e);
        }
    }

    private static long map(long address, long bytes, int flags) {
        long mapped;
        try {
            mapped = ((MemorySegment) available(MMAP)
                            .invokeExact(MemorySegment.ofAddress(address), bytes, PROT_READ_WRITE, flags, -1, 0L))
                    .address();
        } catch (Throwable e) {
            throw new AssertionError("BUG: mmap", e);
        }
        if (mapped == MAP_FAILED) {
            throw new OutOfMemoryError("the system refuses to map " + bytes
                    + " bytes: raise the limits on address space (ulimit -v) or on mappings (vm.max_map_count)");
        }
        return mapped;
    }

    private static MethodHandle available(@Nullable MethodHandle function) {
        if (function == null) {
            throw new AssertionError("BUG: this system has no mmap");
        }
        return function;
    }

    private static @Nullable MethodHandle find(String name, FunctionDescriptor type) {
        if (!LINUX && !MAC) {
            return null;
        }
        Linker linker = Linker.nativeLinker();
        return linker.defaultLookup()
                .find(name)
                .map(address -> linker.downcallHandle(address, type))
                .orElse(null);
    }
}
