package decant.wasm.run;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import decant.wasm.MemoryType;
import decant.wasm.TrapCode;
import decant.wasm.TrapException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.LongPredicate;

/// A memory that knows which of its pages a message has written, and can undo the message.
///
/// Invariants:
/// - the mark of a page is set before its first byte changes, and what it held is in the undo log by then;
/// - bytes at and above `bytes` are zero;
/// - no mark is set for a page above `bytes`.
public final class LinearMemory implements AutoCloseable {
    /* Design. Compiled code stores with three steps: check the bounds, test the mark of the page in which the store
     * begins, write. The mark is one byte per page, so the test is a load and a compare. A store may end in the next
     * page: instead of a second test, the undo entry of a page also covers the first bytes of its neighbour, and whether
     * the neighbour was changed that way is found when somebody asks for the dirty pages.
     *
     * A page that did not exist when the message began needs no undo entry: undoing the message discards all pages above
     * the old size at once. So a fresh memory, which began at size 0, records marks but saves nothing.
     *
     * Compiled code keeps base, size and marks in fields of its instance. Every instance that uses the memory is
     * attached, and is told when one of them changes. */

    /// The unit of tracking, not of growth.
    public static final int PAGE_BYTES = 4096;

    /// The unit in which a memory grows.
    public static final int WASM_PAGE_BYTES = 65536;

    static final int PAGE_SHIFT = 12;

    private static final long PAGES_MAX_32 = 1L << 16;
    private static final long PAGES_MAX_64 = 1L << 48;

    private final MemoryType type;
    private final LongPredicate growth;
    private final Reservation data;
    private final Reservation marks;
    private final UndoLog undo;
    private final long bytesMax;
    private final List<InstanceState> users = new ArrayList<>();

    private long bytes;
    private boolean open;

    /// The size when the message began or the last one ended; 0 for a fresh memory, where nothing needs to be undone.
    private long bytesAtBegin;

    private int[] marked = new int[16];
    private int markedCount;

    /// Pages that were dirty, and not yet committed, when the message began.
    private BitSet carried = new BitSet();

    private MemorySegment dataSegment;
    private MemorySegment markSegment;

    /// A memory of its minimal size, all zero.
    ///
    /// @param bytesMax how many bytes it may grow to; reserved now
    /// @param growth asked with the new size in bytes before the memory grows
    public LinearMemory(MemoryType type, long bytesMax, LongPredicate growth) {
        this(type, bytesMax, growth, Reservation.Kind.BEST);
    }

    LinearMemory(MemoryType type, long bytesMax, LongPredicate growth, Reservation.Kind kind) {
        this.type = type;
        this.growth = growth;
        long pagesMax = Math.min(declaredMaximum(type), bytesMax / WASM_PAGE_BYTES);
        if (type.limits().minimum() > pagesMax || type.limits().minimum() < 0) {
            throw new IllegalArgumentException("the memory begins with "
                    + Long.toUnsignedString(type.limits().minimum()) + " pages, but may have at most " + pagesMax);
        }
        this.bytesMax = pagesMax * WASM_PAGE_BYTES;
        // One more page, so that the bytes behind the last page can be read.
        long pages = this.bytesMax / PAGE_BYTES + 1;
        this.data = kind.reserve(pages * PAGE_BYTES);
        this.marks = kind.reserve(pages);
        this.undo = new UndoLog(kind, pages);
        this.bytes = type.limits().minimum() * WASM_PAGE_BYTES;
        data.ensure(bytes + PAGE_BYTES);
        marks.ensure(bytes / PAGE_BYTES + 1);
        this.dataSegment = data.segment();
        this.markSegment = marks.segment();
    }

    /// {@return the most pages that a memory of this type can ever have}
    private static long declaredMaximum(MemoryType type) {
        long most = type.is64() ? PAGES_MAX_64 : PAGES_MAX_32;
        long declared = type.limits().maximum().orElse(most);
        return declared < 0 ? most : Math.min(declared, most);
    }

    public MemoryType type() {
        return type;
    }

    public long bytes() {
        return bytes;
    }

    /// {@return how many bytes it may grow to}
    public long bytesMax() {
        return bytesMax;
    }

    /// {@return whether the memory never moves and files may be mapped into it}
    public boolean mappable() {
        return data.mappable();
    }

    /// {@return the memory as it is now; valid until it grows}
    public MemorySegment segment() {
        return dataSegment.asSlice(0, bytes);
    }

    /// Makes an instance follow this memory: its fields `memoryBase`, `memoryBytes` and `memoryMarks`.
    void attach(InstanceState user) {
        users.add(user);
        tell(user);
    }

    void detach(InstanceState user) {
        users.remove(user);
        user.memoryBytes = 0;
    }

    private void tellAll() {
        dataSegment = data.segment();
        markSegment = marks.segment();
        for (InstanceState user : users) {
            tell(user);
        }
    }

    private void tell(InstanceState user) {
        user.memoryBase = dataSegment.address();
        user.memoryMarks = markSegment.address();
        user.memoryBytes = bytes;
    }

    /// Grows by `pages` of 64 KiB.
    ///
    /// @return the old size in pages, or -1 when the memory stays as it is because it may not become so large
    public long grow(long pages) {
        long before = bytes / WASM_PAGE_BYTES;
        if (pages < 0 || pages > bytesMax / WASM_PAGE_BYTES - before) {
            return -1;
        }
        long after = (before + pages) * WASM_PAGE_BYTES;
        if (pages != 0) {
            if (!growth.test(after)) {
                return -1;
            }
            resize(after);
        }
        return before;
    }

    private void resize(long after) {
        data.ensure(after + PAGE_BYTES);
        marks.ensure(after / PAGE_BYTES + 1);
        bytes = after;
        tellAll();
    }

    /// Traps unless `length` bytes at `address`, both unsigned, lie within the memory.
    public void check(long address, long length) {
        if (length < 0 || length > bytes || address < 0 || address > bytes - length) {
            throw outOfBounds(address, length, bytes);
        }
    }

    static TrapException outOfBounds(long address, long length, long bytes) {
        return new TrapException(
                TrapCode.MEMORY_OUT_OF_BOUNDS,
                TrapCode.MEMORY_OUT_OF_BOUNDS + ": " + Long.toUnsignedString(length) + " bytes at address "
                        + Long.toUnsignedString(address) + " of a memory of " + bytes + " bytes");
    }

    public void read(long address, MemorySegment target) {
        check(address, target.byteSize());
        MemorySegment.copy(dataSegment, address, target, 0, target.byteSize());
    }

    public void write(long address, MemorySegment source) {
        check(address, source.byteSize());
        touch(address, source.byteSize());
        MemorySegment.copy(source, 0, dataSegment, address, source.byteSize());
    }

    /// Fills a range that has been checked.
    void fill(long address, byte value, long length) {
        touch(address, length);
        dataSegment.asSlice(address, length).fill(value);
    }

    /// Copies between ranges that have been checked and may overlap.
    void copy(long target, long source, long length) {
        touch(target, length);
        MemorySegment.copy(dataSegment, source, dataSegment, target, length);
    }

    /// Marks every page of a range that has been checked, before it is written.
    private void touch(long address, long length) {
        if (length == 0) {
            return;
        }
        long last = address + length - 1 >>> PAGE_SHIFT;
        for (long page = address >>> PAGE_SHIFT; page <= last; page++) {
            if (markSegment.get(JAVA_BYTE, page) == 0) {
                firstWrite((int) page);
            }
        }
    }

    /// The slow half of the write barrier: called before the first write of the message to a page.
    void firstWrite(int page) {
        if (markedCount == marked.length) {
            marked = Arrays.copyOf(marked, markedCount * 2);
        }
        if ((long) page * PAGE_BYTES < bytesAtBegin) {
            undo.save(dataSegment, page);
        }
        marked[markedCount++] = page;
        markSegment.set(JAVA_BYTE, page, (byte) 1);
    }

    /// Begins a message: {@link #rollback} will come back to here.
    public void begin() {
        if (open) {
            throw new IllegalStateException(
                    "a message is already running on this memory: commit or roll it back first");
        }
        carried = dirtyPages();
        clearMarks();
        open = true;
        bytesAtBegin = bytes;
    }

    /// Ends the message, if one is running, and keeps what it wrote. No page is dirty afterwards.
    public void commit() {
        clearMarks();
        carried = new BitSet();
        end();
    }

    /// Ends the message and undoes it. Pages that were dirty before it began are dirty again.
    public void rollback() {
        if (!open) {
            throw new IllegalStateException("no message is running on this memory: nothing to roll back");
        }
        undo.restore(dataSegment);
        data.discard(bytesAtBegin, bytes);
        clearMarks();
        if (bytes != bytesAtBegin) {
            bytes = bytesAtBegin;
            tellAll();
        }
        end();
    }

    private void end() {
        open = false;
        bytesAtBegin = bytes;
    }

    private void clearMarks() {
        for (int i = 0; i < markedCount; i++) {
            markSegment.set(JAVA_BYTE, marked[i], (byte) 0);
        }
        if (markedCount > 1 << 16) {
            marked = new int[16];
        }
        markedCount = 0;
        undo.clear();
    }

    /// {@return the indices of the pages written since the last commit}
    public BitSet dirtyPages() {
        var dirty = (BitSet) carried.clone();
        for (int i = 0; i < markedCount; i++) {
            dirty.set(marked[i]);
        }
        for (int entry = 0; entry < undo.count(); entry++) {
            int behind = undo.page(entry) + 1;
            if (!dirty.get(behind) && undo.tailChanged(entry, dataSegment)) {
                dirty.set(behind);
            }
        }
        for (int i = 0; i < markedCount; i++) {
            int behind = marked[i] + 1;
            if ((long) marked[i] * PAGE_BYTES >= bytesAtBegin && !dirty.get(behind) && beginsWithData(behind)) {
                dirty.set(behind);
            }
        }
        return dirty;
    }

    private boolean beginsWithData(int page) {
        long at = (long) page * PAGE_BYTES;
        var layout = JAVA_LONG_UNALIGNED;
        return at < bytes && (dataSegment.get(layout, at) | dataSegment.get(layout, at + 8)) != 0;
    }

    /// Replaces the whole content by `size` zero bytes, of which none is dirty.
    public void reset(long size) {
        if (open) {
            throw new IllegalStateException("a message is running on this memory: commit or roll it back first");
        }
        if (size < 0 || size > bytesMax || size % WASM_PAGE_BYTES != 0) {
            throw new IllegalArgumentException("a size of at most " + bytesMax + " bytes and a multiple of "
                    + WASM_PAGE_BYTES + " is expected, found " + size);
        }
        data.discard(0, Math.max(bytes, size));
        resize(size);
        commit();
    }

    /// Puts the content of a page in place without making it dirty.
    public void load(long page, MemorySegment content) {
        if (content.byteSize() != PAGE_BYTES) {
            throw new IllegalArgumentException("a page has " + PAGE_BYTES + " bytes, found " + content.byteSize());
        }
        check(page * PAGE_BYTES, PAGE_BYTES);
        bytesAtBegin = bytes;
        MemorySegment.copy(content, 0, dataSegment, page * PAGE_BYTES, PAGE_BYTES);
    }

    /// Gives the memory back. Every later use is an error.
    @Override
    public void close() {
        for (InstanceState user : users) {
            user.memoryBytes = 0;
        }
        bytes = 0;
        data.close();
        marks.close();
        undo.close();
    }
}
