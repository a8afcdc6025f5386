package decant.canister.ic0;

import decant.canister.state.CanisterState;
import decant.canister.state.Cycles;
import decant.canister.state.MemoryImage;
import decant.canister.state.Payload;
import decant.wasm.Instance;
import decant.wasm.Memory;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One run of one function of a canister: what it may see, and what it has intended to change so far.
///
/// Lives from before the function is called until its result was taken. One thread at a time.
public final class Invocation {
    final Context context;
    final CanisterState canister;
    final Incoming incoming;
    final Surroundings surroundings;
    final Instance instance;
    final long instructionsMax;
    final StableMemory stable;
    final LogDelta log;

    Cycles cycles;
    Cycles available;
    final ByteArrayOutputStream replyData = new ByteArrayOutputStream();

    @Nullable
    Payload answer;

    @Nullable
    PendingCall pendingCall;

    final List<OutgoingCall> calls = new ArrayList<>();
    byte[] certifiedData;
    long globalTimerNanos;
    boolean messageAccepted;

    private final @Nullable Memory heap;
    private final boolean addresses64;

    /// A run on `instance`, which is in the state of `canister`'s code, with `stable` memory and so many
    /// instructions.
    public Invocation(
            Context context,
            CanisterState canister,
            MemoryImage stable,
            Incoming incoming,
            Surroundings surroundings,
            Instance instance,
            long instructionsMax) {
        this.context = context;
        this.canister = canister;
        this.incoming = incoming;
        this.surroundings = surroundings;
        this.instance = instance;
        this.instructionsMax = instructionsMax;
        this.heap = instance.memory().orElse(null);
        this.addresses64 = heap != null && heap.is64();
        this.stable = new StableMemory(stable, surroundings.stableBytesMax(), surroundings.stableTouchedBytesMax());
        this.log = new LogDelta(canister.settings().logMemoryLimitBytes());
        this.cycles = canister.cycles();
        this.available = incoming.available();
        this.certifiedData = canister.certifiedData();
        this.globalTimerNanos = canister.globalTimerNanos();
    }

    /// {@return what the run intends to change; to be taken once, after it ended well}
    public Changes changes() {
        var cyclesLeft = pendingCall == null ? cycles : cycles.plus(pendingCall.cycles());
        return new Changes(
                cyclesLeft,
                available,
                Optional.ofNullable(answer),
                List.copyOf(calls),
                certifiedData,
                globalTimerNanos,
                messageAccepted);
    }

    /// {@return the stable memory as the run left it; to be taken once, after it ended}
    public MemoryImage stableImage() {
        return stable.image();
    }

    /// {@return what the run printed, which is kept however it ended}
    public List<byte[]> logLines() {
        return log.lines();
    }

    /// {@return the instructions executed so far}
    public long instructionsUsed() {
        return instructionsMax - Math.max(instance.fuel(), 0);
    }

    /// Counts `instructions` of the host's work against the run's limit.
    void charge(long instructions) {
        instance.charge(instructions);
    }

    boolean has64BitAddresses() {
        return addresses64;
    }

    /// {@return the linear memory, for accesses whose bounds were checked}
    Memory heap(String import_) {
        if (heap == null) {
            throw Fault.violation(import_ + ": the module has no memory");
        }
        return heap;
    }

    /// {@return a copy of `size` bytes of the heap, which the caller has bounded}
    byte[] read(String import_, long address, long size) {
        checkHeap(import_, address, size);
        if (size == 0) {
            return new byte[0];
        }
        return heap(import_).read(address, Math.toIntExact(size));
    }

    /// Writes to the heap.
    void write(String import_, long address, byte[] source, int offset, int length) {
        checkHeap(import_, address, length);
        if (length > 0) {
            heap(import_).write(address, source, offset, length);
        }
    }

    /// Serves a blob getter: copies `source[offset..offset+size]` to the heap.
    void copy(String import_, byte[] source, long target, long offset, long size) {
        if (!contains(source.length, offset, size)) {
            throw Fault.violation(import_ + " payload: offset=" + Long.toUnsignedString(offset) + " + size="
                    + Long.toUnsignedString(size) + " exceeds the size=" + source.length);
        }
        write(import_, target, source, (int) offset, (int) size);
    }

    /// Writes an amount as 16 bytes, the lowest first.
    void writeCycles(String import_, long address, Cycles amount) {
        var bytes = new byte[16];
        for (int i = 0; i < 8; i++) {
            bytes[i] = (byte) (amount.low() >>> 8 * i);
            bytes[8 + i] = (byte) (amount.high() >>> 8 * i);
        }
        write(import_, address, bytes, 0, bytes.length);
    }

    /// {@return whether the range lies in the heap}
    boolean isInHeap(long address, long size) {
        return contains(heap == null ? 0 : heap.bytes(), address, size);
    }

    private void checkHeap(String import_, long address, long size) {
        if (!isInHeap(address, size)) {
            throw Fault.violation(import_ + " heap: address=" + Long.toUnsignedString(address) + " + size="
                    + Long.toUnsignedString(size) + " exceeds the size=" + (heap == null ? 0 : heap.bytes()));
        }
    }

    private static boolean contains(long bytes, long offset, long size) {
        return offset >= 0 && size >= 0 && offset <= bytes && size <= bytes - offset;
    }
}
