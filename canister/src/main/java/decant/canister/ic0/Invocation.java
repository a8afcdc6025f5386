package decant.canister.ic0;

import decant.base.Principal;
import decant.canister.cycles.OutOfCycles;
import decant.canister.state.CanisterState;
import decant.canister.state.Cycles;
import decant.canister.state.ErrorCode;
import decant.canister.state.MemoryImage;
import decant.canister.state.Payload;
import decant.canister.state.Traffic;
import decant.wasm.HostTrap;
import decant.wasm.Instance;
import decant.wasm.Memory;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
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
    Cycles burned = Cycles.ZERO;
    Cycles reserved = Cycles.ZERO;
    final ByteArrayOutputStream replyData = new ByteArrayOutputStream();

    @Nullable
    Payload answer;

    @Nullable
    PendingCall pendingCall;

    final List<OutgoingCall> calls = new ArrayList<>();

    /// The room that these calls take up.
    Traffic traffic = Traffic.NONE;

    byte[] certifiedData;
    long globalTimerNanos;
    boolean messageAccepted;

    /// The import that runs, as error messages call it.
    String importName = "";

    /// So often the pages are counted whenever the counter is read.
    private static final int COUNTS_MAX = 1_000;

    private final @Nullable Memory heap;
    private final long heapBytesBegun;
    private final boolean addresses64;
    private final PageCosts pageCosts;

    /// What was paid so far for pages of the heap.
    private long paidForHeap;

    /// How often the counter was read and pages were counted for it, and what was left the last time.
    private int counts;

    private long leftAtCount;

    /// What the canister occupies besides heap and stable memory; 0 where nobody pays for it.
    private final long restBytes;

    private final long bytesBegun;

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
        this.heapBytesBegun = heap == null ? 0 : heap.bytes();
        this.addresses64 = heap != null && heap.is64();
        this.pageCosts = context.pageCosts();
        this.stable = new StableMemory(
                stable,
                surroundings.stableBytesMax(),
                surroundings.stableAccess(),
                surroundings.writtenBytesMax(),
                pageCosts,
                instance::deduct);
        this.restBytes = surroundings.tariff().isFree()
                ? 0
                : surroundings.tariff().memoryBytes(canister) - heapBytesBegun - stable.bytes();
        this.bytesBegun = restBytes + heapBytesBegun + stable.bytes();
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
                burned,
                reserved,
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

    /// {@return how many pages of stable memory were read or written so far}
    public long stablePagesTouched() {
        return stable.pagesTouched();
    }

    /// Asked before the heap grows to `bytes`: what a copy adds to it counts as written, and the canister must be able
    /// to pay for it.
    void checkGrowth(long bytes) {
        if (bytes - heapBytesBegun > surroundings.writtenBytesMax()) {
            throw Fault.writtenTooMuch(surroundings.writtenBytesMax());
        }
        checkPayment(bytes - heapBytes());
    }

    /// Asked before the memories grow by so many bytes; traps if that would freeze the canister.
    void checkPayment(long bytes) {
        if (surroundings.tariff().isFree() || !context.isReplicated()) {
            return;
        }
        long after = memoryBytes() + bytes;
        var reservation = reservation(after);
        var missing = freezingLimit(after, traffic).plus(reservation).minusAtMost(cycles);
        if (!missing.isZero()) {
            throw Fault.trap(
                    ErrorCode.INSUFFICIENT_CYCLES_IN_MEMORY_GROW,
                    OutOfCycles.growthText(bytes, missing, canister.settings().isController(incoming.caller())));
        }
        var all = canister.reservedCycles().plus(reserved).plus(reservation);
        if (!reservation.isZero() && all.compareTo(canister.settings().reservedCyclesLimit()) > 0) {
            throw Fault.trap(
                    ErrorCode.RESERVED_CYCLES_LIMIT_EXCEEDED_IN_MEMORY_GROW,
                    OutOfCycles.limitText(canister, "grow memory by " + bytes + " bytes", all));
        }
        cycles = cycles.minus(reservation);
        reserved = reserved.plus(reservation);
    }

    private Cycles reservation(long after) {
        long allocation = canister.settings().memoryAllocationBytes();
        long before = Math.max(memoryBytes(), allocation);
        return surroundings
                .tariff()
                .reservation(before, Math.max(after, allocation), before - Math.max(bytesBegun, allocation));
    }

    private Cycles freezingLimit(long bytes, Traffic performed) {
        return surroundings
                .tariff()
                .freezingLimit(canister, bytes, performed.guaranteedBytes())
                .minusAtMost(reserved);
    }

    private long memoryBytes() {
        return restBytes + heapBytes() + stable.bytes();
    }

    private long heapBytes() {
        return heap == null ? 0 : heap.bytes();
    }

    /// {@return what the canister can spend without being frozen}
    Cycles liquid() {
        return liquid(traffic);
    }

    /// {@return what it could spend without being frozen if it had performed these calls}
    Cycles liquid(Traffic performed) {
        return cycles.minusAtMost(freezingLimit(memoryBytes(), performed));
    }

    /// {@return how many pages of stable memory were written so far}
    public long stablePagesWritten() {
        return stable.pagesWritten();
    }

    /// {@return what the run printed, which is kept however it ended}
    public List<byte[]> logLines() {
        return log.lines();
    }

    /// {@return the instructions executed so far}
    public long instructionsUsed() {
        return instructionsMax - Math.max(instance.fuel(), 0);
    }

    /// Pays for the pages of the heap that were touched since this was last called. Nobody sees in between how many
    /// instructions are left, so that is early enough; when not enough are, their number becomes negative.
    public void payForHeap() {
        if (heap == null) {
            return;
        }
        long owed = pageCosts.of(heap.touches());
        instance.deduct(owed - paidForHeap);
        paidForHeap = owed;
    }

    /// Pays for the pages of the heap before the counter is read, and ends the run if it cannot.
    ///
    /// To count them takes time that follows the size of the heap, and nobody pays for that. So who reads the
    /// counter very often sees a page later: once as many instructions were executed as the heap has pages of
    /// 4 KiB.
    void payForCounter() {
        if (counts == COUNTS_MAX && leftAtCount - instance.fuel() < heapBytes() / Memory.PAGE_BYTES) {
            return;
        }
        payForHeap();
        instance.charge(0);
        counts = Math.min(counts + 1, COUNTS_MAX);
        leftAtCount = instance.fuel();
    }

    /// Counts `instructions` of the host's work against the run's limit.
    void charge(long instructions) {
        instance.charge(instructions);
    }

    boolean has64BitAddresses() {
        return addresses64;
    }

    /// {@return a trap for having broken a rule of the import that runs}
    HostTrap violation(String rule) {
        return Fault.violation(importName + ": " + rule);
    }

    /// {@return the linear memory, for accesses whose bounds were checked}
    Memory heap() {
        if (heap == null) {
            throw violation("the module has no memory");
        }
        return heap;
    }

    /// {@return a copy of `size` bytes of the heap, which the caller has bounded}
    byte[] read(long address, long size) {
        checkHeap(address, size);
        return size == 0 ? new byte[0] : heap().read(address, Math.toIntExact(size));
    }

    /// {@return `size` bytes of the heap as text; bytes that are not UTF-8 trap}
    String readText(long address, long size) {
        var utf8 = ByteBuffer.wrap(read(address, size));
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(utf8).toString();
        } catch (CharacterCodingException _) {
            throw violation("the text is not valid UTF-8");
        }
    }

    /// {@return the principal of `size` bytes in the heap}
    Principal readPrincipal(long address, long size) {
        if (size < 0 || size > Principal.BYTES_MAX) {
            throw Fault.invalidPrincipal();
        }
        return Principal.of(read(address, size));
    }

    /// Serves a blob getter: copies `source[offset..offset+size]` to the heap.
    void copy(byte[] source, long target, long offset, long size) {
        if (!contains(source.length, offset, size)) {
            throw Fault.violation(importName + " payload: offset=" + Long.toUnsignedString(offset) + " + size="
                    + Long.toUnsignedString(size) + " exceeds the size=" + source.length);
        }
        write(target, source, (int) offset, (int) size);
    }

    /// Writes an amount as 16 bytes, the lowest first.
    void writeCycles(long address, Cycles amount) {
        var bytes = ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(amount.low())
                .putLong(amount.high());
        write(address, bytes.array(), 0, 16);
    }

    private void write(long address, byte[] source, int offset, int length) {
        checkHeap(address, length);
        if (length > 0) {
            heap().write(address, source, offset, length);
        }
    }

    /// {@return whether the range lies in the heap}
    boolean isInHeap(long address, long size) {
        return contains(heapBytes(), address, size);
    }

    private void checkHeap(long address, long size) {
        if (!isInHeap(address, size)) {
            throw Fault.violation(importName + " heap: address=" + Long.toUnsignedString(address) + " + size="
                    + Long.toUnsignedString(size) + " exceeds the size=" + heapBytes());
        }
    }

    private static boolean contains(long bytes, long offset, long size) {
        return offset >= 0 && size >= 0 && offset <= bytes && size <= bytes - offset;
    }
}
