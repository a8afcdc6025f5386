package decant.store;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/// How much of a disk a file takes, which is less than its length where it has holes. The JDK does not tell.
final class FileSpace {
    /* `statx` of Linux, since its struct is the same on every machine, unlike that of `stat`. */
    private static final int AT_FDCWD = -100;
    private static final int AT_SYMLINK_NOFOLLOW = 0x100;
    private static final int STATX_BLOCKS = 0x400;
    private static final int STATX_BYTES = 256;
    private static final int MASK_AT = 0;
    private static final int BLOCKS_AT = 48;
    private static final int BLOCK_BYTES = 512;

    private static final Optional<MethodHandle> STATX = statx();

    private FileSpace() {}

    private static Optional<MethodHandle> statx() {
        if (!System.getProperty("os.name").equals("Linux")) {
            return Optional.empty();
        }
        var linker = Linker.nativeLinker();
        var type = FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS);
        return linker.defaultLookup().find("statx").map(function -> linker.downcallHandle(function, type));
    }

    /// {@return the bytes that the file takes on its disk; nothing if it is not there, or if the system does not tell}
    static OptionalLong of(Path file) {
        if (STATX.isEmpty()) {
            return OptionalLong.empty();
        }
        try (var arena = Arena.ofConfined()) {
            var found = arena.allocate(STATX_BYTES, Long.BYTES);
            int status = (int) STATX.get()
                    .invokeExact(
                            AT_FDCWD, arena.allocateFrom(file.toString()), AT_SYMLINK_NOFOLLOW, STATX_BLOCKS, found);
            boolean isTold = status == 0 && (found.get(JAVA_INT, MASK_AT) & STATX_BLOCKS) != 0;
            return isTold ? OptionalLong.of(found.get(JAVA_LONG, BLOCKS_AT) * BLOCK_BYTES) : OptionalLong.empty();
        } catch (Throwable e) {
            throw new AssertionError("BUG: statx cannot be called", e);
        }
    }
}
