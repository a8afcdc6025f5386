package decant.wasm;

import decant.wasm.run.LinearMemory;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.LongPredicate;

/// A linear memory: bytes that compiled code and host functions read and write, grown in pages of 64 KiB.
///
/// It tracks writes in pages of {@link #PAGE_BYTES}: those written since the last commit are dirty. One thread at a
/// time. Accesses are bounds checked: outside of the memory they are a {@link TrapException}, so that a host function
/// may use addresses of the guest unchecked.
public final class Memory implements Extern, AutoCloseable {
    /// The size of the pages that are tracked.
    public static final int PAGE_BYTES = LinearMemory.PAGE_BYTES;

    /// The size of the pages in which a memory grows.
    public static final int WASM_PAGE_BYTES = LinearMemory.WASM_PAGE_BYTES;

    private final LinearMemory memory;

    Memory(LinearMemory memory) {
        this.memory = memory;
    }

    /// A memory of its type's minimal size, all zero, that is not yet anyone's.
    public Memory(MemoryType type, long bytesMax, LongPredicate growth) {
        this(new LinearMemory(type, bytesMax, growth));
    }

    LinearMemory linear() {
        return memory;
    }

    public MemoryType type() {
        return memory.type();
    }

    public boolean is64() {
        return memory.type().is64();
    }

    /// {@return the size}
    public long bytes() {
        return memory.bytes();
    }

    /// {@return the size that it can grow to}
    public long bytesMax() {
        return memory.bytesMax();
    }

    /// Grows by `pages` of 64 KiB as `memory.grow` does.
    ///
    /// @return the old size in such pages, or -1 when it may not grow so much
    public long grow(long pages) {
        return memory.grow(pages);
    }

    /// Copies bytes out of the memory.
    public void read(long address, byte[] target, int offset, int length) {
        memory.read(address, MemorySegment.ofArray(target).asSlice(offset, length));
    }

    /// Copies bytes out of the memory.
    public void read(long address, MemorySegment target) {
        memory.read(address, target);
    }

    /// {@return a copy of `length` bytes}
    public byte[] read(long address, int length) {
        // Checked before the array is made, whose length the guest chose.
        memory.check(address, length);
        var target = new byte[length];
        memory.read(address, MemorySegment.ofArray(target));
        return target;
    }

    /// Copies bytes into the memory.
    public void write(long address, byte[] source, int offset, int length) {
        memory.write(address, MemorySegment.ofArray(source).asSlice(offset, length));
    }

    /// Copies bytes into the memory.
    public void write(long address, byte[] source) {
        memory.write(address, MemorySegment.ofArray(source));
    }

    /// Copies bytes into the memory.
    public void write(long address, MemorySegment source) {
        memory.write(address, source);
    }

    /// {@return the bytes themselves, valid until the memory grows or is closed; only for reading}
    public MemorySegment segment() {
        return memory.segment();
    }

    /// {@return how many pages of 64 KiB the message has touched so far, as far as code leaves a trace}
    ///
    /// {@link Tracking} says of what it does. A load counts for the page in which it begins, and one less
    /// than {@link LinearMemory#REACH_BYTES} away from another may count for the other's. What the host reads
    /// through this class counts.
    public Touches touches() {
        return memory.touches();
    }

    /// {@return how many pages are dirty}
    public int dirtyPageCount() {
        return memory.dirtyPages().size();
    }

    /// Visits the dirty pages by ascending index.
    public void forEachDirtyPage(PageVisitor visitor) {
        MemorySegment segment = memory.segment();
        var dirty = memory.dirtyPages();
        for (int i = 0; i < dirty.size(); i++) {
            int page = dirty.get(i);
            visitor.visit(page, segment.asSlice((long) page * PAGE_BYTES, PAGE_BYTES));
        }
    }

    /// Receives pages.
    @FunctionalInterface
    public interface PageVisitor {
        /// Receives one page, whose content is valid during the visit.
        void visit(long pageIndex, MemorySegment page);
    }

    /// Replaces the content by `bytes` zeros, none of them dirty. Not while a message runs.
    public void reset(long bytes) {
        memory.reset(bytes);
    }

    /// Puts the content of a page in place without making it dirty: for bringing back an image.
    public void load(long pageIndex, MemorySegment content) {
        memory.load(pageIndex, content);
    }

    /// {@return the bytes themselves, into which private mappings of files may be placed after {@link #reset}; empty
    /// where this system cannot do that}
    public Optional<MemorySegment> mappable() {
        return memory.mappable();
    }

    /// Gives the memory back to the system.
    @Override
    public void close() {
        memory.close();
    }
}
