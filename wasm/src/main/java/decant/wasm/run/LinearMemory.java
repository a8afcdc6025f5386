package decant.wasm.run;

import decant.wasm.MemoryType;
import decant.wasm.Preimage;
import decant.wasm.Touches;
import decant.wasm.TrapCode;
import decant.wasm.TrapException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/// A memory that knows which of its pages a message has written, and can undo the message.
///
/// Invariants:
/// - the mark of a page is set before its first byte changes, unless the mark of the page before it covers the change;
/// - bytes at and above `bytes` are zero;
/// - no mark is set for a page above `bytes`.
public final class LinearMemory implements AutoCloseable {
    /* Design. Compiled code stores with three steps: check the bounds, mark the page in which the store begins, write.
     * The mark is set without a look at what it was: a byte stored is cheaper than a byte tested, and above all there is
     * no other way to go, on which a compiler would have to expect that everything has changed. So nothing is saved when
     * a page is first written. What it held is known to somebody anyway: an embedder that commits the dirty pages of
     * each message to an image gives that image when the next message begins. For all others the memory keeps a copy of
     * its own.
     *
     * A store may end in the next page, and compiled code marks a page once for several stores that follow each other
     * closely. So the bytes at the beginning of the page behind a marked one may have changed as well. They are compared
     * with what they were when somebody asks for the dirty pages, and put back when the message is undone.
     *
     * Where reads are paid for, a load marks the page of 64 KiB in which it begins, in the same way. Nobody can tell
     * afterwards whether it reached the next one, nor where loads read that follow a marked one closely: these pages
     * count as read only if some access begins there.
     *
     * Compiled code keeps base and size in fields of its instance. Every instance that uses the memory is attached, and
     * is told when one of them changes. The marks lie in front of the base. */

    /// The unit of tracking, not of growth.
    public static final int PAGE_BYTES = 4096;

    /// The unit in which a memory grows.
    public static final int WASM_PAGE_BYTES = 65536;

    static final int PAGE_SHIFT = 12;
    static final int WASM_PAGE_SHIFT = 16;

    /// How far behind a marked page compiled code may have stored.
    public static final int REACH_BYTES = 64;

    private static final int FILLED_BYTES = 2048;

    private static final long PAGES_MAX_32 = 1L << 16;
    private static final long PAGES_MAX_64 = 1L << 48;

    /// So many bytes have marks.
    private static final long BYTES_MAX = (long) PageMarks.BYTES * PAGE_BYTES;

    private final MemoryType type;
    private final LongPredicate growth;
    private final Reservation range;
    private final Snapshot snapshot;
    private final long bytesMax;
    private final List<InstanceState> users = new ArrayList<>();

    private long bytes;
    private boolean open;

    /// The size when the message began or the last one ended; 0 for a fresh memory.
    private long bytesAtBegin;

    /// What the memory held when the message began; null where nobody knows.
    private @Nullable Preimage preimage;

    /// Pages that were dirty, and not yet committed, when the message began.
    private PageSet carried = PageSet.EMPTY;

    /// How many calls of compiled code are open that may set marks.
    private int running;

    /// The marked pages, until code runs again; null where they have to be looked for.
    private @Nullable PageSet known;

    private boolean mayHaveReads;

    private MemorySegment data;

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
        long pagesMax = Math.min(declaredMaximum(type), Math.min(bytesMax, BYTES_MAX) / WASM_PAGE_BYTES);
        if (type.limits().minimum() > pagesMax || type.limits().minimum() < 0) {
            throw new IllegalArgumentException("the memory begins with "
                    + Long.toUnsignedString(type.limits().minimum()) + " pages, but may have at most " + pagesMax);
        }
        this.bytesMax = pagesMax * WASM_PAGE_BYTES;
        this.bytes = type.limits().minimum() * WASM_PAGE_BYTES;
        this.range = kind.reserve(PageMarks.READS + this.bytesMax);
        this.snapshot = new Snapshot(kind, this.bytesMax);
        range.ensure(PageMarks.READS + bytes);
        this.data = range.segment().asSlice(PageMarks.READS);
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

    /// {@return the memory as it is now, for files to be mapped into it; empty where that cannot be}
    public Optional<MemorySegment> mappable() {
        if (!range.mappable()) {
            return Optional.empty();
        }
        snapshot.expireAll();
        return Optional.of(segment());
    }

    /// {@return the memory as it is now; valid until it grows}
    public MemorySegment segment() {
        return data.asSlice(0, bytes);
    }

    /// Makes an instance follow this memory: its fields `memoryBase` and `memoryBytes`.
    void attach(InstanceState user) {
        users.add(user);
        tell(user);
    }

    void detach(InstanceState user) {
        users.remove(user);
        user.memoryBytes = 0;
    }

    private void tellAll() {
        data = range.segment().asSlice(PageMarks.READS);
        for (InstanceState user : users) {
            tell(user);
        }
    }

    private void tell(InstanceState user) {
        user.memoryBase = data.address();
        user.memoryBytes = bytes;
    }

    /// Called before compiled code runs that may access this memory.
    void enter() {
        running++;
        known = null;
        mayHaveReads = true;
    }

    /// Called when it has ended.
    void leave() {
        running--;
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
        range.ensure(PageMarks.READS + after);
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

    /// @param end where the access ends, behind the address
    static TrapException outOfBounds(long address, int end, InstanceState state) {
        return outOfBounds(address, end, state.memoryBytes);
    }

    public void read(long address, MemorySegment target) {
        check(address, target.byteSize());
        markRead(address, target.byteSize());
        MemorySegment.copy(data, address, target, 0, target.byteSize());
    }

    public void write(long address, MemorySegment source) {
        check(address, source.byteSize());
        touch(address, source.byteSize());
        MemorySegment.copy(source, 0, data, address, source.byteSize());
    }

    /// Fills a range that has been checked: its beginning, and the rest by copies of that, which the JDK does faster.
    void fill(long address, byte value, long length) {
        touch(address, length);
        long filled = Math.min(length, FILLED_BYTES);
        data.asSlice(address, filled).fill(value);
        for (long at = filled; at < length; at += filled) {
            MemorySegment.copy(data, address, data, address + at, Math.min(filled, length - at));
        }
    }

    /// Copies between ranges that have been checked and may overlap.
    void copy(long target, long source, long length) {
        markRead(source, length);
        touch(target, length);
        MemorySegment.copy(data, source, data, target, length);
    }

    /// Marks every page of a range that has been checked, before it is written.
    private void touch(long address, long length) {
        if (length > 0) {
            known = null;
            PageMarks.write(data.address(), address >>> PAGE_SHIFT, address + length - 1 >>> PAGE_SHIFT);
        }
    }

    private void markRead(long address, long length) {
        if (length > 0) {
            mayHaveReads = true;
            PageMarks.read(data.address(), address >>> WASM_PAGE_SHIFT, address + length - 1 >>> WASM_PAGE_SHIFT);
        }
    }

    /// Begins a message: {@link #rollback} will come back to here.
    public void begin() {
        begin(snapshot);
    }

    /// Begins a message.
    ///
    /// @param held what the memory holds now, and is asked for as long as the message runs
    public void begin(Preimage held) {
        if (open) {
            throw new IllegalStateException(
                    "a message is already running on this memory: commit or roll it back first");
        }
        var marked = marked();
        carried = dirty(marked);
        clear(marked);
        if (held == snapshot) {
            snapshot.expire(carried);
            snapshot.update(segment());
        }
        open = true;
        bytesAtBegin = bytes;
        preimage = held;
    }

    /// Ends the message, if one is running, and keeps what it wrote. No page is dirty afterwards.
    public void commit() {
        var marked = marked();
        if (preimage == null || preimage == snapshot) {
            snapshot.expire(dirty(marked));
        } else {
            snapshot.expireAll();
        }
        clear(marked);
        carried = PageSet.EMPTY;
        end();
    }

    /// Ends the message and undoes it. Pages that were dirty before it began are dirty again.
    public void rollback() {
        if (preimage == null) {
            throw new IllegalStateException("no message is running on this memory: nothing to roll back");
        }
        var marked = marked();
        restore(preimage, marked);
        range.discard(PageMarks.READS + bytesAtBegin, PageMarks.READS + bytes);
        clear(marked);
        if (bytes != bytesAtBegin) {
            bytes = bytesAtBegin;
            tellAll();
        }
        end();
    }

    private void restore(Preimage held, PageSet marked) {
        for (int i = 0; i < marked.size(); i++) {
            int page = marked.get(i);
            restore(held, page, PAGE_BYTES);
            int next = behind(page);
            if (!marked.contains(next)) {
                restore(held, next, REACH_BYTES);
            }
        }
    }

    private void restore(Preimage held, int page, int length) {
        long at = (long) page * PAGE_BYTES;
        if (at < bytesAtBegin) {
            held.read(at, data.asSlice(at, length));
        }
    }

    private void end() {
        open = false;
        preimage = null;
        bytesAtBegin = bytes;
    }

    private void clear(PageSet marked) {
        PageMarks.clear(data.address(), marked);
        known = running == 0 ? PageSet.EMPTY : null;
        if (mayHaveReads) {
            range.segment().asSlice(0, wasmPages()).fill((byte) 0);
            mayHaveReads = running > 0;
        }
    }

    private int wasmPages() {
        return (int) (bytes / WASM_PAGE_BYTES);
    }

    private PageSet marked() {
        if (known != null) {
            return known;
        }
        var marked = PageMarks.marked(data.address(), (int) (bytes / PAGE_BYTES));
        known = running == 0 ? marked : null;
        return marked;
    }

    /// {@return the page that follows: addresses of 32 bits begin again behind the last one}
    private int behind(int page) {
        return type.is64() ? page + 1 : page + 1 & (int) (PAGES_MAX_32 * (WASM_PAGE_BYTES / PAGE_BYTES) - 1);
    }

    /// {@return the indices of the pages written since the last commit}
    public PageSet dirtyPages() {
        return dirty(marked());
    }

    /// {@return how many pages of 64 KiB the message has touched so far}
    public Touches touches() {
        PageSet written = written(marked());
        int accessed = PageMarks.countRead(data.address(), wasmPages());
        int writtenPages = 0;
        int last = -1;
        for (int i = 0; i < written.size(); i++) {
            int page = written.get(i) >>> WASM_PAGE_SHIFT - PAGE_SHIFT;
            if (page != last) {
                last = page;
                writtenPages++;
                accessed += PageMarks.isRead(data.address(), page) ? 0 : 1;
            }
        }
        return new Touches(accessed, writtenPages);
    }

    private PageSet dirty(PageSet marked) {
        if (marked.size() == 0) {
            return carried;
        }
        PageSet dirty = written(marked);
        for (int i = 0; i < carried.size(); i++) {
            dirty.add(carried.get(i));
        }
        return dirty;
    }

    /// {@return the marked pages, and those that a store reached from the page before}
    private PageSet written(PageSet marked) {
        var written = new PageSet();
        for (int i = 0; i < marked.size(); i++) {
            int page = marked.get(i);
            written.add(page);
            if (PageMarks.isStored(data.address(), page)) {
                int next = behind(page);
                if (!marked.contains(next) && hasNewBeginning(next)) {
                    written.add(next);
                }
            }
        }
        return written;
    }

    /// {@return whether the first bytes of a page are not what they were when the message began, or may not be}
    private boolean hasNewBeginning(int page) {
        long at = (long) page * PAGE_BYTES;
        if (at >= bytes) {
            return false;
        }
        MemorySegment before = MemorySegment.ofArray(new byte[REACH_BYTES]);
        if (at < bytesAtBegin) {
            if (preimage == null) {
                return true;
            }
            preimage.read(at, before);
        }
        return data.asSlice(at, REACH_BYTES).mismatch(before) >= 0;
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
        clear(marked());
        range.discard(PageMarks.READS, PageMarks.READS + Math.max(bytes, size));
        snapshot.clear();
        resize(size);
        carried = PageSet.EMPTY;
        end();
    }

    /// Puts the content of a page in place without making it dirty.
    public void load(long page, MemorySegment content) {
        if (content.byteSize() != PAGE_BYTES) {
            throw new IllegalArgumentException("a page has " + PAGE_BYTES + " bytes, found " + content.byteSize());
        }
        check(page * PAGE_BYTES, PAGE_BYTES);
        bytesAtBegin = bytes;
        snapshot.expire(page);
        MemorySegment.copy(content, 0, data, page * PAGE_BYTES, PAGE_BYTES);
    }

    /// Gives the memory back. Every later use is an error.
    @Override
    public void close() {
        for (InstanceState user : users) {
            user.memoryBytes = 0;
        }
        bytes = 0;
        range.close();
        snapshot.close();
    }
}
