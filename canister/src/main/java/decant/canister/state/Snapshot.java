package decant.canister.state;

import decant.base.Hash;
import decant.store.PageMap;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import org.pcollections.PSortedMap;
import org.pcollections.PVector;

/// The code and the state of a canister as they were at some time, kept until its controllers delete it.
///
/// One that was taken shares its pages with the canister, so that it costs what changes. One that is uploaded begins
/// as zeros, and is written piece by piece.
///
/// @param globalTimerNanos when the timer was to go off, 0 for not at all; nothing if an upload does not say
/// @param lowMemoryHook nothing if an upload does not say
public record Snapshot(
        SnapshotId id,
        long takenNanos,
        long canisterVersion,
        Content content,
        byte[] certifiedData,
        PSortedMap<Hash, byte[]> chunkStore,
        OptionalLong globalTimerNanos,
        Optional<LowMemoryHook> lowMemoryHook) {
    private static final int GLOBAL_SLOT_BYTES = 8;

    /// As many bytes as a chunk counts, however short it is.
    public static final int CHUNK_BYTES = 1 << 20;

    /// The module and what it has made of its memories.
    public sealed interface Content {
        MemoryImage heap();

        MemoryImage stable();

        /// {@return how long the module is, as it was uploaded}
        long moduleBytes();

        /// {@return the bytes of the module from `offset` to before `end`}
        byte[] module(long offset, long end);

        /// {@return the size of the globals that are kept}
        long globalBytes();
    }

    /// What a canister had.
    public record Taken(Code code) implements Content {
        @Override
        public MemoryImage heap() {
            return code.heap();
        }

        @Override
        public MemoryImage stable() {
            return code.stable();
        }

        @Override
        public long moduleBytes() {
            return code.module().bytes().length;
        }

        @Override
        public byte[] module(long offset, long end) {
            return Arrays.copyOfRange(code.module().bytes(), Math.toIntExact(offset), Math.toIntExact(end));
        }

        @Override
        public long globalBytes() {
            return (long) code.globals().length * GLOBAL_SLOT_BYTES;
        }
    }

    /// What somebody uploads. Nobody has looked yet whether the module is one, and whether the rest fits it.
    ///
    /// @param modulePages the first `moduleBytes` are the module
    /// @param globals the values of the module's globals that last from message to message
    public record Uploaded(
            long moduleBytes, PageMap modulePages, PVector<GlobalValue> globals, MemoryImage heap, MemoryImage stable)
            implements Content {
        @Override
        public byte[] module(long offset, long end) {
            var bytes = new byte[Math.toIntExact(end - offset)];
            modulePages.read(offset, bytes, 0, bytes.length);
            return bytes;
        }

        @Override
        public long globalBytes() {
            return globals.stream()
                    .mapToLong(global -> global.type() == GlobalValue.Type.V128 ? 2 : 1)
                    .map(slots -> slots * GLOBAL_SLOT_BYTES)
                    .sum();
        }

        public Uploaded withModulePages(PageMap pages) {
            return new Uploaded(moduleBytes, pages, globals, heap, stable);
        }

        public Uploaded withHeap(MemoryImage next) {
            return new Uploaded(moduleBytes, modulePages, globals, next, stable);
        }

        public Uploaded withStable(MemoryImage next) {
            return new Uploaded(moduleBytes, modulePages, globals, heap, next);
        }
    }

    /// {@return what a canister that has this code is now}
    public static Snapshot of(CanisterState canister, Code code, SnapshotId id, long timeNanos) {
        return new Snapshot(
                id,
                timeNanos,
                canister.version(),
                new Taken(code),
                canister.certifiedData(),
                canister.chunkStore(),
                OptionalLong.of(canister.globalTimerNanos()),
                Optional.of(canister.lowMemoryHook()));
    }

    /// {@return how many bytes it counts, as if it shared none of them}
    public long bytes() {
        return content.moduleBytes()
                + content.heap().bytes()
                + content.stable().bytes()
                + content.globalBytes()
                + certifiedData.length
                + (long) chunkStore.size() * CHUNK_BYTES;
    }

    public Snapshot withContent(Content next) {
        return new Snapshot(
                id, takenNanos, canisterVersion, next, certifiedData, chunkStore, globalTimerNanos, lowMemoryHook);
    }

    public Snapshot withChunkStore(PSortedMap<Hash, byte[]> next) {
        return new Snapshot(
                id, takenNanos, canisterVersion, content, certifiedData, next, globalTimerNanos, lowMemoryHook);
    }
}
