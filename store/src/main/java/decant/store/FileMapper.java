package decant.store;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Maps parts of a file into a range of addresses that is already reserved, as `FileChannel.map` cannot: at a
/// given place, copied on write, and without a claim on memory for pages that nobody writes to
/// (`MAP_NORESERVE`).
///
/// An instance is one open file. Mappings outlive it, and outlive the name of the file.
final class FileMapper implements AutoCloseable {
    /* Constants of Linux on x86-64 and AArch64. Other systems have other numbers, and get copies instead. */
    private static final int O_RDONLY = 0;
    private static final int O_CLOEXEC = 0x80000;
    private static final int PROT_READ_WRITE = 0x1 | 0x2;
    private static final int MAP_PRIVATE = 0x02;
    private static final int MAP_FIXED = 0x10;
    private static final int MAP_ANONYMOUS = 0x20;
    private static final int MAP_NORESERVE = 0x4000;
    private static final int SC_PAGESIZE = 30;

    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final @Nullable Calls CALLS = Calls.ofThisSystem();

    private final Calls calls;
    private final Path path;
    private final int descriptor;

    private FileMapper(Calls calls, Path path) {
        this.calls = calls;
        this.path = path;
        this.descriptor = calls.open(path);
    }

    /// {@return whether this system can map files in units of `PageMap.PAGE_BYTES`}
    static boolean isAvailable() {
        return CALLS != null;
    }

    static FileMapper open(Path path) {
        if (CALLS == null) {
            throw new AssertionError("BUG: files cannot be mapped on this system");
        }
        return new FileMapper(CALLS, path);
    }

    /// Maps what begins at `offset` of the file over all of `target`; what was there is gone.
    void map(long offset, MemorySegment target) {
        assert offset % PageMap.PAGE_BYTES == 0;
        assert target.address() % PageMap.PAGE_BYTES == 0;
        calls.map(path, MAP_PRIVATE, descriptor, offset, target);
    }

    /// Maps zeros over all of `target`; what was there is gone.
    void mapZeros(MemorySegment target) {
        assert target.address() % PageMap.PAGE_BYTES == 0;
        calls.map(path, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0, target);
    }

    @Override
    public void close() {
        calls.close(descriptor);
    }

    /// The functions of the C library that are needed.
    private record Calls(MethodHandle open, MethodHandle mmap, MethodHandle close) {
        static @Nullable Calls ofThisSystem() {
            if (!System.getProperty("os.name").equals("Linux")) {
                return null;
            }
            var linker = Linker.nativeLinker();
            var sysconf = function(linker, "sysconf", FunctionDescriptor.of(JAVA_LONG, JAVA_INT));
            try {
                if ((long) sysconf.invokeExact(SC_PAGESIZE) != PageMap.PAGE_BYTES) {
                    return null;
                }
            } catch (Throwable e) {
                throw new AssertionError("BUG: sysconf cannot be called", e);
            }
            var errno = Linker.Option.captureCallState("errno");
            return new Calls(
                    function(
                            linker,
                            "open",
                            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
                            Linker.Option.firstVariadicArg(2),
                            errno),
                    function(
                            linker,
                            "mmap",
                            FunctionDescriptor.of(
                                    JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG),
                            errno),
                    function(linker, "close", FunctionDescriptor.of(JAVA_INT, JAVA_INT)));
        }

        private static MethodHandle function(
                Linker linker, String name, FunctionDescriptor type, Linker.Option... options) {
            return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type, options);
        }

        int open(Path path) {
            try (var arena = Arena.ofConfined()) {
                var state = arena.allocate(STATE);
                int descriptor =
                        (int) open.invokeExact(state, arena.allocateFrom(path.toString()), O_RDONLY | O_CLOEXEC);
                if (descriptor < 0) {
                    throw new StoreException("failed to open " + path + ": errno " + errno(state), path);
                }
                return descriptor;
            } catch (StoreException e) {
                throw e;
            } catch (Throwable e) {
                throw new AssertionError("BUG: open cannot be called", e);
            }
        }

        void map(Path path, int kind, int descriptor, long offset, MemorySegment target) {
            try (var arena = Arena.ofConfined()) {
                var state = arena.allocate(STATE);
                long address = (long) mmap.invokeExact(
                        state,
                        target.address(),
                        target.byteSize(),
                        PROT_READ_WRITE,
                        kind | MAP_FIXED | MAP_NORESERVE,
                        descriptor,
                        offset);
                if (address != target.address()) {
                    throw new StoreException(
                            "failed to map " + target.byteSize() + " bytes of " + path + " at offset " + offset
                                    + ": errno " + errno(state)
                                    + "; if that is ENOMEM (12), the process has too many mappings: raise the"
                                    + " kernel's vm.max_map_count",
                            path);
                }
            } catch (StoreException e) {
                throw e;
            } catch (Throwable e) {
                throw new AssertionError("BUG: mmap cannot be called", e);
            }
        }

        void close(int descriptor) {
            try {
                int _ = (int) close.invokeExact(descriptor);
            } catch (Throwable e) {
                throw new AssertionError("BUG: close cannot be called", e);
            }
        }

        private static int errno(MemorySegment state) {
            return (int) ERRNO.get(state, 0L);
        }
    }
}
